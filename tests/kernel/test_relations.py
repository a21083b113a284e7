from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assay.kernel import relations
from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot, Operand, Operation, TimeSlot
from assay.kernel.errors import TerminalError
from assay.kernel.render import Renderer, clock, quantity

VALUE: dict[str, Any] = {
    "a": 12.0,
    "b": -8.0,
    "zero": 0,
    "list": [1.0, None, 4.0],
    "gaps": [None],
    "flag": True,
    "early": "2026-03-29T00:30:00Z",
    "late": "2026-03-29T03:00:00+00:00",
    "naive": "2026-03-29T03:00:00",
    "tag": "XMEAS_9",
    "tags": ["XMEAS_9", "XMV_10"],
}


@pytest.fixture
def compute(made: Any) -> Any:
    evidence = made(VALUE)

    def run(operation: Operation, *paths: str, unit: str = "") -> float:
        slot = NumberSlot(operation=operation, operands=tuple(_at(evidence.id, p) for p in paths), unit=unit)
        return relations.number(slot, {evidence.id: evidence})

    return run


def _at(id: str, path: str) -> Operand:
    return Operand(evidence=id, path=path)


@pytest.mark.parametrize(
    ("operation", "paths", "unit", "value"),
    [
        (Operation.VALUE, ("a",), "", 12.0),
        (Operation.DIFFERENCE, ("a", "b"), "", 20.0),
        (Operation.RATIO, ("a", "b"), "", -1.5),
        (Operation.PERCENT, ("a",), "%", 1200.0),
        (Operation.PERCENT_CHANGE, ("a", "b"), "%", 250.0),
        (Operation.COUNT, ("list",), "", 3.0),
        (Operation.MAXIMUM, ("list", "a"), "", 12.0),
        (Operation.MINIMUM, ("list",), "", 1.0),
        (Operation.MEAN, ("list",), "", 2.5),
        (Operation.SUM, ("list", "b"), "", -3.0),
        (Operation.ABSOLUTE, ("b",), "", 8.0),
        (Operation.DURATION, ("late", "early"), "", 9000.0),
        (Operation.DURATION, ("late", "early"), "h", 2.5),
    ],
)
def test_operations(compute: Any, operation: Operation, paths: tuple[str, ...], unit: str, value: float) -> None:
    assert compute(operation, *paths, unit=unit) == value


@pytest.mark.parametrize(
    ("operation", "paths", "unit"),
    [
        (Operation.VALUE, ("flag",), ""),
        (Operation.VALUE, ("tag",), ""),
        (Operation.VALUE, ("gaps/0",), ""),
        (Operation.VALUE, ("absent",), ""),
        (Operation.VALUE, ("a", "b"), ""),
        (Operation.VALUE, (), ""),
        (Operation.RATIO, ("a", "zero"), ""),
        (Operation.PERCENT_CHANGE, ("a", "zero"), ""),
        (Operation.MEAN, ("gaps",), ""),
        (Operation.COUNT, ("a",), ""),
        (Operation.DURATION, ("late", "naive"), ""),
        (Operation.DURATION, ("late", "early"), "kPa"),
        (Operation.DIFFERENCE, ("a",), ""),
    ],
)
def test_what_gives_no_number_is_an_error(
    compute: Any, operation: Operation, paths: tuple[str, ...], unit: str
) -> None:
    with pytest.raises(TerminalError) as caught:
        compute(operation, *paths, unit=unit)
    assert caught.value.render("zh")


def test_absent_evidence_is_an_error() -> None:
    with pytest.raises(TerminalError):
        relations.number(NumberSlot(operands=(_at("ev_0", "a"),)), {})


@pytest.mark.parametrize(
    ("value", "slot", "shown"),
    [
        (1234.567, {"decimals": 1, "unit": "kPa"}, "1234.6 kPa"),
        (-0.001, {"decimals": 2, "unit": "%"}, "0.00%"),
        (0.0, {"signed": True, "decimals": 0}, "0"),
        (3.2, {"signed": True, "decimals": 1, "unit": "°C"}, "+3.2 °C"),
        (-3.2, {"signed": True, "decimals": 1, "unit": "°C"}, "-3.2 °C"),
    ],
)
def test_quantities(value: float, slot: dict[str, Any], shown: str) -> None:
    assert quantity(value, NumberSlot(operands=(), **slot)) == shown


def test_clock_shows_the_zone() -> None:
    time = datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)
    assert clock(time, UTC) == "2026-07-01 22:59:59 UTC"
    assert clock(time, ZoneInfo("America/St_Johns")) == "2026-07-01 20:29:59-02:30"
    time = time.replace(second=0)
    assert clock(time, UTC) == "2026-07-01 22:59 UTC"
    assert clock(time, ZoneInfo("Asia/Shanghai")) == "2026-07-02 06:59+08:00"
    assert clock(time, ZoneInfo("America/St_Johns")) == "2026-07-01 20:29-02:30"
    assert clock(time, timezone(timedelta(hours=-11))) == "2026-07-01 11:59-11:00"


def test_names_and_lists(made: Any, test_texts: Any) -> None:
    evidence = made(VALUE)
    known = {evidence.id: evidence}
    one = NameSlot(operand=_at(evidence.id, "tag"))
    many = NamesSlot(operands=(_at(evidence.id, "tags"), _at(evidence.id, "tag")))
    assert relations.names(one, known) == ("XMEAS_9",)
    assert Renderer("zh", texts=test_texts).slot(many, known) == "XMEAS_9、XMV_10、XMEAS_9"
    assert Renderer("en", texts=test_texts).slot(many, known) == "XMEAS_9, XMV_10, XMEAS_9"
    with pytest.raises(TerminalError):
        relations.names(NameSlot(operand=_at(evidence.id, "a")), known)


def test_a_template_that_wants_other_slots_is_an_error(made: Any, test_texts: Any) -> None:
    evidence = made(VALUE)
    slots: dict[str, Any] = {"tag": TimeSlot(operand=_at(evidence.id, "late"))}
    with pytest.raises(TerminalError):
        Renderer("en", texts=test_texts).sentence(
            Claim(id="c", topic="t", key="plain", slots=slots), {evidence.id: evidence}
        )

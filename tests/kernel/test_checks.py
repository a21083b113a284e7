"""The checks pass what was rendered and fail what was changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assay.kernel.check import Verdict
from assay.kernel.checks import standard_checks
from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operand, Operation, TimeSlot
from assay.kernel.render import Renderer

TAGS = (
    [f"XMEAS_{i}" for i in range(1, 42)] + [f"XMV_{i}" for i in range(1, 13)] + ["T-1203A", "FIC-101", "IDV4", "IDV14"]
)
ZONE = timezone(timedelta(hours=8))
COMMON = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 6))
units = st.sampled_from(["kPa", "°C", "%", "kg/h", "m3/h", "", "kPa gauge", "mol%"])


@st.composite
def cases(draw: st.DrawFn) -> tuple[Claim, dict[str, Any]]:
    """A claim over a value like those of a tool, and the value."""
    value = {
        "tag": draw(st.sampled_from(TAGS)),
        "now": draw(numbers),
        "before": draw(numbers),
        "share": draw(st.floats(0, 1)),
        "list": [0] * draw(st.integers(0, 300)),
        "time": draw(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1))).replace(tzinfo=UTC).isoformat(),
    }
    unit, decimals = draw(units), draw(st.integers(0, 4))
    return (
        Claim(
            id="c1",
            topic="t",
            key="rise",
            slots={
                "tag": _name("tag"),
                "change": _number("now", "before", op=Operation.DIFFERENCE, unit=unit, decimals=decimals, signed=True),
                "level": _number("now", unit=unit, decimals=decimals),
                "time": TimeSlot(operand=Operand(evidence="", path="time")),
                "share": _number("share", op=Operation.PERCENT, unit="%", decimals=draw(st.integers(0, 2))),
                "count": _number("list", op=Operation.COUNT, decimals=0),
            },
            hedge=draw(st.sampled_from([None, "maybe"])),
        ),
        value,
    )


def _name(path: str) -> NameSlot:
    return NameSlot(operand=Operand(evidence="", path=path))


def _number(*paths: str, op: Operation = Operation.VALUE, **more: Any) -> NumberSlot:
    return NumberSlot(operation=op, operands=tuple(Operand(evidence="", path=p) for p in paths), **more)


def _bind(claim: Claim, id: str) -> Claim:
    """The claim with its operands pointing at one piece of evidence."""
    return Claim.model_validate_json(claim.model_dump_json().replace('"evidence":""', f'"evidence":"{id}"'))


class Bench:
    """Renders and checks one case."""

    def __init__(self, made: Any, texts: Any, claim: Claim, value: dict[str, Any], lang: Any) -> None:
        evidence = made(value)
        self.evidence = {evidence.id: evidence}
        self.claim = _bind(claim, evidence.id)
        self.renderer = Renderer(lang, ZONE, texts)
        self.checks = standard_checks(self.renderer, TAGS)
        self.sentence = self.renderer.sentence(self.claim, self.evidence)

    def verdicts(self, sentence: str) -> dict[str, Verdict]:
        results = [check(self.claim, sentence, self.evidence) for check in self.checks]
        return {result.check: result.verdict for result in results}

    def passes(self, sentence: str) -> bool:
        return set(self.verdicts(sentence).values()) == {Verdict.PASS}


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(case=cases())
def test_an_untouched_sentence_passes(
    made: Any, test_texts: Any, lang: str, case: tuple[Claim, dict[str, Any]]
) -> None:
    bench = Bench(made, test_texts, *case, lang)
    failed = [check(bench.claim, bench.sentence, bench.evidence) for check in bench.checks]
    assert bench.passes(bench.sentence), (bench.sentence, failed)


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(case=cases(), data=st.data())
def test_a_changed_digit_fails(
    made: Any, test_texts: Any, lang: str, case: tuple[Claim, dict[str, Any]], data: st.DataObject
) -> None:
    """Digits of numbers, tags, times and offsets alike."""
    bench = Bench(made, test_texts, *case, lang)
    places = [i for i, c in enumerate(bench.sentence) if c.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != bench.sentence[place]]))
    changed = bench.sentence[:place] + digit + bench.sentence[place + 1 :]
    assert not bench.passes(changed), changed


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(case=cases(), data=st.data())
def test_a_changed_sign_fails(
    made: Any, test_texts: Any, lang: str, case: tuple[Claim, dict[str, Any]], data: st.DataObject
) -> None:
    bench = Bench(made, test_texts, *case, lang)
    found = list(re.finditer(r"(?<![\w:+-])([+-]?)(\d[\d.]*)(?![\d:-])(?= ?(?:kPa|°C|%|kg|m3|mol))", bench.sentence))
    assume(found)
    match = data.draw(st.sampled_from(found))
    other = "" if match[1] == "-" else "-"
    changed = bench.sentence[: match.start()] + other + bench.sentence[match.start() + len(match[1]) :]
    assert not bench.passes(changed), changed


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(case=cases(), other=st.sampled_from(["MPa", "K", "bar", "", "‰", "t/h", "xyz"]))
def test_a_changed_unit_fails(
    made: Any, test_texts: Any, lang: str, case: tuple[Claim, dict[str, Any]], other: str
) -> None:
    bench = Bench(made, test_texts, *case, lang)
    unit = next(iter(re.findall(r"(?<=\d )(?:kPa gauge|kPa|°C|kg/h|m3/h|mol%)|(?<=\d)%", bench.sentence)), None)
    assume(unit)
    changed = bench.sentence.replace(str(unit), other)
    assert not bench.passes(changed), changed


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(
    level=st.floats(0.1, 1e5).flatmap(lambda x: st.sampled_from([x, -x])),
    unit=units,
    decimals=st.integers(1, 5),
    shift=st.booleans(),
)
def test_a_moved_decimal_point_fails(
    made: Any, test_texts: Any, lang: str, level: float, unit: str, decimals: int, shift: bool
) -> None:
    bench = _plain(made, test_texts, level, unit, lang, decimals)
    assert bench.passes(bench.sentence)
    before, _, after = bench.sentence.partition(".")
    changed = f"{before[:-1]}.{before[-1]}{after}" if shift else f"{before}{after}"
    assert not bench.passes(changed), changed


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(case=cases(), other=st.sampled_from(TAGS))
def test_another_tag_fails(
    made: Any, test_texts: Any, lang: str, case: tuple[Claim, dict[str, Any]], other: str
) -> None:
    bench = Bench(made, test_texts, *case, lang)
    tag = case[1]["tag"]
    assume(tag != other)
    assert bench.verdicts(bench.sentence.replace(tag, other))["names"] is Verdict.FAIL
    both = bench.sentence.replace(tag, f"{tag} {other}")
    assert bench.verdicts(both)["names"] is Verdict.FAIL


@pytest.mark.parametrize("lang", ["en", "zh"])
@COMMON
@given(case=cases(), minutes=st.integers(1, 10**6), back=st.booleans())
def test_another_time_fails(
    made: Any, test_texts: Any, lang: str, case: tuple[Claim, dict[str, Any]], minutes: int, back: bool
) -> None:
    bench = Bench(made, test_texts, *case, lang)
    time = datetime.fromisoformat(case[1]["time"])
    moved = (time + timedelta(minutes=-minutes if back else minutes)).astimezone(ZONE)
    shown = f"{time.astimezone(ZONE):%Y-%m-%d %H:%M}"
    changed = bench.sentence.replace(shown, f"{moved:%Y-%m-%d %H:%M}")
    assert bench.verdicts(changed)["times"] is Verdict.FAIL


def _plain(made: Any, texts: Any, level: float, unit: str, lang: str, decimals: int = 2) -> Bench:
    claim = Claim(
        id="c", topic="t", key="plain", slots={"tag": _name("tag"), "level": _number("x", unit=unit, decimals=decimals)}
    )
    return Bench(made, texts, claim, {"tag": "XMEAS_9", "x": level}, lang)


@pytest.mark.parametrize(
    ("level", "unit", "lang", "wording", "good"),
    [
        (320.0, "kPa", "zh", "XMEAS_9 为三百二十千帕", True),
        (320.0, "kPa", "zh", "XMEAS_9 为三百二十一千帕", False),
        (320.0, "kPa", "zh", "XMEAS_9 为３２０ｋＰａ", True),
        (20.0, "%", "zh", "XMEAS_9 为两成", True),
        (20.0, "%", "zh", "XMEAS_9 为三成", False),
        (5.0, "%", "zh", "XMEAS_9 为百分之五", True),
        (5.0, "%", "en", "XMEAS_9 is at 5 percent", True),
        (5.0, "%", "en", "XMEAS_9 is at 0.05", False),
        (0.5, "h", "zh", "XMEAS_9 为半小时", True),
        (0.5, "", "zh", "XMEAS_9 为零点五", True),
        (12000.0, "kg/h", "zh", "XMEAS_9 为1.2万 kg/h", True),
        (12900.0, "kg/h", "zh", "XMEAS_9 为1.2万 kg/h", False),
        (12000.0, "kg/h", "en", "XMEAS_9 is at 12,000 kg/h", True),
        (12000.0, "kg/h", "en", "XMEAS_9 is at 12,00 kg/h", False),
        (12000.0, "kg/h", "en", "XMEAS_9 is at 1.2e4 kg/h", True),
        (12000.0, "kg/h", "en", "XMEAS_9 is at 1.2×10⁴ kg/h", True),
        (12000.0, "kg/h", "en", "XMEAS_9 is at 1.2×10⁵ kg/h", False),
        (12.344, "kPa", "en", "XMEAS_9 is at 12.3 kPa", True),
        (12.344, "kPa", "en", "XMEAS_9 is at 12.34 kPa", True),
        (12.344, "kPa", "en", "XMEAS_9 is at 12.4 kPa", False),
        (0.3, "kPa", "en", "XMEAS_9 is at 0 kPa", False),
        (-3.0, "°C", "zh", "XMEAS_9 为零下3℃", True),
        (-3.0, "°C", "zh", "XMEAS_9 为3℃", False),
        (-3.0, "°C", "en", "XMEAS_9 is at minus 3 °C", True),
        (4.0, "", "en", "XMEAS_9 is at four", True),
        (4.0, "", "en", "XMEAS_9 is at 3-5", False),
        (4.0, "", "en", "XMEAS_9 is at 4 (see XMEAS_10)", False),
        (4.0, "", "en", "XMEAS_9 is at 4 since 14:30", False),
        (4.0, "", "en", "XMEAS_9 is not at 4", False),
        (4.0, "", "en", "XMEAS_9 fell to 4", False),
        (4.0, "", "en", "XMEAS_9 is at 4, class Ⅳ", False),
        (4.0, "", "en", "XMEAS_9 is at 4 of 7", False),
        (4.0, "", "en", "XMEAS_99 is at 4", False),
        (4.0, "", "zh", "XMEAS_9 统一为4，与二氧化碳有关", True),
    ],
)
def test_free_wording(made: Any, test_texts: Any, level: float, unit: str, lang: str, wording: str, good: bool) -> None:
    bench = _plain(made, test_texts, level, unit, lang)
    assert bench.passes(wording) is good, [check(bench.claim, wording, bench.evidence) for check in bench.checks]


def test_display_texts_keep_their_own_numbers(made: Any, test_texts: Any) -> None:
    claim = Claim(
        id="c",
        topic="t",
        key="cause",
        hedge="maybe",
        slots={
            "cause": NameSlot(operand=Operand(evidence="", path="a"), text_key="idv4"),
            "other": _name("b"),
        },
    )
    bench = Bench(made, test_texts, claim, {"a": "IDV4", "b": "IDV14"}, "en")
    assert bench.sentence == "Probably the cause is cooling water inlet temperature (stream 12) (IDV4), not IDV14."
    assert bench.passes(bench.sentence)
    swapped = "Probably the cause is IDV14, not cooling water inlet temperature (stream 12) (IDV4)."
    assert bench.verdicts(swapped)["wording"] is Verdict.FAIL
    assert bench.verdicts(bench.sentence.replace("stream 12", "stream 13"))["numbers"] is Verdict.FAIL


def test_values_are_never_read_as_a_template(made: Any, test_texts: Any) -> None:
    claim = Claim(id="c", topic="t", key="plain", slots={"tag": _name("tag"), "level": _number("x")})
    bench = Bench(made, test_texts, claim, {"tag": "{level} {0.__class__}", "x": 1.0}, "en")
    assert bench.sentence == "{level} {0.__class__} is at 1.00."


def test_evidence_that_is_absent_or_changed_fails(made: Any, test_texts: Any) -> None:
    bench = _plain(made, test_texts, 4.0, "", "en")
    (id,) = bench.evidence
    assert [check(bench.claim, bench.sentence, {}).verdict for check in bench.checks].count(Verdict.FAIL) == 5
    bench.evidence[id].value["x"] = 5.0  # type: ignore[index,call-overload]
    assert bench.checks[0](bench.claim, bench.sentence, bench.evidence).verdict is Verdict.FAIL
    empty = Claim(id="c", topic="t", key="maybe")
    assert bench.checks[0](empty, "Probably", {}).verdict is Verdict.FAIL

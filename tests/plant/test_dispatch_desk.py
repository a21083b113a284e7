"""The dispatch desk over real records: who is out, until the shift ends or they are called back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from assay.kernel.action import Order
from assay.plant.dispatch import EventDesk
from assay.plant.model import load_plant
from assay.plant.records import Event, EventKind, open_records

NOW = datetime(2026, 1, 5, 22, tzinfo=UTC)
ORDER = Order(job="XMEAS_7 H", equipment="reactor", tag="XMEAS_7", person="Chen", until=NOW + timedelta(hours=8))


def test_an_order_stands_until_it_is_recalled_or_its_shift_ends(tmp_path: Path) -> None:
    clock = [NOW]
    with open_records(tmp_path / "records.db") as records:
        desk = EventDesk(records.events, load_plant("tennessee_eastman"), lambda: clock[0])
        assert desk.holder(ORDER) is None and desk.standing() == []
        desk.send("act_1", [ORDER])
        assert desk.holder(ORDER) == "act_1" and desk.holder(ORDER.model_copy(update={"job": "other"})) is None
        (sent,) = EventDesk(records.events, load_plant("tennessee_eastman"), lambda: clock[0]).standing()
        assert (sent.person, sent.job, sent.equipment) == ("Chen", "XMEAS_7 H", "reactor")
        clock[0] += timedelta(minutes=1)
        desk.recall("act_1", [ORDER])
        assert desk.holder(ORDER) is None
        desk.send("act_2", [ORDER])
        clock[0] = ORDER.until
        assert desk.holder(ORDER) is None


def test_what_others_wrote_of_work_orders_sends_nobody(tmp_path: Path) -> None:
    with open_records(tmp_path / "records.db") as records:
        about = {"action": "act_9", "order": ORDER.model_dump(mode="json")}
        records.events.add(
            [
                Event(
                    time=NOW,
                    plant="tennessee_eastman",
                    tag="XMEAS_7",
                    kind=EventKind.WORK_ORDER,
                    state="dispatched",
                    source="cmms",
                    data=about,
                )
            ]
        )
        assert EventDesk(records.events, load_plant("tennessee_eastman"), lambda: NOW).standing() == []


def test_the_zone_is_that_of_the_equipment(tmp_path: Path) -> None:
    with open_records(tmp_path / "records.db") as records:
        desk = EventDesk(records.events, load_plant("tennessee_eastman"), lambda: NOW)
        assert desk.zone(ORDER) == "control"
        assert desk.zone(ORDER.model_copy(update={"tag": ""})) == "control"
        for changes in ({"equipment": "moon", "tag": ""}, {"equipment": "stripper"}, {"tag": "NO_TAG"}):
            assert desk.zone(ORDER.model_copy(update=changes)) is None

"""Following a history that is being written: alarms once, with evidence that replays, whatever happens to the rows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from library_frames import changed, plant

from assay.kernel.errors import BusyError, InputError
from assay.kernel.replay import ReplayContext, ReplayVerdict, replay
from assay.models.detect import Detector
from assay.plant.historian import Historian, open_historian
from assay.plant.reader import HistoryReader
from assay.plant.records import EventKind, Records, open_records
from assay.plant.series import Frame, to_datetime
from assay.skills.timeseries import follow as follow_module
from assay.skills.timeseries import follow_value, skill
from assay.skills.timeseries.follow import Question, follow, following
from assay.skills.timeseries.follow_rows import Feed, spacing
from assay.skills.timeseries.follow_watch import Told

NORMAL, ROWS, UPSET, CALM = 300, 460, 360, 420
FRAME = plant(ROWS, 1)
SHIFT = 8.0 * ((np.arange(ROWS) >= UPSET) & (np.arange(ROWS) < CALM))
FAULTY = changed(FRAME, "TEMP", FRAME.column("TEMP") + SHIFT)


def at(row: int) -> datetime:
    return to_datetime(FRAME.times[0]) + timedelta(minutes=row)


def cut(first: int, last: int, frame: Frame = FAULTY) -> Frame:
    return Frame(frame.times[first:last], frame.tags, frame.values[first:last])


@dataclass
class Live:
    """A history that gets its next rows whenever the follower waits; ``now`` are seconds that rise by 60 a wait."""

    owner: Historian
    steps: list[Callable[[], object]] = field(default_factory=list)
    now: float = 0.0

    def wait(self, seconds: float) -> bool:
        if seconds == 0.0:
            return False
        self.now += 60.0
        if not self.steps:
            return True
        self.steps.pop(0)()
        return False

    def rows(self, first: int, last: int, size: int = 7, frame: Frame = FAULTY) -> None:
        for start in range(first, last, size):
            part = cut(start, min(start + size, last), frame)
            self.steps.append(lambda part=part: self.owner.write(part))

    def quiet(self, polls: int) -> None:
        self.steps += [lambda: None] * polls


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fitted: None) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def fitted() -> Iterator[None]:
    """The same rows are learned once for all tests."""
    from functools import cache

    with pytest.MonkeyPatch.context() as patch:
        real = follow_value.learned_detector
        once = cache(lambda normal, model, rate: real(normal, model, rate, replaying=True))

        def learn(normal: str | None, model: str | None, rate: float, *, replaying: bool) -> Detector:
            return once(normal, model, rate)

        patch.setattr(follow_module, "learned_detector", learn)
        patch.setattr(follow_value, "learned_detector", learn)
        yield


@pytest.fixture
def live(home: Path) -> Iterator[Live]:
    with open_historian("mill", "owner") as owner:
        owner.write(cut(0, NORMAL))
        yield Live(owner)


@pytest.fixture
def records(home: Path) -> Iterator[Records]:
    with open_records(home / "records.db") as opened:
        yield opened


QUESTION = Question(plant="mill", id="mill", normal=(at(0), at(NORMAL)))


def run(live: Live, records: Records, question: Question = QUESTION) -> list[Told]:
    with following(question, records, lambda: live.now) as follower:
        return list(follow(follower, live.wait, lambda: live.now, None))


def of(told: list[Told], kind: str) -> list[Told]:
    return [one for one in told if one.kind == kind]


def events(records: Records, state: str = "detector_alarm") -> list[str]:
    found = records.events.query("mill", at(0), at(10_000), kinds=[EventKind.FINDING])
    return [str(one.data["evidence"]) for one in found if one.state == state]


def again(records: Records, id: str) -> ReplayVerdict:
    found = replay(records.evidence.get(id), skill.replayers, ReplayContext(records.evidence))
    return asyncio.run(found).verdict


def test_an_alarm_is_told_once_with_its_tags_and_evidence_that_replays(live: Live, records: Records) -> None:
    live.rows(NORMAL, ROWS)
    told = run(live, records)
    (alarm,) = of(told, "alarm")
    raised = datetime.fromisoformat(alarm.about["time"])
    assert at(UPSET) <= raised <= at(UPSET + 10)
    assert alarm.about["tag"] == "TEMP" and alarm.about["tags"][0]["share"] > 0.5
    assert alarm.about["score"] > alarm.about["threshold"] and alarm.about["alarm"]
    ended = of(told, "ended")[-1]
    assert at(CALM) <= datetime.fromisoformat(ended.about["ended"]) <= at(CALM + 20)
    assert ended.about["peak"] >= alarm.about["score"]
    assert alarm.about["evidence"] in events(records) and len(events(records)) == len(of(told, "alarm"))
    assert len(events(records, "detector_returned")) == len(of(told, "ended"))
    assert again(records, alarm.about["evidence"]) is ReplayVerdict.SAME
    assert told[0].kind == "started" and told[-1].kind == "finished" and told[-1].about["rows"] >= ROWS - NORMAL - 1


def test_evidence_whose_rows_were_changed_does_not_replay(live: Live, records: Records, home: Path) -> None:
    live.owner.write(cut(NORMAL, UPSET + 20))
    alarm = of(run(live, records), "alarm")[-1]
    window = records.evidence.get(alarm.about["evidence"]).inputs["window"]
    (path,) = home.glob(f"blobs/*/{window}.parquet")
    cut(NORMAL, UPSET, FRAME).to_parquet(path)
    assert again(records, alarm.about["evidence"]) is ReplayVerdict.CANNOT


def test_the_scores_do_not_depend_on_how_the_rows_arrive(live: Live, records: Records, home: Path) -> None:
    live.rows(NORMAL, ROWS, 4)
    slowly = [(one.about["time"], one.about["score"]) for one in of(run(live, records), "alarm")]
    other = Question(plant="mill", id="other", normal=QUESTION.normal)
    for path in home.glob("plants/*/follow/*.json"):
        path.unlink()
    at_once = [(one.about["time"], one.about["score"]) for one in of(run(live, records, other), "alarm")]
    assert slowly and [one[0] for one in slowly] == [one[0] for one in at_once]
    np.testing.assert_allclose([one[1] for one in slowly], [one[1] for one in at_once], rtol=1e-5)


def test_a_restart_goes_on_and_tells_nothing_twice(live: Live, records: Records, home: Path) -> None:
    live.rows(NORMAL, UPSET + 20)
    first = run(live, records)
    assert first[-1].about["alarm"]
    live.rows(UPSET + 20, ROWS)
    second = run(live, records)
    assert second[0].about["rows"] == first[-1].about["rows"] and second[0].about["alarm"]
    assert not of(second, "alarm") and of(second, "ended")
    told = events(records)
    (kept,) = home.glob("plants/*/follow/*.json")
    fewer = json.loads(kept.read_text(encoding="utf-8"))
    fewer["state"]["memory"]["arrays"].pop("since")
    for broken in ("{", json.dumps(fewer)):  # the state is lost: everything is judged again
        kept.write_text(broken, encoding="utf-8")
        third = run(live, records)
        assert third[-1].about["rows"] >= ROWS - NORMAL - 1
        assert not of(third, "alarm") and events(records) == told


def test_only_one_follows_the_same_thing(live: Live, records: Records) -> None:
    with following(QUESTION, records, lambda: 0.0), pytest.raises(BusyError, match="already"):
        with following(QUESTION, records, lambda: 0.0):
            pass


def test_data_that_stops_and_comes_again_after_a_gap(live: Live, records: Records) -> None:
    live.rows(NORMAL, 320, 1)
    live.quiet(8)
    live.rows(340, 350, 1)
    told = run(live, records)
    (stopped,) = of(told, "stopped")
    assert datetime.fromisoformat(stopped.about["since"]) == at(319) and 5 <= stopped.about["samples"] <= 9
    (resumed,), (gap,) = of(told, "resumed"), of(told, "gap")
    assert datetime.fromisoformat(resumed.about["time"]) == at(340)
    assert (datetime.fromisoformat(gap.about["start"]), datetime.fromisoformat(gap.about["end"])) == (at(319), at(340))


def test_late_and_doubled_rows_are_counted_and_left_out(live: Live, records: Records) -> None:
    live.owner.write(cut(NORMAL, 320))
    live.steps.append(lambda: live.owner.write(cut(323, 330)))
    live.steps.append(lambda: live.owner.write(cut(320, 323)))
    live.steps.append(lambda: live.owner.write(cut(318, 322)))
    live.quiet(1)
    told = run(live, records)
    assert [one.about["rows"] for one in of(told, "late")] == [3]
    assert told[-1].about["late"] == 3 and told[-1].about["rows"] == 27


def test_a_tag_that_disappears_is_said_once_and_the_others_are_judged(live: Live, records: Records) -> None:
    lost = changed(FAULTY, "IDLE", np.where((np.arange(ROWS) >= 310) & (np.arange(ROWS) < 440), np.nan, 10.0))
    live.rows(NORMAL, 450, 5, lost)
    told = run(live, records)
    (gone,), (back,) = of(told, "tag_lost"), of(told, "tag_back")
    assert gone.about == {"tag": "IDLE", "since": at(309).isoformat().replace("+00:00", "Z")}
    assert back.about["tag"] == "IDLE" and datetime.fromisoformat(back.about["time"]) == at(440)
    assert any(one.about["tag"] == "TEMP" for one in of(told, "alarm"))


def test_a_locked_history_is_said_once_and_tried_again(
    live: Live, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, locked = HistoryReader.span, [False]

    def span(self: HistoryReader) -> object:
        if locked[0]:
            raise BusyError("plant.history_parts_change", path="x")
        return real(self)

    monkeypatch.setattr(HistoryReader, "span", span)
    live.steps += [lambda: locked.__setitem__(0, True), lambda: live.owner.write(cut(NORMAL, 310))]
    live.steps.append(lambda: locked.__setitem__(0, False))
    told = run(live, records)
    assert len(of(told, "busy")) == 1 and told[-1].about["rows"] == 10


def test_a_row_that_is_half_written_waits(live: Live) -> None:
    with open_historian("mill") as reader:
        feed = Feed(reader, FRAME.tags, 60.0, at(NORMAL - 1))
        live.owner.write(Frame(FRAME.times[300:301], FRAME.tags[:2], FRAME.values[300:301, :2]))
        assert not len(feed.fresh().rows)
        live.owner.write(Frame(FRAME.times[300:301], FRAME.tags[2:], FRAME.values[300:301, 2:]))
        assert np.isfinite(feed.fresh().rows.values).all()
        live.owner.write(Frame(FRAME.times[301:302], FRAME.tags[:2], FRAME.values[301:302, :2]))
        assert [len(feed.fresh().rows) for _ in range(3)] == [0, 1, 0]


def test_tags_with_times_of_their_own_are_put_on_a_grid(live: Live) -> None:
    live.rows(NORMAL, ROWS)
    times = np.sort(np.concatenate([FRAME.times + np.timedelta64(k, "s") for k in range(4)]))
    values = np.full((len(times), 4), np.nan)
    for k in range(4):
        values[k::4, k] = FRAME.values[:, k]
    assert spacing(Frame(times, FRAME.tags, values)) == (60.0, 60.0)
    assert spacing(FRAME) == (60.0, None)
    with open_historian("apart", "owner") as owner:
        owner.write(Frame(times, FRAME.tags, values))
        with open_historian("apart") as reader:
            rows = Feed(reader, FRAME.tags, 60.0, at(NORMAL), 60.0).fresh().rows
    assert np.isfinite(rows.values).all() and len(rows) == ROWS - NORMAL - 1


@pytest.mark.parametrize(
    ("plant_name", "normal", "key"),
    [
        ("void", (at(0), at(NORMAL)), "timeseries.follow_nothing_recorded"),
        ("mill", (at(900), at(990)), "timeseries.follow_no_normal"),
        ("mill", (at(0), at(NORMAL + 60)), "timeseries.follow_normal_ahead"),
        ("mill", (at(0), at(20)), "detect.too_few_rows"),
    ],
)
def test_what_cannot_be_followed_is_said(
    live: Live, records: Records, plant_name: str, normal: tuple[datetime, datetime], key: str
) -> None:
    with pytest.raises(InputError) as error, following(Question(plant_name, plant_name, normal), records, lambda: 0.0):
        pass
    assert error.value.key == key

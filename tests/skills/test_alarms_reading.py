"""Alarm logs as people have them: other headers, encodings, orders, zones, words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.plant.records import AlarmState, Event, EventKind, open_records
from assay.skills.alarms.log import ACKNOWLEDGED, NANO, OPERATOR, RAISED, RETURNED
from assay.skills.alarms.mapping import LogMapping, make_mapping
from assay.skills.alarms.reading import LogImport, read_log
from assay.skills.alarms.stored import stored_log
from assay.skills.alarms.words import PRESETS

PLAIN = """time,tag,type,state,priority,message
2026-03-01T00:00:00Z,A,H,raised,high,first
2026-03-01T00:01:00Z,A,H,returned,high,
2026-03-01T00:02:00Z,B,L,raised,low,"a, b"
"""


def write(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "log.csv"
    path.write_bytes(content.encode(encoding))
    return path


def keys(found: LogImport) -> set[str]:
    return {note.key for note in found.notes}


def test_a_plain_file_needs_no_note(tmp_path: Path) -> None:
    found = read_log(write(tmp_path, PLAIN))
    log = found.log
    assert found.notes == [] and log.has_returns
    assert log.state.tolist() == [RAISED, RETURNED, RAISED]
    assert [log.label(i) for i in log.alarm] == ["A H", "A H", "B L"]
    assert np.diff(log.times).tolist() == [60 * NANO, 60 * NANO]
    assert [log.messages[i] for i in log.message] == ["first", "", "a, b"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig"])
def test_chinese_headers_words_and_encodings(tmp_path: Path, encoding: str) -> None:
    content = "导出报表\n报警时间,位号,报警类型,状态,级别,描述\n2026/3/1 8:00:00,PI-1,高报,报警,紧急,压力高\n"
    content += "2026年3月1日 8时5分,PI-1,高报,恢复,紧急,压力高\n2026/3/1 9:00:00,PI-1,,确认,中,\n"
    log = read_log(write(tmp_path, content, encoding), zone="Asia/Shanghai").log
    assert log.state.tolist() == [RAISED, RETURNED, ACKNOWLEDGED]
    assert log.alarms[log.alarm[0]] == ("PI-1", "高报") and log.alarms[log.alarm[2]] == ("PI-1", "")
    assert [log.priorities[i] for i in log.priority] == ["critical", "critical", "medium"]
    assert log.times[0] == int(datetime(2026, 3, 1, tzinfo=UTC).timestamp()) * NANO


def test_order_repeats_and_the_newest_first(tmp_path: Path) -> None:
    lines = PLAIN.splitlines()
    mixed = "\n".join([lines[0], lines[3], lines[1], lines[2], lines[1], lines[3]])
    found = read_log(write(tmp_path, mixed))
    plain = read_log(write(tmp_path, PLAIN))
    assert found.log.times.tolist() == plain.log.times.tolist()
    assert {"alarms.note_repeated"} < keys(found)
    # Raised and returned in one second, in a file that begins with the newest row.
    back = lines[0] + "\n2026-03-01T00:02:00Z,B,L,raised,low,\n" + "2026-03-01T00:00:00Z,A,H,returned,high,\n"
    turned = read_log(write(tmp_path, back + "2026-03-01T00:00:00Z,A,H,raised,high,\n"))
    assert turned.log.state.tolist() == [RAISED, RETURNED, RAISED] and "alarms.note_newest_first" in keys(turned)


def test_zones(tmp_path: Path) -> None:
    content = "time,tag\n2026-03-01T00:00:00Z,A\n2026-03-01T08:01:00+08:00,A\n2026-03-01 08:02:00,A\n"
    found = read_log(write(tmp_path, content), zone="Asia/Shanghai")
    assert np.diff(found.log.times).tolist() == [60 * NANO, 60 * NANO] and "alarms.note_zones_mixed" in keys(found)
    naive = read_log(write(tmp_path, "time,tag\n2026-03-01 08:02:00,A\n"))
    assert keys(naive) == {"alarms.note_zone_assumed"}
    assert not keys(read_log(write(tmp_path, "time,tag\n2026-03-01 08:02:00,A\n"), zone="UTC"))


def test_unknown_words_are_named_and_cost_only_their_rows(tmp_path: Path) -> None:
    content = PLAIN + "2026-03-01T00:03:00Z,C,H,flurb,P7,\n,C,H,raised,low,\n2026-03-01T00:04:00Z,,H,raised,low,\n"
    found = read_log(write(tmp_path, content))
    assert len(found.log) == 3
    told = {note.key: note.render("en") for note in found.notes}
    assert "'flurb'" in told["alarms.note_states"] and "'P7'" in told["alarms.note_priorities"]
    assert {"plant.import_bad_times", "alarms.note_no_tag"} <= set(told)


def test_a_log_without_states_is_all_annunciations(tmp_path: Path) -> None:
    log = read_log(write(tmp_path, "time,tag\n2026-03-01T00:00:00Z,A\n2026-03-01T00:00:01Z,A\n")).log
    assert log.state.tolist() == [RAISED, RAISED] and not log.has_returns


def test_a_map_file_and_options_name_what_we_do_not_know(tmp_path: Path) -> None:
    content = (
        "Day;Clock;Who;What;Kind\n2026-03-01;00:00:00;A;P;HI\n2026-03-01;00:01:00;A;Q;HI\n2026-03-01;00:02:00;op;Z;HI\n"
    )
    about = {
        "columns": {"time": "Day+Clock", "tag": "nope"},
        "states": {"P": "raised", "Q": "returned", "z": "operator"},
    }
    where = tmp_path / "map.json"
    where.write_text(json.dumps(about), encoding="utf-8")
    use = make_mapping(["tag=Who", "state=What", "type=Kind"], where)
    found = read_log(write(tmp_path, content), mapping=use, zone="UTC")
    assert found.log.state.tolist() == [RAISED, RETURNED, OPERATOR]
    assert np.diff(found.log.times).tolist() == [60 * NANO, 60 * NANO]
    with pytest.raises(InputError, match="nope"):
        read_log(write(tmp_path, content), mapping=make_mapping((), where))


@pytest.mark.parametrize(
    "word, state", [("ACT/UNACK", RAISED), ("UNACK_RTN", RETURNED), ("Alarm", RAISED), ("?", None)]
)
def test_words_of_states(word: str, state: int | None) -> None:
    assert LogMapping().state(word) == state


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_read_their_own_headers_and_say_that_they_are_untested(tmp_path: Path, name: str) -> None:
    columns = PRESETS[name]
    content = ",".join(columns.values()) + "\n2026-03-01T00:00:00Z,A,HI,ACTIVE,high,text\n"
    found = read_log(write(tmp_path, content), mapping=make_mapping(preset=name))
    assert found.log.alarms == (("A", "HI"),) and "untested" in found.notes[0].render("en")


@pytest.mark.parametrize(
    "content, told",
    [
        ("", "empty"),
        ("time,tag\n", "no rows"),
        ("when,tag\n1,A\n", "time"),
        ("time,value\n2026-03-01T00:00:00Z,1\n", "--column tag="),
        ("time,tag,state\n2026-03-01T00:00:00Z,A,flurb\n", "no row"),
        ("time,tag\nyesterday,A\n", "yesterday"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, content: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_log(write(tmp_path, content))
    assert told in caught.value.render("en") and caught.value.render("zh")


@pytest.mark.parametrize("columns, preset", [(["tag"], None), (["who=X"], None), ([], "nothing")])
def test_wrong_mappings(columns: list[str], preset: str | None) -> None:
    with pytest.raises(InputError):
        make_mapping(columns, preset=preset)


@pytest.mark.parametrize("content", ["[1]", "{columns: 3}", "{other: {}}", "{states: {P: up}}", ": :\n- x"])
def test_wrong_map_files(tmp_path: Path, content: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        make_mapping(file=path)


def test_the_records_of_a_plant(tmp_path: Path) -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)

    def event(minute: int, state: AlarmState, key: str) -> Event:
        data = {"type": "H", "key": f"plant.alarm_{key}"}
        more = {"plant": "p", "tag": "A", "kind": EventKind.ALARM, "priority": "high"}
        return Event(time=at + timedelta(minutes=minute), state=state.value, data=data, **more)

    events = [
        event(0, AlarmState.UNACKNOWLEDGED, "raised"),
        event(1, AlarmState.ACKNOWLEDGED, "acknowledged"),
        event(2, AlarmState.NORMAL, "returned"),
        Event(time=at + timedelta(minutes=3), plant="p", tag="SP", kind=EventKind.OPERATOR, message="set 3"),
        Event(time=at, plant="p", tag="W", kind=EventKind.WORK_ORDER),
    ]
    with open_records(tmp_path / "records.db") as records:
        records.events.add(events)
        log = stored_log(records.events, "p")
        assert log.state.tolist() == [RAISED, ACKNOWLEDGED, RETURNED, OPERATOR]
        with pytest.raises(InputError):
            stored_log(records.events, "other")


def test_two_hundred_thousand_rows_in_seconds(tmp_path: Path) -> None:
    import time

    at = np.datetime64("2026-03-01T00:00:00") + np.arange(200_000).astype("timedelta64[s]")
    rows = [f"{one}Z,T{i % 500},H,{'raised' if i % 3 else 'returned'},low,m" for i, one in enumerate(at.astype(str))]
    path = write(tmp_path, "time,tag,type,state,priority,message\n" + "\n".join(rows))
    began = time.monotonic()
    assert len(read_log(path).log) == 200_000
    assert time.monotonic() - began < 10.0

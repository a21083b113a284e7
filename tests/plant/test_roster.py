"""Rosters from CSV and YAML: shifts over midnight and over a change of the clock, leave, and what cannot be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.plant.roster import Shift, read_roster, roster_of

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def test_a_chinese_csv_and_a_yaml_file_say_the_same(tmp_path: Path) -> None:
    rows = "姓名,技能,区域,班次,负荷,电话,休假\n"
    rows += "陈工,仪表;机械,反应器,周一-周五 20:00-08:00,1.5,138,2026-03-01..2026-03-05\n"
    (tmp_path / "a.csv").write_text(rows, encoding="gb18030")
    (tmp_path / "b.yaml").write_text(
        "zone: Asia/Shanghai\nplaces: {reactor: [10, 20]}\nneeds: {FTR: [仪表]}\npeople:\n"
        "  - {name: 陈工, skills: [仪表, 机械], area: 反应器, shift: 'Mon-Fri 20:00-08:00', load: 1.5, phone: 138,"
        " leave: '2026-03-01..2026-03-05'}\n",
        encoding="utf-8",
    )
    one, two = read_roster(tmp_path / "a.csv"), read_roster(tmp_path / "b.yaml")
    assert one.people == two.people and two.zone == "Asia/Shanghai"
    assert two.places == {"reactor": (10.0, 20.0)} and two.needs == {"FTR": ("仪表",)}
    (person,) = one.people
    assert person.skills == ("仪表", "机械") and person.load == 1.5 and person.phone == "138"
    assert person.on_leave(datetime(2026, 3, 5, 12, tzinfo=UTC), SHANGHAI)
    assert not person.on_leave(datetime(2026, 3, 5, 17, tzinfo=UTC), SHANGHAI)  # the sixth in Shanghai
    for roster in (one, two):
        assert roster_of(json.loads(json.dumps(roster.plain()))) == roster


def test_a_night_shift_runs_past_midnight_on_its_own_days_alone() -> None:
    night = Shift("22:00", "06:00", (4,))  # begins on Fridays
    saturday = datetime(2026, 1, 3, 5, 59, tzinfo=SHANGHAI)
    assert night.ends(saturday, SHANGHAI) == datetime(2026, 1, 3, 6, tzinfo=SHANGHAI)
    assert night.ends(datetime(2026, 1, 2, 22, tzinfo=SHANGHAI), SHANGHAI) is not None
    for off in (
        saturday + timedelta(minutes=1),
        datetime(2026, 1, 2, 5, tzinfo=SHANGHAI),
        saturday + timedelta(hours=18),
    ):
        assert night.ends(off, SHANGHAI) is None


def test_a_shift_over_the_change_of_the_clock_ends_by_the_wall_clock() -> None:
    night = Shift("22:00", "06:00")
    end = night.ends(datetime(2026, 3, 29, 0, tzinfo=BERLIN), BERLIN)  # the clock goes from two to three
    assert end == datetime(2026, 3, 29, 4, tzinfo=UTC)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.integers(0, 1439), st.integers(0, 1439))
def test_of_two_shifts_that_share_a_day_exactly_one_runs(moment: datetime, begin: int, end: int) -> None:
    first, last = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (begin, end))
    at = moment.replace(tzinfo=UTC)
    running = [shift.ends(at, SHANGHAI) is not None for shift in (Shift(first, last), Shift(last, first))]
    assert running == [True, True] if begin == end else sum(running) == 1


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ("name,shift\nA,8 to 5", "shift"),
        ("name,shift\nA,25:00-26:00", "shift"),
        ("name,shift\nA,Foo 08:00-16:00", "shift"),
        ("name,leave\nA,soon", "leave"),
        ("name,load\nA,many", "load"),
        ("name,load\nA,-1", "load"),
        ("name,x,y\nA,nan,1", "x"),
        ("name,load\n,1", "name"),
        ("name,load\nA,1\nA,2", "twice"),
        ("name,load\n", "nobody"),
        ("who,load\nA,1", "no"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(rows: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(rows + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_roster(path)
    assert word in caught.value.render("en") and str(path) in caught.value.render("zh")


@pytest.mark.parametrize(
    "content", ["a: 1", "people: [1]", "- {name: A}\n- 3", "people: [{name: A}]\nplaces: {x: 1}", "{"]
)
def test_yaml_that_is_no_roster(content: str, tmp_path: Path) -> None:
    path = tmp_path / "roster.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        read_roster(path)

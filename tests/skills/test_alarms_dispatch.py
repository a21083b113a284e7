"""Whom to send: hard constraints, the score, ties, and one person for each job by priority."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.kernel.evidence import Evidence, EvidenceKind
from assay.plant.model import load_plant
from assay.plant.roster import Person, Roster, Shift
from assay.skills.alarms.checks import may_go
from assay.skills.alarms.dispatch.assign import PRIORITIES, assigned
from assay.skills.alarms.dispatch.claims import dispatch_claims
from assay.skills.alarms.dispatch.needs import needed, skill_named
from assay.skills.alarms.dispatch.score import Ground, Job, barred, find_place, scored

PLANT = load_plant("tennessee_eastman")
NIGHT = datetime(2026, 1, 6, 3, tzinfo=UTC)  # 3 a.m. on a Tuesday
ON = (Shift("22:00", "06:00"),)


def person(name: str, **changes: Any) -> Person:
    return Person(**{"name": name, "skills": ("instrument",), "place": "reactor", "shifts": ON, **changes})


def job(name: str = "XMV_10 H", **changes: Any) -> Job:
    fields = {"tag": "XMV_10", "equipment": "reactor_cooling", "priority": "high", "skills": ("instrumentation",)}
    return Job(**{"name": name, **fields, **changes})


def ground(*people: Person, **changes: Any) -> Ground:
    fields = {"at": NIGHT, "zone": UTC, "sent": {}}
    return Ground(PLANT, changes.pop("roster", Roster(people)), **{**fields, **changes})


def place(jobs: list[Job], *people: Person, **changes: Any) -> dict[str, Any]:
    return assigned(jobs, ground(*people, **changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"skills": ("仪表",)}, None),
        ({"skills": ("electrical",)}, "skill"),
        ({"shifts": (Shift("06:00", "22:00"),)}, "off_shift"),
        ({"shifts": (Shift("22:00", "06:00", (5, 6)),)}, "off_shift"),
        ({"shifts": (Shift("22:00", "03:20"),)}, "shift_ends"),
        ({"leave": True}, "leave"),
        ({"leave": (("2026-01-05", "2026-01-06"),)}, "leave"),
        ({"leave": (("2026-01-07", "2026-01-09"),)}, None),
        ({"shifts": ()}, None),
    ],
)
def test_hard_constraints_come_first(changes: dict[str, Any], why: str | None) -> None:
    who = person("A", place="reactor_cooling", **changes)
    assert barred(who, job(), ground(who)) == why
    found = place([job()], who, person("B", place="product_line", load=9.0))["list"][0]
    # However well somebody would score, what is forbidden stays forbidden.
    assert found["person"] == ("A" if why is None else "B")
    assert found["out"] == {**dict.fromkeys(found["out"], 0), **({} if why is None else {why: 1})}


def test_who_is_out_already_is_not_sent_again() -> None:
    found = place([job()], person("A"), sent={"A": "another"})["list"][0]
    assert found["person"] is None and found["out"]["sent"] == 1


def test_nearer_less_busy_and_more_of_the_shift_count_each() -> None:
    best = scored(person("A", place="reactor_cooling"), job(), ground())
    assert best["score"] == pytest.approx(0.4 + 0.3 + 0.2 * 0.75 + 0.1) and best["by"] == "tree"
    for worse in (
        {"place": "stripper"},
        {"load": 1.0},
        {"shifts": (Shift("22:00", "04:00"),)},
        {"skills": ("仪表", "电工")},
    ):
        assert scored(person("A", **{"place": "reactor_cooling", **worse}), job(), ground())["score"] < best["score"]
    places = Roster((), places={"reactor_cooling": (0.0, 0.0), "reactor": (0.0, 200.0)})
    near = scored(person("A"), job(), ground(roster=places))
    assert near["metres"] == 200.0 and near["parts"]["distance"] == 0.5
    assert scored(person("A", xy=(3.0, 4.0)), job(), ground(roster=places))["metres"] == 5.0
    assert scored(person("A", place="elsewhere"), job(), ground())["by"] == "unknown"
    assert find_place(PLANT, " 反应器 ") == "reactor" == find_place(PLANT, "Reactor")


def test_ties_are_said_and_the_order_of_the_roster_does_not_matter() -> None:
    people = [person("B"), person("A"), person("C", load=1.0)]
    for order in permutations(people):
        found = place([job()], *order)["list"][0]
        assert (found["person"], found["ties"]) == ("A", ["B"])
        assert [one["person"] for one in found["ranking"]] == ["A", "B", "C"]


def test_the_higher_priority_gets_the_only_one_who_can_go() -> None:
    jobs = [
        job("one", priority="low"),
        job("two", priority="low"),
        job("three", priority="critical", skills=("electrical",)),
    ]
    both = person("A", skills=("instrument", "electrical"))
    found = place(jobs, both)
    assert [one["person"] for one in found["list"]] == [None, None, "A"]
    assert found["list"][0]["elsewhere"] == 1 and found["list"][0]["ranking"][0]["elsewhere"] == "three"


def test_a_generalist_is_kept_for_what_only_they_can_do() -> None:
    jobs = [job("one"), job("two", skills=("electrical",))]
    found = place(
        jobs, person("A", skills=("instrument", "electrical"), place="reactor_cooling"), person("B", load=3.0)
    )
    assert [one["person"] for one in found["list"]] == ["B", "A"]


people_strategy = st.lists(
    st.builds(
        lambda skills, load, on, where: {"skills": tuple(skills), "load": load, "on": on, "place": where},
        st.sets(st.sampled_from(["instrument", "electrical", "process"])),
        st.integers(0, 3),
        st.booleans(),
        st.sampled_from(["reactor", "stripper", "nowhere"]),
    ),
    max_size=4,
)
jobs_strategy = st.lists(
    st.tuples(st.sampled_from(PRIORITIES), st.sampled_from(["instrumentation", "electrical", "process"])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(people_strategy, jobs_strategy)
def test_no_other_assignment_serves_higher_priorities_or_scores_better(people: Any, jobs: Any) -> None:
    crew = [
        person(
            f"P{i}",
            skills=one["skills"],
            load=float(one["load"]),
            place=one["place"],
            shifts=ON if one["on"] else (Shift("07:00", "08:00"),),
        )
        for i, one in enumerate(people)
    ]
    work = [job(f"J{i}", priority=priority, skills=(skill,)) for i, (priority, skill) in enumerate(jobs)]
    around = ground(*crew)
    found = assigned(work, around)

    def worth(choice: Any) -> tuple[tuple[int, ...], float]:
        pairs = [(one, who) for one, who in zip(work, choice, strict=True) if who is not None]
        served = [one.priority for one, _ in pairs]
        counts = tuple(served.count(priority) for priority in reversed(PRIORITIES))
        return counts, sum(scored(who, one, around)["score"] for one, who in pairs)

    names = {one.name: one for one in crew}
    counts, total = worth([names.get(one["person"]) for one in found["list"]])
    for choice in permutations([*crew, *[None] * len(work)], len(work)):
        if all(who is None or barred(who, one, around) is None for one, who in zip(work, choice, strict=True)):
            other, score = worth(choice)
            assert other <= counts
            if other == counts and len({one.priority for one in work}) == 1:
                assert score <= total + 1e-5


def test_what_a_job_needs() -> None:
    roster = Roster((), needs={"FTR": ("钳工",), "reactor": ("process",)})
    assert needed(("仪表", "welding"), "XMV_10", "reactor_cooling", "", "", PLANT, roster) == (
        ("instrumentation", "welding"),
        "given",
    )
    assert needed((), "XMV_10", "reactor_cooling", "FTR", "1.6", PLANT, roster) == (("mechanical",), "roster")
    assert needed((), "XMV_10", "reactor_cooling", "PDE", "3.1", PLANT, roster) == (("instrumentation",), "failure")
    assert needed((), "XMV_10", "reactor_cooling", "", "", PLANT, roster) == (("instrumentation",), "kind")
    assert needed((), "XMEAS_30", "purge_line", "", "", PLANT, roster) == (("analyser",), "kind")
    assert needed((), "", "stripper", "", "", PLANT, roster) == (("process",), "look")
    assert skill_named(" I&C ") == skill_named("仪控") == "instrumentation"


def evidence(value: Any) -> Evidence:
    made = {"kind": EvidenceKind.COMPUTATION, "producer": "alarms.dispatch", "version": "1", "inputs": {}, "run": "r"}
    return Evidence.make(**made, value=value)


def test_nobody_who_is_barred_may_be_said_to_go() -> None:
    value = place([job()], person("A"), person("B", leave=True))
    value["list"][0] |= {"skills_from": "given", "failure": None}
    good = evidence(value)
    send = next(one for one in dispatch_claims(good) if one.key == "dispatch.claim_send")
    assert may_go(send, {good.id: good}) == []
    value["list"][0]["person"] = "B"
    bad = evidence(value)
    send = next(one for one in dispatch_claims(bad) if one.key == "dispatch.claim_send")
    assert may_go(send, {bad.id: bad}) == ["B may not go"]


def test_a_long_roster_is_quick(tmp_path: Path) -> None:
    crew = [person(f"P{i:04d}", load=float(i % 7), place="stripper" if i % 3 else "reactor") for i in range(400)]
    found = place([job(f"J{i}", priority=PRIORITIES[i % 4]) for i in range(40)], *crew, at=NIGHT + timedelta(minutes=1))
    assert found["assigned"] == 40 and len({one["person"] for one in found["list"]}) == 40

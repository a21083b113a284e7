"""One person for each job: the assignment that serves the higher priorities first and then scores best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from assay.plant.roster import Person
from assay.skills.alarms.dispatch.score import OUT, WEIGHTS, Ground, Job, barred, scored

PRIORITIES = ("low", "medium", "high", "critical")
SHOWN = 5
EQUAL = 1e-9


def assigned(jobs: Sequence[Job], ground: Ground) -> dict[str, Any]:
    """Who goes where, as plain data: for each job the person or None, the ranking, and who cannot go and why."""
    people = sorted(ground.roster.people, key=lambda one: one.name)
    out = [[barred(person, job, ground) for person in people] for job in jobs]
    fits = [
        [scored(person, job, ground) if out[row][column] is None else None for column, person in enumerate(people)]
        for row, job in enumerate(jobs)
    ]
    chosen = _match(jobs, people, fits)
    taken = {people[column].name: jobs[row].name for row, column in chosen.items()}
    listed = [_job(job, people, fits[row], out[row], chosen.get(row), taken) for row, job in enumerate(jobs)]
    return {
        "weights": dict(WEIGHTS),
        "at": ground.at,
        "zone": str(ground.zone),
        "people": len(people),
        "count": len(listed),
        "assigned": len(chosen),
        "list": listed,
    }


def _match(jobs: Sequence[Job], people: Sequence[Person], fits: Sequence[Sequence[Any]]) -> dict[int, int]:
    """Job -> person (linear sum assignment, Crouse 2016 as in scipy).

    A job's worth grows so much with its priority that no number of lesser jobs outweighs it; among equal assignments
    the people earlier by name go.
    """
    from scipy.optimize import linear_sum_assignment

    base = 2.0 * len(jobs) + 1.0
    gain = np.zeros((len(jobs), len(people)))
    for row, job in enumerate(jobs):
        rank = PRIORITIES.index(job.priority) if job.priority in PRIORITIES else 0
        for column, fit in enumerate(fits[row]):
            if fit is not None:
                order = EQUAL * (len(people) - column) / len(people)
                gain[row, column] = base**rank * (1.0 + (fit["score"] + order) / 2.0)
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return {int(row): int(column) for row, column in zip(rows, columns, strict=True) if gain[row, column] > 0.0}


def _job(
    job: Job,
    people: Sequence[Person],
    fits: Sequence[Any],
    out: Sequence[str | None],
    column: int | None,
    taken: dict[str, str],
) -> dict[str, Any]:
    ranking = sorted((fit for fit in fits if fit is not None), key=lambda one: (-one["score"], one["person"]))
    mine = None if column is None else fits[column]
    ties = [
        one["person"]
        for one in ranking
        if mine is not None
        and one is not mine
        and abs(one["score"] - mine["score"]) < EQUAL
        and one["person"] not in taken
    ]
    counts = Counter(why for why in out if why is not None)
    return {
        "job": job.name,
        "tag": job.tag,
        "equipment": job.equipment,
        "priority": job.priority,
        "skills": list(job.skills),
        "person": None if mine is None else mine["person"],
        "chosen": mine,
        "ties": ties,
        "can": len(ranking),
        "elsewhere": sum(one["person"] in taken for one in ranking if one is not mine),
        "ranking": [
            {**one, "elsewhere": taken.get(one["person"]) if one is not mine else None} for one in ranking[:SHOWN]
        ],
        "out": {why: counts.get(why, 0) for why in OUT},
        "barred": [
            {"person": person.name, "why": why} for person, why in zip(people, out, strict=True) if why is not None
        ],
    }

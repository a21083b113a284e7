"""Remaining life of a unit from a fleet whose units ran to failure.

Members (boosted trees twice, a line, likeness of courses) learn remaining life up to a cap from trailing statistics;
they are fitted five times, each time without a fifth of the UNITS, weighted by what they predicted for the units left
out, and the errors on those units give the interval. A new unit gets the mean of all fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.conditions import Conditions, setting_tags
from assay.models.health.features import AGE, WHOLE, Shape, statistics
from assay.models.health.fleet import Fleet
from assay.models.health.intervals import Errors, Life, row_weights
from assay.models.health.members import SEED, Boosted, Line, Longs, Matching, Table, enough, thinning
from assay.models.library.parts import Parts
from assay.plant.series import Floats

LEAST_UNITS, FEW_UNITS, LEAST_ROWS = 5, 20, 5
FOLDS = 5
CYCLES_CAP = 125.0
_KINDS: dict[str, Any] = {"boosted": Boosted, "random": Boosted, "line": Line, "matching": Matching}


def usual_cap(fleet: Fleet) -> float:
    """125 for a fleet that counts cycles and lives long enough (the custom for turbofans), else 0.6 of its life."""
    life = Shape.of(fleet).life
    if fleet.unit_of_time == "cycles" and 0.4 * life <= CYCLES_CAP <= 0.8 * life:
        return CYCLES_CAP
    return float(f"{0.6 * life:.2g}")


@dataclass(frozen=True, slots=True)
class Reason:
    """What a tag adds to (or takes from) the fleet's mean prediction, on the fleet's clock."""

    tag: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the model says of one unit.

    indicator: (rows,) its health, 1 as new, 0 failed. reasons: the largest first. alike: (unit, weight, remaining life
    then) of the courses that looked most like it. outside: tags beyond what the fleet showed, with how far (in its
    spread). short: the unit shows fewer rows than the model's usual view; late: its record does not begin at its start.
    """

    unit: str
    life: Life
    indicator: Floats
    reasons: tuple[Reason, ...]
    alike: tuple[tuple[str, float, float], ...]
    outside: Mapping[str, float]
    empty: tuple[str, ...]
    short: bool
    late: bool


@dataclass(eq=False)
class LifeModel:
    """``fit(fleet)``, then ``predict(histories)``. ``cap``: lives beyond it are not told apart (None: ``usual_cap``);
    ``settings``: tags that make operating conditions (None: those so named); ``rounds``: trees of each boosted member.

    Units whose ``after`` is NaN still run: what they lived is used as a bound.
    """

    cap: float | None = None
    settings: tuple[str, ...] | None = None
    rounds: int = 400
    units: tuple[str, ...] = ()
    clock: str = "cycle"
    weights: Mapping[str, float] = field(default_factory=dict)
    failures: int = 0

    def fit(self, fleet: Fleet) -> LifeModel:
        """Learn. InputError with fewer than five units whose failure is known, and when there is nothing to learn."""
        self.failures = int(np.isfinite(fleet.after).sum())
        enough(self.failures, LEAST_UNITS)
        if not np.isfinite(fleet.values).any():
            raise InputError("machine_health.fleet_empty")
        settings = setting_tags(fleet.tags) if self.settings is None else list(self.settings)
        self.units, self.clock = fleet.units, fleet.clock
        self._cap = usual_cap(fleet) if self.cap is None else float(self.cap)
        self._conditions = Conditions.of(fleet, settings)
        self._shape = Shape.of(fleet)
        self._names = self._shape.names(self._conditions.tags)
        table, left = self._table(fleet)
        self._range(table.x)
        fold = _folds(len(fleet.units))
        self._folds, found = self._cross(table, fold)
        open_rows = np.isnan(table.y)
        if open_rows.any():
            # A second pass: a unit that still runs has at least what it lived since, else what the first pass says.
            bound = fleet.known()[self._thin(len(fleet))] / self._cap
            guess = np.mean(list(found.values()), axis=0)
            y = np.where(open_rows, np.clip(np.maximum(bound, guess), 0.0, 1.0), table.y)
            table = Table(table.x, table.unit, y, np.where(open_rows, 0.5, table.weight), table.step)
            self._folds, found = self._cross(table, fold)
        self._weigh(found, table.y, ~open_rows)
        score = sum((weight * found[name] for name, weight in self.weights.items()), np.zeros(len(left)))
        known = ~open_rows
        told = self.failures
        p = np.clip(score[known], 0.0, 1.0) * self._cap
        self._errors = Errors(p, left[known], row_weights(left[known], self._cap), told, self._cap)
        return self

    def predict(self, histories: Fleet, confidence: float = 0.9) -> list[Outlook]:
        """What is left of each unit after its last row. Tags are found by name.

        InputError for a missing tag, fewer than five rows, and a unit whose tags are all empty.
        """
        conditions = self._conditions
        fleet = histories.select((*conditions.tags, *conditions.settings))
        return [self._outlook(fleet.only([one]), confidence) for one in range(len(fleet.units))]

    def scores(self, histories: Fleet) -> Floats:
        """(n,) the members' prediction for every row, at most the cap."""
        fleet = histories.select((*self._conditions.tags, *self._conditions.settings))
        x = statistics(fleet, self._conditions, self._shape)
        return self._score(Table(x, fleet.unit, np.full(len(x), np.nan), np.ones(len(x)))) * self._cap

    def _outlook(self, unit: Fleet, confidence: float) -> Outlook:
        rows = len(unit)
        if rows < LEAST_ROWS:
            raise InputError("machine_health.unit_short", unit=unit.units[0], count=rows, least=LEAST_ROWS)
        view = unit.values[-max(LEAST_ROWS, self._shape.means[0]) :]
        empty = tuple(tag for tag, column in zip(unit.tags, view.T, strict=True) if not np.isfinite(column).any())
        if len(empty) > 0.5 * len(unit.tags):
            raise InputError("machine_health.unit_empty", unit=unit.units[0], tags=", ".join(empty[:8]))
        x = statistics(unit, self._conditions, self._shape)
        table = Table(x, unit.unit, np.full(rows, np.nan), np.ones(rows))
        last = table.rows(np.arange(max(0, rows - 10 * self._window()), rows))
        score = float(self._score(last)[-1]) * self._cap
        life = self._errors.life(score, confidence)
        indicator = np.mean([one["line"].predict(table) for one in self._folds], axis=0)
        start = float(unit.time[0])
        late = start > 0.1 * self._shape.life
        return Outlook(
            unit.units[0],
            life,
            np.clip(indicator, 0.0, 1.0),
            self._reasons(x[-1:]),
            self._alike(last),
            self._outside(x[-1]),
            empty,
            rows < self._shape.means[2],
            late,
        )

    def _window(self) -> int:
        """How many rows the likeness of courses looks back from one of its points to the one before."""
        return max(1, int(self._folds[0]["matching"].step))

    def _thin(self, rows: int) -> Longs:
        return np.arange(0, rows, thinning(rows))

    def _table(self, fleet: Fleet) -> tuple[Table, Floats]:
        """The thinned table with capped lives (NaN where only a bound below the cap is known), and lives uncapped."""
        at = self._thin(len(fleet))
        x = statistics(fleet, self._conditions, self._shape)[at]
        left, known = fleet.remaining()[at], fleet.known()[at]
        left = np.where(np.isnan(left) & (known >= self._cap), known, left)
        y = np.minimum(left, self._cap) / self._cap
        return Table(x, fleet.unit[at], y, row_weights(left, self._cap), thinning(len(fleet))), left

    def _cross(self, table: Table, fold: Longs) -> tuple[list[dict[str, Any]], dict[str, Floats]]:
        """The members of each fold, and what they say of the units that they have not seen."""
        found = {name: np.zeros(len(table.x)) for name in _KINDS}
        fits = []
        for one in range(int(fold.max()) + 1):
            inside = fold[table.unit] != one
            members = self._fit_members(table.rows(inside & np.isfinite(table.y)))
            for name, member in members.items():
                found[name][~inside] = np.clip(member.predict(table.rows(~inside)), 0.0, 1.0)
            fits.append(members)
        return fits, found

    def _fit_members(self, table: Table) -> dict[str, Any]:
        columns = self._few()
        width = max(1, self._shape.means[1] // thinning(len(table.x)))
        return {
            "boosted": Boosted.fit(table, columns, self.rounds, random=False),
            "random": Boosted.fit(table, columns, self.rounds, random=True),
            "line": Line.fit(table),
            "matching": Matching.fit(table, min(10, width)),
        }

    def _few(self) -> Longs:
        """The statistics that trees get: neighbouring widths say nearly the same."""
        means, slopes = self._shape.means, self._shape.slopes
        kinds = {f"m{w}" for w in (*means[1:3], *means[-2:])} | {f"s{w}" for w in slopes[-3:]} | {AGE, f"m{WHOLE}"}
        return np.array([i for i, (_, kind) in enumerate(self._names) if kind in kinds], np.int64)

    def _weigh(self, found: Mapping[str, Floats], y: Floats, known: NDArray[np.bool_]) -> None:
        """Weights that are not negative and sum to 1 (stacking; Breiman, 1996)."""
        from scipy.optimize import nnls

        grid = np.column_stack([found[name][known] for name in _KINDS])
        raw, _ = nnls(grid, y[known])
        total = float(raw.sum())
        shares = raw / total if total > 0 else np.full(len(raw), 1.0 / len(raw))
        self.weights = {name: float(share) for name, share in zip(_KINDS, shares, strict=True) if share > 0}

    def _score(self, table: Table) -> Floats:
        total = np.zeros(len(table.x))
        for members in self._folds:
            for name, weight in self.weights.items():
                total += weight * np.clip(members[name].predict(table), 0.0, 1.0)
        return np.asarray(np.clip(total / len(self._folds), 0.0, 1.0), np.float64)

    def _reasons(self, x: Floats) -> tuple[Reason, ...]:
        """Contributions of the trees, summed by tag; without trees what the line's slopes say."""
        total = np.zeros(x.shape[1])
        for members in self._folds:
            for name in ("boosted", "random"):
                if name in self.weights:
                    total += self.weights[name] * members[name].contributions(x)[0]
            if not {"boosted", "random"} & set(self.weights):
                line = members["line"]
                total += np.where(np.isfinite(x[0]), (x[0] - line.mean) / line.scale, 0.0) * line.slope
        by_tag: dict[str, float] = {}
        for (tag, _), value in zip(self._names, total * self._cap / len(self._folds), strict=True):
            by_tag[tag] = by_tag.get(tag, 0.0) + float(value)
        ordered = sorted(by_tag.items(), key=lambda one: (-abs(one[1]), one[0]))
        return tuple(Reason(tag, value) for tag, value in ordered)

    def _alike(self, table: Table, most: int = 3) -> tuple[tuple[str, float, float], ...]:
        vote = np.zeros(len(self.units))
        left = np.zeros(len(self.units))
        for members in self._folds:
            matching = members["matching"]
            votes = matching.votes(table)[-1]
            np.add.at(vote, matching.owner, votes)
            np.add.at(left, matching.owner, votes * matching.left)
        order = np.argsort(-vote, kind="stable")[:most]
        return tuple(
            (self.units[one], float(vote[one] / vote.sum()), float(left[one] / vote[one] * self._cap)) for one in order
        )

    def _range(self, x: Floats) -> None:
        """What the fleet showed: the range of each tag's short mean."""
        count = len(self._conditions.tags)
        short = x[:, count : 2 * count]
        with np.errstate(all="ignore"):
            self._seen = np.stack([np.nanmin(short, axis=0), np.nanmax(short, axis=0)])

    def _outside(self, x: Floats) -> dict[str, float]:
        """Tags whose short mean lies beyond the fleet's range by more than a tenth of it."""
        tags = self._conditions.tags
        short = x[len(tags) : 2 * len(tags)]
        low, high = self._seen
        room = 0.1 * (high - low)
        beyond = np.maximum(low - room - short, short - high - room)
        return {tag: float(much) for tag, much in zip(tags, beyond, strict=True) if much > 0}

    def to_parts(self) -> Parts:
        """Taken apart: text of the trees, numbers of the rest."""
        about: dict[str, Any] = {
            "cap": self._cap,
            "units": list(self.units),
            "clock": self.clock,
            "weights": dict(self.weights),
            "means": list(self._shape.means),
            "slopes": list(self._shape.slopes),
            "start": self._shape.start,
            "life": self._shape.life,
            "told": self._errors.units,
        }
        arrays = {"p": self._errors.p, "y": self._errors.y, "weight": self._errors.weight, "seen": self._seen}
        children = {
            f"{name}_{index}": member.to_parts()
            for index, members in enumerate(self._folds)
            for name, member in members.items()
        }
        return Parts(about, arrays, children={**children, "conditions": self._conditions.to_parts()})

    @classmethod
    def from_parts(cls, parts: Parts) -> LifeModel:
        """Put together; the same predictions to the last bit."""
        about: Any = parts.about
        model = cls(float(about["cap"]))
        model.units, model.clock = tuple(about["units"]), str(about["clock"])
        model._cap, model.weights = float(about["cap"]), dict(about["weights"])
        model._shape = Shape(tuple(about["means"]), tuple(about["slopes"]), int(about["start"]), float(about["life"]))
        model._conditions = Conditions.from_parts(parts.children["conditions"])
        model._names = model._shape.names(model._conditions.tags)
        arrays = {name: np.asarray(parts.arrays[name], np.float64) for name in ("p", "y", "weight", "seen")}
        model.failures = int(about["told"])
        model._errors = Errors(arrays["p"], arrays["y"], arrays["weight"], int(about["told"]), model._cap)
        model._seen = arrays["seen"]
        folds = max(int(name.rpartition("_")[2]) for name in parts.children if "_" in name) + 1
        model._folds = [
            {name: kind.from_parts(parts.children[f"{name}_{index}"]) for name, kind in _KINDS.items()}
            for index in range(folds)
        ]
        return model


def _folds(units: int) -> Longs:
    """(units,) the fold of each unit, drawn with a fixed seed."""
    order = np.random.default_rng(SEED).permutation(units)
    fold = np.empty(units, np.int64)
    fold[order] = np.arange(units) % min(FOLDS, units)
    return fold

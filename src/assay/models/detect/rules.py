"""Rules and physics beside the learned methods: limits, rates of change, balances and relations, with units.

A rule set is YAML that a person writes (``units`` of the tags, then ``rules``); it is data and is never executed. Each
rule is evaluated row by row; where a tag is missing the rule says nothing about the row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from assay.kernel.errors import InputError
from assay.models.detect.expressions import evaluate, parse, quantity
from assay.plant.series import Frame, to_datetime

Floats = NDArray[np.float64]
MAX_BYTES = 1 << 20
_NS = 1e9


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Rule(_Part):
    id: Annotated[str, Field(min_length=1, max_length=80)]
    hold: Annotated[int, Field(ge=1, le=100_000)] = 1


class Limit(_Rule):
    """``low <= tag <= high``, in ``unit`` (the tag's own when absent)."""

    kind: Literal["limit"]
    tag: str
    low: float | None = None
    high: float | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _some(self) -> Limit:
        if self.low is None and self.high is None:
            raise ValueError("low or high")
        return self


class Rate(_Rule):
    """The tag changes by at most ``most`` (in ``unit``) per ``per`` (a time unit) from one row to the next."""

    kind: Literal["rate"]
    tag: str
    most: Annotated[float, Field(gt=0)]
    unit: str | None = None
    per: str = "min"


class Balance(_Rule):
    """What flows in flows out, within ``tolerance`` (a share of the inflow), on means of ``rows`` rows."""

    kind: Literal["balance"]
    inflow: Annotated[tuple[str, ...], Field(min_length=1)]
    outflow: Annotated[tuple[str, ...], Field(min_length=1)]
    tolerance: Annotated[float, Field(gt=0, lt=1)]
    rows: Annotated[int, Field(ge=1, le=100_000)] = 1


class Relation(_Rule):
    """Expression ``left`` equals (or is at most, at least) ``right``, within ``tolerance`` (a number with a unit)."""

    kind: Literal["relation"]
    left: str
    is_: Literal["equal", "at_most", "at_least"] = Field("equal", alias="is")
    right: str
    tolerance: str = "0"


class RuleSet(_Part):
    """``units``: of the tags in the data (absent: a bare number)."""

    units: dict[str, str] = {}
    rules: tuple[Annotated[Limit | Rate | Balance | Relation, Field(discriminator="kind")], ...]

    @model_validator(mode="after")
    def _different(self) -> RuleSet:
        if len({rule.id for rule in self.rules}) != len(self.rules):
            raise ValueError("ids must differ")
        return self

    @classmethod
    def read(cls, path: Path) -> RuleSet:
        """From a YAML file; InputError when it is not one or does not fit."""
        import yaml

        try:
            raw = path.read_bytes()
            if len(raw) > MAX_BYTES:
                raise InputError("detect.rules_too_large", path=path, most=MAX_BYTES)
            return cls.of(yaml.safe_load(raw.decode("utf-8")), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("detect.rules_unreadable", path=path) from error
        except (yaml.YAMLError, RecursionError) as error:
            raise InputError("detect.rules_not_yaml", path=path) from error

    @classmethod
    def of(cls, plain: object, where: str = "rules") -> RuleSet:
        """From plain data; InputError that names the first place that does not fit."""
        try:
            found = cls.model_validate(plain)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"]) or "."
            raise InputError("detect.rules_unfit", where=where, place=place, reason=first["msg"]) from error
        for rule in found.rules:
            if isinstance(rule, Relation):
                for source in (rule.left, rule.right, rule.tolerance):
                    parse(source)
        return found


@dataclass(frozen=True, slots=True)
class Violation:
    """Rows ``first`` to ``last`` break the rule; ``worst``: the largest excess over what is allowed, in ``unit``."""

    first: int
    last: int
    start: datetime
    end: datetime
    worst: float


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What a rule says of the whole frame; ``unknown``: rows in which a tag of it is missing."""

    rule: str
    kind: str
    tags: tuple[str, ...]
    unit: str
    broken: int
    unknown: int
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where only one side alarms: ``side`` is ``rule`` (with the rule's id) or ``learned``."""

    side: str
    rule: str | None
    first: int
    last: int
    start: datetime
    end: datetime


def check(rules: RuleSet, frame: Frame) -> tuple[RuleFinding, ...]:
    """Every rule on every row; InputError when a rule names a tag that the frame lacks or units do not fit."""
    return tuple(_finding(rule, rules.units, frame) for rule in rules.rules)


def disagreements(
    findings: Sequence[RuleFinding], intervals: Sequence[tuple[int, int]], frame: Frame
) -> tuple[Disagreement, ...]:
    """Violations that no learned alarm overlaps, and, where there are rules, learned alarms that no violation does."""
    found = []
    for finding in findings:
        for one in finding.violations:
            if not any(first <= one.last and last >= one.first for first, last in intervals):
                found.append(Disagreement("rule", finding.rule, one.first, one.last, one.start, one.end))
    broken = [(one.first, one.last) for finding in findings for one in finding.violations]
    for first, last in intervals if findings else ():
        if not any(a <= last and b >= first for a, b in broken):
            found.append(Disagreement("learned", None, first, last, *_times(frame, first, last)))
    return tuple(sorted(found, key=lambda one: (one.first, one.side, one.rule or "")))


def _finding(rule: Limit | Rate | Balance | Relation, units: Mapping[str, str], frame: Frame) -> RuleFinding:
    try:
        tags, excess = _excess(rule, units, frame)
    except InputError as error:
        raise InputError("detect.rule_failed", rule=rule.id, reason=error.render()) from error
    values = np.atleast_1d(np.asarray(excess.magnitude, dtype=np.float64))
    values = np.broadcast_to(values, (len(frame),))
    broken = values > 0
    found = []
    for first, last in _runs(broken, rule.hold):
        found.append(Violation(first, last, *_times(frame, first, last), float(values[first : last + 1].max())))
    rows = sum(one.last - one.first + 1 for one in found)
    return RuleFinding(rule.id, rule.kind, tags, f"{excess.units:~}", rows, int(np.isnan(values).sum()), tuple(found))


def _excess(rule: Limit | Rate | Balance | Relation, units: Mapping[str, str], frame: Frame) -> tuple[Any, Any]:
    if isinstance(rule, Limit):
        values = quantity(frame.column(rule.tag), units.get(rule.tag, ""))
        return (rule.tag,), _over_limits(rule, values, rule.unit or units.get(rule.tag, ""))
    if isinstance(rule, Rate):
        return (rule.tag,), _over_rate(rule, units, frame)
    if isinstance(rule, Balance):
        inflow = _mean(sum(quantity(frame.column(tag), units.get(tag, "")) for tag in rule.inflow), rule.rows)
        outflow = _mean(sum(quantity(frame.column(tag), units.get(tag, "")) for tag in rule.outflow), rule.rows)
        minus = evaluate(parse("left - right"), {"left": inflow, "right": outflow})
        return (*rule.inflow, *rule.outflow), abs(minus) - rule.tolerance * abs(inflow)
    left, right, tolerance = parse(rule.left), parse(rule.right), parse(rule.tolerance)
    tags = tuple(dict.fromkeys(left.tags() + right.tags() + tolerance.tags()))
    columns = {tag: quantity(frame.column(tag), units.get(tag, "")) for tag in tags}
    difference = evaluate(parse("left - right"), {"left": evaluate(left, columns), "right": evaluate(right, columns)})
    difference = {"equal": abs(difference), "at_most": difference, "at_least": -difference}[rule.is_]
    allowed = evaluate(tolerance, columns)
    if rule.tolerance.strip() == "0":
        return tags, difference
    return tags, evaluate(parse("found - allowed"), {"found": difference, "allowed": allowed})


def _over_limits(rule: Limit, values: Any, unit: str) -> Any:
    over = []
    if rule.high is not None:
        over.append(evaluate(parse("value - limit"), {"value": values, "limit": quantity(rule.high, unit)}))
    if rule.low is not None:
        over.append(evaluate(parse("limit - value"), {"value": values, "limit": quantity(rule.low, unit)}))
    return over[0] if len(over) == 1 else evaluate(parse("max(a, b)"), {"a": over[0], "b": over[1]})


def _over_rate(rule: Rate, units: Mapping[str, str], frame: Frame) -> Any:
    values = quantity(frame.column(rule.tag), units.get(rule.tag, ""))
    seconds = np.diff(frame.times.view(np.int64)) / _NS
    change = np.full(len(frame), np.nan)
    change[1:] = np.abs(np.diff(values.magnitude)) / seconds
    rate = quantity(1.0, "s") ** -1 * (values[:1] - values[:1]).units * change
    unit = rule.unit or units.get(rule.tag, "")
    most = (quantity(rule.most, unit) - quantity(0.0, unit)) / quantity(1.0, rule.per)
    return evaluate(parse("rate - most"), {"rate": rate, "most": most})


def _mean(values: Any, rows: int) -> Any:
    if rows == 1:
        return values
    window = np.convolve(values.magnitude, np.ones(rows) / rows)[: len(values.magnitude)]
    window[: rows - 1] = np.nan
    return window * values.units


def _runs(broken: NDArray[np.bool_], hold: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], broken.astype(np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= hold]


def _times(frame: Frame, first: int, last: int) -> tuple[datetime, datetime]:
    return to_datetime(frame.times[first]), to_datetime(frame.times[last])

"""Compares what the grammar made of a sentence with the gold rule: everything must be equal, or it is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from assay.skills.rules.notation import read_groups, read_test, write_test
from assay.skills.rules.rule import Groups, Limit, Name, Part, Severity, Test

_ARTICLES = re.compile(r"\b(?:the|an?)\s+", re.IGNORECASE)


def gold_parts(case: dict[str, Any]) -> tuple[Part, ...] | None:
    """The gold parts of a case; None where the sentence should stay unread."""
    if case.get("unread"):
        return None
    return tuple(
        Part(
            test=read_test(one["test"]),
            when=read_groups(one.get("when", [])),
            unless=read_groups(one.get("unless", [])),
            severity=Severity(one.get("severity", "mandatory")),
        )
        for one in case["parts"]
    )


def same(got: Iterable[Part] | None, gold: Iterable[Part] | None) -> bool:
    """Whether object, property, comparison, value, unit, conditions, exceptions and strictness are all equal."""
    if got is None or gold is None:
        return got is None and gold is None
    return sorted(map(_part, got)) == sorted(map(_part, gold))


def same_joined(got: Iterable[Part] | None, gold: Iterable[Part] | None) -> bool:
    """Whether all is equal when object and property are written together: 疏散楼梯 :: 净宽度, 疏散 :: 楼梯净宽度."""
    if got is None or gold is None:
        return got is None and gold is None
    return sorted(_whole(_part(one)) for one in got) == sorted(_whole(_part(one)) for one in gold)


def _whole(part: tuple[Any, ...]) -> tuple[Any, ...]:
    test, when, unless, severity = part
    groups = [tuple(sorted(tuple(sorted(map(_whole_test, group))) for group in one)) for one in (when, unless)]
    return _whole_test(test), *groups, severity


def _whole_test(test: tuple[Any, ...]) -> tuple[Any, ...]:
    name, op, limits = test
    return _written(name), op, tuple((*one[:3], _written(one[3]) if one[3] else (), *one[4:]) for one in limits)


def _written(name: tuple[str, str]) -> tuple[str, ...]:
    """A name's words in one, without particles; English ones without order (the width of doors, the door width)."""
    words = " ".join(name)
    if re.search(r"[\u4e00-\u9fff]", words):
        return (re.sub(r"\s|的", "", words),)
    return tuple(sorted(re.sub(r"\b(?:of|the|in|at|for)\b", " ", words).split()))


def shown(parts: Iterable[Part]) -> list[Any]:
    """Parts in notation, for a list of errors."""
    return [[write_test(one.test), _lines(one.when), _lines(one.unless), one.severity.value] for one in parts]


def _lines(groups: Groups) -> list[list[str]]:
    return [[write_test(test) for test in group] for group in groups]


def _part(part: Part) -> tuple[Any, ...]:
    return _test(part.test), _groups(part.when), _groups(part.unless), part.severity.value


def _groups(groups: Groups) -> tuple[Any, ...]:
    return tuple(sorted(tuple(sorted(_test(test) for test in group)) for group in groups))


def _test(test: Test) -> tuple[Any, ...]:
    limits = [_limit(limit) for limit in test.limits]
    return _name(test.field), test.op.value, tuple(sorted(limits) if test.op.value in ("in", "not in") else limits)


def _name(name: Name) -> tuple[str, str]:
    return _plain(name.object), _plain(name.property)


def _plain(words: str) -> str:
    return _ARTICLES.sub("", f"{words} ").strip().lower()


def _limit(limit: Limit) -> tuple[Any, ...]:
    return (
        "" if limit.number is None else format(limit.number.normalize(), "f"),
        limit.unit,
        limit.words.lower(),
        () if limit.of is None else _name(limit.of),
        "" if limit.plus is None else format(limit.plus.normalize(), "f"),
        limit.plus_unit,
    )

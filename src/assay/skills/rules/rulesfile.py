"""RULES.yaml: rules as a person reads, corrects and confirms them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assay.kernel.errors import InputError
from assay.skills.rules.design import MAX_BYTES, load_tree
from assay.skills.rules.notation import read_groups, read_test, write_groups, write_test
from assay.skills.rules.rule import Confirmation, Part, Place, Rule, Severity, Unread

_HEAD = """\
# Rules that `assay rules extract` read; a rule counts once a person confirmed it: `assay rules confirm`.
# A rule with state "unclear" has reasons why it may be read wrongly: correct it if need be, and confirm it by its id.
# test / when / unless: `object :: property >= 1.1 m`. A rule that is changed after its confirmation is proposed again.
"""


@dataclass(slots=True)
class RuleBook:
    """The rules of one file, with the clauses that were not read and where they come from."""

    rules: list[Rule] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    source: dict[str, str] = field(default_factory=dict)


def write_book(book: RuleBook) -> str:
    """The file's text: the same book gives the same text."""
    import yaml

    data = {
        "source": dict(book.source),
        "rules": [rule_data(rule) for rule in book.rules],
        "unread": [_unread_data(one) for one in book.unread],
    }
    return _HEAD + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)


def read_book(path: Path) -> RuleBook:
    """The rules of a file. Raises InputError naming the rule that is wrong."""
    if not path.is_file():
        raise InputError("rules.no_file", path=path)
    if path.stat().st_size > MAX_BYTES:
        raise InputError("rules.too_big", path=path, most=MAX_BYTES // 1_000_000)
    data = load_tree(path)
    if not isinstance(data, dict) or not isinstance(data.get("rules"), list):
        raise InputError("rules.book_shape", path=path)
    rules = [_checked(one, number, path) for number, one in enumerate(data["rules"], 1)]
    ids = [rule.id for rule in rules]
    if twice := next((id for number, id in enumerate(ids) if id in ids[:number]), None):
        raise InputError("rules.book_twice", path=path, id=twice)
    source = data.get("source") if isinstance(data.get("source"), dict) else {}
    unread = [_unread(one) for one in data.get("unread") or () if isinstance(one, dict)]
    return RuleBook(rules, unread, {str(name): str(value) for name, value in (source or {}).items()})


def _checked(data: Any, number: int, path: Path) -> Rule:
    try:
        return rule_of(data)
    except (ValidationError, InputError, KeyError, TypeError, ValueError) as error:
        name = data.get("id", number) if isinstance(data, dict) else number
        problem = error.render() if isinstance(error, InputError) else _short(error)
        raise InputError("rules.book_rule", path=path, id=name, problem=problem) from error


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'/'.join(map(str, first['loc']))}: {first['msg']}"
    return f"{type(error).__name__}: {error}"[:200]


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as the file holds it."""
    data: dict[str, Any] = {
        "id": rule.id,
        "state": "confirmed" if rule.confirmed else "unclear" if rule.doubts else "proposed",
        "clause": rule.clause,
        "quote": rule.quote,
        "parts": [_part_data(part) for part in rule.parts],
        "place": _place_data(rule.place),
        "lang": rule.lang,
    }
    if rule.context:
        data["context"] = list(rule.context)
    if rule.origin != "grammar":
        data["origin"] = rule.origin
    if rule.doubts:
        data["unclear"] = list(rule.doubts)
    if rule.confirmation is not None:
        data["confirmation"] = rule.confirmation.model_dump()
    return data


def rule_of(data: Any) -> Rule:
    """A rule from the file's data. Raises InputError, pydantic's ValidationError, KeyError or TypeError."""
    if not isinstance(data, dict):
        raise TypeError("a rule is a mapping")
    confirmation = data.get("confirmation")
    return Rule(
        id=str(data["id"]),
        clause=str(data.get("clause") or ""),
        place=Place.model_validate({name: value for name, value in (data.get("place") or {}).items()}),
        lang="zh" if data.get("lang") == "zh" else "en",
        quote=str(data["quote"]),
        context=tuple(str(one) for one in data.get("context") or ()),
        parts=tuple(_part(one) for one in data["parts"]),
        origin=str(data.get("origin", "grammar")),
        doubts=tuple(str(one) for one in data.get("unclear") or ()),
        confirmation=None if confirmation is None else Confirmation.model_validate(confirmation),
    )


def _part_data(part: Part) -> dict[str, Any]:
    data: dict[str, Any] = {"test": write_test(part.test)}
    if part.when:
        data["when"] = write_groups(part.when)
    if part.unless:
        data["unless"] = write_groups(part.unless)
    if part.severity is not Severity.MANDATORY:
        data["severity"] = part.severity.value
    return data


def _part(data: Any) -> Part:
    unknown = set(data) - {"test", "when", "unless", "severity"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(map(str, unknown)))}")
    return Part(
        test=read_test(str(data["test"])),
        when=read_groups(_lists(data.get("when"))),
        unless=read_groups(_lists(data.get("unless"))),
        severity=Severity(data.get("severity", "mandatory")),
    )


def _lists(data: Any) -> list[list[str]]:
    """Groups: a list of lists of lines; a line alone is a group of one."""
    found = []
    for group in data or ():
        found.append([str(line) for line in group] if isinstance(group, list) else [str(group)])
    if not all(found):
        raise ValueError("an empty group")
    return found


def _place_data(place: Place) -> dict[str, Any]:
    return {name: value for name, value in place.model_dump().items() if value}


def _unread_data(one: Unread) -> dict[str, Any]:
    data: dict[str, Any] = {"clause": one.clause, "quote": one.quote, "reason": one.reason}
    if one.near:
        data["near"] = one.near
    data["place"] = _place_data(one.place)
    data["lang"] = one.lang
    if one.context:
        data["context"] = list(one.context)
    return data


def _unread(data: dict[str, Any]) -> Unread:
    return Unread.model_validate({"quote": "", "reason": "unread_other", **data})


def confirm(rules: Sequence[Rule], ids: Iterable[str] | None, *, by: str, at: str) -> tuple[list[Rule], list[Rule]]:
    """All rules after a person confirmed some, and those newly confirmed. InputError for an unknown id.

    ``ids`` None is every rule of which the grammar is sure: what a model proposed, and what is unclear, is confirmed by
    its id only.
    """
    wanted = None if ids is None else set(ids)
    unknown = sorted((wanted or set()) - {rule.id for rule in rules})
    if unknown:
        raise InputError("rules.unknown_rule", id=unknown[0])
    after, new = [], []
    for rule in rules:
        meant = rule.origin == "grammar" and not rule.doubts if wanted is None else rule.id in wanted
        if meant and not rule.confirmed:
            rule = rule.model_copy(update={"confirmation": Confirmation(by=by, at=at, hash=rule.hash)})
            new.append(rule)
        after.append(rule)
    return after, new

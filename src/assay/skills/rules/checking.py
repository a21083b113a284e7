"""A design against rules: each clause with its verdict, words and place, and what each object says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.skills.rules.design import Design
from assay.skills.rules.evaluate import FAIL, OFF, PASS, UNKNOWN, VERDICTS, evaluate
from assay.skills.rules.lookup import FieldMap, Lookup
from assay.skills.rules.rule import Rule, Severity
from assay.skills.rules.spellings import Spellings


def checked(
    rules: Sequence[Rule], design: Design, mapping: FieldMap | None = None, words: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    """The verdicts as plain data; ``words`` are groups of formal words for one thing (a plant's dictionary).

    A clause fails when any of its parts fails for any object; else it cannot be told when any cannot; else it passes
    when any passes; else it does not apply. ``counts`` are of clauses.
    """
    look = Lookup(design, mapping or FieldMap(), Spellings(words))
    results = [_clause(rule, look) for rule in rules]
    return {
        "design": design.name,
        "objects": len(design.things),
        "rules": len(results),
        "counts": {verdict: sum(one["verdict"] == verdict for one in results) for verdict in VERDICTS},
        "results": results,
    }


def _clause(rule: Rule, look: Lookup) -> dict[str, Any]:
    found = [
        {"part": number, "severity": part.severity.value, **one}
        for number, part in enumerate(rule.parts)
        for one in evaluate(part, look)
    ]
    return {
        "rule": rule.id,
        "clause": rule.clause or rule.id,
        "verdict": summary([one["verdict"] for one in found]),
        "severity": _severity(found),
        "confirmed": rule.confirmed,
        "quote": rule.quote,
        "context": list(rule.context),
        "place": rule.place.model_dump(mode="json"),
        "found": found,
    }


def _severity(found: Sequence[dict[str, Any]]) -> str:
    """How strict what fails is; of a clause that does not fail, the strictest of its parts."""
    bad = [one for one in found if one["verdict"] == FAIL] or list(found)
    strict = any(one["severity"] == Severity.MANDATORY.value for one in bad)
    return (Severity.MANDATORY if strict else Severity.RECOMMENDED).value


def summary(verdicts: Sequence[str]) -> str:
    """The verdict of a clause from those of its parts and objects."""
    return next((one for one in (FAIL, UNKNOWN, PASS) if one in verdicts), OFF)

"""Claims over the evidence of a check or an extraction: counts, then what is not met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operand, Slot
from assay.kernel.evidence import Evidence
from assay.kernel.texts import Lang, text
from assay.skills.rules.evaluate import FAIL, UNKNOWN

MOST = 40
"""How many objects that fail, and how many gaps, are said one by one; the JSON holds all."""
_SAYS = {">=": "least", "<=": "most", ">": "over", "<": "under"}


def extract_claims(found: Evidence) -> list[Claim]:
    """How many clauses were read as rules, how many of these are unclear, and how many were not read."""
    slots: dict[str, Slot] = {
        "rules": _number(found, "counts/rules"),
        "unclear": _number(found, "unclear"),
        "unread": _number(found, "counts/unread"),
    }
    return [Claim(id="extracted", topic="extracted", key="rules.claim_extracted", slots=slots)]


def check_claims(found: Evidence) -> list[Claim]:
    """The counts of the verdicts, and each object that fails a clause with its value and the limit."""
    value: Any = found.value
    counts: dict[str, Slot] = {
        "checked": _number(found, "rules"),
        "passed": _number(found, "counts/pass"),
        "failed": _number(found, "counts/fail"),
        "off": _number(found, "counts/not_applicable"),
        "unknown": _number(found, "counts/cannot_tell"),
    }
    claims = [Claim(id="counts", topic="counts", key="rules.claim_counts", slots=counts)]
    for place, one in _failures(value):
        claims.append(_failure(found, place, one))
        if len(claims) > MOST:
            break
    return claims


def _failures(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for i, result in enumerate(value["results"]):
        for j, one in enumerate(result["found"]):
            if one["verdict"] == FAIL:
                yield f"results/{i}/found/{j}", one


def _failure(found: Evidence, path: str, one: dict[str, Any]) -> Claim:
    tested = one["test"]
    slots: dict[str, Slot] = {
        "clause": _name(found, f"{path.rpartition('/found/')[0]}/clause"),
        "object": _name(found, f"{path}/object"),
        "test": _name(found, f"{path}/test/test"),
    }
    says = _SAYS.get(tested["op"])
    if says is not None and tested["value"] is not None and len(tested["limits"]) == 1:
        unit = tested["unit"]
        slots["value"] = _number(found, f"{path}/test/value", unit, _decimals(tested["value"]))
        slots["limit"] = _number(found, f"{path}/test/limits/0", unit, _decimals(tested["limits"][0]))
        return Claim(id=f"fail_{path}", topic="fail", key=f"rules.claim_fail_{says}", slots=slots)
    slots["shown"] = _name(found, f"{path}/test/shown")
    return Claim(id=f"fail_{path}", topic="fail", key="rules.claim_fail", slots=slots)


def gaps(value: Any, lang: Lang) -> list[str]:
    """What is missing where it cannot be told, as sentences."""
    said: dict[str, None] = {}
    for result in value["results"]:
        for one in result["found"]:
            for gap in one["missing"] if one["verdict"] == UNKNOWN else ():
                said[gap_sentence(result["clause"], gap, lang)] = None
    lines = list(said)
    if len(lines) > MOST:
        return [*lines[:MOST], text("rules.more_missing", lang, count=len(lines) - MOST)]
    return lines


def gap_sentence(clause: str, gap: dict[str, Any], lang: Lang) -> str:
    """One gap as a sentence."""
    join = "、" if lang == "zh" else ", "
    return text(
        f"rules.missing_{gap['kind']}", lang, clause=clause, field=gap["field"], candidates=join.join(gap["candidates"])
    )


def _number(found: Evidence, path: str, unit: str = "", decimals: int = 0) -> NumberSlot:
    return NumberSlot(operands=(Operand(evidence=found.id, path=path),), unit=unit, decimals=decimals)


def _name(found: Evidence, path: str) -> NameSlot:
    return NameSlot(operand=Operand(evidence=found.id, path=path))


def _decimals(value: float) -> int:
    """Enough decimals to show the number as it is."""
    return next((places for places in range(9) if abs(round(value, places) - value) <= 1e-9 * max(1.0, abs(value))), 9)

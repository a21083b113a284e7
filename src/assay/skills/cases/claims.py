"""Claims over cases: every share, count and name points into the evidence."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operand, Operation, Slot
from assay.kernel.evidence import Evidence
from assay.kernel.texts import Lang, text

PROBABLE = "cases.hedge_probable"
TOLD = 3
"""Causes, cases and measures in sentences; the whole lists are in the answer's data."""


def _number(
    found: Evidence, path: str, unit: str = "", decimals: int = 0, operation: Operation = Operation.VALUE
) -> NumberSlot:
    operand = Operand(evidence=found.id, path=path)
    return NumberSlot(operands=(operand,), unit=unit, decimals=decimals, operation=operation)


def _share(found: Evidence, path: str) -> NumberSlot:
    return _number(found, path, "%", 0, Operation.PERCENT)


def _name(found: Evidence, path: str) -> NameSlot:
    return NameSlot(operand=Operand(evidence=found.id, path=path))


def _claim(key: str, topic: str, slots: dict[str, Slot], at: str = "", hedge: str | None = None) -> Claim:
    return Claim(id=f"{key}{at}", topic=topic, key=f"cases.{key}", slots=slots, hedge=hedge)


def similar_claims(found: Evidence, lang: Lang) -> list[Claim]:
    """The most alike cases with what was done; none when no case shares a finding."""
    value: Any = found.value
    claims = []
    for at, one in enumerate(value["list"][:TOLD]):
        path = f"list/{at}"
        slots: dict[str, Slot] = {
            "case": _name(found, f"{path}/case"),
            "equipment": _name(found, f"{path}/equipment"),
            "likeness": _share(found, f"{path}/likeness"),
            "source": _name(found, f"{path}/source"),
        }
        key = "claim_alike_proposed" if one["state"] == "proposed" else "claim_alike"
        claims.append(_claim(key, "alike", slots, f"_{at}"))
        if one["cause"]:
            about: dict[str, Slot] = {"case": slots["case"], "cause": _name(found, f"{path}/cause")}
            claims.append(_claim("claim_alike_cause", "why", about, f"_{at}"))
        for row, _ in enumerate(one["measures"][:TOLD]):
            done: dict[str, Slot] = {"case": slots["case"], "measure": _name(found, f"{path}/measures/{row}")}
            claims.append(_claim("claim_alike_measure", "done", done, f"_{at}_{row}"))
    return claims


def diagnose_claims(found: Evidence, lang: Lang) -> list[Claim]:
    """The causes by shares, and what helped against the first; none when the records do not know the picture."""
    value: Any = found.value
    if not value["recognised"]:
        return []
    claims = []
    for at, _ in enumerate(value["causes"][:TOLD]):
        path = f"causes/{at}"
        slots: dict[str, Slot] = {
            "cause": _name(found, f"{path}/name/{lang}"),
            "share": _share(found, f"{path}/share"),
            "count": _number(found, f"{path}/count"),
            "told": _name(found, f"{path}/told"),
        }
        claims.append(_claim("claim_cause", "other" if at else "cause", slots, f"_{at}", PROBABLE))
    for at, _ in enumerate(value["plan"][:TOLD]):
        path = f"plan/{at}"
        measure: dict[str, Slot] = {
            "measure": _name(found, f"{path}/measure"),
            "tried": _number(found, f"{path}/tried"),
            "helped": _number(found, f"{path}/helped"),
        }
        claims.append(_claim("claim_measure", "measure", measure, f"_{at}"))
    return claims


def graph_claims(found: Evidence, lang: Lang) -> list[Claim]:
    """How much the graph holds."""
    value: Any = found.value
    if not value["nodes"]:
        return []
    counted: dict[str, Slot] = {
        "nodes": _number(found, "nodes", operation=Operation.COUNT),
        "edges": _number(found, "edges", operation=Operation.COUNT),
        "cases": _number(found, "cases"),
    }
    return [_claim("claim_graph", "graph", counted)]


def not_known(found: Evidence, lang: Lang) -> list[str]:
    """What the records do not cover, as sentences."""
    value: Any = found.value
    said = [text("cases.not_in_records", lang, name=one[lang]) for one in value["not_in_records"]]
    share = round(100 * value["unknown"])
    return [*said, text("cases.unknown_share", lang, share=share)]


def why_no_cause(found: Evidence) -> str:
    """Whether a question is left that may show a cause, or the records do not know the picture at all."""
    value: Any = found.value
    known = len(value["not_in_records"]) < len(value["findings"])
    return "cause_yet" if known and value["question"] is not None else "cause"

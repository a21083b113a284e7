"""The skill's sentences: quotes with their source, yes or no before them, and what an alarm was."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, NameSlot, Operand, Slot
from assay.kernel.evidence import Evidence


def quote_claim(found: Evidence, topic: str, number: int, hedge: str | None = None) -> Claim:
    """One opened unit as a sentence: title, version, page and words; ``hedge`` goes before it ("Yes.")."""
    value: Any = found.value
    key = "claim_row" if value["cells"] else "claim_quote"
    if not value["current"]:
        key = f"{key}_old"
    slots: dict[str, Slot] = {
        "title": _name(found, "title"),
        "version": _name(found, "version"),
        "page": _name(found, "page_label"),
        "said": _name(found, "said"),
    }
    return Claim(id=f"{topic}_{number}", topic=topic, key=f"knowledge_qa.{key}", slots=slots, hedge=hedge)


def alarm_claim(found: Evidence) -> Claim:
    """Which alarm is the newest active one of the plant."""
    slots: dict[str, Slot] = {"alarm": _name(found, "alarm"), "plant": _name(found, "plant")}
    return Claim(id="alarm", topic="alarm", key="knowledge_qa.claim_alarm", slots=slots)


def _name(found: Evidence, path: str) -> NameSlot:
    return NameSlot(operand=Operand(evidence=found.id, path=path))

"""A model's state, read from the audit record: who changed it, when and why.

``active``: may be used. ``stood_back``: its data drifted or its naive rival is as good; a passed test or a new training
brings it back. ``retired``: kept and never used again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assay.kernel.errors import IntegrityError
from assay.plant.records.audit import AuditRow

TRAINED, TESTED, RETIRED = "model.trained", "model.tested", "model.retired"


class State(StrEnum):
    """See this module."""

    ACTIVE = "active"
    STOOD_BACK = "stood_back"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the audit record about a model, and the state from then on."""

    time: str
    who: str
    what: str
    state: State
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """The state now, why (text keys ``library.reason_...`` without the prefix), and the whole history."""

    state: State
    reasons: tuple[str, ...]
    manifest: str
    changes: tuple[Change, ...]


def subject(name: str, version: int) -> str:
    """What the audit record calls a model."""
    return f"model:{name}@{version}"


def standing(name: str, rows: Iterable[AuditRow]) -> Standing | None:
    """The state from a model's audit rows in their order; None without a training. IntegrityError for a changed row."""
    changes: list[Change] = []
    state, reasons, manifest = State.ACTIVE, tuple[str, ...](), ""
    for row in rows:
        if row.hash != row.expected():
            raise IntegrityError("library.record_changed", name=name, seq=row.seq)
        detail = json.loads(row.detail)
        if row.what == TRAINED:
            manifest = detail["manifest"]
        if row.what == RETIRED:
            state, reasons = State.RETIRED, ("retired",)
        elif state is not State.RETIRED and detail["verdict"] != "unknown":
            state = State.ACTIVE if detail["verdict"] == "fit" else State.STOOD_BACK
            reasons = tuple(detail["reasons"])
        changes.append(Change(row.time, row.who, row.what, state, detail))
    return Standing(state, reasons, manifest, tuple(changes)) if manifest else None

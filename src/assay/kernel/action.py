"""Actions: proposed writes to a plant, or people to send to it, and their approval."""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from assay.kernel.evidence import canonical_json, content_hash
from assay.kernel.texts import Lang, text


class ActionState(StrEnum):
    """proposed -> approved | rejected | expired; approved -> executing -> executed -> confirmed | rolled_back | failed.

    ``executing`` is taken by exactly one process before it writes (also before a rollback); an action found in it later
    was interrupted.
    """

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    EXECUTING = "executing"
    EXECUTED = "executed"
    CONFIRMED = "confirmed"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


TRANSITIONS: dict[ActionState, frozenset[ActionState]] = {
    ActionState.PROPOSED: frozenset({ActionState.APPROVED, ActionState.REJECTED, ActionState.EXPIRED}),
    ActionState.APPROVED: frozenset({ActionState.EXECUTING, ActionState.EXPIRED, ActionState.FAILED}),
    ActionState.EXECUTING: frozenset({ActionState.EXECUTED, ActionState.ROLLED_BACK, ActionState.FAILED}),
    ActionState.EXECUTED: frozenset({ActionState.CONFIRMED, ActionState.EXECUTING, ActionState.FAILED}),
}


class Write(BaseModel):
    """One value for one target tag, with the value that was there (what a rollback writes)."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    tag: str
    value: float
    unit: str
    before: float


ActionKind = Literal["write", "dispatch"]


class Order(BaseModel):
    """A person to send to a piece of equipment. Nothing is written to a plant: what is executed is the record.

    ``job`` is the alarm or work order, ``until`` the end of the person's shift, after which the order is void.
    """

    model_config = ConfigDict(frozen=True)

    job: str
    equipment: str
    tag: str = ""
    priority: str = ""
    person: str
    skills: tuple[str, ...] = ()
    until: AwareDatetime


class Proposal(BaseModel):
    """What a person is asked to approve: writes or orders, never both.

    Its ``digest`` binds the approval to exactly these arguments.
    """

    model_config = ConfigDict(frozen=True)

    plant: str
    zone: str
    writes: tuple[Write, ...] = ()
    orders: tuple[Order, ...] = ()
    reason: str
    predicted: dict[str, JsonValue] = {}
    evidence: tuple[str, ...] = ()
    expires: datetime

    @property
    def kind(self) -> ActionKind:
        """What executing it does."""
        return "dispatch" if self.orders else "write"

    @property
    def digest(self) -> str:
        """SHA-256 over plant, zone, writes or orders, evidence and expiry."""
        # Without orders the digest is what it was before there were any: stored actions keep theirs.
        free = {"reason", "predicted"} if self.orders else {"reason", "predicted", "orders"}
        return content_hash(self.model_dump(mode="json", exclude=free))


class Approval(BaseModel):
    """A person's decision: who, in which role, on exactly which proposal, until when."""

    model_config = ConfigDict(frozen=True)

    person: str
    role: str
    digest: str
    approved: bool
    at: datetime
    expires: datetime


class Action(BaseModel):
    """A proposal with its life. ``note`` says what happened last; show it with ``note_text``."""

    model_config = ConfigDict(frozen=True)

    id: str
    run: str
    state: ActionState
    proposal: Proposal
    approval: Approval | None = None
    read_back: dict[str, float] = {}
    note: str = ""

    def note_text(self, lang: Lang = "en") -> str:
        """The note as a sentence for a person."""
        if not self.note.startswith("{"):
            return self.note
        stored = json.loads(self.note)
        return text(stored["key"], lang, **stored["params"])


def note(key: str, /, **params: str | float | int) -> str:
    """A note that can be shown in every language: a text key with its parameters."""
    return canonical_json({"key": key, "params": params})

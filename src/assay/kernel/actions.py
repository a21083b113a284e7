"""Actions: propose, decide, execute, confirm, roll back. Nothing else in Assay writes to a plant or sends anybody."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from assay.kernel.action import Action, ActionKind, ActionState, Approval, Proposal, note
from assay.kernel.errors import AssayError, NeedsApproval, Refused
from assay.kernel.policy import Caller, Policy
from assay.kernel.ports import ActionStore, DispatchDesk, EvidenceStore, PlantWriter, TagBook
from assay.kernel.sending import Sender
from assay.kernel.writing import Hand, Outcome

PROPOSE = "action.propose"
"""The name under which a policy's rules allow proposing writes (effect ``write``)."""
DISPATCH = "action.dispatch"
"""The name under which they allow proposing whom to send (effect ``write``)."""
LONGEST_LIFE = timedelta(hours=24)
SELF = "assay"
"""Who acts where no person is named: the program itself."""


def utc_now() -> datetime:
    """The time now, aware."""
    return datetime.now(UTC)


class ActionService:
    """The only way to the plant's writer and to the desk that sends people.

    ``plant``, when given, is the only plant whose proposals are taken; ``evidence``, when given, must hold every piece
    of evidence that a proposal names; ``settle`` is how many seconds a written value may take to show in read-back.
    Refusals raise ``Refused`` and are recorded in the store's audit.
    """

    def __init__(
        self,
        store: ActionStore,
        policy: Policy,
        tagbook: TagBook,
        writer: PlantWriter,
        clock: Callable[[], datetime] = utc_now,
        *,
        plant: str | None = None,
        evidence: EvidenceStore | None = None,
        settle: float = 5.0,
        desk: DispatchDesk | None = None,
    ) -> None:
        self._store, self._policy, self._clock = store, policy, clock
        self._hands: dict[ActionKind, Hand | Sender] = {
            "write": Hand(writer, tagbook, settle),
            "dispatch": Sender(desk, clock),
        }
        self._plant, self._evidence = plant, evidence

    def propose(self, proposal: Proposal, *, run: str, caller: Caller) -> Action:
        """Store a proposal that keeps every limit; nothing is written and nobody sent."""
        right = DISPATCH if proposal.kind == "dispatch" else PROPOSE
        self._policy.require(caller, right, "write", proposal.zone)
        self._check(proposal)
        now = self._clock()
        if proposal.expires.tzinfo is None or not now < proposal.expires <= now + LONGEST_LIFE:
            raise Refused("kernel.action_expiry", hours=LONGEST_LIFE.total_seconds() / 3600)
        if not proposal.evidence:
            raise Refused("kernel.action_no_evidence")
        if self._evidence is not None:
            for id in proposal.evidence:
                self._evidence.get(id)
        action = Action(id=f"act_{uuid.uuid4().hex[:12]}", run=run, state=ActionState.PROPOSED, proposal=proposal)
        self._store.create(action)
        return action

    def decide(self, action_id: str, *, person: str, role: str, digest: str, approve: bool) -> Action:
        """Approve or reject exactly the proposal whose digest the person saw."""
        action = self._store.get(action_id)
        if action.state is not ActionState.PROPOSED:
            self._refuse(action, person, "kernel.action_moved", expected="proposed", state=action.state.value)
        self._not_expired(action, person)
        if digest != action.proposal.digest:
            self._refuse(action, person, "kernel.action_digest")
        self._may(action, person, role)
        approval = Approval(
            person=person,
            role=role,
            digest=digest,
            approved=approve,
            at=self._clock(),
            expires=action.proposal.expires,
        )
        state = ActionState.APPROVED if approve else ActionState.REJECTED
        return self._advance(action, by=person, state=state, approval=approval)

    async def execute(self, action_id: str, *, by: str = SELF) -> Action:
        """Carry out an approved action; the result is ``executed``, ``rolled_back`` or ``failed`` (see its note).

        Before the first write, everything is checked again: state, expiry, digest, the approver's right, the limits,
        and that the plant still is where the proposal found it. Errors of the link at this point leave it approved.
        """
        action = self._store.get(action_id)
        self._approved(action, by)
        try:
            self._check(action.proposal)
        except Refused as error:
            self._refuse(action, by, error.key, **error.params)
        hand = self._hands[action.proposal.kind]
        obstacle = await hand.obstacle(action, done=False)
        if obstacle is not None:
            self._refuse(action, by, obstacle[0], **obstacle[1])
        self._not_expired(action, by)  # reading took time
        claimed = self._advance(action, by=by, state=ActionState.EXECUTING, note=note("kernel.action_writing"))
        outcome = await hand.carry_out(action)
        state = ActionState.EXECUTED if outcome.written else _after_failure(outcome)
        done = self._advance(claimed, by=by, state=state, read_back=outcome.read_back, note=outcome.note)
        if outcome.stopped is not None:
            raise outcome.stopped
        return done

    def confirm(self, action_id: str, *, by: str = SELF) -> Action:
        """Say that an executed action had the predicted effect."""
        action = self._store.get(action_id)
        if action.state is not ActionState.EXECUTED:
            self._refuse(action, by, "kernel.action_moved", expected="executed", state=action.state.value)
        return self._advance(action, by=by, state=ActionState.CONFIRMED)

    async def rollback(self, action_id: str, *, by: str = SELF, interrupted: bool = False) -> Action:
        """Restore the values that were there before, or call the people back, under the same approval.

        A person (``by``) may do so who approved the action, or who may approve actions in its zone.
        Refused where somebody has moved a written value since: what they did must not be undone unseen.
        ``interrupted`` also takes an action that was left in ``executing`` by a process that is known to be dead;
        nobody knows what the plant shows then.
        """
        action = self._store.get(action_id)
        dead = interrupted and action.state is ActionState.EXECUTING
        if action.state is not ActionState.EXECUTED and not dead:
            self._refuse(action, by, "kernel.action_moved", expected="executed", state=action.state.value)
        if action.approval is None or action.approval.digest != action.proposal.digest:
            self._refuse(action, by, "kernel.action_digest")
        if by not in (SELF, action.approval.person):
            self._may_any(action, by)
        if self._plant is not None and action.proposal.plant != self._plant:
            self._refuse(action, by, "kernel.action_plant", plant=action.proposal.plant, expected=self._plant)
        # A link that is down shows itself here, where the action can still stay what it is.
        hand = self._hands[action.proposal.kind]
        obstacle = await hand.obstacle(action, done=True)
        if not dead:
            if obstacle is not None:
                self._refuse(action, by, obstacle[0], **obstacle[1])
            writing = note("kernel.action_restoring")
            action = self._advance(action, by=by, state=ActionState.EXECUTING, note=writing)
        outcome = await hand.take_back(action)
        read_back = {**action.read_back, **outcome.read_back}
        return self._advance(action, by=by, state=_after_failure(outcome), read_back=read_back, note=outcome.note)

    def _check(self, proposal: Proposal) -> None:
        if self._plant is not None and proposal.plant != self._plant:
            raise Refused("kernel.action_plant", plant=proposal.plant, expected=self._plant)
        self._hands[proposal.kind].check(proposal)

    def _approved(self, action: Action, by: str) -> None:
        if action.state is ActionState.PROPOSED:
            self._store.refused(action.id, by=by, why="kernel.action_needs_approval")
            raise NeedsApproval("kernel.action_needs_approval", action=action.id)
        approval = action.approval
        if action.state is not ActionState.APPROVED or approval is None or not approval.approved:
            self._refuse(action, by, "kernel.action_moved", expected="approved", state=action.state.value)
        self._not_expired(action, by)
        if approval.digest != action.proposal.digest:
            self._refuse(action, by, "kernel.action_digest")
        self._may(action, approval.person, approval.role)

    def _may(self, action: Action, person: str, role: str) -> None:
        zone, kind = action.proposal.zone, action.proposal.kind
        try:
            holds = role in self._policy.caller(person).roles
        except Refused as error:
            self._refuse(action, person, error.key, **error.params)
        if not holds or not self._policy.may_approve(role, zone, kind):
            self._refuse(action, person, "kernel.action_role", person=person, role=role, zone=zone)

    def _may_any(self, action: Action, person: str) -> None:
        """Refused unless one of the person's roles may approve in the action's zone."""
        roles = self._policy.users.get(person, ())
        zone, kind = action.proposal.zone, action.proposal.kind
        if not any(self._policy.may_approve(role, zone, kind) for role in roles):
            self._refuse(action, person, "kernel.action_role", person=person, role=", ".join(roles) or "-", zone=zone)

    def _not_expired(self, action: Action, by: str) -> None:
        ends = [action.proposal.expires] + ([action.approval.expires] if action.approval else [])
        if self._clock() >= min(ends):
            self._advance(action, by=by, state=ActionState.EXPIRED)
            raise Refused("kernel.action_expired", id=action.id, expires=min(ends).isoformat())

    def _advance(self, action: Action, *, by: str, state: ActionState, **changes: object) -> Action:
        fresh = {"note": "", **changes, "state": state}
        moved = action.model_copy(update=fresh)
        self._store.advance(moved, expected=action.state.value, by=by)
        return moved

    def _refuse(self, action: Action, by: str, key: str, **params: object) -> NoReturn:
        self._store.refused(action.id, by=by, why=AssayError(key, **{"id": action.id, **params}).render("en"))
        raise Refused(key, **{"id": action.id, **params})


def _after_failure(outcome: Outcome) -> ActionState:
    return ActionState.ROLLED_BACK if outcome.restored else ActionState.FAILED

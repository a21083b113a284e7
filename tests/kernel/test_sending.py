"""Actions that send people: the same life as writes, with a right, an approval rule and an executor of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assay.kernel.action import Action, ActionState, Order, Proposal, Write
from assay.kernel.actions import ActionService
from assay.kernel.errors import BusyError, NeedsApproval, Refused
from assay.kernel.memory import MemoryActionStore
from assay.kernel.policy import Caller, Policy
from assay.kernel.ports import TagLimits

START = datetime(2026, 1, 5, 22, tzinfo=UTC)
POLICY = Policy.parse(
    """
users: {li: [shift_lead], wang: [writer], agent: [agent], old: [proposer]}
roles: [shift_lead, writer, agent, proposer]
zones: [control, safety]
rules:
  - {role: agent, effect: write, tool: action.dispatch, zone: control}
  - {role: proposer, effect: write, tool: action.propose, zone: control}
approvals: [{role: shift_lead, zone: control, kind: dispatch}, {role: writer, zone: control}]
"""
)
AGENT = Caller("agent", ("agent",))
CHEN = Order(job="XMEAS_7 H", equipment="reactor", tag="XMEAS_7", person="Chen", until=START + timedelta(hours=8))


class Desk:
    """Keeps orders in memory."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.loses = False

    def zone(self, order: Order) -> str | None:
        return {"reactor": "control", "esd": "safety"}.get(order.equipment)

    def holder(self, order: Order) -> str | None:
        return self.held.get(order.job)

    def send(self, action: str, orders: Sequence[Order]) -> None:
        if not self.loses:
            self.held |= {order.job: action for order in orders}

    def recall(self, action: str, orders: Sequence[Order]) -> None:
        for order in orders:
            self.held.pop(order.job, None)


class Nothing:
    """A link that must not be used."""

    def limits(self, tag: str) -> TagLimits | None:
        raise AssertionError

    def names(self) -> frozenset[str]:
        raise AssertionError

    async def read(self, tag: str) -> float:
        raise AssertionError

    async def write(self, tag: str, value: float) -> None:
        raise AssertionError


class Room:
    def __init__(self, desk: Desk | None = None) -> None:
        self.desk, self.store, self.now = desk or Desk(), MemoryActionStore(), START
        self.service = ActionService(
            self.store, POLICY, Nothing(), Nothing(), lambda: self.now, plant="p1", desk=self.desk
        )

    def propose(self, *orders: Order, caller: Caller = AGENT, **changes: Any) -> Action:
        fields: dict[str, Any] = {
            "plant": "p1",
            "zone": "control",
            "orders": orders or (CHEN,),
            "reason": "look at it",
            "evidence": ("ev_1",),
            "expires": START + timedelta(hours=1),
        }
        return self.service.propose(Proposal(**{**fields, **changes}), run="r", caller=caller)

    def approve(self, action: Action, **changes: Any) -> Action:
        by = {"person": "li", "role": "shift_lead", "digest": action.proposal.digest, "approve": True, **changes}
        return self.service.decide(action.id, **by)

    def execute(self, action: Action) -> Action:
        return asyncio.run(self.service.execute(action.id, by="li"))

    def recall(self, action: Action, by: str = "li") -> Action:
        return asyncio.run(self.service.rollback(action.id, by=by))


def test_somebody_is_sent_and_called_back() -> None:
    room = Room()
    action = room.propose()
    with pytest.raises(NeedsApproval):
        room.execute(action)
    assert room.approve(action).state is ActionState.APPROVED and room.desk.held == {}
    done = room.execute(action)
    assert done.state is ActionState.EXECUTED and room.desk.held == {"XMEAS_7 H": action.id}
    assert "Chen" in done.note_text("en") and "Chen" in done.note_text("zh")
    assert room.recall(action).state is ActionState.ROLLED_BACK and room.desk.held == {}
    with pytest.raises(Refused):
        room.recall(action)


def test_rights_to_write_do_not_send_people_nor_the_other_way_round() -> None:
    room = Room()
    with pytest.raises(Refused, match=r"action\.dispatch"):
        room.propose(caller=Caller("old", ("proposer",)))
    action = room.propose()
    with pytest.raises(Refused) as caught:
        room.approve(action, person="wang", role="writer")
    assert caught.value.key == "kernel.action_role"
    assert POLICY.may_approve("writer", "control") and not POLICY.may_approve("shift_lead", "control")
    with pytest.raises(Refused, match=r"action\.propose"):
        room.propose(orders=(), writes=(Write(tag="A", value=1.0, unit="%", before=0.0),))


def test_an_expired_or_changed_order_is_not_sent_and_none_twice() -> None:
    room = Room()
    action = room.propose()
    with pytest.raises(Refused) as caught:
        room.approve(action, digest="0" * 64)
    assert caught.value.key == "kernel.action_digest"
    room.approve(action)
    other = action.proposal.model_copy(update={"orders": (CHEN.model_copy(update={"person": "Wu"}),)})
    assert other.digest != action.proposal.digest
    room.execute(action)
    with pytest.raises(Refused):
        room.execute(action)
    again = room.propose(CHEN.model_copy(update={"person": "Wu"}))
    room.approve(again)
    with pytest.raises(Refused) as caught:
        room.execute(again)
    assert caught.value.key == "kernel.order_taken" and action.id in caught.value.render("zh")
    late = room.propose(CHEN.model_copy(update={"job": "XMEAS_8 H"}))
    room.approve(late)
    room.now += timedelta(hours=2)
    with pytest.raises(Refused) as caught:
        room.execute(late)
    assert caught.value.key == "kernel.action_expired"


def test_two_processes_send_once() -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    stale = room.store.get(action.id)
    room.execute(action)
    with pytest.raises(BusyError):
        room.store.advance(stale.model_copy(update={"state": ActionState.EXECUTING}), expected="approved", by="x")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"equipment": "moon"}, "kernel.order_equipment"),
        ({"equipment": "esd"}, "kernel.action_zone"),
        ({"until": START + timedelta(minutes=30)}, "kernel.order_shift"),
        ({"until": START}, "kernel.order_shift"),
    ],
)
def test_what_cannot_be_sent_is_not_proposed(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(Refused) as caught:
        Room().propose(CHEN.model_copy(update=changes))
    assert caught.value.key == key


def test_one_person_goes_to_one_job_and_an_action_is_of_one_kind() -> None:
    write = Write(tag="A", value=1.0, unit="%", before=0.0)
    for changes in ({"orders": (CHEN, CHEN.model_copy(update={"job": "x"}))}, {"writes": (write,)}):
        with pytest.raises(Refused) as caught:
            Room().propose(**changes)
        assert caught.value.key == "kernel.order_targets"


def test_an_order_that_is_not_in_the_records_was_not_sent() -> None:
    room = Room()
    room.desk.loses = True
    action = room.propose()
    room.approve(action)
    done = room.execute(action)
    assert done.state is ActionState.ROLLED_BACK and "nobody" in done.note_text("en")


def test_without_a_desk_nobody_is_sent_and_writes_keep_their_digest() -> None:
    service = ActionService(MemoryActionStore(), POLICY, Nothing(), Nothing(), lambda: START, plant="p1")
    fields: dict[str, Any] = {"plant": "p1", "zone": "control", "reason": "", "evidence": ("ev_1",)}
    proposal = Proposal(**fields, orders=(CHEN,), expires=START + timedelta(hours=1))
    with pytest.raises(Refused) as caught:
        service.propose(proposal, run="r", caller=AGENT)
    assert caught.value.key == "kernel.order_no_desk"
    write = Proposal(**fields, writes=(Write(tag="A", value=1.0, unit="%", before=0.0),), expires=START)
    # As stored before actions could send anybody.
    assert write.digest == "be547e0eb6c442dd2335281a489a91296fb5ee8ce20856f3657fc769889956a7"

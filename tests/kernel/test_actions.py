from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.kernel.action import Action, ActionState, Proposal, Write
from assay.kernel.actions import ActionService
from assay.kernel.errors import AssayError, BusyError, LinkError, NeedsApproval, Refused
from assay.kernel.memory import MemoryActionStore
from assay.kernel.policy import Caller, Policy
from assay.kernel.ports import TagLimits

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
POLICY = Policy.parse(
    """
users: {li: [shift_lead], wang: [operator], zhao: [safety_lead], agent: [agent]}
roles: [shift_lead, operator, safety_lead, agent]
zones: [control, safety]
rules: [{role: agent, effect: write, tool: action.propose, zone: control}]
approvals: [{role: shift_lead, zone: control}, {role: safety_lead, zone: safety}]
"""
)
AGENT = Caller("agent", ("agent",))


class Plant:
    """A fake plant: an equipment model and a writer whose link can fail."""

    def __init__(self) -> None:
        self.values = {"XMV_10": 40.0, "SP_9": 120.0, "ESD_1": 0.0}
        self.written: list[tuple[str, float]] = []
        self.fail_on: set[tuple[str, float]] = set()
        self.sticky: set[str] = set()
        self.down = False

    def limits(self, tag: str) -> TagLimits | None:
        return {
            "XMV_10": TagLimits("XMV_10", "%", "control", 0.0, 100.0, True),
            "SP_9": TagLimits("SP_9", "°C", "control", 100.0, 150.0, True),
            "ESD_1": TagLimits("ESD_1", "", "safety", 0.0, 1.0, True),
            "XMEAS_1": TagLimits("XMEAS_1", "kscmh", "control", 0.0, 1.0, False),
            "FREE": TagLimits("FREE", "", "control", -math.inf, 1.0, True),
        }.get(tag)

    def names(self) -> frozenset[str]:
        return frozenset({*self.values, "XMEAS_1", "FREE"})

    async def read(self, tag: str) -> float:
        if self.down:
            raise LinkError("kernel.tool_timeout", tool="link", seconds=1.0)
        return self.values[tag]

    async def write(self, tag: str, value: float) -> None:
        self.written.append((tag, value))
        if (tag, value) in self.fail_on:
            raise LinkError("kernel.tool_timeout", tool="link", seconds=1.0)
        if tag not in self.sticky:
            self.values[tag] = value


class Room:
    """A service with a clock that tests can turn."""

    def __init__(self, store: Any = None) -> None:
        self.plant, self.store, self.now = Plant(), store or MemoryActionStore(), START
        self.service = ActionService(
            self.store, POLICY, self.plant, self.plant, lambda: self.now, plant="p1", settle=0.0
        )

    def propose(self, *writes: Write, **changes: Any) -> Action:
        return self.service.propose(proposal(*writes, **changes), run="r", caller=AGENT)

    def approve(self, action: Action, **changes: Any) -> Action:
        given_by = {"person": "li", "role": "shift_lead", "digest": action.proposal.digest, "approve": True, **changes}
        return self.service.decide(action.id, **given_by)

    def execute(self, action: Action) -> Action:
        return asyncio.run(self.service.execute(action.id))


VALVE = Write(tag="XMV_10", value=45.0, unit="%", before=40.0)
SETPOINT = Write(tag="SP_9", value=118.0, unit="°C", before=120.0)


def proposal(*writes: Write, **changes: Any) -> Proposal:
    fields: dict[str, Any] = {
        "plant": "p1",
        "zone": "control",
        "writes": writes or (VALVE,),
        "reason": "more cooling",
        "evidence": ("ev_1",),
        "expires": START + timedelta(hours=1),
    }
    return Proposal(**{**fields, **changes})


def test_the_whole_life_of_an_action() -> None:
    room = Room()
    action = room.propose(VALVE, SETPOINT)
    assert room.plant.written == []
    assert room.approve(action).state is ActionState.APPROVED
    assert room.plant.written == []
    done = room.execute(action)
    assert (done.state, done.read_back) == (ActionState.EXECUTED, {"XMV_10": 45.0, "SP_9": 118.0})
    assert room.plant.written == [("XMV_10", 45.0), ("SP_9", 118.0)]
    back = asyncio.run(room.service.rollback(action.id))
    assert back.state is ActionState.ROLLED_BACK
    assert (room.plant.values["XMV_10"], room.plant.values["SP_9"]) == (40.0, 120.0)
    assert room.plant.written[2:] == [("SP_9", 120.0), ("XMV_10", 40.0)]
    states = ["proposed", "approved", "executing", "executed", "executing", "rolled_back"]
    assert [what for _, what, _ in room.store.log] == states
    with pytest.raises(Refused):
        room.service.confirm(action.id)


def test_what_somebody_moved_since_is_not_rolled_back() -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    room.execute(action)
    room.plant.values["XMV_10"] = 49.0
    with pytest.raises(Refused) as caught:
        asyncio.run(room.service.rollback(action.id))
    assert caught.value.key == "kernel.action_overtaken" and "49" in caught.value.render("zh")
    room.plant.down = True
    room.plant.values["XMV_10"] = 45.0
    with pytest.raises(LinkError):
        asyncio.run(room.service.rollback(action.id))
    assert room.store.get(action.id).state is ActionState.EXECUTED
    room.plant.down = False
    assert asyncio.run(room.service.rollback(action.id)).state is ActionState.ROLLED_BACK


@pytest.mark.parametrize("by, may", [("li", True), ("wang", False), ("zhao", False), ("nobody", False)])
def test_only_the_approver_or_who_may_approve_takes_an_action_back(by: str, may: bool) -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    room.execute(action)
    if may:
        assert asyncio.run(room.service.rollback(action.id, by=by)).state is ActionState.ROLLED_BACK
        return
    with pytest.raises(Refused) as caught:
        asyncio.run(room.service.rollback(action.id, by=by))
    assert caught.value.key == "kernel.action_role" and room.store.get(action.id).state is ActionState.EXECUTED
    assert room.plant.values["XMV_10"] == 45.0


def test_confirmed_is_the_end() -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    room.execute(action)
    assert room.service.confirm(action.id).state is ActionState.CONFIRMED
    with pytest.raises(Refused):
        asyncio.run(room.service.rollback(action.id))
    assert room.plant.written == [("XMV_10", 45.0)]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"writes": ()}, "kernel.action_targets"),
        ({"writes": (VALVE, VALVE)}, "kernel.action_targets"),
        ({"writes": (VALVE.model_copy(update={"value": 100.1}),)}, "kernel.action_limit"),
        ({"writes": (VALVE.model_copy(update={"value": math.nan}),)}, "kernel.action_limit"),
        ({"writes": (VALVE.model_copy(update={"before": -1.0}),)}, "kernel.action_limit"),
        ({"writes": (VALVE.model_copy(update={"unit": "°C"}),)}, "kernel.action_unit"),
        ({"writes": (Write(tag="XMEAS_1", value=0.1, unit="kscmh", before=0.2),)}, "kernel.action_not_writable"),
        ({"writes": (Write(tag="NEW", value=0.1, unit="", before=0.2),)}, "kernel.action_not_writable"),
        ({"writes": (Write(tag="FREE", value=0.1, unit="", before=0.2),)}, "kernel.action_no_limits"),
        ({"writes": (Write(tag="ESD_1", value=1, unit="", before=0),)}, "kernel.action_zone"),
        ({"evidence": ()}, "kernel.action_no_evidence"),
        ({"plant": "p2"}, "kernel.action_plant"),
        ({"expires": START}, "kernel.action_expiry"),
        ({"expires": START + timedelta(hours=25)}, "kernel.action_expiry"),
        ({"expires": datetime(2026, 1, 5, 13)}, "kernel.action_expiry"),
        ({"zone": "safety"}, "kernel.policy_denied"),
    ],
)
def test_a_wrong_proposal_is_refused_in_both_languages(change: dict[str, Any], key: str) -> None:
    room = Room()
    with pytest.raises(Refused) as caught:
        room.service.propose(proposal().model_copy(update=change), run="r", caller=AGENT)
    assert caught.value.key == key
    assert caught.value.render("en") != caught.value.render("zh")
    assert room.store.pending() == []


def test_without_approval_nothing_is_executed() -> None:
    room = Room()
    action = room.propose()
    with pytest.raises(NeedsApproval):
        room.execute(action)
    room.approve(action, approve=False)
    with pytest.raises(Refused):
        room.execute(action)
    assert room.plant.written == []


def test_a_person_needs_the_role_and_the_role_the_zone() -> None:
    room = Room()
    action = room.propose()
    for person, role in [("wang", "shift_lead"), ("wang", "operator"), ("zhao", "safety_lead"), ("agent", "agent"),
                         ("nobody", "shift_lead"), ("li", "safety_lead"), ("li", "*")]:  # fmt: skip
        with pytest.raises(Refused):
            room.approve(action, person=person, role=role)
    assert room.store.get(action.id).state is ActionState.PROPOSED
    assert sum(what.startswith("refused") for _, what, _ in room.store.log) == 7


def test_an_approval_expires() -> None:
    room = Room()
    early, late = room.propose(), room.propose()
    room.approve(early)
    room.now = START + timedelta(hours=1)
    with pytest.raises(Refused, match="expired"):
        room.execute(early)
    with pytest.raises(Refused, match="expired"):
        room.approve(late)
    assert {room.store.get(one.id).state for one in (early, late)} == {ActionState.EXPIRED}
    assert room.plant.written == []


def test_limits_and_rights_are_checked_again_before_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    monkeypatch.setattr(room.plant, "limits", lambda tag: TagLimits(tag, "%", "control", 0.0, 44.0, True))
    with pytest.raises(Refused, match="outside its limits"):
        room.execute(action)
    monkeypatch.undo()
    room.service._policy = Policy()
    with pytest.raises(Refused):
        room.execute(action)
    assert room.plant.written == []


def test_a_plant_that_moved_since_the_proposal_is_not_written() -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    room.plant.values["XMV_10"] = 43.0
    with pytest.raises(Refused, match="43"):
        room.execute(action)
    room.plant.values["XMV_10"] = 40.5
    assert room.execute(action).state is ActionState.EXECUTED


def test_a_link_that_is_down_before_the_first_write_leaves_the_approval() -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    room.plant.down = True
    with pytest.raises(LinkError):
        room.execute(action)
    room.plant.down = False
    assert room.execute(action).state is ActionState.EXECUTED


def test_a_failed_second_write_restores_the_first() -> None:
    room = Room()
    action = room.propose(VALVE, SETPOINT)
    room.approve(action)
    room.plant.fail_on = {("SP_9", 118.0)}
    done = room.execute(action)
    assert done.state is ActionState.ROLLED_BACK
    assert room.plant.values == {"XMV_10": 40.0, "SP_9": 120.0, "ESD_1": 0.0}
    assert "SP_9" in done.note_text("en") and "SP_9" in done.note_text("zh")


def test_a_value_that_does_not_arrive_is_rolled_back() -> None:
    room = Room()
    action = room.propose()
    room.approve(action)
    room.plant.sticky = {"XMV_10"}
    done = room.execute(action)
    assert done.state is ActionState.ROLLED_BACK
    assert "45" in done.note_text("en") and "40" in done.note_text("en")


def test_what_cannot_be_restored_is_named() -> None:
    room = Room()
    action = room.propose(VALVE, SETPOINT)
    room.approve(action)
    room.plant.fail_on = {("SP_9", 118.0), ("XMV_10", 40.0)}
    done = room.execute(action)
    assert done.state is ActionState.FAILED
    assert "XMV_10" in done.note_text("en") and "SP_9" not in done.note_text("en")


def test_a_cancelled_execution_restores_and_says_so() -> None:
    room = Room()
    action = room.propose(VALVE, SETPOINT)
    room.approve(action)
    slow = asyncio.Event()
    plain = room.plant.write

    async def write(tag: str, value: float) -> None:
        await plain(tag, value)
        if (tag, value) == ("SP_9", 118.0):
            slow.set()
            await asyncio.Event().wait()

    room.plant.write = write  # type: ignore[method-assign]

    async def scenario() -> None:
        task = asyncio.create_task(room.service.execute(action.id))
        await asyncio.wait_for(slow.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert room.plant.values == {"XMV_10": 40.0, "SP_9": 120.0, "ESD_1": 0.0}
    assert room.store.get(action.id).state is ActionState.ROLLED_BACK


def test_an_interrupted_action_is_never_written_again_but_can_be_rolled_back() -> None:
    room = Room()
    action = room.propose()
    approved = room.approve(action)
    taken = approved.model_copy(update={"state": ActionState.EXECUTING})
    room.store.advance(taken, expected="approved", by="dead process")
    room.plant.values["XMV_10"] = 45.0
    with pytest.raises(Refused):
        room.execute(action)
    with pytest.raises(Refused):
        asyncio.run(room.service.rollback(action.id))
    back = asyncio.run(room.service.rollback(action.id, interrupted=True))
    assert (back.state, room.plant.values["XMV_10"]) == (ActionState.ROLLED_BACK, 40.0)


def test_a_changed_proposal_cannot_be_stored() -> None:
    room = Room()
    approved = room.approve(room.propose())
    forged = approved.model_copy(
        update={"state": ActionState.EXECUTING, "proposal": proposal(VALVE.model_copy(update={"value": 99.0}))}
    )
    with pytest.raises(AssayError):
        room.store.advance(forged, expected="approved", by="x")


persons = st.sampled_from(["li", "wang", "zhao", "agent", "nobody", "", "*", "li "])
roles = st.sampled_from(["shift_lead", "operator", "safety_lead", "agent", "*", ""])
digests = st.sampled_from(["right", "other", "", "0" * 64])
attempts = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), persons, roles, digests, st.booleans()),
        st.tuples(st.just("execute")),
        st.tuples(st.just("rollback")),
        st.tuples(st.just("confirm")),
        st.tuples(st.just("wait"), st.integers(0, 90)),
        st.tuples(st.just("forge"), st.floats(0, 100)),
    ),
    max_size=14,
)


@settings(max_examples=400, deadline=None)
@given(attempts)
def test_no_sequence_of_attempts_writes_without_its_one_approval(steps: list[tuple[Any, ...]]) -> None:
    """About 3,000 generated attempts; a model of the law beside the service says what may be written."""
    room = Room()
    action, other = room.propose(), room.propose(SETPOINT)
    approved = executed = False
    for step in steps:
        before = len(room.plant.written)
        try:
            if step[0] == "decide":
                _, person, role, digest, approve = step
                wanted = {"right": action.proposal.digest, "other": other.proposal.digest}.get(digest, digest)
                room.approve(action, person=person, role=role, digest=wanted, approve=approve)
                assert (person, role, digest) == ("li", "shift_lead", "right") and room.now < action.proposal.expires
                approved = approve
            elif step[0] == "execute":
                room.execute(action)
                assert approved and not executed and room.now < action.proposal.expires
                executed = True
            elif step[0] == "rollback":
                asyncio.run(room.service.rollback(action.id))
                assert executed
            elif step[0] == "confirm":
                room.service.confirm(action.id)
                assert executed
            elif step[0] == "wait":
                room.now += timedelta(minutes=step[1])
            else:
                stored = room.store.get(action.id)
                fields = {"proposal": proposal(VALVE.model_copy(update={"value": step[1]})), "state": "approved"}
                room.store.advance(stored.model_copy(update=fields), expected=stored.state.value, by="attacker")
                raise AssertionError("a forged proposal was stored")
        except (Refused, NeedsApproval, BusyError):
            assert len(room.plant.written) == before
        except AssayError:
            assert step[0] == "forge"
        else:
            if step[0] not in ("execute", "rollback"):
                assert len(room.plant.written) == before
    allowed = [[], [("XMV_10", 45.0)], [("XMV_10", 45.0), ("XMV_10", 40.0)]]
    assert room.plant.written in allowed
    assert bool(room.plant.written) is executed

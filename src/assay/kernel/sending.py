"""Carries out proposals that send people: what is executed is the record of who was sent where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from assay.kernel.action import Action, Proposal, note
from assay.kernel.errors import Refused
from assay.kernel.ports import DispatchDesk
from assay.kernel.writing import Obstacle, Outcome


class Sender:
    """Proposals of kind ``dispatch``, with the same steps as ``writing.Hand`` has for values."""

    def __init__(self, desk: DispatchDesk | None, clock: Callable[[], datetime]) -> None:
        self._desk, self._clock = desk, clock

    def check(self, proposal: Proposal) -> None:
        """Refused unless nobody is sent to two jobs, each equipment is in the proposal's zone and the shifts last."""
        people = [order.person for order in proposal.orders]
        jobs = [order.job for order in proposal.orders]
        if proposal.writes or len(set(people)) != len(people) or len(set(jobs)) != len(jobs):
            raise Refused("kernel.order_targets")
        desk = self._open_desk()
        for order in proposal.orders:
            zone = desk.zone(order)
            if zone is None:
                raise Refused("kernel.order_equipment", equipment=order.equipment)
            if zone != proposal.zone:
                raise Refused("kernel.action_zone", tag=order.equipment, zone=zone, proposed=proposal.zone)
            if proposal.expires > order.until or self._clock() >= order.until:
                raise Refused("kernel.order_shift", person=order.person, until=order.until.isoformat())

    async def obstacle(self, action: Action, *, done: bool) -> Obstacle | None:
        """Somebody else on one of the jobs or, when ``done``, a person who is no longer on it."""
        for order in action.proposal.orders:
            holder = self._open_desk().holder(order)
            if done and holder != action.id:
                return "kernel.order_over", {"job": order.job, "person": order.person}
            if not done and holder is not None:
                return "kernel.order_taken", {"job": order.job, "holder": holder}
        return None

    async def carry_out(self, action: Action) -> Outcome:
        """Record the orders, all or none."""
        desk = self._open_desk()
        desk.send(action.id, action.proposal.orders)
        stands = all(desk.holder(order) == action.id for order in action.proposal.orders)
        people = ", ".join(order.person for order in action.proposal.orders)
        return Outcome(
            stands, not stands, {}, note("kernel.order_sent" if stands else "kernel.order_lost", people=people)
        )

    async def take_back(self, action: Action) -> Outcome:
        """Record that the people were called back."""
        self._open_desk().recall(action.id, action.proposal.orders)
        people = ", ".join(order.person for order in action.proposal.orders)
        return Outcome(False, True, {}, note("kernel.order_recalled", people=people))

    def _open_desk(self) -> DispatchDesk:
        if self._desk is None:
            raise Refused("kernel.order_no_desk")
        return self._desk

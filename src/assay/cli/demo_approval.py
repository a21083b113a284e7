"""The person in the demonstration: sees the exact arguments, and says yes or no."""

from __future__ import annotations

import asyncio
import sys

from assay.cli.actions_parts import action_service
from assay.cli.output import say
from assay.connectors.running import RunningPlant
from assay.kernel.action import Action
from assay.kernel.actions import ActionService
from assay.kernel.policy import Policy
from assay.kernel.texts import Lang, text
from assay.plant.model import Plant

ROLE = "shift_lead"


def service_for(plant: Plant, policy: Policy, running: RunningPlant) -> ActionService:
    """The action service of the running plant."""
    assert running.records is not None
    return action_service(running.records, policy, plant, running.link)


async def ask_person(action: Action, lang: Lang) -> str | None:
    """The role in which the person at the terminal approves, or None for no. Without a terminal the answer is no."""
    proposal = action.proposal
    say(text("cli.demo_ask", lang, id=action.id, digest=proposal.digest[:16], expires=proposal.expires.isoformat()))
    if not sys.stdin.isatty():
        say(text("cli.demo_no_terminal", lang))
        return None
    answer = await asyncio.to_thread(input, text("cli.demo_ask_yes", lang))
    return ROLE if answer.strip().lower() in ("y", "yes", "是", "同意") else None

"""What the commands of ``assay actions`` share: policy, records, the plant of an action, and how it is shown."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.evidence import visible
from assay.cli.language import help_lang
from assay.cli.output import say
from assay.kernel.errors import AssayError, InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assay.kernel.action import Action
    from assay.kernel.actions import ActionService
    from assay.kernel.policy import Policy
    from assay.kernel.ports import PlantWriter, TagLimits
    from assay.plant.model import Plant
    from assay.plant.records import Records

_HELP = help_lang()
POLICY_VARIABLE = "ASSAY_POLICY"
"""Names the policy file; without it ``policy.yaml`` in the data folder is read when it exists."""

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=text("cli.actions_id", _HELP))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]
EndpointOption = Annotated[
    str | None, typer.Option("--endpoint", metavar="opc.tcp://..", help=text("cli.plant_connect_endpoint", _HELP))
]
SecureOption = Annotated[bool, typer.Option("--secure", help=text("cli.plant_connect_secure", _HELP))]


def load_policy() -> Policy:
    """The policy of this machine: the file that ``ASSAY_POLICY`` names, else ``policy.yaml`` in the data folder, else
    the built-in one that lets nobody approve."""
    from assay.kernel.policy import Policy
    from assay.plant.home import home

    named = os.environ.get(POLICY_VARIABLE, "").strip()
    if named:
        return Policy.load(Path(named).expanduser())
    usual = home() / "policy.yaml"
    return Policy.load(usual if usual.exists() else None)


def open_records_here() -> Records:
    from assay.plant.home import home
    from assay.plant.records import open_records

    return open_records(home() / "records.db")


def show_action(action: Action, lang: Lang) -> None:
    proposal = action.proposal
    state = text(f"cli.actions_{action.state.value}", lang)
    say(text("cli.actions_line", lang, id=action.id, state=state, plant=visible(proposal.plant), zone=proposal.zone))
    for order in proposal.orders:
        about = {"job": visible(order.job), "equipment": visible(order.equipment), "until": order.until.isoformat()}
        say(text("cli.actions_order", lang, person=visible(order.person), **about))
    for write in proposal.writes:
        values = {"before": f"{write.before:g}", "value": f"{write.value:g}", "unit": visible(write.unit)}
        say(text("cli.actions_write", lang, tag=visible(write.tag), **values))
    say(text("cli.actions_reason", lang, reason=visible(proposal.reason), evidence=", ".join(proposal.evidence)))
    say(text("cli.actions_expiry", lang, expires=proposal.expires.isoformat(), digest=proposal.digest))
    if action.note:
        say(visible(action.note_text(lang)))


def action_service(records: Records, policy: Policy, plant: Plant, writer: PlantWriter | None = None) -> ActionService:
    """The action service of one plant; without a writer it can propose, decide and send people, and write nothing."""
    from assay.kernel.actions import ActionService
    from assay.plant.dispatch import EventDesk

    desk = EventDesk(records.events, plant)
    link = writer or NoPlant()
    return ActionService(records.actions, policy, plant, link, plant=plant.id, evidence=records.evidence, desk=desk)


def plant_of(action: Action, records: Records, given: str | None) -> Plant:
    """The plant of an action: the one that is ``given``, else the one that its evidence names, that is linked on this
    machine now, or that is shipped. InputError when none of them has the id of the proposal."""
    from assay.plant.model import load_plant

    if given is not None:
        return load_plant(given)
    wanted = action.proposal.plant
    for name in _names(action, records):
        with suppress(AssayError):
            plant = load_plant(name)
            if plant.id == wanted:
                return plant
    raise InputError("cli.actions_plant_unknown", plant=wanted)


def _names(action: Action, records: Records) -> Iterator[str]:
    from assay.connectors.runtime import running_notes

    for id in action.proposal.evidence:
        with suppress(AssayError):
            name = records.evidence.get(id).inputs.get("plant")
            if isinstance(name, str):
                yield name
    for note in running_notes(action.proposal.plant):
        yield note.name
    yield action.proposal.plant


class NoPlant:
    """Stands in for the equipment model and the link: deciding needs neither, and must be able to write nothing."""

    def limits(self, tag: str) -> TagLimits | None:
        return None

    def names(self) -> frozenset[str]:
        return frozenset()

    async def read(self, tag: str) -> float:
        raise NotImplementedError

    async def write(self, tag: str, value: float) -> None:
        raise NotImplementedError

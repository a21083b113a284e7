"""``assay actions execute | rollback``: write an approved action to its plant, and take it back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.actions_parts import (
    EndpointOption,
    IdArgument,
    JsonOption,
    LangOption,
    SecureOption,
    action_service,
    load_policy,
    open_records_here,
    plant_of,
)
from assay.cli.evidence import visible
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.kernel.action import Action
    from assay.kernel.actions import ActionService
    from assay.plant.records import Records

_HELP = help_lang()

PlantOption = Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=text("cli.actions_plant", _HELP))]
InterruptedOption = Annotated[bool, typer.Option("--interrupted", help=text("cli.actions_interrupted", _HELP))]
Work = Callable[["ActionService"], Awaitable["Action"]]


def register(app: typer.Typer) -> None:
    """Add the commands to the group."""
    app.command("execute", help=text("cli.actions_execute", _HELP))(execute)
    app.command("rollback", help=text("cli.actions_rollback", _HELP))(rollback)


def execute(
    id: IdArgument,
    endpoint: EndpointOption = None,
    plant: PlantOption = None,
    secure: SecureOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check everything again, write with read-back, and restore what was there when a value does not arrive."""
    from assay.kernel.action import ActionState
    from assay.kernel.policy import local_user

    def work(service: ActionService) -> Awaitable[Action]:
        return service.execute(id, by=local_user())

    done = _carry_out(id, work, plant, endpoint, secure, resolve_lang(lang))
    _leave(done, ActionState.EXECUTED, resolve_lang(lang), as_json)


def rollback(
    id: IdArgument,
    endpoint: EndpointOption = None,
    plant: PlantOption = None,
    interrupted: InterruptedOption = False,
    secure: SecureOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the former values back, under the approval of the action."""
    from assay.kernel.action import ActionState
    from assay.kernel.policy import local_user

    def work(service: ActionService) -> Awaitable[Action]:
        return service.rollback(id, by=local_user(), interrupted=interrupted)

    done = _carry_out(id, work, plant, endpoint, secure, resolve_lang(lang))
    _leave(done, ActionState.ROLLED_BACK, resolve_lang(lang), as_json)


def _carry_out(id: str, work: Work, plant: str | None, endpoint: str | None, secure: bool, lang: Lang) -> Action:
    with open_records_here() as records:
        try:
            return asyncio.run(_work(records, id, work, plant, endpoint, secure))
        except (asyncio.CancelledError, KeyboardInterrupt):
            # The kernel has put back what was half written; say where the action stands now.
            state = text(f"cli.actions_{records.actions.get(id).state.value}", lang)
            warn(text("cli.actions_decided", lang, id=id, state=state))
            raise KeyboardInterrupt from None


async def _work(records: Records, id: str, work: Work, given: str | None, endpoint: str | None, secure: bool) -> Action:
    from assay.connectors.writer import PlantLink

    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError):  # Windows
        # As Ctrl-C: half a proposal must not stay in the plant.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    action = records.actions.get(id)
    plant = plant_of(action, records, given)
    if action.proposal.orders:  # people are sent from the records: no link to the plant is needed
        return await work(action_service(records, load_policy(), plant))
    tags = [write.tag for write in action.proposal.writes]
    async with PlantLink(plant, tags, endpoint, secure=secure) as link:
        return await work(action_service(records, load_policy(), plant, link))


def _leave(done: Action, wanted: object, lang: Lang, as_json: bool) -> None:
    if as_json:
        print_json(done.model_dump(mode="json"))
    else:
        values = ", ".join(f"{visible(tag)} = {value:g}" for tag, value in done.read_back.items()) or "-"
        key = f"cli.actions_{'sent' if done.proposal.orders else 'done'}_{done.state.value}"
        say(text(key, lang, id=done.id, values=values))
        if done.note:
            say(visible(done.note_text(lang)))
        if done.state.value == "executed":
            say(text("cli.actions_next_rollback", lang, id=done.id))
    if done.state is not wanted:
        raise typer.Exit(1)

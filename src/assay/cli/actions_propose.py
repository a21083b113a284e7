"""``assay actions propose``: the best measure of a run, or a person's own writes, as a proposed action."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.actions_parts import (
    EndpointOption,
    JsonOption,
    LangOption,
    SecureOption,
    action_service,
    load_policy,
    open_records_here,
    show_action,
)
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say
from assay.cli.proposal import SHORTEST, measure_proposal, measures_of
from assay.kernel.errors import InputError, Refused
from assay.kernel.texts import text

if TYPE_CHECKING:
    from assay.kernel.action import Proposal, Write
    from assay.plant.model import Plant
    from assay.plant.records import Records

_LIFE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(h|min|m)\s*", re.IGNORECASE)


def _help(name: str) -> str:
    return text(f"cli.propose_{name}", help_lang())


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("propose", help=_help("about"))(propose)


def propose(
    run: Annotated[str | None, typer.Option("--run", metavar="RUN", help=_help("run"))] = None,
    plant: Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_help("plant"))] = None,
    writes: Annotated[list[str] | None, typer.Option("--set", metavar="TAG=VALUE", help=_help("set"))] = None,
    reason: Annotated[str | None, typer.Option("--reason", help=_help("reason"))] = None,
    evidence: Annotated[list[str] | None, typer.Option("--evidence", metavar="ID", help=_help("evidence"))] = None,
    valid: Annotated[str, typer.Option("--valid", metavar="15min..24h", help=_help("valid"))] = "1h",
    endpoint: EndpointOption = None,
    secure: SecureOption = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    spoken, life = resolve_lang(lang), life_of(valid)
    if (run is None) == (not writes):
        raise InputError("cli.propose_which")
    with open_records_here() as records:
        if run is not None:
            model, proposal = _of_run(records, run, plant, life)
        elif plant is None or reason is None:
            raise InputError("cli.propose_which")
        else:
            model, wanted = _load(plant), _wanted(writes or [])
            made = asyncio.run(_writes(model, wanted, endpoint, secure))
            proposal = _own(model, made, reason, tuple(evidence or ()), life)
            run = records.evidence.get(proposal.evidence[0]).run
        policy = load_policy()
        action = action_service(records, policy, model).propose(proposal, run=run, caller=policy.caller())
    if as_json:
        print_json({**action.model_dump(mode="json"), "digest": proposal.digest})
        return
    show_action(action, spoken)
    say(text("cli.propose_next", spoken, id=action.id))


def _of_run(records: Records, run: str, given: str | None, life: timedelta) -> tuple[Plant, Proposal]:
    """The best measure of a run, from what is stored of it alone."""
    answer = records.runs.get(run).answer
    if answer is None:
        raise Refused("cli.propose_unfinished", run=run)
    found = records.evidence.of_run(run)
    relief = measures_of(found)
    if relief is None:
        raise Refused("cli.propose_no_evidence", run=run)
    plant = _load(given or str(relief.inputs["plant"]))
    proposal = measure_proposal(plant, answer, found, life)
    if proposal is None:
        raise Refused("cli.propose_no_measure", run=run)
    return plant, proposal


def _own(plant: Plant, writes: tuple[Write, ...], reason: str, evidence: tuple[str, ...], life: timedelta) -> Proposal:
    from assay.kernel.action import Proposal

    if not evidence:
        raise Refused("kernel.action_no_evidence")
    return Proposal(
        plant=plant.id,
        zone=plant.zone_of(writes[0].tag),
        writes=writes,
        reason=reason,
        evidence=evidence,
        expires=datetime.now(UTC) + life,
    )


async def _writes(plant: Plant, wanted: dict[str, float], endpoint: str | None, secure: bool) -> tuple[Write, ...]:
    """The writes with the values that the plant shows now: what a rollback would restore."""
    from assay.connectors.writer import PlantLink
    from assay.kernel.action import Write

    units = {tag: plant.tag(tag).unit for tag in wanted}
    async with PlantLink(plant, wanted, endpoint, secure=secure) as link:
        return tuple(
            [Write(tag=t, value=v, unit=units[t], before=await link.read(t)) for t, v in wanted.items()]
        )  # fmt: skip


def _wanted(writes: list[str]) -> dict[str, float]:
    wanted: dict[str, float] = {}
    for one in writes:
        tag, _, value = one.partition("=")
        try:
            number = float(value)
        except ValueError:
            raise InputError("cli.propose_set_wrong", given=one) from None
        if tag.strip() in wanted:
            raise Refused("kernel.action_targets")
        wanted[tag.strip()] = number
    return wanted


def life_of(given: str) -> timedelta:
    from assay.kernel.actions import LONGEST_LIFE

    match = _LIFE.fullmatch(given)
    life = None if match is None else timedelta(hours=float(match[1]) / (1 if match[2].lower() == "h" else 60))
    if life is None or not SHORTEST <= life <= LONGEST_LIFE:
        raise InputError("cli.propose_valid_wrong", given=given)
    return life


def _load(plant: str) -> Plant:
    from assay.plant.model import load_plant

    return load_plant(plant)

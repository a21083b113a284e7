"""``assay alarms dispatch``: whom to send, as actions that a person approves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.alarms_parts import (
    AtOption,
    ColumnOption,
    JsonOption,
    LangOption,
    LogOption,
    MapOption,
    PlantOption,
    Source,
    ZoneOption,
    about,
)
from assay.cli.evidence import visible
from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import text

if TYPE_CHECKING:
    from assay.kernel.action import Action
    from assay.plant.model import Plant
    from assay.plant.records import Records
    from assay.plant.roster import Roster
    from assay.skills.alarms.log import AlarmLog
    from assay.skills.alarms.runner import Outcome

NOW = timedelta(minutes=10)
"""A moment further away than this is looked at, but nothing is proposed for it."""

AlarmsArgument = Annotated[list[str] | None, typer.Argument(metavar="ALARM..", help=about("alarm"))]
RosterOption = Annotated[Path, typer.Option("--roster", metavar="FILE", help=about("roster"))]
JobOption = Annotated[list[str] | None, typer.Option("--work-order", metavar="ID=EQUIPMENT", help=about("job"))]
SkillOption = Annotated[list[str] | None, typer.Option("--skill", metavar="SKILL", help=about("skill"))]
ValidOption = Annotated[str, typer.Option("--valid", metavar="15min..24h", help=about("valid"))]
DryOption = Annotated[bool, typer.Option("--dry-run", help=about("dry"))]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("dispatch", help=about("dispatch"))(dispatch)


def dispatch(
    roster: RosterOption,
    alarms: AlarmsArgument = None,
    plant: PlantOption = None,
    log: LogOption = None,
    at: AtOption = None,
    work_order: JobOption = None,
    skill: SkillOption = None,
    valid: ValidOption = "1h",
    dry_run: DryOption = False,
    column: ColumnOption = None,
    map_file: MapOption = None,
    zone: ZoneOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Whom to send."""
    from assay.cli.actions_parts import open_records_here
    from assay.cli.actions_propose import life_of
    from assay.plant.roster import read_roster

    spoken, life = resolve_lang(lang), life_of(valid)
    if plant is None:
        raise InputError("cli.alarms_dispatch_plant")
    if not alarms and not work_order:
        raise InputError("cli.alarms_dispatch_what")
    people = read_roster(roster)
    source = Source(log, plant, column, map_file, None, people.zone or zone, None, None, spoken)
    moment = source.moment(at) or datetime.now(UTC)
    now = abs(moment - datetime.now(UTC)) <= NOW
    with open_records_here() as records:
        outcome = _ask(records, source, people, moment, list(alarms or ()), list(work_order or ()), tuple(skill or ()))
        if not as_json:
            _tell(outcome, people, spoken)
        made = _propose(records, source.plant, outcome, life) if now and not dry_run else []
    if as_json:
        actions = [{**one.model_dump(mode="json"), "digest": one.proposal.digest} for one in made]
        print_json({**outcome.document(), "actions": actions})
    else:
        for action in made:
            say(text("cli.alarms_proposed", spoken, id=action.id))
        if not now and not dry_run:
            say(text("cli.alarms_not_now", spoken, at=moment.isoformat()))
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _ask(
    records: Records,
    source: Source,
    people: Roster,
    moment: datetime,
    alarms: list[str],
    orders: list[str],
    skills: tuple[str, ...],
) -> Outcome:
    import asyncio

    from assay.plant.blobs import keep_json
    from assay.plant.dispatch import EventDesk
    from assay.skills.alarms.runner import Question, ask

    assert source.plant is not None
    kept, notes = source.read() if source.given else (None, [])
    jobs = [_alarm(one, kept, source.plant, moment, skills) for one in alarms]
    jobs += [_order(one, skills) for one in orders]
    # Telephone numbers are for the screen alone: evidence is kept for ever.
    plain = people.plain()
    roster = {**plain, "people": [{**one, "phone": ""} for one in plain["people"]]}
    out = EventDesk(records.events, source.plant).standing()
    more = {
        "roster": keep_json(roster),
        "at": moment,
        "zone": source.zone or "UTC",
        "jobs": jobs,
        "sent": {one.person: one.job for one in out},
    }
    told = tuple(note.render(source.lang) for note in notes)
    question = Question("dispatch", kept, source.plant, None, None, source.lang, source.zone_info, told, more)
    named = ", ".join(job["name"] for job in jobs)
    question.asked = text("dispatch.question", source.lang, jobs=named)
    return asyncio.run(ask(question, records))


def _alarm(words: str, log: AlarmLog | None, plant: Plant, moment: datetime, skills: tuple[str, ...]) -> dict[str, Any]:
    """A job from the words for an alarm: of the log where one is given, else of the plant's tags."""
    from assay.skills.alarms.log import label
    from assay.skills.alarms.times import nanoseconds

    if log is not None:
        from assay.skills.alarms.explain.arguments import find_alarm

        tag, kind = find_alarm(log, words, nanoseconds(moment))
    else:
        tag, _, kind = words.strip().replace(":", " ").partition(" ")
    plant.tag(tag)
    return {"name": label((tag, kind.strip())), "tag": tag, "type": kind.strip(), "skills": skills}


def _order(words: str, skills: tuple[str, ...]) -> dict[str, Any]:
    from assay.skills.alarms.dispatch.assign import PRIORITIES

    name, _, rest = words.partition("=")
    equipment, _, priority = rest.partition(",")
    if not name.strip() or not equipment.strip() or (priority.strip() and priority.strip() not in PRIORITIES):
        raise InputError("cli.alarms_job_wrong", value=words)
    return {"name": name.strip(), "equipment": equipment.strip(), "priority": priority.strip(), "skills": skills}


def _propose(records: Records, plant: Plant | None, outcome: Outcome, life: timedelta) -> list[Action]:
    """An action for each person that the answer proposes. Refused without the right to (``action.dispatch``)."""
    from assay.cli.actions_parts import action_service, load_policy
    from assay.kernel.action import Order, Proposal

    assert plant is not None
    if outcome.answer.status.value == "refused" or outcome.evidence is None:
        return []
    policy = load_policy()
    service, now = action_service(records, policy, plant), datetime.now(UTC)
    said = {sentence.claim.id: sentence.text for sentence in outcome.answer.sentences}
    made = []
    for index, one in enumerate(outcome.value["list"]):
        reason = said.get(f"claim_send_{index}")
        if one["person"] is None or reason is None:
            continue
        until = datetime.fromisoformat(one["chosen"]["until"])
        order = Order(
            job=one["job"],
            equipment=one["equipment"],
            tag=one["tag"],
            priority=one["priority"],
            person=one["person"],
            skills=tuple(one["skills"]),
            until=until,
        )
        proposal = Proposal(
            plant=plant.id,
            zone=plant.zone_at(one["equipment"]),
            orders=(order,),
            reason=reason,
            predicted={"score": one["chosen"]["score"]},
            evidence=(outcome.evidence.id,),
            expires=min(now + life, until),
        )
        made.append(service.propose(proposal, run=outcome.answer.run, caller=policy.caller()))
    return made


def _tell(outcome: Outcome, people: Roster, lang: Any) -> None:
    for note in outcome.notes:
        warn(f"- {note}")
    say(text(f"cli.investigate_status_{outcome.answer.status.value}", lang))
    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for missing in outcome.answer.missing:
        say(f"? {missing}")
    phones = {one.name: one.phone for one in people.people if one.phone}
    for one in [] if outcome.value is None else outcome.value["list"]:
        if one["person"] in phones:
            say(text("cli.alarms_phone", lang, person=visible(one["person"]), phone=visible(phones[one["person"]])))
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))

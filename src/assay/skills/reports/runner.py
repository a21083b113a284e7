"""Fill a template from Python: fields become tool calls, their evidence claims, and only checked claims are shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering, Draft
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.errors import AssayError, InputError, TerminalError
from assay.kernel.evidence import Evidence
from assay.kernel.policy import Policy
from assay.kernel.render import Renderer, clock
from assay.kernel.texts import Lang, text
from assay.kernel.tool import Tool
from assay.plant.model import Plant
from assay.plant.records import Records
from assay.skills.reports import skill
from assay.skills.reports.charting import chart
from assay.skills.reports.claims import ALARM_FIGURES, Shown, charted, made, texts_of
from assay.skills.reports.fields import FIELDS
from assay.skills.reports.gathering import Source, call_of, panels, unproved
from assay.skills.reports.template import Placeholder
from assay.skills.reports.tools import STATISTIC

SECONDS = 1800.0
STORED, KPI = "alarms.stored", "alarms.kpi"
"""The tools of the skill ``alarms`` that are called by name."""


@dataclass(frozen=True, slots=True)
class Told:
    """What ``ask`` got for a question: quotes with their places, or the reason why there is no answer."""

    lines: tuple[str, ...]
    evidence: tuple[str, ...]
    refused: str = ""


Asking = Callable[[str], Awaitable[Told]]


@dataclass(frozen=True, slots=True)
class Filled:
    """One placeholder as it will stand in the report. ``open`` is why it could not be filled ("" when it was).

    ``lines`` are its text; ``cited`` the ids of the evidence behind it; ``entered`` says that a person typed it;
    ``picture`` is a chart (Vega-Lite).
    """

    placeholder: Placeholder
    lines: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    open: str = ""
    entered: bool = False
    picture: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer behind the report, and its fields by the placeholder's raw text."""

    answer: Answer
    fields: Mapping[str, Filled]

    @property
    def open(self) -> tuple[Filled, ...]:
        """The fields that a person has to fill."""
        return tuple(one for one in self.fields.values() if one.open)


@dataclass(slots=True)
class Question:
    """What to fill. ``source`` is the period's history and events; ``entered`` values are a person's own words;
    ``tools`` are those of other skills by name (``alarms.kpi``); ``asking`` answers questions from documents."""

    placeholders: Sequence[Placeholder]
    plant: Plant
    start: datetime
    end: datetime
    source: Source
    title: str = ""
    lang: Lang = "en"
    entered: Mapping[str, str] = field(default_factory=dict)
    tools: Mapping[str, Tool] = field(default_factory=dict)
    asking: Asking | None = None


async def fill(
    question: Question, records: Records, *, policy: Policy | None = None, user: str | None = None
) -> Outcome:
    """Fill every field that can be proved. A field that cannot stays open with its reason; wrong input in the template
    itself (an unknown tag, a limit that is no number) raises InputError."""
    rules = policy or Policy.load(None)
    context = RunContext(
        run=new_run_id(),
        caller=rules.caller(user),
        policy=rules,
        store=records.evidence,
        lang=question.lang,
        zone=question.plant.analysis_zone,
        budget=Budget(seconds=SECONDS),
    )
    renderer = Renderer(question.lang, question.plant.timezone, texts_of(question.plant))
    answering = Answering(records.evidence, renderer, standard_checks(renderer, question.plant.names()), skill.checks)
    records.runs.start(context.run, caller=context.caller.user, plant=question.plant.id, question=question.title)
    # What is asked for twice, in whatever spelling, is one field.
    drafts: dict[tuple[str, ...], Filled | Shown] = {}
    for one in question.placeholders:
        if (one.name, *one.arguments) not in drafts:
            drafts[one.name, *one.arguments] = await _draft(one, question, context, renderer)
    claims = tuple(claim for draft in drafts.values() if isinstance(draft, Shown) for claim in draft.claims)
    answer = await answering.answer(Draft(claims), run=context.run)
    records.runs.finish(answer)
    failed = frozenset(answer.dropped)
    done = {
        key: _shown(draft, failed, question.lang) if isinstance(draft, Shown) else draft
        for key, draft in drafts.items()
    }
    return Outcome(answer, {one.raw: done[one.name, *one.arguments] for one in question.placeholders})


async def _draft(one: Placeholder, question: Question, context: RunContext, renderer: Renderer) -> Filled | Shown:
    """A field that needs no check as it is; others as claims that still have to pass."""
    kind = FIELDS[one.name].kind
    if kind == "about":
        return Filled(one, (_about(one.name, question),))
    if kind == "entered":
        return _entered(one, question)
    if kind == "ask":
        return await _asked(one, question)
    if kind in ("alarms", "list") and (why := unproved(one, question.source, question.plant, question.lang)):
        return Filled(one, open=why)
    try:
        if kind == "chart":
            return await _chart(one, question, context, renderer)
        found = await (_alarms(one, question, context) if kind == "alarms" else _called(one, question, context))
    except AssayError as error:
        if isinstance(error, InputError) and error.key.startswith("reports."):
            raise  # the template asks for what cannot be
        if isinstance(error, InputError) and error.key == "alarms.no_event":
            return Filled(one, open=text("reports.open_no_alarm", question.lang))
        return Filled(one, open=error.render(question.lang))
    return made(one, found, question.lang, renderer)


async def _chart(one: Placeholder, question: Question, context: RunContext, renderer: Renderer) -> Shown:
    figures = [
        (await context.call(STATISTIC, arguments)).evidence
        for arguments in panels(one, question.source, question.plant)
    ]
    shown = charted(one, figures, question.lang, renderer)
    if not shown.claims:
        return shown
    return replace(shown, picture=chart(question.source, question.plant, one.arguments, question.lang))


async def _called(one: Placeholder, question: Question, context: RunContext) -> Evidence:
    tool, arguments = call_of(one, question.source, question.plant)
    return (await context.call(tool, arguments)).evidence


async def _alarms(one: Placeholder, question: Question, context: RunContext) -> Evidence:
    """The key figures of the period's alarms, by the tools of the skill that knows them; asked for once."""
    if one.arguments[0] not in ALARM_FIGURES:
        raise InputError("reports.alarm_figure", value=one.arguments[0], known=", ".join(ALARM_FIGURES))
    if (known := context.calls.get(KPI)) is not None:
        return known.evidence
    stored, kpi = question.tools.get(STORED), question.tools.get(KPI)
    if stored is None or kpi is None:
        raise TerminalError("reports.no_alarm_skill")
    span = {"start": question.start, "end": question.end}
    log: Any = (await context.call(stored, {"plant": question.plant.id, **span})).evidence.value
    return (await context.call(kpi, {"log": log["log"], **span})).evidence


def _about(name: str, question: Question) -> str:
    zone = question.plant.timezone
    begin, end = clock(question.start, zone), clock(question.end, zone)
    return {
        "plant": question.plant.spec.name.get(question.lang),
        "period": text("reports.period_shown", question.lang, begin=begin, end=end),
        "from": begin,
        "to": end,
    }[name]


def _entered(one: Placeholder, question: Question) -> Filled:
    value = question.entered.get(one.arguments[0], "").strip()
    if not value:
        return Filled(one, open=text("reports.open_entered", question.lang, name=one.arguments[0]))
    return Filled(one, tuple(value.splitlines()), entered=True)


async def _asked(one: Placeholder, question: Question) -> Filled:
    if question.asking is None:
        return Filled(one, open=text("reports.open_no_documents", question.lang))
    told = await question.asking(one.arguments[0])
    if told.refused:
        return Filled(one, open=told.refused)
    return Filled(one, told.lines, told.evidence)


def _shown(draft: Shown, failed: frozenset[str], lang: Lang) -> Filled:
    """The lines whose claims passed; open when none did. An answer says a sentence once, a report wherever it is asked
    for: what is not among the failed has passed."""
    lines: list[str] = []
    cited: list[str] = []
    for claim, line in zip(draft.claims, draft.lines, strict=True):
        if claim.id not in failed:
            lines.append(line)
            cited += [id for id in claim.evidence if id not in cited]
    if not lines:
        return Filled(draft.placeholder, open=draft.reason or text("reports.open_unproved", lang))
    return Filled(draft.placeholder, tuple(lines), tuple(cited), picture=draft.picture)

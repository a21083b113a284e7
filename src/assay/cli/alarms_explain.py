"""``assay alarms explain``: one page on an alarm for the control room."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.alarms_parts import (
    AtOption,
    ColumnOption,
    FromOption,
    HistoryOption,
    JsonOption,
    LangOption,
    LogOption,
    MapOption,
    PlantOption,
    PresetOption,
    Source,
    ToOption,
    ZoneOption,
    about,
)
from assay.cli.language import resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import AssayError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import datetime

    from assay.plant.notes import Note
    from assay.plant.records import Records
    from assay.skills.alarms.log import Alarm, AlarmLog
    from assay.skills.alarms.runner import Outcome

DocsOption = Annotated[Path | None, typer.Option("--docs", metavar="FOLDER", help=about("docs"))]
OrdersOption = Annotated[Path | None, typer.Option("--work-orders", metavar="FILE", help=about("work_orders"))]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE.html", help=about("out"))]
AlarmArgument = Annotated[str, typer.Argument(metavar="ALARM", help=about("alarm"))]


def register(app: typer.Typer) -> None:
    """Add the command to the group."""
    app.command("explain", help=about("explain"))(explain)


def explain(
    alarm: AlarmArgument,
    log: LogOption = None,
    plant: PlantOption = None,
    at: AtOption = None,
    history: HistoryOption = None,
    docs: DocsOption = None,
    work_orders: OrdersOption = None,
    out: OutOption = None,
    column: ColumnOption = None,
    map_file: MapOption = None,
    preset: PresetOption = None,
    zone: ZoneOption = None,
    start: FromOption = None,
    end: ToOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """One page on an alarm."""
    source = Source(log, plant, column, map_file, preset, zone, start, end, resolve_lang(lang))
    outcome = _ask(source, alarm, source.moment(at), history, docs, work_orders)
    spoken = source.lang
    if out is not None and outcome.found:
        from assay.skills.alarms.explain.page import html, write_page

        status, replay = _status(outcome, spoken), text("cli.investigate_replay", spoken, run=outcome.answer.run)
        write_page(out, html(outcome.answer, outcome.found, spoken, source.zone_info, status, replay))
    if as_json:
        print_json(outcome.document())
    else:
        _tell(outcome, spoken)
        if out is not None:
            say(text("explain.written", spoken, path=out))
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _ask(
    source: Source, wanted: str, at: datetime | None, history: Path | None, docs: Path | None, orders: Path | None
) -> Outcome:
    import asyncio

    from assay.plant.blobs import keep_json
    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.alarms.explain.arguments import find_alarm
    from assay.skills.alarms.log import label
    from assay.skills.alarms.runner import Question, ask
    from assay.skills.alarms.times import nanoseconds

    more: dict[str, Any] = {"at": at}
    notes: list[Note] = []
    if history is not None:
        more["history"] = source.values(history)
    if docs is not None:
        from assay.skills.alarms.explain.documents import read_documents

        documents, found = read_documents(docs)
        more["documents"], notes = keep_json(documents), [*notes, *found]
    if orders is not None:
        from assay.plant.work_orders import read_work_orders

        listed = read_work_orders(orders, zone=source.zone or "UTC")
        more["orders"], notes = keep_json(listed.plain()), [*notes, *listed.notes]
    log, found = source.read()
    name = find_alarm(log, wanted, None if at is None else nanoseconds(at))
    if history is None and source.plant is not None:
        kept = _own_history(source, log, name, at)
        more |= {} if kept is None else {"history": kept}
    told = tuple(note.render(source.lang) for note in [*found, *notes])
    with open_records(home() / "records.db") as records:
        more |= {"tag": name[0], "type": name[1], **_own_actions(records, source)}
        question = Question(
            "explain", log, source.plant, source.start, source.end, source.lang, source.zone_info, told, more
        )
        question.asked = text("explain.question", source.lang, alarm=label(name))
        return asyncio.run(ask(question, records))


def _own_actions(records: Records, source: Source) -> dict[str, str]:
    """What Assay's own records hold of approved actions on the plant, kept for the replay."""
    from assay.plant.blobs import keep_json
    from assay.skills.alarms.explain.past import recorded

    if source.plant is None:
        return {}
    plant = source.plant.id
    return {"actions": keep_json(recorded(one for one in records.actions.list() if one.proposal.plant == plant))}


def _own_history(source: Source, log: AlarmLog, name: Alarm, at: datetime | None) -> str | None:
    """The digest of the plant's own values around the alarm's last annunciation; None where it has none."""
    import numpy as np

    from assay.plant.blobs import history_blob
    from assay.plant.historian import open_historian
    from assay.skills.alarms.times import aware, nanoseconds

    assert source.plant is not None
    raised = log.raised()
    mine = raised.times[raised.alarm == log.alarms.index(name)]
    if at is not None:
        mine = mine[: int(np.searchsorted(mine, nanoseconds(at), "right"))]
    if not len(mine):
        return None
    moment = aware(int(mine[-1]))
    with suppress(AssayError), open_historian(source.name) as historian:
        frame = historian.read(None, moment - timedelta(hours=14), moment + timedelta(hours=2))
        return history_blob(frame) if len(frame) else None
    return None


def _status(outcome: Outcome, lang: Lang) -> str:
    return text(f"cli.investigate_status_{outcome.answer.status.value}", lang)


def _tell(outcome: Outcome, lang: Lang) -> None:
    from assay.skills.alarms.explain.page import lines

    for note in outcome.notes:
        warn(f"- {note}")
    say(_status(outcome, lang))
    for line in lines(outcome.answer, lang):
        say(line)
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))

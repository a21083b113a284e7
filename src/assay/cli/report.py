"""``assay report``: a template filled from evidence; what cannot be proved stays marked open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.knowledge_parts import AccessOption, AsOption, DocsOption, LibraryOption, Where
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import datetime

    from docx.document import Document

    from assay.plant.model import Plant
    from assay.plant.series import Frame
    from assay.skills.reports.runner import Outcome

_HELP = help_lang()
app = typer.Typer(add_completion=False, rich_markup_mode=None)


def _about(name: str) -> str:
    return text(f"cli.report_about_{name}", _HELP)


@app.command(help=_about("help"))
def report(
    template: Annotated[str | None, typer.Argument(metavar="TEMPLATE", help=_about("template"))] = None,
    plant: Annotated[str | None, typer.Option("--plant", metavar="PLANT", help=_about("plant"))] = None,
    period: Annotated[str, typer.Option("--period", metavar="PERIOD", help=_about("period"))] = "last 8h",
    history: Annotated[Path | None, typer.Option("--history", metavar="FILE", help=_about("history"))] = None,
    entered: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=_about("set"))] = None,
    library: LibraryOption = None,
    docs: DocsOption = None,
    access: AccessOption = None,
    user: AsOption = None,
    no_model: Annotated[bool, typer.Option("--no-model", help=_about("no_model"))] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help=_about("out"))] = None,
    fields: Annotated[bool, typer.Option("--fields", help=_about("fields"))] = False,
    lang: Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))] = False,
) -> None:
    """Fill a template."""
    spoken = resolve_lang(lang)
    if fields:
        _say_fields(spoken)
        return
    if template is None or plant is None:
        raise InputError("cli.report_what")
    from assay.plant.model import load_plant

    loaded, opened = load_plant(plant), _template(template, spoken)
    named = library is not None or docs is not None
    where = Where(library=library, docs=docs, access=access, user=user, lang=lang) if named else None
    made = Sources(plant, loaded, period, history, _entered(entered), where, model=not no_model)
    outcome = _filled(opened, template, made, spoken)
    if out is not None:
        _write(out, opened, outcome, template, spoken)
    if as_json:
        print_json(_document(outcome))
    else:
        _tell(outcome, opened, out, spoken)
    raise typer.Exit(3 if len(outcome.open) == len(outcome.fields) and outcome.fields else 0)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is filled from: the plant by its name, the period in words, a file of values, what a person
    entered, and the documents (None: none were named)."""

    name: str
    plant: Plant
    period: str
    history: Path | None
    entered: dict[str, str]
    documents: Where | None
    model: bool


def _filled(opened: str | Document, template: str, sources: Sources, lang: Lang) -> Outcome:
    import asyncio
    from datetime import UTC, datetime

    from assay.cli.report_asking import asking_over
    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.door import loaded
    from assay.skills.reports.documents import texts
    from assay.skills.reports.gathering import gather
    from assay.skills.reports.periods import period as moments
    from assay.skills.reports.runner import Question, fill
    from assay.skills.reports.template import placeholders

    found, plant = placeholders(texts(opened)), sources.plant
    start, end = moments(sources.period, plant.timezone, datetime.now(UTC))
    tools = {tool.name: tool for skill in loaded().values() for tool in skill.tools}
    asked = any(one.name == "ask" for one in found)
    with open_records(home() / "records.db") as records:
        source = gather(plant, _frame(sources, start, end), records, start, end)
        question = Question(found, plant, start, end, source, template, lang, sources.entered, tools)
        documents = sources.documents if asked else None
        with asking_over(documents, records, model=sources.model) as question.asking:
            return asyncio.run(fill(question, records))


def _frame(sources: Sources, start: datetime, end: datetime) -> Frame:
    """The values of a file, or the plant's own history of the period; none where the plant was never recorded."""
    from assay.plant.files import read_history
    from assay.plant.historian import history_folder, open_historian
    from assay.plant.series import Frame

    name, plant = sources.name, sources.plant
    tags = [tag.id for tag in plant.tags]
    if sources.history is not None:
        return _with_empty(read_history(sources.history, zone=str(plant.timezone), known_tags=tags).frame, tags)
    if not history_folder(name).exists():
        return Frame.empty(tags)
    with open_historian(name) as historian:
        known = [tag for tag in historian.tags() if plant.has_tag(tag)]
        return _with_empty(historian.read(known, start, end), tags)


def _with_empty(frame: Frame, known: list[str]) -> Frame:
    """The frame with columns of nothing: a tag that was never recorded is open in the report, not wrong in it."""
    import numpy as np

    from assay.plant.series import NO_DATA
    from assay.plant.series import Frame as Wider

    tags = [tag for tag in known if tag not in frame.tags]
    if not tags:
        return frame
    gap = np.full((len(frame), len(tags)), np.nan)
    quality = None
    if frame.quality is not None:
        quality = np.hstack([frame.quality, np.full(gap.shape, NO_DATA, np.int16)])
    return Wider(frame.times, (*frame.tags, *tags), np.hstack([frame.values, gap]), quality)


def _entered(given: list[str] | None) -> dict[str, str]:
    found = {}
    for one in given or ():
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise InputError("cli.report_set_wrong", value=one)
        found[name.strip()] = value
    return found


def _template(name: str, lang: Lang) -> str | Document:
    """A file, or one of the templates that come with Assay."""
    from importlib import resources

    from assay.skills.reports.documents import load

    shipped = resources.files("assay.skills.reports").joinpath("templates", f"{name}.{lang}.md")
    if "/" not in name and "." not in name and shipped.is_file() and not Path(name).exists():
        return shipped.read_text(encoding="utf-8")
    return load(Path(name))


def _write(out: Path, opened: str | Document, outcome: Outcome, template: str, lang: Lang) -> None:
    from assay.plant.atomic import replacing
    from assay.skills.reports import documents, word

    title = text("cli.report_title", lang, template=Path(template).stem)
    suffix = out.suffix.lower()
    if suffix == ".docx":
        made = word.word_of_markdown(opened, outcome, lang) if isinstance(opened, str) else None
        content = made if made is not None else word.fill_word(opened, outcome, lang)  # type: ignore[arg-type]
    elif suffix in (".html", ".htm"):
        content = documents.html(opened, outcome, title, lang).encode("utf-8")
    elif suffix in (".md", ".txt"):
        source = opened if isinstance(opened, str) else documents.word_as_markdown(opened)
        content = documents.markdown(source, outcome, lang).encode("utf-8")
    else:
        raise InputError("cli.report_out", path=out)
    try:
        with replacing(out) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise InputError("cli.report_unwritable", path=out, problem=error.strerror or error) from None


def _document(outcome: Outcome) -> dict[str, Any]:
    return {
        "run": outcome.answer.run,
        "status": outcome.answer.status.value,
        "fields": [
            {
                "placeholder": raw,
                "text": list(one.lines),
                "evidence": list(one.cited),
                "entered": one.entered,
                "open": one.open or None,
            }
            for raw, one in outcome.fields.items()
        ],
        "claims": [{"text": one.text, "evidence": list(one.evidence)} for one in outcome.answer.sentences],
    }


def _tell(outcome: Outcome, opened: str | Document, out: Path | None, lang: Lang) -> None:
    from assay.cli.evidence import visible
    from assay.skills.reports import documents

    if out is None:
        source = opened if isinstance(opened, str) else documents.word_as_markdown(opened)
        say(visible(documents.markdown(source, outcome, lang, plain=True), keep="\n"))
    else:
        say(text("cli.report_written", lang, path=out, filled=len(outcome.fields) - len(outcome.open)))
    for one in outcome.open:
        warn(text("cli.report_open", lang, placeholder=one.placeholder.raw, reason=one.open))


def _say_fields(lang: Lang) -> None:
    from assay.skills.reports import skill
    from assay.skills.reports.fields import FIELDS

    assert skill.name == "reports"  # its texts are registered by the import
    for name, one in FIELDS.items():
        say(f"{one.usage:<60} {text(f'reports.field_{name}', lang)}")

"""``assay knowledge ask``: a cited answer from the documents that somebody may read, or an honest refusal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.evidence import visible
from assay.cli.knowledge_parts import (
    AccessOption,
    AsOption,
    DocsOption,
    JsonOption,
    LangOption,
    LibraryOption,
    OnOption,
    PlantOption,
    Where,
    about,
    day_of,
)
from assay.cli.output import print_json, say, warn
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.cli.knowledge_pictures import Place
    from assay.knowledge.library import Library
    from assay.knowledge.library_reader import LibraryReader
    from assay.skills.knowledge_qa.batch import Line
    from assay.skills.knowledge_qa.runner import Asking, Outcome


def register(app: typer.Typer) -> None:
    """Put the command into its group."""
    app.command(help=about("ask"))(ask)


def ask(
    question: Annotated[str | None, typer.Argument(metavar="QUESTION", help=about("question"))] = None,
    library: LibraryOption = None,
    plant: PlantOption = None,
    docs: DocsOption = None,
    access: AccessOption = None,
    user: AsOption = None,
    on: OnOption = None,
    batch: Annotated[Path | None, typer.Option("--batch", metavar="IN.jsonl", help=about("batch"))] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="OUT.jsonl", help=about("out"))] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help=about("html"))] = None,
    no_model: Annotated[bool, typer.Option("--no-model", help=about("no_model"))] = False,
    by_model: Annotated[bool, typer.Option("--by-model", help=about("by_model"))] = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask."""
    import asyncio

    if (batch is None) == (question is None) or (batch is None) != (out is None):
        raise InputError("cli.knowledge_ask_what")
    of_plant = plant if library is None and docs is None else None
    where = Where(library, of_plant, docs, access, user, on, lang)
    asker = _Asker(where, plant or "", no_model, by_model)
    if batch is not None and out is not None:
        raise typer.Exit(1 if asyncio.run(asker.batch(batch, out)) else 0)
    assert question is not None
    outcome, pictures = asyncio.run(asker.one(question, pictures=as_json or html is not None))
    if html is not None:
        from assay.cli.knowledge_pictures import figures
        from assay.skills.knowledge_qa.page import write_page

        write_page(html, question, outcome, figures(outcome.document(run=False), pictures, where.speaks))
    if as_json:
        from assay.cli.knowledge_pictures import with_pictures

        print_json(with_pictures(outcome.document(), pictures))
    else:
        _tell(outcome)
    raise typer.Exit(0 if outcome.answered else 3)


class _Asker:
    """Opens the library, the model and the records once, and asks."""

    def __init__(self, where: Where, plant: str, no_model: bool, by_model: bool) -> None:
        self._where, self._plant, self._no_model, self._by_model = where, plant, no_model, by_model
        self._readers: dict[str | None, LibraryReader] = {}

    async def one(self, question: str, *, pictures: bool) -> tuple[Outcome, dict[Place, str]]:
        """A single question, kept in the records, with the pictures of its scanned quotes if they are asked for."""
        from assay.cli.knowledge_audit import audit_refusal
        from assay.cli.knowledge_pictures import pictures_of
        from assay.plant.home import home
        from assay.plant.records import open_records
        from assay.skills.knowledge_qa.runner import ask as answer
        from assay.skills.knowledge_qa.runner import checked_question

        checked_question(question, None)
        with self._where.open() as library, open_records(home() / "records.db") as records:
            reader = self._reader(library, None)
            for unread in library.unread(reader.asker):
                warn(unread.render(self._where.speaks))
            asking = self._asking()
            try:
                lang = self._where.speaks if self._where.lang else None
                outcome = await answer(
                    question,
                    reader,
                    asking,
                    lang=lang,
                    plant=self._plant,
                    store=records.evidence,
                    runs=records.runs,
                )
            finally:
                if asking.model is not None:
                    await asking.model.close()
            audit_refusal(records, library, reader, question, outcome)
            return outcome, pictures_of(outcome, reader) if pictures else {}

    async def batch(self, source: Path, target: Path) -> bool:
        """Every line of a file; what ``target`` holds already stays. Whether not one of them could be asked."""
        from assay.skills.knowledge_qa.batch import run_batch
        from assay.skills.knowledge_qa.runner import ask as answer

        with self._where.open() as library:
            asking = self._asking()

            async def answered(line: Line) -> dict[str, Any]:
                reader = self._reader(library, line.user)
                lang = line.lang or (self._where.speaks if self._where.lang else None)
                outcome = await answer(line.question, reader, asking, lang=lang, plant=self._plant)
                return outcome.document(run=False)

            def progress(done: int, total: int) -> None:
                if done == total or done % 20 == 0:
                    warn(text("cli.knowledge_ask_progress", self._where.speaks, done=done, total=total))

            try:
                done = await run_batch(source, target, answered, progress)
            finally:
                if asking.model is not None:
                    await asking.model.close()
        lang = self._where.speaks
        if done.repeated:
            warn(text("cli.knowledge_ask_repeated", lang, ids=visible(", ".join(done.repeated[:5]))))
        say(text("cli.knowledge_ask_done", lang, count=done.new, path=target))
        if done.failed:
            warn(text("cli.knowledge_ask_failed", lang, count=done.failed, total=done.lines))
        return done.failed == done.lines

    def _reader(self, library: Library, user: str | None) -> LibraryReader:
        if user not in self._readers:
            from dataclasses import replace

            where = self._where if user is None else replace(self._where, user=user)
            self._readers[user] = library.reader(where.asker(library), on=day_of("--on", self._where.on))
        return self._readers[user]

    def _asking(self) -> Asking:
        """What is installed here; where nothing is, code decides alone and one line says so."""
        from assay.cli.investigate import open_or_none
        from assay.skills.knowledge_qa.runner import equipped

        opened = None if self._no_model else lambda: open_or_none(self._where.speaks)
        return equipped(opened, by_model=self._by_model)


def _tell(outcome: Outcome) -> None:
    lang: Lang = "zh" if outcome.answer.lang == "zh" else "en"
    if outcome.answered:
        say(visible(outcome.short))
    for line in outcome.text.splitlines():
        say(f"- {visible(line)}")
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))

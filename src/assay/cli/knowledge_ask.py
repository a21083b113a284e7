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
    from assay.knowledge.library import Library
    from assay.knowledge.library_reader import LibraryReader
    from assay.plant.records import Records
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
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask."""
    import asyncio

    if (batch is None) == (question is None) or (batch is None) != (out is None):
        raise InputError("cli.knowledge_ask_what")
    of_plant = plant if library is None and docs is None else None
    where = Where(library, of_plant, docs, access, user, on, lang)
    asker = _Asker(where, plant or "", no_model)
    if batch is not None and out is not None:
        asyncio.run(asker.batch(batch, out))
        return
    assert question is not None
    outcome = asyncio.run(asker.one(question))
    if html is not None:
        from assay.skills.knowledge_qa.page import write_page

        write_page(html, question, outcome)
    if as_json:
        print_json(outcome.document())
    else:
        _tell(outcome)
    raise typer.Exit(0 if outcome.answered else 3)


class _Asker:
    """Opens the library, the model and the records once, and asks."""

    def __init__(self, where: Where, plant: str, no_model: bool) -> None:
        self._where, self._plant, self._no_model = where, plant, no_model
        self._readers: dict[str | None, LibraryReader] = {}

    async def one(self, question: str) -> Outcome:
        """A single question, kept in the records."""
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
            self._audit(records, library, reader, question, outcome)
        return outcome

    async def batch(self, source: Path, target: Path) -> None:
        """Every line of a file; what ``target`` holds already stays."""
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
                new = await run_batch(source, target, answered, progress)
            finally:
                if asking.model is not None:
                    await asking.model.close()
        say(text("cli.knowledge_ask_done", self._where.speaks, count=new, path=target))

    def _reader(self, library: Library, user: str | None) -> LibraryReader:
        if user not in self._readers:
            from dataclasses import replace

            where = self._where if user is None else replace(self._where, user=user)
            self._readers[user] = library.reader(where.asker(library), on=day_of("--on", self._where.on))
        return self._readers[user]

    def _asking(self) -> Asking:
        """The configured model and vectors; where they are not installed, code decides alone and one line says so."""
        from assay.cli.investigate import open_or_none
        from assay.skills.knowledge_qa.runner import Asking, cosines_or_none

        model = None if self._no_model else open_or_none(self._where.speaks)
        return Asking(model=model, cosines=cosines_or_none())

    def _audit(
        self, records: Records, library: Library, reader: LibraryReader, question: str, outcome: Outcome
    ) -> None:
        """A refusal is written down with whether it was for want of a right: nothing else tells the two apart."""
        if outcome.answered:
            return
        from assay.cli.actions_parts import load_policy
        from assay.knowledge.library import Library
        from assay.knowledge.rights import Asker
        from assay.skills.knowledge_qa.audit import told_by

        book = library.access
        groups = frozenset(load_policy().roles) | (
            frozenset() if book is None else frozenset().union(*book.documents.values())
        )
        with Library.open(self._place(library)) as everything:
            told = told_by(question, everything.reader(Asker(reader.asker.user, groups), on=reader.on), reader)
        reason = "no_right" if told else (outcome.reason.value if outcome.reason else "refused")
        records.audit.add(reader.asker.user, "knowledge_refused", outcome.answer.run, reason=reason, documents=told)

    def _place(self, library: Library) -> Path | str:
        place = library.place
        return place if "://" in place else Path(place).parent if Path(place).suffix == ".db" else Path(place)


def _tell(outcome: Outcome) -> None:
    lang: Lang = "zh" if outcome.answer.lang == "zh" else "en"
    if outcome.answered:
        say(visible(outcome.short))
    for line in outcome.text.splitlines():
        say(f"- {visible(line)}")
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))

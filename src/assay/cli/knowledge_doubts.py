"""``assay knowledge doubts``: numbers that must not be used before a person has looked at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.evidence import visible
from assay.cli.knowledge_parts import AsOption, JsonOption, LangOption, LibraryOption, PlantOption, Where, about
from assay.cli.output import print_json, say
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.knowledge.library_reader import LibraryReader
    from assay.knowledge.store.contents import DoubtRow

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=about("doubt_id"))]
_SHOWN = 60
"""Characters of the line around a doubtful number."""


def register(app: typer.Typer) -> None:
    """Put the commands into their group."""
    group = typer.Typer(help=about("doubts"), no_args_is_help=True)
    group.command("list", help=about("doubts_list"))(list_doubts)
    group.command("confirm", help=about("doubts_confirm"))(confirm)
    group.command("correct", help=about("doubts_correct"))(correct)
    app.add_typer(group, name="doubts")


def list_doubts(
    settled: Annotated[bool, typer.Option("--all", help=about("doubts_all"))] = False,
    library: LibraryOption = None,
    plant: PlantOption = None,
    user: AsOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """The doubts of the documents that somebody may read."""
    where = Where(library, plant, user=user, lang=lang)
    with where.reader() as reader:
        found = [described(reader, row) for row in _rows(reader) if settled or row.state == "open"]
    if as_json:
        print_json(found)
        return
    for one in found:
        _tell(one, where.speaks)
    if not found:
        say(text("cli.knowledge_no_doubts", where.speaks))


def confirm(
    id: IdArgument,
    library: LibraryOption = None,
    plant: PlantOption = None,
    user: AsOption = None,
    lang: LangOption = None,
) -> None:
    """The number is as it stands."""
    _settle(Where(library, plant, user=user, lang=lang), id, None)


def correct(
    id: IdArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help=about("doubt_value"))],
    library: LibraryOption = None,
    plant: PlantOption = None,
    user: AsOption = None,
    lang: LangOption = None,
) -> None:
    """The number is another one."""
    _settle(Where(library, plant, user=user, lang=lang), id, value)


def described(reader: LibraryReader, row: DoubtRow) -> dict[str, Any]:
    """A doubt as JSON, with the words around it."""
    info = next(one for one in reader.rows if one.key == row.version)
    span = row.doubt.span
    page = reader.page(row.document, info.label, span.page)
    box = page.box(span)
    return {
        "id": row.id,
        "document": info.name,
        "version": info.label,
        "page": span.page,
        "start": span.start,
        "end": span.end,
        "text": page.slice(span),
        "around": page.text[max(0, span.start - _SHOWN) : span.end + _SHOWN],
        "box": None if box is None else [box.left, box.top, box.right, box.bottom],
        "reason": row.doubt.reason,
        "details": dict(row.doubt.details),
        "state": row.state,
        "value": row.value,
        "person": row.person,
        "time": None if row.time is None else row.time.isoformat(),
    }


def _rows(reader: LibraryReader) -> list[DoubtRow]:
    return [row for one in reader.rows for row in reader.doubt_rows(one.document, one.label)]


def _settle(where: Where, id: str, value: str | None) -> None:
    from assay.cli.actions_parts import open_records_here

    with where.open() as library:
        asker = where.asker(library)
        row = next((one for one in _rows(library.reader(asker)) if one.id == id), None)
        if row is None:
            raise InputError("cli.knowledge_no_doubt", id=id)
        with open_records_here() as records:
            # The audit record first: a number that was settled without a trace would be worse than a trace too many.
            state = "confirmed" if value is None else "corrected"
            records.audit.add(asker.user, f"doubt_{state}", id, document=row.document, value=value or "")
        library.settle(row, value=value, person=asker.user)
    key = "cli.knowledge_confirmed" if value is None else "cli.knowledge_corrected"
    say(text(key, where.speaks, id=id, person=asker.user))


def _tell(one: dict[str, Any], lang: Lang) -> None:
    import assay.knowledge.reading  # noqa: F401 - its texts hold the reasons

    key = one["reason"] if "." in one["reason"] else f"knowledge.{one['reason']}"
    place = {"document": visible(one["document"]), "version": visible(one["version"]), "page": one["page"]}
    say(text("cli.knowledge_doubt", lang, id=one["id"], **place, text=visible(one["text"]), state=one["state"]))
    say("   " + text(key, lang, **one["details"]))
    say("   " + visible(" ".join(one["around"].split())))

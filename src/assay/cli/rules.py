"""``assay rules``: clauses as checkable rules, confirmed by a person, evaluated on designs by code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli import rules_check
from assay.cli.knowledge_parts import (
    AccessOption,
    AsOption,
    JsonOption,
    LangOption,
    LibraryOption,
    OnOption,
    PlantOption,
    Where,
)
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say, warn
from assay.cli.rules_parts import about, clause_and_words, write_file
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.plant.records import Records
    from assay.skills.rules.runner import Outcome
    from assay.skills.rules.tools import ExtractArguments

app = typer.Typer(help=text("cli.about_rules", help_lang()), no_args_is_help=True)
rules_check.register(app)


@app.command(help=about("extract"))
def extract(
    source: Annotated[str, typer.Argument(metavar="FILE|DOCUMENT", help=about("source"))],
    out: Annotated[Path | None, typer.Option("--out", metavar="RULES.yaml", help=about("out"))] = None,
    library: LibraryOption = None,
    plant: PlantOption = None,
    access: AccessOption = None,
    user: AsOption = None,
    on: OnOption = None,
    propose: Annotated[bool, typer.Option("--propose", help=about("propose"))] = False,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Clauses to rules."""
    import asyncio

    from assay.plant.home import home
    from assay.plant.records import open_records

    speaks = resolve_lang(lang)
    where = Where(library, plant, None, access, user, on, lang)
    arguments = _arguments(source, where)
    if out is not None and out.exists():
        _keep_confirmed(out)
    with open_records(home() / "records.db") as records:
        outcome = asyncio.run(_extracted(arguments, records, speaks, propose=propose))
    if out is not None and outcome.value is not None:
        _write(out, outcome)
    if as_json:
        print_json(outcome.document())
    else:
        _tell(outcome, out, speaks)
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)


def _arguments(source: str, where: Where) -> ExtractArguments:
    """A file when there is one of that name and no library is named, else a document of the library."""
    from assay.skills.rules.extracting import digest
    from assay.skills.rules.tools import ExtractArguments

    path = Path(source)
    if where.library is None and where.plant is None and path.is_file():
        return ExtractArguments(path=str(path.absolute()), sha256=digest(path))
    if where.library is None and where.plant is None and (path.suffix or "/" in source):
        raise InputError("rules.no_file", path=source)
    from assay.knowledge.library import find_document

    with where.open() as library:
        asker = where.asker(library)
        reader = library.reader(asker)
        id = find_document(reader, source)
        version = [info.version for info in reader.documents(outdated=True) if info.id == id][-1]
        version = next((info.version for info in reader.documents() if info.id == id), version)
        place = library.place
    return ExtractArguments(
        library=place if "://" in place else str(Path(place).parent if Path(place).is_file() else place),
        access="" if where.access is None else str(where.access.absolute()),
        user=asker.user,
        groups=tuple(sorted(asker.groups)),
        document=id,
        version=version,
    )


def _keep_confirmed(out: Path) -> None:
    """A file with confirmed rules is not overwritten: a person's word would be lost."""
    from assay.skills.rules.rulesfile import read_book

    if any(rule.confirmation is not None for rule in read_book(out).rules):
        raise InputError("cli.rules_has_confirmed", path=out)


async def _extracted(arguments: ExtractArguments, records: Records, lang: Lang, *, propose: bool) -> Outcome:
    """The rules; with ``propose`` the configured language model is asked about what was not read."""
    from assay.skills.rules.runner import extract_rules

    if not propose:
        return await extract_rules(arguments, records, lang=lang)
    from assay.cli.investigate import open_or_none

    model = open_or_none(lang)
    try:
        return await extract_rules(arguments, records, lang=lang, model=model)
    finally:
        if model is not None:
            await model.close()


def _write(out: Path, outcome: Outcome) -> None:

    from assay.skills.rules.rule import Unread
    from assay.skills.rules.rulesfile import RuleBook, rule_of, write_book

    value = outcome.value
    rules = [*(rule_of(one) for one in value["rules"]), *outcome.proposed]
    unread = [Unread.model_validate(one) for one in value["unread"]]
    write_file(out, write_book(RuleBook(rules, unread, value["source"])))


def _tell(outcome: Outcome, out: Path | None, lang: Lang) -> None:
    from assay.skills.rules.notation import write_test

    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for missing in outcome.answer.missing:
        say(f"? {missing}")
    if outcome.value is None:
        return
    for rule in outcome.value["rules"]:
        say(f"{rule['id']}  {' '.join(rule['quote'].split())}")
        for part in rule["parts"]:
            say(f"    {_line(part, lang)}")
        if rule.get("unclear"):
            say(f"    ? {_doubts(rule['unclear'], lang)}")
    for proposed in outcome.proposed:
        say(f"{proposed.id}  {text('cli.rules_by_model', lang)}  {' '.join(proposed.quote.split())}")
        say(f"    {write_test(proposed.parts[0].test)}")
    for one in outcome.value["unread"]:
        near = f": {one['near']}" if one["near"] else ""
        say(f"? {clause_and_words(one['clause'], one['quote'])} -- {text('rules.' + one['reason'], lang)}{near}")
    if out is not None:
        say(text("cli.rules_written", lang, path=out))


def _doubts(reasons: list[str], lang: Lang) -> str:
    """Why a reading is unclear, in words."""
    said = [text(f"rules.unclear_{reason}", lang) for reason in reasons]
    return text("rules.unclear", lang, reasons=("；" if lang == "zh" else "; ").join(said))


def _line(part: dict[str, Any], lang: Lang) -> str:
    words = [part["test"]]
    for name, inner, outer in (("when", " | ", " & "), ("unless", " & ", " | ")):
        if part.get(name):
            shown = outer.join(inner.join(group) for group in part[name])
            words.append(text(f"cli.rules_{name}", lang, tests=shown))
    return "  ".join(words)


@app.command(help=about("confirm"))
def confirm(
    file: Annotated[Path, typer.Argument(metavar="RULES.yaml", help=about("file"))],
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID..", help=about("ids"))] = None,
    every: Annotated[bool, typer.Option("--all", help=about("all"))] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help=about("by"))] = "",
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """A person's word for exactly these rules."""
    from datetime import UTC, datetime

    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.rules.rulesfile import confirm as confirmed
    from assay.skills.rules.rulesfile import read_book, write_book

    if not by.strip():
        raise InputError("rules.no_person")
    if bool(ids) == every:
        raise InputError("rules.nothing_named")
    book = read_book(file)
    at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    book.rules, new = confirmed(book.rules, None if every else ids, by=by.strip(), at=at)
    # The audit row comes first: a file may be lost, a confirmation that is nowhere recorded may not count.
    with open_records(home() / "records.db") as records:
        for rule in new:
            records.audit.add(by.strip(), "rule_confirmed", rule.hash, id=rule.id, clause=rule.clause, file=file.name)
    write_file(file, write_book(book))
    if as_json:
        print_json(
            {"file": str(file), "by": by.strip(), "confirmed": [{"id": one.id, "hash": one.hash} for one in new]}
        )
        return
    for rule in new:
        say(f"{rule.id}  {rule.hash[:16]}")
    if not new:
        warn(text("cli.rules_none_new", resolve_lang(lang)))
    left = [rule.id for rule in book.rules if rule.doubts and not rule.confirmed] if every else []
    if left:
        warn(text("rules.unclear_left", resolve_lang(lang), count=len(left), ids=" ".join(left)))

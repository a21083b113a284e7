"""What the commands of ``assay cases`` share: options, the store, and how an outcome is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assay.cli.language import help_lang
from assay.cli.output import print_json, say
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.knowledge.rights import Asker
    from assay.skills.cases.runner import Outcome
    from assay.skills.cases.store import CaseStore

_HELP = help_lang()


def about(name: str) -> str:
    """The help of an option or command."""
    return text(f"cli.cases_about_{name}", _HELP)


AsOption = Annotated[str | None, typer.Option("--as", metavar="USER", help=about("as"))]
AccessOption = Annotated[Path | None, typer.Option("--access", metavar="FILE", help=about("access"))]
AclOption = Annotated[list[str] | None, typer.Option("--acl", metavar="GROUP", help=about("acl"))]
StoreOption = Annotated[str | None, typer.Option("--store", metavar="FILE|URL", help=about("store"))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]


def open_cases(store: str | None) -> CaseStore:
    """The store that was named, or the one in Assay's folder."""
    from assay.plant.home import home
    from assay.skills.cases.store import CaseStore

    return CaseStore(store if store is not None else home() / "cases.db")


def asker_of(user: str | None, access: Path | None) -> Asker:
    """Who asks: with the groups of an access file where one is given, else with the policy's roles."""
    from assay.cli.actions_parts import load_policy
    from assay.knowledge.rights import Asker

    if access is not None:
        from assay.kernel.policy import local_user
        from assay.knowledge.access import AccessBook

        return AccessBook.load(access).asker(user or local_user())
    caller = load_policy().caller(user)
    return Asker(caller.user, frozenset(caller.roles))


def ask_cases(view: str, arguments: Mapping[str, Any], asker: Asker, store: str | None, lang: Lang) -> Outcome:
    """The skill's answer over what the asker may read."""
    import asyncio

    from assay.plant.home import home
    from assay.plant.records import open_records
    from assay.skills.cases.runner import ask

    with open_cases(store) as opened:
        cases = opened.readable(asker)
    with open_records(home() / "records.db") as records:
        return asyncio.run(ask(view, cases, arguments, records, lang=lang))


def show(outcome: Outcome, lang: Lang, lines: Sequence[str] = ()) -> None:
    """An outcome for a person; ``lines`` show its value under the sentences."""
    say(text(f"cli.investigate_status_{outcome.answer.status.value}", lang))
    for sentence in outcome.answer.sentences:
        say(f"- {sentence.text}  [{', '.join(sentence.evidence)}]")
    for line in lines:
        say(f"  {line}")
    for unknown in outcome.answer.missing:
        say(f"? {unknown}")
    say(text("cli.investigate_replay", lang, run=outcome.answer.run))


def tell(view: str, arguments: Mapping[str, Any], asker: Asker, store: str | None, lang: Lang, as_json: bool) -> None:
    """Ask, show, and leave with the code of the answer."""
    outcome = ask_cases(view, arguments, asker, store, lang)
    if as_json:
        print_json(outcome.document())
    else:
        show(outcome, lang)
    raise typer.Exit(3 if outcome.answer.status.value == "refused" else 0)

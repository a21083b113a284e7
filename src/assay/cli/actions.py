"""``assay actions``: list, approve or reject proposed writes. Approving writes nothing by itself."""

from __future__ import annotations

from typing import Annotated

import typer

from assay.cli import actions_execute, actions_propose
from assay.cli.actions_parts import (
    IdArgument,
    JsonOption,
    LangOption,
    NoPlant,
    load_policy,
    open_records_here,
    show_action,
)
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say
from assay.kernel.texts import Lang, text

_HELP = help_lang()

app = typer.Typer(help=text("cli.about_actions", _HELP), no_args_is_help=True)
actions_propose.register(app)

RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help=text("cli.actions_role", _HELP))]
DigestOption = Annotated[str | None, typer.Option("--digest", help=text("cli.actions_digest", _HELP))]
AllOption = Annotated[bool, typer.Option("--all", help=text("cli.actions_all", _HELP))]


@app.command("list", help=text("cli.actions_list", _HELP))
def list_actions(everything: AllOption = False, lang: LangOption = None, as_json: JsonOption = False) -> None:
    """The actions that wait for something, or all of them."""
    spoken = resolve_lang(lang)
    with open_records_here() as records:
        found = records.actions.list() if everything else records.actions.pending()
    if as_json:
        print_json([{**one.model_dump(mode="json"), "digest": one.proposal.digest} for one in found])
        return
    for one in found:
        show_action(one, spoken)
    if not found:
        say(text("cli.actions_none", spoken))


@app.command(help=text("cli.actions_approve", _HELP))
def approve(
    id: IdArgument, role: RoleOption, digest: DigestOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Approve exactly what is shown; without ``--digest`` the person is asked first."""
    _decide(id, role, digest, resolve_lang(lang), as_json, approve=True)


@app.command(help=text("cli.actions_reject", _HELP))
def reject(
    id: IdArgument, role: RoleOption, digest: DigestOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    """Reject a proposed action."""
    _decide(id, role, digest, resolve_lang(lang), as_json, approve=False)


def _decide(id: str, role: str, digest: str | None, lang: Lang, as_json: bool, *, approve: bool) -> None:
    from assay.kernel.actions import ActionService
    from assay.kernel.policy import local_user

    policy = load_policy()
    with open_records_here() as records:
        action = records.actions.get(id)
        if digest is None:
            # What the person sees is what is bound: the digest is taken from the very action that is printed.
            show_action(action, lang)
            question = text("cli.actions_ask_approve" if approve else "cli.actions_ask_reject", lang)
            typer.confirm(question, abort=True)
            digest = action.proposal.digest
        service = ActionService(records.actions, policy, NoPlant(), NoPlant())
        decided = service.decide(id, person=local_user(), role=role, digest=digest, approve=approve)
    if as_json:
        print_json(decided.model_dump(mode="json"))
        return
    say(text("cli.actions_decided", lang, id=id, state=text(f"cli.actions_{decided.state.value}", lang)))
    if approve:
        say(text("cli.actions_next_execute", lang, id=id))


actions_execute.register(app)

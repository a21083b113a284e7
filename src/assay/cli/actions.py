"""``assay actions``: list, approve or reject proposed writes. Approving writes nothing by itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assay.cli.evidence import visible
from assay.cli.language import help_lang, resolve_lang
from assay.cli.output import print_json, say
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.kernel.action import Action
    from assay.kernel.policy import Policy
    from assay.kernel.ports import TagLimits
    from assay.plant.records import Records

_HELP = help_lang()
POLICY_VARIABLE = "ASSAY_POLICY"
"""Names the policy file; without it ``policy.yaml`` in the data folder is read when it exists."""

app = typer.Typer(help=text("cli.about_actions", _HELP), no_args_is_help=True)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help=text("cli.actions_id", _HELP))]
RoleOption = Annotated[str, typer.Option("--role", metavar="ROLE", help=text("cli.actions_role", _HELP))]
DigestOption = Annotated[str | None, typer.Option("--digest", help=text("cli.actions_digest", _HELP))]
LangOption = Annotated[str | None, typer.Option("--lang", metavar="zh|en", help=text("cli.about_lang", _HELP))]
JsonOption = Annotated[bool, typer.Option("--json", help=text("cli.about_json", _HELP))]
AllOption = Annotated[bool, typer.Option("--all", help=text("cli.actions_all", _HELP))]


@app.command("list", help=text("cli.actions_list", _HELP))
def list_actions(everything: AllOption = False, lang: LangOption = None, as_json: JsonOption = False) -> None:
    """The actions that wait for something, or all of them."""
    spoken = resolve_lang(lang)
    with _records() as records:
        found = records.actions.list() if everything else records.actions.pending()
    if as_json:
        print_json([{**one.model_dump(mode="json"), "digest": one.proposal.digest} for one in found])
        return
    for one in found:
        _show(one, spoken)
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
    with _records() as records:
        action = records.actions.get(id)
        if digest is None:
            # What the person sees is what is bound: the digest is taken from the very action that is printed.
            _show(action, lang)
            question = text("cli.actions_ask_approve" if approve else "cli.actions_ask_reject", lang)
            typer.confirm(question, abort=True)
            digest = action.proposal.digest
        service = ActionService(records.actions, policy, _NoPlant(), _NoPlant())
        decided = service.decide(id, person=local_user(), role=role, digest=digest, approve=approve)
    if as_json:
        print_json(decided.model_dump(mode="json"))
        return
    say(text("cli.actions_decided", lang, id=id, state=text(f"cli.actions_{decided.state.value}", lang)))


def load_policy() -> Policy:
    """The policy of this machine: the file that ``ASSAY_POLICY`` names, else ``policy.yaml`` in the data folder, else
    the built-in one that lets nobody approve."""
    from assay.kernel.policy import Policy
    from assay.plant.home import home

    named = os.environ.get(POLICY_VARIABLE, "").strip()
    if named:
        return Policy.load(Path(named).expanduser())
    usual = home() / "policy.yaml"
    return Policy.load(usual if usual.exists() else None)


def _records() -> Records:
    from assay.plant.home import home
    from assay.plant.records import open_records

    return open_records(home() / "records.db")


def _show(action: Action, lang: Lang) -> None:
    proposal = action.proposal
    state = text(f"cli.actions_{action.state.value}", lang)
    say(text("cli.actions_line", lang, id=action.id, state=state, plant=visible(proposal.plant), zone=proposal.zone))
    for write in proposal.writes:
        values = {"before": f"{write.before:g}", "value": f"{write.value:g}", "unit": visible(write.unit)}
        say(text("cli.actions_write", lang, tag=visible(write.tag), **values))
    say(text("cli.actions_reason", lang, reason=visible(proposal.reason), evidence=", ".join(proposal.evidence)))
    say(text("cli.actions_expiry", lang, expires=proposal.expires.isoformat(), digest=proposal.digest))
    if action.note:
        say(visible(action.note_text(lang)))


class _NoPlant:
    """Stands in for the equipment model and the link: deciding needs neither, and must be able to write nothing."""

    def limits(self, tag: str) -> TagLimits | None:
        return None

    def names(self) -> frozenset[str]:
        return frozenset()

    async def read(self, tag: str) -> float:
        raise NotImplementedError

    async def write(self, tag: str, value: float) -> None:
        raise NotImplementedError

"""What a person confirms before ``assay plc generate`` makes anything: a proposed interface, and the properties."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from assay.cli.output import print_json, warn
from assay.kernel.errors import InputError, Refused
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from assay.skills.plc.making.faces import Proposal
    from assay.skills.plc.making.work import Task

_YES = ("y", "yes", "j", "是", "好", "对")
_EDITED = ("e", "edit", "edited", "改", "已改")


@dataclass(frozen=True, slots=True)
class How:
    """``folder`` takes the proposal; ``yes`` confirms beforehand; ``as_json`` asks a program instead of a person;
    ``model``: a language model may spell names."""

    folder: Path
    lang: Lang
    yes: bool
    as_json: bool
    model: bool


def settle(task: Task, how: How, *, propose_properties: bool) -> Task:
    """The task with its interface and properties confirmed. Raises Refused when a person says no, InputError when no
    interface can be proposed; with ``--json`` and without ``--yes`` it prints what is to be confirmed and ends with
    exit code 3."""
    import asyncio

    from assay.skills.plc.making.bundle import write_proposal
    from assay.skills.plc.making.faces import propose_interface, short_comments
    from assay.skills.plc.making.work import from_library, near_block

    path = None
    declared = task.interface or task.requirement.interface
    if declared is None and from_library(task) is None:
        namer = _namer(how.lang) if how.model else None
        made = asyncio.run(propose_interface(task.requirement, task.properties, task.tests, namer))
        _sealed(task, made)
        path = write_proposal(how.folder, made.st)
        task = replace(task, interface=made.st, proposed=made)
        if not how.as_json:
            if (near := near_block(task, how.lang)) is not None:
                warn(near["text"])
            warn(text("plc_making.interface_proposed", how.lang))
            warn(made.st.rstrip())
            if made.questions:
                warn(text("plc_making.questions", how.lang))
                for one in made.questions:
                    said = text(f"plc_making.question_{one.why}", how.lang, words=one.words)
                    warn(f"  {one.sentence.id}: {said}")
            if not how.yes:
                task = replace(task, interface=_confirmed_interface(made, path, how.lang))
    if task.interface is not None:
        task = replace(task, interface=short_comments(task.interface))
    if propose_properties:
        task = replace(task, properties=_properties(task))
    _confirm_properties(task, path, how)
    return task


def _sealed(task: Task, made: Proposal) -> None:
    """Sealed tests give no names to a proposal, for a model sees it; names that it lacks are told before anything is
    generated."""
    from assay.skills.plc.making.binding import bound_names

    known = {one.name.upper() for one in made.lines}
    missing = [one.name for key, one in bound_names((), task.sealed).uses.items() if key not in known]
    if missing:
        raise InputError("plc_making.sealed_names", names=", ".join(missing[:8]))


def _confirmed_interface(made: Proposal, path: Path, lang: Lang) -> str:
    """The text that a person confirmed: the proposal, or what its file holds after it was edited."""
    from assay.skills.plc.making.interface import read_interface

    st = made.st
    while sys.stdin.isatty():
        warn(text("plc_making.confirm_interface", lang, path=path))
        said = _answer()
        if said in _YES:
            return st
        if said not in _EDITED:
            break
        try:
            st = path.read_text(encoding="utf-8-sig")
            read_interface(st)
        except InputError as error:
            warn(error.render(lang))
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("plc_making.unreadable", path=str(path), problem=str(error)[:100]) from error
        warn(st.rstrip())
    raise Refused("plc_making.interface_not_confirmed", path=path)


def _properties(task: Task) -> Sequence[dict[str, Any]]:
    """The properties that the sentences say plainly of the names of the interface, or of the nouns they stand for."""
    from assay.skills.plc.making.faces import with_names
    from assay.skills.plc.making.interface import read_interface
    from assay.skills.plc.making.proposing import propose

    declared = task.interface or task.requirement.interface
    if declared is None:
        return []
    face = read_interface(declared)
    words = task.proposed or _words(task)
    named = task.requirement
    if words is not None:
        lines = tuple(one for one in words.lines if face.names.get(one.name.upper(), ("",))[0] == one.section)
        named = with_names(named, replace(words, lines=lines))
    said = {one.id: one.text for one in task.requirement.sentences}
    return [{**one, "text": said.get(one["id"].rstrip("abcdefgh"), one["text"])} for one in propose(named, face)]


def _words(task: Task) -> Proposal | None:
    """What would be proposed: it tells which nouns of the requirement the names of a given interface stand for."""
    import asyncio

    from assay.skills.plc.making.faces import propose_interface

    try:
        return asyncio.run(propose_interface(task.requirement, (), None))
    except InputError:
        return None


def _confirm_properties(task: Task, path: Path | None, how: How) -> None:
    if how.yes or not (task.properties or (how.as_json and task.proposed is not None)):
        return
    if how.as_json:
        from assay.skills.plc.making.bundle import proposal_document
        from assay.skills.plc.making.work import near_block

        print_json(
            {
                "status": "confirm",
                "interface": proposal_document(task.proposed) if task.proposed is not None else None,
                "interface_file": str(path) if path is not None else None,
                "properties": [dict(one) for one in task.properties],
                "near_block": near_block(task, how.lang),
            }
        )
        if path is not None:
            warn(text("plc_making.interface_waits", how.lang, path=path))
        raise typer.Exit(Refused.exit_code)
    for one in task.properties:
        warn(f"  {one.get('id', '')}: {json.dumps(one, ensure_ascii=False)}")
    warn(text("plc_making.confirm", how.lang))
    if not sys.stdin.isatty() or _answer() not in _YES:
        raise Refused("plc_making.not_confirmed")


def _answer() -> str:
    try:
        return input("> ").strip().lower()
    except EOFError:
        return ""


def _namer(lang: Lang) -> Any:
    """Asks the configured language model for names; it is opened only when there is a noun to name."""

    async def name(nouns: Sequence[str]) -> dict[str, str]:
        from assay.cli.investigate import open_or_none
        from assay.skills.plc.making.naming import by_model

        model = open_or_none(lang)
        if model is None:
            return {}
        try:
            return await by_model(model, nouns)
        finally:
            await model.close()

    return name

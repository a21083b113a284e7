"""``assay plc generate`` as one call: a requirement in, a program with its verdict out.

A request that the library of proved blocks answers ends in a block with parameters; other requests are searched for
with the language model between the gates. What was found is judged by :mod:`.release` and written with its evidence by
:mod:`.bundle`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assay.kernel.errors import InputError
from assay.kernel.ports import LanguageModel
from assay.kernel.texts import Lang, text
from assay.skills.plc.blocks.block import Block
from assay.skills.plc.blocks.block import block as library_block
from assay.skills.plc.blocks.building import Built, build
from assay.skills.plc.blocks.choosing import choose, held_back
from assay.skills.plc.blocks.filling import Filled, read_parameters
from assay.skills.plc.making.adequacy import Adequacy, adequacy
from assay.skills.plc.making.confirming import confirmed
from assay.skills.plc.making.covering import Covered, covered
from assay.skills.plc.making.drafting import Draft
from assay.skills.plc.making.faces import Proposal, least_pins, required_names
from assay.skills.plc.making.fitting import beyond
from assay.skills.plc.making.gates import Gated, Wanted, contradiction, judge
from assay.skills.plc.making.interface import Interface, read_interface
from assay.skills.plc.making.release import Reason, Release, decide
from assay.skills.plc.making.requirement import Requirement
from assay.skills.plc.making.searching import Candidate, Search, search

SHOWN = 8
"""So many of the words that held a block back are told in a sentence."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked. ``interface`` is text of ST (None: the one in the requirement, or a library block's own);
    ``proposed`` is what it was confirmed from, when it was proposed. ``sealed`` tests are run once on the chosen
    candidate. ``candidates``: most that may be judged. ``block``: the id of the library's block that a person named: it
    is taken whatever else the requirement says."""

    requirement: Requirement
    interface: str | None = None
    properties: Sequence[Mapping[str, Any]] = ()
    tests: Any = None
    sealed: Any = None
    candidates: int = 10
    scan_ns: int = 100_000_000
    seconds: float = 20.0
    proposed: Proposal | None = None
    block: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it. ``block`` is the library's block with its parameters where one was taken; ``search`` tells the
    candidates; ``best`` is the one that was judged for release (None: there was none at all); ``covered`` is what its
    tests and traces ran of it (None: it is not even typed)."""

    task: Task
    wanted: Wanted
    best: Gated | None
    release: Release
    adequacy: Adequacy | None = None
    block: Built | None = None
    filled: Filled | None = None
    search: Search = field(default_factory=Search)
    covered: Covered | None = None


def from_library(task: Task) -> tuple[Block, Filled] | None:
    """The block that the request asks for with its parameters, when the request fixes no other interface: neither by
    declaring one nor by names (of its own, of properties, of tests) or more signals than the block has. Raises
    InputError, with what there is to choose, when several blocks fit or a parameter is unclear."""
    declared = task.interface is not None or task.requirement.interface is not None
    if task.block is not None:
        if declared:
            raise InputError("plc_making.block_and_interface")
        return _filled(task, _known(task.block))
    if declared:
        return None
    words = task.requirement.text
    block, near = choose(words)
    names = required_names(task.requirement, task.properties, task.tests)
    pins = least_pins(task.requirement)
    if block is not None and not _has(block, names, pins):
        return None
    if block is None:
        near = [one for one in near if _has(one.block, names, pins) and not beyond(task.requirement, one.block)]
        if near:
            told = "; ".join(f"{one.block.id} ({one.block.title[task.requirement.lang]})" for one in near)
            raise InputError("plc_making.which_block", blocks=told)
        return None
    try:
        return _filled(task, block)
    except InputError:
        if beyond(task.requirement, block):  # whose amounts do not fit and which does not do all of it
            return None
        raise


def _filled(task: Task, block: Block) -> tuple[Block, Filled]:
    """The block with what the requirement says for its parameters. Raises InputError where that is unclear or out of
    the block's limits."""
    filled = read_parameters(block, task.requirement.text)
    if filled.unclear:
        raise InputError("plc_making.unclear_parameter", block=block.id, names=", ".join(filled.unclear))
    build(block, filled.values)
    return block, filled


def _known(name: str) -> Block:
    found = library_block(name)
    if found is None:
        raise InputError("plc_making.no_such_block", name=name[:60])
    return found


def near_block(task: Task, lang: Lang) -> dict[str, Any] | None:
    """The library's block that the request names and that was held back, because it also says words of which neither
    the block nor requests for it speak: a person may know that they ask for nothing more. None where the interface was
    given, or no block was held back."""
    if task.requirement.interface is not None or (task.interface is not None and task.proposed is None):
        return None
    found = held_back(task.requirement.text)
    if found is None:
        return None
    block, words = found
    said = ", ".join(words[:SHOWN])
    filled = read_parameters(block, task.requirement.text).values
    values = ", ".join(f"{name} = {value}" for name, value in filled.items()) or "-"
    told = text("plc_making.near_block", lang, block=block.id, title=block.title[lang], words=said, values=values)
    return {"id": block.id, "words": list(words), "text": told}


def _has(block: Block, names: frozenset[str], pins: Mapping[str, int]) -> bool:
    """Whether the block has these names and at least so many inputs and outputs."""
    face = _interface(build(block, {}))
    return names <= face.names.keys() and all(len(face.of(section)) >= count for section, count in pins.items())


async def make(task: Task, model: LanguageModel | None, told: Callable[[Candidate], None] | None = None) -> Made:
    """Does the whole task. Raises InputError when there is no interface and the library has no such block."""
    found = from_library(task)
    if found is not None:
        return _with_block(task, *found)
    declared = task.interface or task.requirement.interface
    if declared is None:
        raise InputError("plc_making.no_interface_no_block")
    wanted = Wanted(read_interface(declared), task.properties, task.tests, task.scan_ns, task.seconds)
    if (clash := contradiction(wanted)) is not None:
        raise InputError("plc_making.contradiction", first=clash[0], second=clash[1])
    tried = await search(task.requirement.text, wanted, model, task.candidates, told)
    best = tried.passed or tried.best
    if best is None:
        reason = "model_stopped" if tried.failed else "no_candidate"
        return Made(task, wanted, None, Release("not_released", ((reason, {}),)), search=tried)
    return await confirmed(_judged(Made(task, wanted, best.gated, Release("not_released"), search=tried)), model)


def _with_block(task: Task, block: Block, filled: Filled) -> Made:
    built = build(block, filled.values, lang=task.requirement.lang)
    properties = (*built.properties, *task.properties)
    tests = _together(built.tests, task.tests)
    wanted = Wanted(_interface(built), properties, tests, task.scan_ns, task.seconds)
    gated = judge(built.st, wanted)
    tried = Search([Candidate(1, "library", gated, Draft("", built.st, ""))])
    return _judged(Made(task, wanted, gated, Release("not_released"), block=built, filled=filled, search=tried))


def _judged(made: Made) -> Made:
    gated = made.best
    assert gated is not None
    pinned = None
    if gated.passed and gated.project is not None and made.block is None:
        pinned = adequacy(gated.project, made.wanted)
    best = made.search.passed or made.search.best
    release = decide(gated, made.wanted, pinned, made.task.sealed, best.origin if best is not None else "")
    unused = made.filled.unused if made.filled is not None else ()
    if unused:
        reason: Reason = ("unused_amounts", {"amounts": ", ".join(unused)})
        release = replace(release, status="not_released", reasons=(*release.reasons, reason))
    found = made.block.block if made.block is not None and made.task.block is None else None
    more = beyond(made.task.requirement, found) if found is not None else []
    if more:
        reason = ("beyond_block", {"sentences": ", ".join(one.id for one in more)})
        release = replace(release, status="not_released", reasons=(*release.reasons, reason))
    seen = None
    if gated.project is not None:
        seen = covered(gated.project, made.wanted.interface.name, made.wanted.tests, gated.report)
    return replace(made, release=release, adequacy=pinned, covered=seen)


def _interface(built: Built) -> Interface:
    return read_interface(built.st)


def _together(first: Any, second: Any) -> Any:
    """Two documents of tests as one list."""
    both = [
        one
        for document in (first, second)
        if document
        for one in (document if isinstance(document, list) else [document])
    ]
    return both or None

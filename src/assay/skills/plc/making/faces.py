"""An interface proposed from a requirement, for a person to confirm or edit: a line has the sentence it came from.

Code reads the signals (:mod:`.signals`); names that given properties or tests use are binding (:mod:`.binding`); a
model may only spell nouns for which code knows no name (:mod:`.naming`). What cannot be read is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.making.amounts import read_amounts
from assay.skills.plc.making.asking import by_hand, references, unnamed
from assay.skills.plc.making.binding import Bound, bound_names
from assay.skills.plc.making.entries import Entry, Question
from assay.skills.plc.making.gathering import bind, gather, gathered
from assay.skills.plc.making.naming import free, from_noun, in_pinyin, legal, mended
from assay.skills.plc.making.requirement import Requirement
from assay.skills.plc.making.signal_words import LETTERS
from assay.skills.plc.making.signals import read_signals

#: Most lines that anybody confirms one by one.
MOST = 200
#: Gives identifiers for nouns (see :func:`.naming.by_model`); what it leaves out is spelled by code.
Namer = Callable[[Sequence[str]], Awaitable[dict[str, str]]]
_SHOWN = 120
_SECTIONS = {"in": "VAR_INPUT", "out": "VAR_OUTPUT"}
_UNIT = re.compile(
    r"(?P<word>\bfunction[ _]block\b|\bprogram\b|功能块|程序)"
    r"(?:\s+(?:in|using)\s+[\w ]{1,20}?(?:\s*\(\w+\))?\s*,?(?=\s+(?:named|called)\b))?\s*(?:named|called|"
    r"名为|叫)?\s*[`'\"“「(（]*"
    r"(?P<name>[A-Za-z]\w{2,})"
    r"|\b(?P<fb>FB_\w+)|\b(?P<prg>PRG_\w+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One variable. ``source`` is the number of the sentence or the name of the property or test; ``said`` is the
    sentence, ``words`` the noun in it and ``nouns`` all the words for the signal; ``unit`` that of a constant."""

    name: str
    section: str
    type: str
    source: str
    said: str
    words: str = ""
    initial: str = ""
    nouns: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``kind`` and ``name`` of the unit, its ``lines`` in the order inputs, outputs, constants; ``questions`` are what
    may be a signal and has no line."""

    kind: str
    name: str
    lines: tuple[Line, ...]
    questions: tuple[Question, ...] = ()

    @property
    def st(self) -> str:
        """The interface as Structured Text; the comment of a line says where it came from."""
        made = [f"{self.kind} {self.name}"]
        for section in ("VAR_INPUT", "VAR_OUTPUT", "VAR CONSTANT"):
            of = [one for one in self.lines if one.section == section]
            if of:
                made += [section, *(f"    {_declared(one)} (* {_comment(one)} *)" for one in of), "END_VAR"]
        made += [
            f"(* ? {_plain(one.words)}. {one.sentence.id}: {_plain(one.sentence.text)} *)" for one in self.questions
        ]
        return "\n".join([*made, f"END_{self.kind}"]) + "\n"


async def propose_interface(
    requirement: Requirement, properties: Sequence[Mapping[str, Any]], tests: Any, namer: Namer | None = None
) -> Proposal:
    """The proposal. ``namer`` (a language model) is asked only for nouns that code cannot spell. Raises InputError when
    no input or no output can be read, or given names cannot be declared."""
    bound = bound_names(properties, tests)
    found, asked = gather(read_signals(requirement))
    amounts = [one for one in read_amounts(requirement.sentences) if one.type != "TIME"]
    if amounts:
        found, more = references(found)
        asked += more
    found += unnamed(found, amounts)
    entries = bind(found, bound)
    asked += by_hand(entries, requirement.sentences)
    _refuse_half(entries)
    if len(entries) > MOST:
        raise InputError("plc_making.too_many_signals", most=MOST)
    await _name(entries, namer, bound)
    kind, name = _unit(requirement, bound)
    return Proposal(kind, name, tuple(_lines(entries, requirement, bound, name)), tuple(asked))


def short_comments(st: str) -> str:
    """The text with the numbers of the sentences in its comments and without the sentences: what a person has confirmed
    line by line need not stand in the program, nor in a prompt."""
    return re.sub(r"\(\* (?P<noun>[^*\n]*?)(?P<number>R\d+): [^*\n]* \*\)", r"(* \g<noun>\g<number> *)", st)


def required_names(requirement: Requirement, properties: Sequence[Mapping[str, Any]], tests: Any) -> frozenset[str]:
    """Identifiers (capitals) that a program must have: those that the requirement quotes, types or lists, and those of
    properties and tests. A device's tag (SB1) is wired to a pin and does not bind its name."""
    said = {one.name.upper() for one in read_signals(requirement) if one.name and one.explicit and not _tag(one.name)}
    return frozenset(said | bound_names(properties, tests).uses.keys())


def least_pins(requirement: Requirement) -> dict[str, int]:
    """How many inputs (``VAR_INPUT``) and outputs (``VAR_OUTPUT``) the requirement tells apart for certain: by
    identifiers, and buttons by what they are called. A block with fewer is the answer to another question."""
    entries = gathered(read_signals(requirement))
    sure = [one for one in entries if one.given or _button(one)]
    return {section: sum(one.way == way for one in sure) for way, section in _SECTIONS.items()}


def _button(one: Entry) -> bool:
    """Whether it is a button, switch or command with a word of its own ("start button", not "two buttons")."""
    return (
        one.head is not None
        and one.head.kind == "command"
        and from_noun(one.nouns[0]).rstrip("0123456789") != one.head.english
    )


def _tag(name: str) -> bool:
    letters = re.sub(r"\d+$", "", name).upper()
    return letters != name.upper() and letters in LETTERS


def with_names(requirement: Requirement, proposal: Proposal) -> Requirement:
    """The requirement with the proposed names in place of the nouns that they were made from, so that the grammar of
    properties reads them."""
    nouns = {noun: one.name for one in proposal.lines for noun in one.nouns}
    sentences = []
    for sentence in requirement.sentences:
        text = sentence.text
        for words, name in sorted(nouns.items(), key=lambda pair: -len(pair[0])):
            plain = words.isascii()
            shown = name if plain else f" {name} "
            around = rf"(?:\b(?:the|a|an)\s+)?\b{re.escape(words)}\b" if plain else re.escape(words)
            pair = rf"{around}\s*[(（`\"“「]*\s*{re.escape(name)}(?:\s*[)）`\"”」]+)?"
            text = re.sub(pair, shown, text, flags=re.I)
            text = re.sub(around, shown, text, flags=re.I)
        for name in {one.name for one in proposal.lines}:
            text = re.sub(rf"(?:\b(?:the|an?)\s+)?`?(?<!\w){name}`?(?:\s+{name})?(?!\w)", name, text, flags=re.I | re.A)
        sentences.append(replace(sentence, text=re.sub(r"`|(?<=[，、]) +| +(?=[，、。])", "", text).strip()))
    return replace(requirement, sentences=tuple(sentences))


def _refuse_half(entries: list[Entry]) -> None:
    ways = {entry.way for entry in entries}
    if not ways:
        raise InputError("plc_making.no_signal_read")
    if "in" not in ways:
        raise InputError("plc_making.no_input_read", names=", ".join(_shown(one) for one in entries[:8]))
    if "out" not in ways:
        raise InputError("plc_making.no_output_read", names=", ".join(_shown(one) for one in entries[:8]))


def _shown(entry: Entry) -> str:
    return (entry.name or entry.nouns[0])[:40]


async def _name(entries: list[Entry], namer: Namer | None, bound: Bound) -> None:
    """Names for all: those of the text made legal, then those that code spells, a model's, pinyin, and numbers."""
    used: set[str] = set()
    for entry in (one for one in entries if one.given):
        binding = entry.name.upper() in bound.uses
        if binding and not legal(entry.name):
            raise InputError("plc_making.binding_illegal", name=entry.name[:60])
        prefix = "In" if entry.way == "in" else "Out"
        written = entry.name
        entry.name = free(mended(entry.name, prefix) or prefix, used)
        if entry.name.upper() != written.upper() and "-" in written:
            entry.nouns.append(written.lower())
        used.add(entry.name.upper())
    open_ = [one for one in entries if not one.given]
    hard = [one.nouns[0] for one in open_ if not from_noun(one.nouns[0])]
    said = await namer(hard) if namer is not None and hard else {}
    for entry in open_:
        noun = entry.nouns[0]
        prefix = "In" if entry.way == "in" else "Out"
        made = from_noun(noun) or said.get(noun) or in_pinyin(noun)
        entry.name = free((mended(made, prefix) if made else "") or f"{prefix.upper()}1", used)
        used.add(entry.name.upper())


def _lines(entries: list[Entry], requirement: Requirement, bound: Bound, unit: str) -> list[Line]:
    made = []
    used = {unit.upper()}
    for section in ("in", "out"):
        for entry in entries:
            if entry.way == section:
                source = entry.sentence.id or entry.source
                words = entry.nouns[0] if entry.nouns else ""
                name = entry.name if entry.name.upper() in bound.uses else free(entry.name, used)
                used.add(name.upper())
                kind = entry.type or "BOOL"
                nouns = tuple(one for one in entry.nouns if one.upper() != name.upper())
                made.append(Line(name, _SECTIONS[section], kind, source, entry.sentence.text, words, nouns=nouns))
    seen: dict[tuple[str, str], str] = {}
    for one in read_amounts(requirement.sentences):
        if (one.name, one.value) in seen or one.name.upper() in bound.uses:
            continue
        name = free(mended(one.name, "K") or "K", used)
        seen[one.name, one.value] = name
        used.add(name.upper())
        made.append(
            Line(
                name, "VAR CONSTANT", one.type, one.sentence.id, one.sentence.text, one.words, one.value, unit=one.unit
            )
        )
    return made


def _unit(requirement: Requirement, bound: Bound) -> tuple[str, str]:
    if bound.pou:
        if not legal(bound.pou):
            raise InputError("plc_making.binding_illegal", name=bound.pou[:60])
        return "FUNCTION_BLOCK", bound.pou
    for match in _UNIT.finditer(requirement.text):
        name = match["name"] or match["fb"] or match["prg"]
        spelled = match["name"] is None or (name[0].isupper() and re.search(r"_|[a-z][A-Z]|\d", name))
        if spelled and legal(name):
            program = bool(match["prg"]) or (match["word"] or "").lower() in ("program", "程序")
            return ("PROGRAM" if program else "FUNCTION_BLOCK"), name
    title = next((one for one in requirement.text.splitlines() if one.lstrip().startswith("#")), "").strip("# \t")
    name = from_noun(title) or in_pinyin(title) if 0 < len(title) <= 40 else ""
    made = f"FB_{name}"[:32].rstrip("_")
    return "FUNCTION_BLOCK", made if name and legal(made) else "FB_Main"


def _declared(one: Line) -> str:
    return f"{one.name} : {one.type}{f' := {one.initial}' if one.initial else ''};"


def _comment(one: Line) -> str:
    """Where a line came from, as a comment that nothing can end from inside."""
    said = f": {_plain(one.said)}" if one.said else ""
    return f"{_plain(one.words) + '. ' if one.words else ''}{_plain(one.source)}{said}"


def _plain(words: str) -> str:
    said = re.sub(r"\s+", " ", words)
    said = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}..."
    return re.sub(r"\(\*|\*\)|[*`\x00-\x1f\u2028\u2029]|//", "'", said)

"""An interface proposed from a requirement, for a person to confirm or edit: a line has the sentence it came from.

Code reads the signals (:mod:`.signals`); names that given properties or tests use are binding (:mod:`.binding`); a
model may only spell nouns for which code knows no name (:mod:`.naming`). What cannot be read is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.making.amounts import read_amounts
from assay.skills.plc.making.binding import Bound, Use, bound_names
from assay.skills.plc.making.naming import free, from_noun, in_pinyin, legal, mended
from assay.skills.plc.making.requirement import Numbered, Requirement
from assay.skills.plc.making.signal_words import LETTERS, Head
from assay.skills.plc.making.signals import Signal, head_in, in_condition, read_signals

#: Most lines that anybody confirms one by one.
MOST = 200
#: Gives identifiers for nouns (see :func:`.naming.by_model`); what it leaves out is spelled by code.
Namer = Callable[[Sequence[str]], Awaitable[dict[str, str]]]
_SHOWN = 120
_SECTIONS = {"in": "VAR_INPUT", "out": "VAR_OUTPUT"}
_UNIT = re.compile(
    r"(?P<word>\bfunction[ _]block\b|\bprogram\b|功能块|程序)\s*(?:named|called|名为|叫)?\s*[`\"“「(（]*"
    r"(?P<name>[A-Za-z]\w{2,})"
    r"|\b(?P<fb>FB_\w+)|\b(?P<prg>PRG_\w+)",
    re.I,
)
_MEASURES = {"INT", "DINT", "UINT", "UDINT", "SINT", "USINT", "LINT", "REAL", "LREAL"}


@dataclass(frozen=True, slots=True)
class Line:
    """One variable. ``source`` is the number of the sentence or the name of the property or test; ``said`` is the
    sentence, ``words`` the noun in it."""

    name: str
    section: str
    type: str
    source: str
    said: str
    words: str = ""
    initial: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``kind`` and ``name`` of the unit, its ``lines`` in the order inputs, outputs, constants."""

    kind: str
    name: str
    lines: tuple[Line, ...]

    @property
    def st(self) -> str:
        """The interface as Structured Text; the comment of a line says where it came from."""
        made = [f"{self.kind} {self.name}"]
        for section in ("VAR_INPUT", "VAR_OUTPUT", "VAR CONSTANT"):
            of = [one for one in self.lines if one.section == section]
            if of:
                made += [section, *(f"    {_declared(one)} (* {_comment(one)} *)" for one in of), "END_VAR"]
        return "\n".join([*made, f"END_{self.kind}"]) + "\n"


@dataclass(slots=True)
class _Entry:
    """A signal on its way to a line; ``nouns`` are the words for it, ``given`` says that its name stands somewhere."""

    name: str
    nouns: list[str]
    way: str
    type: str
    sentence: Numbered
    head: Head | None
    given: bool
    firm: bool = False
    source: str = ""
    mentions: list[Signal] = field(default_factory=list)


async def propose_interface(
    requirement: Requirement, properties: Sequence[Mapping[str, Any]], tests: Any, namer: Namer | None = None
) -> Proposal:
    """The proposal. ``namer`` (a language model) is asked only for nouns that code cannot spell. Raises InputError when
    no input or no output can be read, or given names cannot be declared."""
    bound = bound_names(properties, tests)
    entries = _bind(_gathered(read_signals(requirement)), bound)
    _refuse_half(entries)
    if len(entries) > MOST:
        raise InputError("plc_making.too_many_signals", most=MOST)
    await _name(entries, namer, bound)
    kind, name = _unit(requirement, bound)
    return Proposal(kind, name, tuple(_lines(entries, requirement, bound, name)))


def required_names(requirement: Requirement, properties: Sequence[Mapping[str, Any]], tests: Any) -> frozenset[str]:
    """Identifiers (capitals) that a program must have: those that the requirement quotes, types or lists, and those of
    properties and tests. A device's tag (SB1) is wired to a pin and does not bind its name."""
    said = {one.name.upper() for one in read_signals(requirement) if one.name and one.explicit and not _tag(one.name)}
    return frozenset(said | bound_names(properties, tests).uses.keys())


def _tag(name: str) -> bool:
    letters = re.sub(r"\d+$", "", name).upper()
    return letters != name.upper() and letters in LETTERS


def with_names(requirement: Requirement, proposal: Proposal) -> Requirement:
    """The requirement with the proposed names in place of the nouns that they were made from, so that the grammar of
    properties reads them."""
    nouns = {one.words: one.name for one in proposal.lines if one.words and one.section != "VAR CONSTANT"}
    sentences = []
    for sentence in requirement.sentences:
        text = sentence.text
        for words, name in sorted(nouns.items(), key=lambda pair: -len(pair[0])):
            around = rf"(?:\b(?:the|a|an)\s+)?\b{re.escape(words)}\b" if words.isascii() else re.escape(words)
            text = re.sub(rf"{around}\s*[(（`\"“「]*\s*{re.escape(name)}\s*[)）`\"”」]*", name, text, flags=re.I)
            text = re.sub(around, f" {name} " if not words.isascii() else name, text, flags=re.I)
        sentences.append(replace(sentence, text=re.sub(r"`|(?<=[，、]) +| +(?=[，、。])", "", text).strip()))
    return replace(requirement, sentences=tuple(sentences))


def _gathered(found: Sequence[Signal]) -> list[_Entry]:
    entries: dict[str, _Entry] = {}
    for one in found:
        if not one.name:
            continue
        key = one.name.upper()
        entry = entries.setdefault(key, _Entry(one.name, [], "", "", one.sentence, one.head, given=True))
        entry.mentions.append(one)
        if one.words and one.words.lower() not in entry.nouns and one.words.upper() != key:
            entry.nouns.append(one.words.lower())
        entry.head = entry.head or one.head
        entry.way = one.way if one.way and (not entry.way or (one.explicit and not entry.firm)) else entry.way
        entry.type = one.type if one.type and (not entry.type or (one.explicit and not entry.firm)) else entry.type
        entry.firm = entry.firm or (one.explicit and bool(one.way))
    for entry in entries.values():
        entry.way = entry.way or _role(entry)
    nouns = [one for one in found if not one.name]
    made = list(entries.values())
    for one in sorted(nouns, key=lambda each: -len(each.words)):
        same = next((each for each in made if _alias(one, each)), None)
        if same is None:
            entry = _Entry("", [one.words.lower()], one.way or "in", one.type, one.sentence, one.head, given=False)
            made.append(entry)
            same = entry
        elif not same.given and _place(one) < _place_of(same):
            same.sentence = one.sentence
        same.mentions.append(one)
        if one.type in _MEASURES and same.type == "BOOL" and not same.given and one.head is same.head:
            same.type = one.type
    order = {id(one): place for place, one in enumerate(found)}
    return sorted(made, key=lambda entry: min(order[id(one)] for one in entry.mentions))


def _place(one: Signal) -> int:
    return int(one.sentence.id[1:])


def _place_of(entry: _Entry) -> int:
    return int(entry.sentence.id[1:])


def _role(entry: _Entry) -> str:
    """Driven when any mention stands outside a condition, else read."""
    texts = [(one.sentence.text, one.sentence.text.find(one.name)) for one in entry.mentions]
    return "in" if all(in_condition(text, max(place, 0)) for text, place in texts) else "out"


def _alias(one: Signal, entry: _Entry) -> bool:
    """Whether a noun without an identifier means a signal that is there already."""
    noun = one.words.lower()
    if noun in entry.nouns or (entry.name and from_noun(one.words).upper() == entry.name.upper()):
        return True
    if one.head is None or entry.head is None or not any(_part(noun, other) for other in entry.nouns):
        return False
    if one.head.english == entry.head.english:
        return one.head.kind != "measure" or not re.search(r"high|low|高|低", " ".join(entry.nouns))
    return one.head.kind in ("weak", "signal") and one.way == entry.way


def _part(noun: str, other: str) -> bool:
    if noun.isascii() != other.isascii():
        return False
    return set(noun.split()) <= set(other.split()) if noun.isascii() else noun in other


def _bind(entries: list[_Entry], bound: Bound) -> list[_Entry]:
    """Names of properties and tests: found in the text, else given to the noun they fit, else added."""
    names = {entry.name.upper(): entry for entry in entries if entry.name}
    for key, use in bound.uses.items():
        entry = names.get(key) or _fitting(use, entries)
        if entry is None:
            entry = _Entry(use.name, [], "", "", Numbered("", ""), head_in(use.name), given=True, source=use.source)
            entries.append(entry)
            entry.way = _way(use, entry)
        entry.name, entry.given = use.name, True
        if use.way in ("set", "expect") and not entry.firm:
            entry.way = "in" if use.way == "set" else "out"
        entry.type = _type(use, entry)
    return entries


def _fitting(use: Use, entries: list[_Entry]) -> _Entry | None:
    """The one noun without a name whose words hold all those of the identifier ("Start": "start button")."""
    parts = {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", use.name)}
    way = {"set": "in", "expect": "out"}.get(use.way)
    fits = []
    for entry in entries:
        if entry.given or (way and entry.way != way):
            continue
        spelled = from_noun(entry.nouns[0]) or in_pinyin(entry.nouns[0])
        words = {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", spelled)}
        if parts and parts <= words | set(entry.nouns[0].split()):
            fits.append(entry)
    return fits[0] if len(fits) == 1 else None


def _way(use: Use, entry: _Entry) -> str:
    if use.way in ("set", "expect"):
        return "in" if use.way == "set" else "out"
    if entry.head is not None and entry.head.direction != "role" and entry.head.kind not in ("weak", "measure"):
        return entry.head.direction
    return "out" if use.way == "then" else "in"


def _type(use: Use, entry: _Entry) -> str:
    """The type of the text where the uses allow it, else theirs."""
    wanted, said = use.type(), entry.type
    explicit = any(one.explicit and one.type == said for one in entry.mentions)
    if wanted in ("INT", "REAL", "number"):
        numeric = said in _MEASURES and not (wanted == "REAL" and said not in ("REAL", "LREAL"))
        if numeric:
            return said
        if said == "TIME" and wanted == "number":
            return said
        fits = not explicit
        chosen = "REAL" if wanted == "number" else wanted
    else:
        fits, chosen = not (explicit and said and wanted and said != wanted), wanted or said or "BOOL"
    if not fits:
        raise InputError("plc_making.binding_type", name=use.name, type=said, wanted=chosen, where=use.source)
    return chosen


def _refuse_half(entries: list[_Entry]) -> None:
    ways = {entry.way for entry in entries}
    if not ways:
        raise InputError("plc_making.no_signal_read")
    if "in" not in ways:
        raise InputError("plc_making.no_input_read", names=", ".join(_shown(one) for one in entries[:8]))
    if "out" not in ways:
        raise InputError("plc_making.no_output_read", names=", ".join(_shown(one) for one in entries[:8]))


def _shown(entry: _Entry) -> str:
    return (entry.name or entry.nouns[0])[:40]


async def _name(entries: list[_Entry], namer: Namer | None, bound: Bound) -> None:
    """Names for all: those of the text made legal, then those that code spells, a model's, pinyin, and numbers."""
    used: set[str] = set()
    for entry in (one for one in entries if one.given):
        binding = entry.name.upper() in bound.uses
        if binding and not legal(entry.name):
            raise InputError("plc_making.binding_illegal", name=entry.name[:60])
        prefix = "In" if entry.way == "in" else "Out"
        entry.name = free(mended(entry.name, prefix) or prefix, used)
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


def _lines(entries: list[_Entry], requirement: Requirement, bound: Bound, unit: str) -> list[Line]:
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
                made.append(Line(name, _SECTIONS[section], kind, source, entry.sentence.text, words))
    seen: dict[tuple[str, str], str] = {}
    for one in read_amounts(requirement.sentences):
        if (one.name, one.value) in seen or one.name.upper() in bound.uses:
            continue
        name = free(mended(one.name, "K") or "K", used)
        seen[one.name, one.value] = name
        used.add(name.upper())
        made.append(Line(name, "VAR CONSTANT", one.type, one.sentence.id, one.sentence.text, one.words, one.value))
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
    said = re.sub(r"\s+", " ", one.said)
    said = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}..."
    told = f"{one.words + '. ' if one.words else ''}{one.source}{f': {said}' if said else ''}"
    return re.sub(r"\(\*|\*\)|[`\x00-\x1f\u2028\u2029]|//", "'", told).replace("*)", "").rstrip("*")

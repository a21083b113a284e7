"""The signals of a requirement brought together: every mention of one thing is one entry, with the names that bind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assay.kernel.errors import InputError
from assay.skills.plc.making.binding import Bound, Use
from assay.skills.plc.making.naming import from_noun, in_pinyin
from assay.skills.plc.making.requirement import Numbered
from assay.skills.plc.making.signal_words import Head
from assay.skills.plc.making.signals import Signal, head_in, in_condition

_MEASURES = {"INT", "DINT", "UINT", "UDINT", "SINT", "USINT", "LINT", "REAL", "LREAL"}


@dataclass(slots=True)
class Entry:
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


def gathered(found: Sequence[Signal]) -> list[Entry]:
    """Entries in the order of the text."""
    entries: dict[str, Entry] = {}
    for one in found:
        if not one.name:
            continue
        key = _key(one, entries)
        entry = entries.setdefault(key, Entry(one.name, [], "", "", one.sentence, one.head, given=True))
        entry.mentions.append(one)
        if one.words and one.words.lower() not in entry.nouns and one.words.upper() != one.name.upper():
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
        fits = [each for each in made if _alias(one, each)]
        exact = next((each for each in fits if _same(one, each)), None)
        same = exact or (fits[0] if fits else None)
        if same is None:
            entry = Entry("", [one.words.lower()], one.way or "in", one.type, one.sentence, one.head, given=False)
            made.append(entry)
            same = entry
        elif not same.given and _place(one) < _place_of(same):
            same.sentence = one.sentence
        same.mentions.append(one)
        # A word that may mean two signals ("the pump" of two) is none of their names.
        plain = exact is not None or (len(fits) == 1 and one.head is same.head)
        if plain and one.words.lower() not in same.nouns:
            same.nouns.append(one.words.lower())
        if one.type in _MEASURES and same.type == "BOOL" and not same.given and one.head is same.head:
            same.type = one.type
    order = {id(one): place for place, one in enumerate(found)}
    return sorted(made, key=lambda entry: min(order[id(one)] for one in entry.mentions))


def _key(one: Signal, entries: dict[str, Entry]) -> str:
    """One name for two things that go different ways ("valve Start", "button start") is two signals."""
    key = one.name.upper()
    there = entries.get(key)
    split = there is not None and one.words and there.nouns and one.way and there.way and one.way != there.way
    return f"{key} {one.way}" if split else key


def _place(one: Signal) -> int:
    return int(one.sentence.id[1:])


def _place_of(entry: Entry) -> int:
    return int(entry.sentence.id[1:])


def _role(entry: Entry) -> str:
    """Driven when any mention stands outside a condition, else read."""
    texts = [(one.sentence.text, one.sentence.text.find(one.name)) for one in entry.mentions]
    return "in" if all(in_condition(text, max(place, 0)) for text, place in texts) else "out"


def _same(one: Signal, entry: Entry) -> bool:
    """Whether the noun is spelled like one of the signal's own, or like its identifier."""
    spelled = from_noun(one.words).upper()
    known = {entry.name.upper(), *(from_noun(each).upper() for each in entry.nouns)}
    return one.words.lower() in entry.nouns or (bool(spelled) and spelled in known)


def _alias(one: Signal, entry: Entry) -> bool:
    """Whether a noun without an identifier means a signal that is there already."""
    if _same(one, entry):
        return True
    noun = one.words.lower()
    if one.head is None or entry.head is None or not any(_part(noun, other) for other in entry.nouns):
        return False
    if one.head.english == entry.head.english:
        return one.head.kind != "measure" or not re.search(r"high|low|高|低", " ".join(entry.nouns))
    if one.head.kind == "measure" and entry.head.english == "Sensor":
        return entry.type == "REAL"  # what a transmitter gives
    return one.head.kind in ("weak", "signal") and one.way == entry.way


def _part(noun: str, other: str) -> bool:
    if noun.isascii() != other.isascii():
        return False
    return set(noun.split()) <= set(other.split()) if noun.isascii() else noun in other


def bind(entries: list[Entry], bound: Bound) -> list[Entry]:
    """Names of properties and tests: found in the text, else given to the noun they fit, else added."""
    names = {entry.name.upper(): entry for entry in entries if entry.name}
    for key, use in bound.uses.items():
        entry = names.get(key) or _fitting(use, entries)
        if entry is None:
            entry = Entry(use.name, [], "", "", Numbered("", ""), head_in(use.name), given=True, source=use.source)
            entries.append(entry)
            entry.way = _way(use, entry)
        entry.name, entry.given = use.name, True
        if use.way in ("set", "expect") and not entry.firm:
            entry.way = "in" if use.way == "set" else "out"
        entry.type = _type(use, entry)
    return entries


def _fitting(use: Use, entries: list[Entry]) -> Entry | None:
    """The one noun without a name whose words hold all those of the identifier ("Start": "start button")."""
    parts = {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", use.name)}
    way = {"set": "in", "expect": "out"}.get(use.way)
    fits = []
    for entry in entries:
        if entry.given or (way and entry.way != way):
            continue
        spelled = from_noun(entry.nouns[0]) or in_pinyin(entry.nouns[0])
        words = {one.lower() for one in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", spelled)}
        words |= set(entry.nouns[0].split())
        if parts and all(one in words or (len(one) > 2 and any(w.startswith(one) for w in words)) for one in parts):
            fits.append(entry)
    return fits[0] if len(fits) == 1 else None


def _way(use: Use, entry: Entry) -> str:
    if use.way in ("set", "expect"):
        return "in" if use.way == "set" else "out"
    if entry.head is not None and entry.head.direction != "role" and entry.head.kind not in ("weak", "measure"):
        return entry.head.direction
    return "out" if use.way == "then" else "in"


def _type(use: Use, entry: Entry) -> str:
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

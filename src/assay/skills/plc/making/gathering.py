"""The signals of a requirement brought together: every mention of one thing is one entry, with the names that bind."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.kernel.errors import InputError
from assay.skills.plc.making.asking import opposite
from assay.skills.plc.making.binding import Bound, Use
from assay.skills.plc.making.entries import MEASURED, Entry, Question
from assay.skills.plc.making.mentions import TOPIC, Signal, head_in, in_condition
from assay.skills.plc.making.naming import from_noun, in_pinyin
from assay.skills.plc.making.requirement import Numbered
from assay.skills.plc.making.sameness import alike, is_bare, moves, spelled_alike

_FEW = 2
_SPEEDS = ("LowSpeed", "HighSpeed")


def gathered(found: Sequence[Signal]) -> list[Entry]:
    """Entries in the order of the text."""
    return gather(found)[0]


def gather(found: Sequence[Signal]) -> tuple[list[Entry], list[Question]]:
    """Entries in the order of the text, and what may be a signal and has no entry."""
    named = _named(found)
    made = list(named)
    asked: list[Question] = []
    listed = {one.way for one in found if one.listed} >= {"in", "out"} or _declared(found)
    moved = _moved(found, named)
    for one in sorted((one for one in found if not one.name), key=_turn):
        fits = [each for each in made if alike(one, each, made)] or moved.get(one.words.lower(), [])
        exact = next((each for each in fits if spelled_alike(one, each)), None)
        same = exact or (fits[0] if fits else None)
        if same is None and (one.group < 0 or (listed and not one.listed)):
            why = {TOPIC: "topic", -1: "several"}.get(one.group, "unlisted")
            asked.append(Question(one.words, why, one.sentence, one))
            continue
        if same is None:
            same = _entry(one)
            made.append(same)
        elif not same.given and _place(one) < _place_of(same):
            same.sentence = one.sentence
        _join(one, same, sole=exact is not None or (len(fits) == 1 and one.words.lower() not in moved))
    made, asked = _with_topics(made, asked)
    made = [one for one in made if not _idle(one, made)]
    order = {id(one): place for place, one in enumerate(found)}
    made.sort(key=lambda entry: min(order[id(one)] for one in entry.mentions))
    return made, _once(asked) + opposite(made, found)


def _declared(found: Sequence[Signal]) -> bool:
    """Whether the text declares its variables in its sentences: several with their types, inputs and outputs."""
    typed = {one.name.upper(): one.way for one in found if one.name and one.explicit and one.typed}
    return len(typed) > _FEW and set(typed.values()) >= {"in", "out"}


def _turn(one: Signal) -> tuple[int, int]:
    """Nouns with words of their own before numbered ones, and those before "the pump" and "the lag pump"."""
    if one.head is not None and not one.head.english and not one.listed:
        return (3, -len(one.words))  # known by what is done with it
    return (2 if one.group <= 0 and is_bare(one) else int(one.group > 0), -len(one.words))


def _with_topics(made: list[Entry], asked: list[Question]) -> tuple[list[Entry], list[Question]]:
    """Where nothing else is driven, what the text is about is ("Feed pump: starts at a low level")."""
    if any(one.way == "out" for one in made):
        return made, asked
    topics = [one for one in asked if one.why == "topic" and one.mention is not None and one.mention.way == "out"]
    entries: list[Entry] = []
    for one in topics:
        if one.mention is not None and not any(each.nouns == [one.words.lower()] for each in entries):
            entries.append(_entry(one.mention))
            entries[-1].mentions.append(one.mention)
    return [*made, *entries], [one for one in asked if one not in topics]


def _named(found: Sequence[Signal]) -> list[Entry]:
    entries: dict[str, Entry] = {}
    for one in found:
        if not one.name:
            continue
        key = _key(one, entries)
        entry = entries.setdefault(key, Entry(one.name, [], "", "", one.sentence, one.head, given=True))
        entry.mentions.append(one)
        for words in (one.words, one.also):
            if words and words.lower() not in entry.nouns and words.upper() != one.name.upper():
                entry.nouns.append(words.lower())
        entry.head = entry.head or one.head
        entry.way = one.way if one.way and (not entry.way or (one.explicit and not entry.firm)) else entry.way
        entry.type = one.type if one.type and (not entry.type or (one.explicit and not entry.firm)) else entry.type
        entry.firm = entry.firm or (one.explicit and bool(one.way))
    for entry in entries.values():
        entry.way = entry.way or _role(entry)
    return list(entries.values())


def _entry(one: Signal) -> Entry:
    nouns = [each.lower() for each in (one.words, one.also) if each]
    return Entry("", nouns, one.way or "in", one.type, one.sentence, one.head, given=False, group=max(one.group, 0))


def _join(one: Signal, same: Entry, *, sole: bool) -> None:
    """A mention goes to its entry. A word that may mean two signals ("the pump" of two) is none of their names."""
    same.mentions.append(one)
    kin = one.head is same.head or one.type in MEASURED or same.head is None or spelled_alike(one, same)
    if sole and kin and one.words.lower() not in same.nouns:
        same.nouns.append(one.words.lower())
    if one.type in MEASURED and same.type == "BOOL" and not same.given and one.head is same.head:
        same.type = one.type


def _moved(found: Sequence[Signal], named: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Bare nouns (a motor, a slide) that a sentence moves by named outputs ("滑块下行（YV1、YV2 得电）")."""
    made: dict[str, list[Entry]] = {}
    for one in found:
        if not one.name:
            movers = [each for each in named if moves(each, one)]
            if movers:
                made.setdefault(one.words.lower(), movers)
    return made


def _idle(entry: Entry, made: Sequence[Entry]) -> bool:
    """A measured thing that is compared with nothing, and of which switches tell in the same sentence; a fan or motor
    that has an output for each of its speeds."""
    if (
        not entry.given
        and entry.head is not None
        and entry.head.english in ("Fan", "Motor", "Pump")
        and not entry.group
    ):
        at = {one.head.english: one for one in made if one.head is not None and one.head.english in _SPEEDS}
        of = {each.sentence.id for one in at.values() for each in one.mentions}
        idle = len(at) == len(_SPEEDS) and entry.sentence.id in of
        for one in at.values() if idle else ():  # "at low speed" is the low speed of the fan
            joint = " " if entry.nouns[0].isascii() else ""
            if not one.given and one.nouns[0] in ("low speed", "high speed", "低速", "高速"):
                one.nouns.insert(0, f"{entry.nouns[0]}{joint}{one.nouns[0]}")
        return idle
    if entry.given or entry.type not in MEASURED or entry.head is None or entry.head.kind != "measure":
        return False
    if any(one.compared or one.also for one in entry.mentions):
        return False
    named = [one for one in made if one.given and one.way == "in" and one.type == "BOOL"]
    told = {each.sentence.id for one in named for each in one.mentions}
    return all(one.sentence.id in told for one in entry.mentions)


def _once(asked: Sequence[Question]) -> list[Question]:
    return list({one.words.lower(): one for one in reversed(asked)}.values())[::-1]


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
        numeric = said in MEASURED and not (wanted == "REAL" and said not in ("REAL", "LREAL"))
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

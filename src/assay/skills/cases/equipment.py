"""Which equipment a record means: "pump P-201A", "给水泵 P-201A" and "p-201a" are one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from assay.skills.cases.case import Case
from assay.skills.cases.wording import folded, kind_of

CODE = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,4}(?:-\d{1,5}|\d{2,5})[A-Z]?(?![A-Za-z0-9])")
"""An equipment's code as plants write it: letters, number, and a letter for one of several alike."""


def equipment_name(words: str) -> str:
    """The one name of an equipment: its code where the words hold exactly one, else the words."""
    codes = set(CODE.findall(words.upper()))
    return codes.pop() if len(codes) == 1 else " ".join(words.split())


def kinds_of(cases: Sequence[Case]) -> dict[str, str]:
    """The kind of each equipment (by folded name) as most of the cases tell it, of equals the first by name."""
    told: dict[str, Counter[str]] = {}
    for case in cases:
        if case.kind:
            told.setdefault(_key(case.equipment), Counter())[case.kind] += 1
    return {key: min(counts, key=lambda kind: (-counts[kind], kind)) for key, counts in told.items()}


def kind_among(cases: Sequence[Case], words: str) -> str:
    """The kind of an equipment: as the cases tell it of the very same one, else by the words of its name, else as they
    tell it of one that only differs in its last letter (P-201A, P-201B), else of all that have the letters of its code:
    plants number what is alike with the same letters. The name itself where nothing says it."""
    known, key = kinds_of(cases), _key(words)
    return known.get(key) or kind_of(words) or _of_alike(known, key) or words.strip().lower()


def of_kind(cases: Sequence[Case], kind: str) -> list[Case]:
    """The cases of a kind; one that does not say its kind has that of the other cases of its equipment, or of those
    alike. Where nothing at all says it (then ``kind`` is a name), those of that name or of codes with its letters."""
    known = kinds_of(cases)
    wanted = _key(kind)

    def belongs(case: Case) -> bool:
        key = _key(case.equipment)
        told = case.kind or known.get(key) or _of_alike(known, key)
        return told == kind if told else key == wanted or _letters(key) == (_letters(wanted) or None)

    return [case for case in cases if kind and belongs(case)]


def _of_alike(known: Mapping[str, str], key: str) -> str:
    """The one kind of the equipment that only differs in its last letter, else of that with the same letters."""
    for like in (_stem, _letters):
        alike = {kind for other, kind in known.items() if like(key) and like(other) == like(key)}
        if len(alike) == 1:
            return alike.pop()
    return ""


def _key(words: str) -> str:
    return folded(equipment_name(words))


def _letters(key: str) -> str:
    """The letters of a code, "" for another name."""
    found = re.fullmatch(r"([a-z]{1,4})-?\d+[a-z]?", key)
    return found[1] if found else ""


def _stem(key: str) -> str:
    return key[:-1] if re.fullmatch(r"[a-z]+-?\d+[a-z]", key) else key

"""Which equipment a record means: "pump P-201A", "给水泵 P-201A" and "p-201a" are one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

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
    tell it of one that only differs in its last letter (P-201A, P-201B); the name itself where nothing says it."""
    known, key = kinds_of(cases), _key(words)
    if key in known:
        return known[key]
    sisters = sorted({kind for other, kind in known.items() if _stem(other) == _stem(key)})
    return kind_of(words) or (sisters[0] if len(sisters) == 1 else "") or words.strip().lower()


def of_kind(cases: Sequence[Case], kind: str) -> list[Case]:
    """The cases of a kind; one that does not say its kind has that of the other cases of its equipment."""
    known = kinds_of(cases)
    return [case for case in cases if kind and (case.kind or known.get(_key(case.equipment))) == kind]


def _key(words: str) -> str:
    return folded(equipment_name(words))


def _stem(key: str) -> str:
    return key[:-1] if re.fullmatch(r"[a-z]+-?\d+[a-z]", key) else key

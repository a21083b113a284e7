"""Templates: text with placeholders ``{{ FIELD ARGUMENT .. }}``, in Markdown or Word.

A field is one of a documented list (``fields.FIELDS``): a template can ask for what is there and nothing else.
Arguments with blanks stand in quotes. ``{{{{`` writes two plain braces.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from assay.kernel.errors import InputError
from assay.skills.reports.fields import FIELDS

MOST = 500
"""Placeholders in one template."""
_PLACEHOLDER = re.compile(r"\{\{\{\{|\{\{(.*?)\}\}", re.DOTALL)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "＂": '"'})


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder: ``raw`` as written, the field's name and its arguments."""

    raw: str
    name: str
    arguments: tuple[str, ...]


def placeholders(texts: Sequence[str]) -> tuple[Placeholder, ...]:
    """Those of all texts, each once, in their order. Raises InputError for one that is no field or ill-written."""
    found: dict[str, Placeholder] = {}
    for text in texts:
        for match in _PLACEHOLDER.finditer(text):
            if match[1] is not None:
                one = read(match[0], match[1])
                found.setdefault(one.raw, one)
    if len(found) > MOST:
        raise InputError("reports.too_many", count=len(found), limit=MOST)
    return tuple(found.values())


def read(raw: str, inside: str) -> Placeholder:
    """One placeholder from what stands between its braces."""
    try:
        words = shlex.split(inside.translate(_QUOTES))
    except ValueError:
        raise InputError("reports.quotes", placeholder=_shown(raw)) from None
    name = words[0].lower() if words else ""
    field = FIELDS.get(name)
    if field is None:
        near = ", ".join(get_close_matches(name, FIELDS, 3)) or ", ".join(sorted(FIELDS))
        raise InputError("reports.no_field", placeholder=_shown(raw), near=near)
    least, most = field.arguments
    if not least <= len(words) - 1 <= most:
        raise InputError("reports.arguments", placeholder=_shown(raw), usage=field.usage)
    return Placeholder(raw, name, tuple(words[1:]))


def filled(text: str, fill: Callable[[str], str]) -> str:
    """The text with each placeholder replaced by ``fill`` of its raw form."""
    return _PLACEHOLDER.sub(lambda match: "{{" if match[1] is None else fill(match[0]), text)


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, raw) of each placeholder of a text."""
    for match in _PLACEHOLDER.finditer(text):
        if match[1] is not None:
            yield match.start(), match.end(), match[0]


def _shown(raw: str) -> str:
    line = " ".join(raw.split())
    return line if len(line) <= 80 else f"{line[:79]}…"

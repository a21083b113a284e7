"""Which version of a document is in force on a day, as one asker sees it.

A version is replaced by a later version of the same document, and by a document that says so, from the first day on
which the newer one is valid; it stays replaced when the newer one ends. All of it is worked out among the versions
that the asker may read, so a newer document that is forbidden to him changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath

_CODE = re.compile(
    r"[a-z]{1,8}(?:/[a-z]{1,6})?(?:[_-][a-z]{1,6})*[ _-]?\d+(?:[._-][a-z]{0,3}\d+)*(?![a-z0-9])", re.ASCII
)
_EDITION = re.compile(
    r"\b(?:rev(?:ision)?|issue|version|ver|edition|v)\b\.? ?[a-z]?/?\d*(?:\.\d+)*(?![a-z0-9])"
    r"|第? ?[a-z0-9一二三四五六七八九十.]{1,4} ?版",
    re.ASCII,
)
_EDITION_ALONE = re.compile(
    r"(?:version|edition|issue|revision|rev\.?) ?(?P<en>\d+(?:\.\d+)*|[a-z]\d*)"
    r"|第 ?(?P<zh>[\d一二三四五六七八九十]{1,3}) ?版"
)
_JOINED = re.compile(r"\b(?:and|to|or|&)\b|[-–—～~、,&]|[和及与至]")
_LEAST_TITLE = 4
"""So many letters of a title say what it is about, beside the machines that it names."""
_OLD = re.compile(r"旧版|old edition|superseded", re.IGNORECASE)
_HAN = {one: str(at) for at, one in enumerate("一二三四五六七八九十", 1)}
_MARKS = re.compile(r"[\s_《》〈〉<>\"'“”‘’「」()（）\[\]【】:：,，;；]+")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A stored version. ``key`` names its content in the store; ``replaces`` are ids and names of other documents;
    ``superseded`` is what itself says that it is no longer in force, since a day that is not known."""

    key: str
    document: str
    name: str
    position: int
    label: str
    title: str
    lang: str
    media: str
    pages: int
    sha256: str
    owner: str
    valid_from: date | None
    valid_to: date | None
    replaces: tuple[str, ...]
    size: int = 0
    notes: tuple[Mapping[str, str], ...] = ()
    number: str = ""
    superseded: bool = False

    def begun(self, day: date) -> bool:
        """Whether its validity has begun."""
        return self.valid_from is None or self.valid_from <= day

    def valid(self, day: date) -> bool:
        """Whether the day is within its validity, as far as that is known."""
        return not self.superseded and self.begun(day) and (self.valid_to is None or day <= self.valid_to)


def replacements(rows: Sequence[VersionRow], day: date) -> dict[str, VersionRow]:
    """Key of a replaced version -> the version that replaces it on that day."""
    found: dict[str, VersionRow] = {}
    newest: dict[str, VersionRow] = {}
    for row in sorted(rows, key=lambda one: (one.document, one.position)):
        if row.begun(day):
            newest[row.document] = row
    for row in rows:
        newer = newest.get(row.document)
        if newer is not None and newer.position > row.position:
            found[row.key] = newer
    for row in sorted(newest.values(), key=lambda one: one.name):
        for target in _targets(row, rows):
            if not _older(target, row):
                continue
            # A newer version of the same document says more than another document that replaces both.
            found.setdefault(target.key, row)
    return found


def is_current(row: VersionRow, replaced: Mapping[str, VersionRow], day: date) -> bool:
    """Whether a version is in force: valid on the day and not replaced."""
    return row.key not in replaced and row.valid(day)


def meant(reference: str, rows: Sequence[VersionRow]) -> set[str]:
    """The documents that a reference means: those of this id or name; else of this file name or title; else of the
    number that they state or that their name or title begins with, where they also have the reference's other words
    ("K-210 manual" is not the list of spare parts of K-210)."""
    wanted, code, others = _plain(reference), _code(reference), _other_words(reference)
    ways: tuple[Callable[[VersionRow], bool], ...] = (
        lambda row: wanted in (row.document, _plain(row.name)),
        lambda row: wanted in (_plain(PurePosixPath(row.name).name), _plain(_stem(row)), _plain(row.title)),
        lambda row: (
            code is not None
            and code in (_code(row.number), _code(_stem(row)), _code(row.title))
            and all(word in f"{_plain(row.title)} {_plain(row.name)}" for word in others)
        ),
    )
    for fits in ways:
        if found := {row.document for row in rows if wanted and fits(row)}:
            return found
    return set()


def edition_alone(reference: str) -> str:
    """The mark of a reference that names an edition and nothing else ("version 3" of the document itself), else ""."""
    found = _EDITION_ALONE.fullmatch(unicodedata.normalize("NFKC", reference).casefold().strip())
    mark = "" if found is None else found["zh"] or found["en"]
    return _HAN.get(mark, mark)


def _targets(row: VersionRow, rows: Sequence[VersionRow]) -> list[VersionRow]:
    if not row.replaces:
        return []
    others = [one for one in rows if one.document != row.document]
    marks = {mark for reference in row.replaces if (mark := edition_alone(reference))}
    named = {document for one in row.replaces if not edition_alone(one) for document in meant(one, others)}
    return [one for one in others if one.document in named or (_label(one) in marks and _same_work(one, row))]


def _label(row: VersionRow) -> str:
    label = unicodedata.normalize("NFKC", row.label).casefold().strip()
    return _HAN.get(label, label)


def _same_work(one: VersionRow, other: VersionRow) -> bool:
    """Whether two documents are editions of one work: they state one number, or have one title but for its edition, or
    but for the machines as well, of which they share one ("Drums D1 to D4" was "Drums D1 to D3")."""
    numbers = [_plain(each.number) for each in (one, other)]
    if numbers[0] and numbers[0] == numbers[1]:
        return True
    titles = [_EDITION.sub(" ", _plain(_OLD.sub(" ", each.title))) for each in (one, other)]
    whole = [_MARKS.sub("", title) for title in titles]
    if whole[0] and whole[0] == whole[1]:
        return True
    first, second = (set(_CODE.findall(title)) for title in titles)
    bare = [" ".join(_JOINED.sub(" ", _CODE.sub(" ", title)).split()) for title in titles]
    return bool(first & second) and len(bare[0]) >= _LEAST_TITLE and bare[0] == bare[1]


def _older(target: VersionRow, row: VersionRow) -> bool:
    """Of two documents that each claim to replace the other, the one that is valid from a later day does."""
    if not any(meant(reference, [row]) for reference in target.replaces):
        return True
    first, last = (one.valid_from or date.min for one in (target, row))
    return (first, target.name) < (last, row.name)


def _stem(row: VersionRow) -> str:
    return PurePosixPath(row.name).stem


@lru_cache(1 << 15)
def _plain(words: str) -> str:
    return _MARKS.sub(" ", unicodedata.normalize("NFKC", words).casefold()).strip()


@lru_cache(1 << 15)
def _code(words: str) -> str | None:
    found = _CODE.match(_plain(words))
    return None if found is None else re.sub(r"[ _-]", "", found.group())


@lru_cache(1 << 15)
def _other_words(reference: str) -> tuple[str, ...]:
    """What a reference says besides its number and its edition."""
    plain = _plain(reference)
    found = _CODE.match(plain)
    rest = plain[found.end() :] if found else ""
    return tuple(re.findall(r"[^\W_]+", _EDITION.sub(" ", rest)))

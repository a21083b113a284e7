"""The plant dictionary: what people say, what documents write, in Chinese and English.

A group is one thing: its formal words, which documents hold, and the words that only people say. A word of a group in
a question brings the group's formal words into the search, at a lower weight than the question's own. Expansion reads
nothing but the question, so it cannot tell what documents exist.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assay.knowledge.search.pinyin import typed_pinyin
from assay.knowledge.search.stem import stem
from assay.knowledge.search.tokens import has_chinese, normalised, words_of

_LONGEST_PHRASE = 5
#: "能不能" asks and forbids nothing.
_EITHER_OR = re.compile(r"(\w)不\1|可不可以|有没有")


@dataclass(frozen=True, slots=True)
class Group:
    """One thing; the order of words is the order of preference."""

    formal: tuple[str, ...]
    spoken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expansion:
    """``said`` stands in the question; ``forms`` are its formal words; ``spoken`` if it is no formal one."""

    said: str
    forms: tuple[str, ...]
    spoken: bool = False


class Dictionary:
    """Groups of words, and what each word of a question brings."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self.groups = tuple(groups)

    def with_groups(self, groups: Iterable[Group]) -> Dictionary:
        """This dictionary with more groups (a plant's own words, names of its equipment)."""
        return Dictionary((*self.groups, *groups))

    @cached_property
    def digest(self) -> str:
        """A hash of all groups: part of a search's record."""
        lines = ("\t".join([*group.formal, "~", *group.spoken]) for group in self.groups)
        return "sha256:" + hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

    def expand(self, query: str) -> list[Expansion]:
        """What the words of a question bring, in their order; the longest word at a place wins."""
        plain = _EITHER_OR.sub(lambda match: " " * len(match.group()), normalised(query))
        found: dict[str, list[int]] = {}
        for said, numbers in [*self._chinese(plain), *self._latin(plain)]:
            found.setdefault(said, []).extend(numbers)
        out = []
        for said, numbers in found.items():
            groups = [self.groups[number] for number in dict.fromkeys(numbers)]
            forms = dict.fromkeys(form for group in groups for form in group.formal if normalised(form) != said)
            spoken = all(said not in map(normalised, group.formal) for group in groups)
            if forms:
                out.append(Expansion(said, tuple(forms), spoken))
        return out

    def _chinese(self, plain: str) -> Iterator[tuple[str, Sequence[int]]]:
        """Words with Chinese characters; one of a single character only where it stands as a word of its own."""
        words = None
        at = 0
        while at < len(plain):
            size = next((n for n in self._sizes.get(plain[at], ()) if plain[at : at + n] in self._whole), 0)
            said = plain[at : at + size]
            if size == 1:
                words = words if words is not None else set(words_of(plain))
                if said not in words:
                    size = 0
            if size:
                yield said, self._whole[said]
            at += size or 1

    def _latin(self, plain: str) -> Iterator[tuple[str, Sequence[int]]]:
        """English phrases by their stems, and pinyin as it is typed."""
        found = list(re.finditer(r"[a-z][a-z'/&]*", plain))
        stems = [stem(match.group()) for match in found]
        at = 0
        while at < len(found):
            size = next(
                (
                    n
                    for n in range(min(_LONGEST_PHRASE, len(found) - at), 0, -1)
                    if tuple(stems[at : at + n]) in self._phrases
                ),
                0,
            )
            if size:
                said = plain[found[at].start() : found[at + size - 1].end()]
                yield said, self._phrases[tuple(stems[at : at + size])]
            at += size or 1
        for said, form in typed_pinyin([match.group() for match in found], self._pinyin_forms):
            yield said, self._whole[form]

    @cached_property
    def _whole(self) -> Mapping[str, list[int]]:
        """Chinese forms -> groups."""
        out: dict[str, list[int]] = {}
        for number, form in self._forms():
            if has_chinese(form):
                out.setdefault(form, []).append(number)
        return out

    @cached_property
    def _sizes(self) -> Mapping[str, tuple[int, ...]]:
        """First character -> lengths of Chinese forms, longest first."""
        out: dict[str, set[int]] = {}
        for form in self._whole:
            out.setdefault(form[0], set()).add(len(form))
        return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in out.items()}

    @cached_property
    def _phrases(self) -> Mapping[tuple[str, ...], list[int]]:
        """Stems of English forms -> groups."""
        out: dict[tuple[str, ...], list[int]] = {}
        for number, form in self._forms():
            if not has_chinese(form) and (stems := tuple(stem(word) for word in re.findall(r"[a-z][a-z'/&]*", form))):
                out.setdefault(stems, []).append(number)
        return out

    @cached_property
    def _pinyin_forms(self) -> tuple[str, ...]:
        return tuple(form for form in self._whole if len(form) > 1)

    def _forms(self) -> Iterator[tuple[int, str]]:
        for number, group in enumerate(self.groups):
            for form in (*group.formal, *group.spoken):
                if plain := normalised(form).strip():
                    yield number, plain

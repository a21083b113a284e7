"""Index and query terms of Chinese and English technical text.

Chinese gives the words of rjieba's search mode and the character bigrams that are no words (a segmenter may cut
question and document differently, bigrams do not); English gives stems; an equipment code, a designation or a
standard's number stands whole (``#t1203a``, whatever separates its parts) and in parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from assay.kernel.errors import MissingDependency
from assay.knowledge.search.stem import stem
from assay.knowledge.search.words import ASKING_EN, ASKING_ZH, HEADS, STOP_EN, STOP_ZH, TRADITIONAL, UNITS

#: Changes whenever the same text would give other terms: segments made before are made anew.
VERSION = 5
LONGEST_QUERY = 2000
_CJK = "\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002ffff"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-") | {"×": "x", "µ": "μ", "‘": "'", "’": "'"})
_UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
_NUMBER = r"\d+(?:[.,]\d+)*"
_SCAN = re.compile(
    rf"(?P<cjk>[{_CJK}]+)"
    r"|(?P<standard>(?<![a-z])(?:gb|gbz|hg|sh|jb|sy|dl|aq|nb|tsg|cjj|jgj|iso|iec|en|din|api|ansi|asme|astm|isa|nfpa|ieee)"
    r"(?:/[a-z]{1,2})?\s?-?\s?\d+(?:[.-]\d+)*)"
    rf"|(?P<quantity>(?<![a-z\d])(?P<value>{_NUMBER})\s?(?P<unit>{_UNIT})(?![a-z\d]))"
    r"|(?P<code>[a-z]+\d[a-z\d]*(?:[-_/.#][a-z\d]+)*|[a-z\d]+(?:[-_/.#][a-z\d]+)*[-_/.#]\d[a-z\d]*(?:[-_/.#][a-z\d]+)*"
    r"|\d[\d.]*[a-z][a-z\d]*(?:[-_/.#][a-z\d]+)*|\d+(?:[-_/#][a-z\d]+)+)"
    rf"|(?P<number>{_NUMBER})"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
)
_HAS_CJK = re.compile(f"[{_CJK}]+")
_SPACED = re.compile(r"(?<![\w/.-])([A-Z]{1,4}) (\d{2,5}[A-Z]?)\b(?![.-]\d)")


@dataclass(frozen=True, slots=True)
class Term:
    """A query's term; ``weight`` is what it counts beside a word's 1 (a bigram less, a whole code more)."""

    text: str
    weight: float


def index_terms(text: str) -> list[str]:
    """The terms of a text that is indexed, each as often as it stands there."""
    return [term for term, _ in _scanned(text, query=False)]


def query_terms(text: str) -> list[Term]:
    """The terms of a query, each once, in their order; words that only ask ("怎么办", "what is") are left out.

    Of a query longer than 2,000 characters the beginning counts.
    """
    found: dict[str, float] = {}
    for term, weight in _scanned(text[:LONGEST_QUERY], query=True):
        found[term] = max(weight, found.get(term, 0.0))
    return [Term(term, weight) for term, weight in found.items()]


@lru_cache(1 << 15)
def form_terms(form: str) -> tuple[Term, ...]:
    """The query terms of a dictionary's word, kept: the same ones come back in every search."""
    return tuple(query_terms(form))


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in a text."""
    return _HAS_CJK.search(text) is not None


def words_of(plain: str) -> list[str]:
    """The Chinese words of a normalised text as the segmenter cuts it."""
    return [word for match in _HAS_CJK.finditer(plain) for word in _segmented(match.group())]


def normalised(text: str) -> str:
    """Half width, lower case, one kind of dash, no Latin accents, common characters simplified."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES).lower().translate(TRADITIONAL)
    if folded.isascii():
        return folded
    parts = unicodedata.normalize("NFD", folded)
    return unicodedata.normalize("NFC", re.sub(r"(?<=[a-z])[\u0300-\u036f]+", "", parts))


def _scanned(text: str, *, query: bool) -> Iterator[tuple[str, float]]:
    for match in _SPACED.finditer(text):
        yield from _code(f"{match[1]}-{match[2]}".lower())
    plain = normalised(text)
    if query:
        plain = _without_asking(plain)
    for match in _SCAN.finditer(plain):
        kind, found = match.lastgroup, match.group()
        if kind == "cjk":
            yield from _chinese(found, query)
        elif kind == "word":
            if found not in STOP_EN and len(found) > 1:
                yield stem(found), 1.0
        elif kind == "number":
            yield _number(found), 0.7
        elif kind in ("unit", "quantity"):
            value = _number(match["value"])
            yield value, 0.5
            yield value + match["unit"], 1.0
            yield match["unit"], 0.3
        else:
            yield from _code(found)


def _number(found: str) -> str:
    """A number without separators of thousands."""
    return found.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", found) else found


def _code(code: str) -> Iterator[tuple[str, float]]:
    """A code whole without what separates its parts, without a last letter, and its parts."""
    whole = "#" + re.sub(r"[-_/.#\s]", "", code)
    yield whole, 3.0
    parts = [part for part in re.split(r"[-_/.#\s]", code) if part]
    if re.search(r"\d[a-z]$", whole):
        yield whole[:-1], 0.3
    if len(parts) > 1 and parts[-1].isdigit() and any(char.isdigit() for part in parts[:-1] for char in part):
        yield "#" + "".join(parts[:-1]), 1.5  # a standard without its year or part, a number without its suffix
    for part in parts:
        if len(part) > 1:
            yield part, 0.5
        if not part.isdigit():
            yield from ((digits, 0.3) for digits in re.findall(r"\d{2,}", part) if digits != part)


def _chinese(run: str, query: bool) -> Iterator[tuple[str, float]]:
    words = _segmented(run) if query else _segmented_once(run)
    known = set(words)
    for word in words:
        if len(word) > 1 or word not in STOP_ZH:
            yield word, 1.0
    for char in run:
        if char in HEADS and char not in known:
            yield char, 0.2 if len(run) > 1 else 1.0
    for at in range(len(run) - 1):
        pair = run[at : at + 2]
        if pair not in known and not (pair[0] in STOP_ZH and pair[1] in STOP_ZH):
            yield pair, 0.5


def _segmented_once(run: str) -> tuple[str, ...]:
    return tuple(_jieba()(run))


@lru_cache(4096)
def _segmented(run: str) -> tuple[str, ...]:
    return _segmented_once(run)


@cache
def _jieba() -> Callable[[str], list[str]]:
    try:
        from rjieba import cut_for_search
    except ImportError as error:
        raise MissingDependency("search.no_segmenter", command='pip install "assay[knowledge]"') from error
    found: Callable[[str], list[str]] = cut_for_search
    return found


def _without_asking(plain: str) -> str:
    """A normalised query without the words that only ask, unless nothing else is in it."""
    shorter = ASKING_EN.sub(" ", ASKING_ZH.sub(" ", plain))
    return shorter if re.search(r"\w", shorter) else plain

"""Orders to a reader-machine in a document's words: where they stand, so that what reads the words can do without them.

A document is data. Whoever judges its words (a model, a ranking, a grammar) reads them as if such an order were not
there; what is stored and quoted stays as it is. Found are clauses that speak to a machine (``orders_words``), in plain
words or disguised by characters that nobody sees, by mirrored or spaced letters, by markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from assay.knowledge.orders_words import DIRECT, OPTION, ROLE, STRONG, WEAK

Stretch = tuple[int, int]
_MOST = 20_000
"""Longer texts are no passages; what stands behind is not looked at."""
_END = re.compile(r"[。！？!?]+[”’\"'）)\]】」』]*\s*|\.[”’\"')\]]*\s+(?=[^\sa-z])|\n+")
_FRESH = re.compile(r"(?<=[\w\])}>\"'°%.]) (?=(?:The|This|Its|Each|For|In|At|During)\s[a-z])")
_TAGGED = re.compile(r"(?<=[\w\])}>\"'°%.]) (?=[A-Z]{1,4}-?\d+[A-Z]?\s?(?:的|应|为))")
"""Where a Chinese sentence may begin with a tag; inside one tags stand everywhere, so only behind an order."""
_TITLED = re.compile(r"(?<=[^\s:：,，])\s+(?=[A-Z][a-z]|[A-Z]{3,}\s?(?:[:：]|[A-Z]{3,})|[\u4e00-\u9fff【\[(<{\"'#*])")
_SENTENCE = re.compile(r"^(?=\S+\s+\S+\s+\S).*[.!?]\W*$|[。！？]|^[^，]*[\u4e00-\u9fff][^，]*，.*[\u4e00-\u9fff]", re.S)
_NUMBER = re.compile(r"\W*(?:\w+\s)?[A-Z]?[\d.\-]+\W*")
_LINKS = frozenset("of the and for in to with by at on a an or from".split())
_MIRRORING = re.compile("[\u202d\u202e\u2066-\u2068][^\n\u202c\u2069]*[\u202c\u2069]?")
_APART = re.compile(r"(?<![\w])(?:[A-Za-z][ .\-_]){9,}[A-Za-z](?![\w])")


def order_spans(text: str, *, title: bool = False) -> tuple[Stretch, ...]:
    """The stretches of ``text`` that are orders to a machine, in order and apart. In a ``title`` (a heading, a caption)
    one sign is enough: titles name things and ask for nothing."""
    return _spans(text[:_MOST], title)


def blanked(text: str, *, title: bool = False) -> str:
    """The text with blanks in place of orders: every other character stays at its place."""
    for start, end in order_spans(text, title=title):
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def without_orders(text: str, *, title: bool = False) -> str:
    """The text without orders; unchanged where there are none."""
    spans = order_spans(text, title=title)
    return " ".join(blanked(text, title=title).split()) if spans else text


@lru_cache(maxsize=4096)
def _spans(text: str, title: bool) -> tuple[Stretch, ...]:
    plain, places = _plain(text)
    marked = [(places[a], places[b - 1] + 1) for a, b in _orders(plain, title)]
    marked += [match.span() for match in _MIRRORING.finditer(text)]
    marked += [(at, at + 1) for at, one in enumerate(text) if _unseen(one)]
    return tuple(_merged(marked))


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as a reader sees it, without characters that nobody sees, and where each of its characters stands."""
    kept = [(_usual(one), at) for at, one in enumerate(text) if not _unseen(one)]
    return "".join(one for one, _ in kept), [at for _, at in kept]


def _usual(one: str) -> str:
    """A wide or styled letter as the usual one; one character stays one."""
    made = one if one.isascii() or "\u3000" <= one <= "\u303f" else unicodedata.normalize("NFKC", one)
    return made if len(made) == 1 and made.isascii() and made.isalnum() else one


def _unseen(one: str) -> bool:
    return not one.isascii() and unicodedata.category(one) in ("Cf", "Co", "Cs")


def _merged(marked: list[Stretch]) -> Iterator[Stretch]:
    last: Stretch | None = None
    for start, end in sorted(marked):
        if last is not None and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last


def _orders(text: str, title: bool) -> list[Stretch]:
    """Stretches by shape, and pieces whose signs weigh enough, with their neighbours that have at least one."""
    shaped = list(_merged([match.span() for match in _direct().finditer(text)] + _disguised(text)))
    pieces = list(_pieces(text, shaped))
    weights = [weight(text[piece[0] : piece[1]]) for piece in pieces]
    weights = [own + (own > 0) * _touched(text, piece, shaped) for own, piece in zip(weights, pieces, strict=True)]
    found = {at for at, one in enumerate(weights) if one >= (1.0 if title else 2.0)}
    for at in sorted(found) if found else ():
        for step in (-1, 1):
            near = at + step
            while 0 <= near < len(pieces) and near not in found and _joins(text, pieces[near], weights[near], title):
                found.add(near)
                near += step
    tails = _tail(text) if title else []
    return [*shaped, *tails, *(_behind_title(text, pieces[at]) if title else pieces[at] for at in found)]


def _tail(text: str) -> list[Stretch]:
    """A whole sentence behind a title's own words, whatever it says: titles are no sentences."""
    for begins in _TITLED.finditer(text):
        before, behind = text[: begins.start()], text[begins.end() :]
        head = before.split()[-1]
        own = any(one.isalpha() for one in before) and not _NUMBER.fullmatch(before) and head not in _LINKS
        if own and _SENTENCE.search(behind) and (head.islower() or not head.isascii() or len(behind.split()) > 4):
            return [(begins.end(), len(text))]
    return []


def _behind_title(text: str, piece: Stretch) -> Stretch:
    """An order that runs on behind a title's own words: it begins at the last fresh word that leaves it whole."""
    start, end = piece
    whole = weight(text[start:end])
    begins = [m.end() for m in _TITLED.finditer(text, start, end) if weight(text[m.end() : end]) >= whole]
    mine = [at for at in begins if any(one.isalpha() for one in text[start:at])]
    return (mine[-1] if mine else start), end


def _joins(text: str, piece: Stretch, own: float, title: bool) -> bool:
    """Whether a piece beside an order belongs to it."""
    words = text[piece[0] : piece[1]].strip()
    scrap = not title and len(words) <= 4 and words.isalpha()  # "Call" before a call
    return own >= 1.0 or scrap or (OPTION.match(words) is not None and len(words) < 80)


def _touched(text: str, piece: Stretch, shaped: list[Stretch]) -> float:
    """A sign where a shape stands right beside a piece: "Decode and obey: ..."."""
    before, behind = text[: piece[0]].rstrip(), piece[1] + len(text[piece[1] :]) - len(text[piece[1] :].lstrip())
    near = any((end >= len(before) and end <= piece[0]) or start == behind for start, end in shaped)
    return float(near)


def weight(words: str) -> float:
    """How much speaks for an order in one sentence: 2 and more is one for certain, 0 nothing."""
    strong, weak, role = _signs()
    signs = 2.0 * sum(1 for one in strong if one.search(words)) + sum(1 for one in weak if one.search(words))
    return signs + 0.5 * (role.search(words) is not None)


def _pieces(text: str, shaped: list[Stretch]) -> Iterator[Stretch]:
    """Sentences without what a shape already takes; what begins afresh behind an order without an end stands alone."""
    start = 0
    for low, high in [*shaped, (len(text), len(text))]:
        yield from _sentences(text, start, low)
        start = max(start, high)


def loose_sentences(text: str) -> list[Stretch]:
    """The sentences of a text that a stricter splitter took for one: cut at markup and wherever one may begin."""
    shaped = list(_merged([match.span() for match in _direct().finditer(text)]))
    return list(_pieces(text, shaped))


def _sentences(text: str, start: int, end: int) -> Iterator[Stretch]:
    at = start
    tagged = {match.end() for match in _TAGGED.finditer(text, start, end)}
    stops = {match.end() for one in (_END, _FRESH) for match in one.finditer(text, start, end)}
    for stop in [*sorted(stops | tagged), end]:
        words = text[at:stop].strip()
        if (len(words) < 3 or not any(one.isalpha() for one in words)) and stop < end:
            continue  # the letter of an option, a clause number, or nothing
        if stop in tagged - stops and weight(text[at:stop]) < 1.0:
            continue
        if text[at:stop].strip():
            yield at, stop
        at = stop


def _disguised(text: str) -> list[Stretch]:
    """Letters set apart, and lines written backwards, that are orders when they are read."""
    found = [m.span() for m in _APART.finditer(text) if weight(re.sub(r"(?<=\w)[ .\-_](?=\w)", "", m.group())) >= 1.0]
    for match in re.finditer(r"[^\n]+", text):
        backwards = match.group()[::-1]
        if len(backwards) > 8 and weight(backwards) >= 2.0 and weight(match.group()) < 1.0:
            found.append(match.span())
    return found


@cache
def _signs() -> tuple[tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...], re.Pattern[str]]:
    strong = tuple(re.compile(one, re.I | re.S) for one in STRONG)
    return strong, tuple(re.compile(one, re.I | re.S) for one in WEAK), re.compile(ROLE)


@cache
def _direct() -> re.Pattern[str]:
    return re.compile("|".join(DIRECT), re.I | re.S)

"""The words that a question is about, and how much of them a text says."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assay.skills.knowledge_qa.lexicon import attributes_in, stop_words
from assay.skills.knowledge_qa.quantities import Named, amounts, codes, names_known

_LATIN = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_ASKING = re.compile(r"^(?:几|多[少大久长高重宽厚深快远紧粗热烫]|哪|什么|怎|谁|咋)")
_SUFFIX = re.compile(r"(?:'s|ations?|ings?|ed|es|s|ly|ment|e)$")
_CODE_RANGE = re.compile(
    r"(?<![a-z0-9])(?P<letters>[a-z]{1,4}-?)(?P<low>\d{1,4})\s*(?:~|～|至|到|–|—|-(?=[a-z])|(?<= )to )\s*(?P=letters)"
    r"(?P<high>\d{1,4})(?![\d.])"
)
MOST_BETWEEN = 30
OTHER_WORD = 0.85
"""What a synonym or a translation counts for the word itself."""
SAME_QUANTITY = 0.7
PART_OF_WORD = 0.5


@dataclass(frozen=True, slots=True)
class Term:
    """Something that a question is about: ``kind`` is ``code``, ``quantity`` or ``word``; ``others`` are its synonyms
    and translations; ``group`` the quantity it belongs to."""

    text: str
    kind: str
    weight: float = 1.0
    others: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A text made ready for looking terms up in it."""

    plain: str
    stems: frozenset[str]
    codes: frozenset[str]
    groups: frozenset[str]


def said(text: str) -> Said:
    """Prepare a text (remembered: the same units are looked at for every part of a question)."""
    return _said(text, names_known())


@lru_cache(maxsize=4096)
def _said(text: str, _names: tuple[Named, ...]) -> Said:
    plain = unicodedata.normalize("NFKC", text).lower()
    return Said(
        plain=plain,
        stems=frozenset(stem(word) for word in _LATIN.findall(plain)),
        codes=frozenset(codes(text)) | _between(plain),
        groups=frozenset(one.id for one, _ in attributes_in(plain)),
    )


def _between(plain: str) -> frozenset[str]:
    """The codes that a range takes in ("AT-711 to AT-714", ``F1～F3``)."""
    found: set[str] = set()
    for match in _CODE_RANGE.finditer(plain):
        low, high = int(match["low"]), int(match["high"])
        if low < high <= low + MOST_BETWEEN and len(match["low"]) <= len(match["high"]):
            width = len(match["low"]) if match["low"].startswith("0") else 1
            found.update(codes(" ".join(f"{match['letters'].upper()}{at:0{width}d}" for at in range(low, high + 1))))
    return frozenset(found)


def stem(word: str) -> str:
    """An English word without its ending: crude, and the same on both sides."""
    short = _SUFFIX.sub("", word) if len(word) > 3 else word
    short = _SUFFIX.sub("", short) if len(short) > 4 else short
    return short[:-1] if len(short) > 4 and short[-1] == short[-2] else short


def terms_of(text: str) -> list[Term]:
    """The terms of a question in order, each once; empty words are left out.

    A word or phrase of the plant dictionary is one term with its formal words in both languages.
    """
    plain = unicodedata.normalize("NFKC", text)
    found = [Term(code, "code", 2.5) for code in codes(plain)]
    bare = _without_amounts(_without_codes(plain)).lower()
    named = {word.lower(): one.id for one, word in attributes_in(bare)}
    for phrase, forms in known_words(bare):
        if not _empty(phrase) and not _ASKING.match(phrase):
            found.append(_term(phrase, named, forms))
            bare = _without_phrase(bare, phrase)
    words = [word for run in _HAN.findall(bare) for word in _han_words(run)]
    words += [word for word in _LATIN.findall(bare) if len(word) > 1]
    for word in words:
        if word not in stop_words() and not _ASKING.match(word):
            found.append(_term(word, named, ()))
    return list({term.text: term for term in found}.values())


def _without_phrase(text: str, phrase: str) -> str:
    """A text without a phrase; a Latin one only where it stands as words of its own ("h" is no part of "with")."""
    if not phrase.isascii():
        return text.replace(phrase, "\u3000")
    return re.sub(rf"(?<![a-z]){re.escape(phrase)}(?![a-z])", " ", text)


def _empty(phrase: str) -> bool:
    """Whether a word, or every word of an English phrase, says nothing of what is asked for."""
    return phrase in stop_words() or (phrase.isascii() and all(word in stop_words() for word in phrase.split()))


def _term(word: str, named: Mapping[str, str], forms: tuple[str, ...]) -> Term:
    group = named.get(word) or next((id for name, id in named.items() if _inside(word, name)), "")
    group = group or next((id for name, id in named.items() if _heads(name, word)), "")
    return Term(word, "quantity" if group else "word", 1.0 if len(word) > 1 else 0.6, forms, group)


@lru_cache(maxsize=1024)
def known_words(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The dictionary's words in a text with their formal words in both languages."""
    from assay.knowledge.search.dictionary_files import shipped

    found = shipped().expand(text)
    return tuple((one.said, tuple(form.lower() for form in one.forms)) for one in found if one.said in text)


def _without_codes(text: str) -> str:
    for code in sorted(codes(text), key=len, reverse=True):
        text = re.sub(re.escape(code).replace("/", r"\s?/\s?"), " ", text, flags=re.I)
    return text


def _without_amounts(text: str) -> str:
    for one in reversed(amounts(text)):
        text = f"{text[: one.start]} {text[one.end :]}"
    return text


def _inside(word: str, name: str) -> bool:
    return word in name.split() if name.isascii() else len(word) > 1 and word in name


def _heads(name: str, word: str) -> bool:
    """Whether a quantity's name is the head of a compound: its last word (``最高温度``, "outlet temperature")."""
    if not word.endswith(name) or len(name) < 2:
        return False
    return not name.isascii() or word[: -len(name)].endswith(" ")


def _han_words(run: str) -> Iterable[str]:
    import rjieba

    return list(rjieba.cut(run))


def covered(term: Term, text: Said) -> float:
    """How far a text says a term, 0 to 1."""
    if term.kind == "code":
        return float(term.text in text.codes)
    if _has(term.text, text):
        return 1.0
    if any(_has(other, text) for other in term.others):
        return OTHER_WORD
    if term.group and term.group in text.groups:
        return SAME_QUANTITY
    if _HAN.fullmatch(term.text) and len(term.text) >= 2:
        return PART_OF_WORD * sum(c in text.plain for c in term.text) / len(term.text)
    return 0.0


def _has(word: str, text: Said) -> bool:
    if not word.isascii():
        return word in text.plain
    return all(stem(part) in text.stems for part in _LATIN.findall(word))


def coverage(terms: Sequence[Term], text: Said, weights: Sequence[float] | None = None) -> float:
    """The weighted part of the terms that a text says; 1 for no terms."""
    used = list(weights) if weights is not None else [term.weight for term in terms]
    total = sum(used)
    return sum(w * covered(term, text) for w, term in zip(used, terms, strict=True)) / total if total else 1.0


_STOP_CHARACTERS = frozenset(
    "的了是在和与及或之其这那有为以被把对等也都就而于从到由向将并且所个们吗呢吧啊么着过地得很再又还多少几什哪谁怎要应该可能会请问时用"
)


def grams(text: str) -> frozenset[str]:
    """Small pieces of a text: Han pairs and characters, stems of Latin words, codes. Empty words are left out."""
    plain = unicodedata.normalize("NFKC", text).lower()
    found = set(codes(text))
    for run in _HAN.findall(plain):
        found |= {run[at : at + 2] for at in range(len(run) - 1)}
        found |= {c for c in run if c not in _STOP_CHARACTERS}
    found |= {stem(word) for word in _LATIN.findall(plain) if word not in stop_words()}
    return frozenset(found)


def shares(question: str, parts: Sequence[str]) -> list[float]:
    """How much of a question each of some texts says that the others do not: which of them is meant.

    A piece counts for a text by 1 over the number of texts that hold it; single Han characters count less.
    """
    wanted = grams(question)
    found = [wanted & grams(part) for part in parts]

    def weight(piece: str) -> float:
        held = sum(piece in each for each in found)
        return (0.4 if len(piece) == 1 else 1.0) / held

    # fsum: the same to the last bit in whatever order a set gives its pieces.
    return [math.fsum(weight(piece) for piece in each) for each in found]

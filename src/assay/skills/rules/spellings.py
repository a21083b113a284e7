"""All ways to write a rule's field: object and property in one or cut elsewhere, with words that mean the same.

A design writes 电机功率 or "suction_pipe_velocity" where a rule says 电机的功率 or "the velocity in the suction pipe".
Written together, without particles, blanks and the owner's own name, both are the same words. Words that are only alike
never count here: they are candidates for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from assay.skills.rules.glossary import plain, synonyms
from assay.skills.rules.grammar.words_en import PROPERTY as MEASURED_EN
from assay.skills.rules.grammar.words_zh import PROPERTY as MEASURED_ZH
from assay.skills.rules.rule import Name

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_COUNT = re.compile(
    r"^(?:number|count|quantity|qty)(?: of)? (?P<of>.+)|(?P<en>.+) (?:number|count|quantity|qty)$"
    r"|(?P<zh>.+?)(?:数量|个数|台数|数目|总数)$"
)
_PAIR_EN = re.compile(r"between (?P<one>.+) and (?P<two>.+)|from (?P<first>.+) to (?P<second>.+)")
_PAIR_ZH = re.compile(r"(?P<one>[^与和距到至]+)[与和距到至](?P<two>[^与和距到至]+?)间?")
_OF = re.compile(r"(?P<property>.+?) of (?P<owner>.+)")


@lru_cache(maxsize=200_000)
def flat(words: str) -> str:
    """Words in one order without particles: ``width of the exit`` and ``exit_width`` are ``exit width``."""
    words = plain(_HUMP.sub(" ", words))
    words = re.sub(r"(?<=[\u4e00-\u9fff])[的之](?=[\u4e00-\u9fff])|^的", "", words)
    if (of := _OF.fullmatch(words)) and not _COUNT.fullmatch(words):
        words = f"{of['owner']} {of['property']}"
    return words


@lru_cache(maxsize=200_000)
def together(words: str) -> str:
    """Flat words without blanks, for comparing."""
    return flat(words).replace(" ", "")


@lru_cache(maxsize=200_000)
def of_what(words: str) -> str:
    """What a count counts (出口数量 -> 出口, ``number of exits`` -> ``exit``); the words themselves for no count.

    A number of what has a size of its own ("数量" behind 净距) is no other way to say that size, and stays.
    """
    words = flat(words)
    found = _COUNT.fullmatch(words)
    what = words if found is None else found["of"] or found["en"] or found["zh"]
    return words if MEASURED_ZH.search(what) or MEASURED_EN.search(what) else flat(what)


def without(owner: str, words: str) -> str:
    """Words without the owner's name before them, or as they are."""
    owner, words = flat(owner), flat(words)
    if not owner or not words.startswith(owner) or words == owner:
        return words
    rest = words[len(owner) :]
    if re.match(r"[a-z0-9]", rest) and re.search(r"[a-z0-9]$", owner):
        return words  # "pump" does not begin "pumping rate"
    return flat(rest.strip())


@dataclass(slots=True)
class Spellings:
    """The plant's groups of formal words beside the glossary's, and the ways to write each field, remembered.

    ``groups`` are lists of words for one thing, as a plant dictionary has them.
    """

    groups: Sequence[Sequence[str]] = ()
    _by_word: dict[str, set[str]] = field(default_factory=dict)
    _whole: dict[tuple[Name, bool], frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for group in self.groups:
            for word in group:
                self._by_word.setdefault(flat(word), set()).update(flat(one) for one in group)

    def same(self, words: str, *, plant: bool) -> frozenset[str]:
        """The words and those that mean the same: of the glossary, with ``plant`` also of the plant's groups."""
        own = flat(words)
        known = {own, *map(flat, synonyms(words))}
        return frozenset(known | self._by_word.get(own, set()) if plant else known)

    def whole(self, name: Name, *, plant: bool) -> frozenset[str]:
        """Object and property in one, flat, each in all words that mean the same."""
        key = (name, plant)
        if key not in self._whole:
            properties = self.same(name.property, plant=plant)
            if not name.object:
                self._whole[key] = properties
            else:
                objects = self.same(name.object, plant=plant)
                whole = {_joined(one, two) for one in objects for two in properties}
                pairs = {pair for two in properties for pair in _of_two(name.object, two)}
                self._whole[key] = frozenset(whole | pairs)
        return self._whole[key]

    def may_fit(self, key: str, name: Name, *, plant: bool) -> bool:
        """Whether a key can be this field for an object of any name: both end alike (quick, and never wrongly no)."""
        said = {together(key)[-1:], together(of_what(key))[-1:]}
        asked = self.whole(name, plant=plant) | self.same(name.property, plant=plant)
        return any(together(one)[-1:] in said for words in asked for one in (words, of_what(words)))

    def fits(self, key: str, labels: Iterable[str], name: Name, *, own: bool, plant: bool) -> bool:
        """Whether a key of an object with ``labels`` is this field; ``own``: the object is the one that is named."""
        labels = tuple(labels)
        said = {one for label in ("", *labels) for one in (without(label, key), of_what(without(label, key)))}
        asked: set[str] = set()
        for words in self.whole(name, plant=plant):
            asked.update(without(label, words) for label in ("", *labels))
        if own or not name.object:
            asked |= self.same(name.property, plant=plant)
        asked |= {of_what(words) for words in asked}
        return not {together(one) for one in said}.isdisjoint(together(one) for one in asked)


def _of_two(object: str, property: str) -> Iterator[str]:
    """What lies between two things as each of them says it: 泵与墙之间 :: 净距 is 与墙的净距 of the pump."""
    words = flat(object)
    if pair := _PAIR_EN.fullmatch(words):
        one, two = (pair["one"], pair["two"]) if pair["one"] else (pair["first"], pair["second"])
        yield flat(f"{property} between {one} and {two}")
        for here, there in ((one, two), (two, one)):
            yield from (flat(f"{here} {property} {link} {there}") for link in ("to", "from"))
    elif pair := _PAIR_ZH.fullmatch(words):
        for here, there in ((pair["one"], pair["two"]), (pair["two"], pair["one"])):
            yield from (f"{here}{link}{there}{between}{property}" for link in "与和距到至" for between in ("间", ""))


def _joined(object: str, property: str) -> str:
    between = "" if re.search(r"[\u4e00-\u9fff]$", object) else " "
    return flat(object + between + property)

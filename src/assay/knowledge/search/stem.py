"""English endings that hide the same word: plural, -ing, -ed, a last e. Light on purpose; question and text agree."""

from __future__ import annotations

from functools import lru_cache

_KEPT = frozenset(
    "gas bus lens axis basis analysis hydraulics physics series species speed feed bleed need exceed during string "
    "spring ring king red bed shed seed this thus plus less loss pass process".split()
)
#: Verbs and plurals without a rule, as "form:stem".
_ODD = dict(
    pair.split(":")
    for pair in (
        "vibrates:vibrat ran:run bent:bend broke:break broken:break worn:wear wore:wear torn:tear found:find left:leav "
        "men:man burnt:burn frozen:freez froze:freez stuck:stick drawn:draw blown:blow blew:blow leaves:leav"
    ).split()
)
_VOWELS = frozenset("aeiouy")


@lru_cache(65536)
def stem(word: str) -> str:
    """The word without its ending: "bearings" and "bearing" are one, "tripped" and "trips" and "trip" are one."""
    if word in _ODD:
        return _ODD[word]
    if word.endswith("'s"):
        word = word[:-2]
    if len(word) < 4 or word in _KEPT or not word.isascii():
        return word
    word = _plural(word)
    if word in _KEPT or len(word) < 4:
        return word
    for ending in ("ations", "ation", "ating", "ated", "ates", "ate", "ators", "ator"):
        if word.endswith(ending) and _good(word[: -len(ending)], 3):
            return word[: -len(ending)] + "at"
    for ending in ("ing", "ed"):
        if word.endswith(ending) and _good(word[: -len(ending)], 2):
            return _bare(word[: -len(ending)])
    for ending, least in (("ment", 4), ("ness", 4), ("ly", 4), ("age", 3)):
        if word.endswith(ending) and _good(word[: -len(ending)], least):
            return _bare(word[: -len(ending)])
    return _bare(word)


def _plural(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _good(rest: str, least: int) -> bool:
    """Whether enough of a word is left, with a vowel in it."""
    return len(rest) >= least and any(char in _VOWELS for char in rest)


def _bare(word: str) -> str:
    """Without a last e, with one of two equal last letters, and y as i."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiousl":
        word = word[:-1]
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y") and word[-2] not in _VOWELS:
        word = word[:-1] + "i"
    return word

"""Chinese words that somebody typed as pinyin: "zhoucheng" or "zhou cheng" for 轴承."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

_SYLLABLE = (
    r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ueng|ang|eng|ing|ong|iao|ian|uai|uan|uen|ai|ei|ao|ou|an|en|in|"
    r"un|ia|ie|iu|ua|uo|ui|ue|ve|er|a|o|e|i|u|v)"
)
_TYPED = re.compile(rf"(?:{_SYLLABLE}){{2,8}}")
_MOST_WORDS = 6


def typed_pinyin(words: Sequence[str], forms: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """What was typed and the form of ``forms`` that it spells, for runs of Latin words; the longest run first."""
    at = 0
    while at < len(words):
        for size in range(min(_MOST_WORDS, len(words) - at), 0, -1):
            joined = "".join(words[at : at + size])
            if len(joined) >= 4 and _TYPED.fullmatch(joined) and (found := _spelled(forms).get(joined)):
                yield from ((" ".join(words[at : at + size]), form) for form in found)
                at += size - 1
                break
        at += 1


@lru_cache(4)
def _spelled(forms: tuple[str, ...]) -> dict[str, list[str]]:
    """Pinyin without tones -> forms. Without pypinyin there is none: its absence is no error of a search."""
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        return {}
    out: dict[str, list[str]] = {}
    for form in forms:
        spelled = "".join(lazy_pinyin(form)).lower().replace("ü", "v")
        if spelled.isascii():
            out.setdefault(re.sub(r"[^a-z]", "", spelled), []).append(form)
    return out

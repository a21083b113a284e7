"""Whether a text layer says what the page shows: damaged and nonsensical layers are told by their characters."""

from __future__ import annotations

import re
from collections import Counter

_SHARE = 0.1
_VISIBLE = re.compile(r"[\s\0]+")
_LONG_WORD = re.compile(r"[A-Za-z]{5,}")
_VOWEL = re.compile(r"[aeiouAEIOU]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BULLETS = frozenset((0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF0FC, 0xF06E, 0xF06C, 0xF071, 0xF0E0))


def poor(text: str, damaged: int = 0) -> bool:
    """Whether a page's text is no readable text.

    Its signs are many characters without a meaning, long words nearly without vowels (tags and abbreviations are short)
    and Chinese of rare characters only. ``damaged`` is how many characters have no code in the file.
    """
    seen = _VISIBLE.sub("", text)
    if not seen:
        return False
    strange = sum(count for character, count in Counter(seen).items() if _strange(ord(character)))
    if max(strange, damaged) > _SHARE * len(seen):
        return True
    words = _LONG_WORD.findall(text)
    if len(words) >= 20 and len(_VOWEL.findall("".join(words))) < 0.2 * sum(map(len, words)):
        return True
    han = _HAN.findall(text)
    return len(han) >= 60 and sum(map(_usual, han)) < 0.5 * len(han)


def _strange(code: int) -> bool:
    private = 0xE000 <= code <= 0xF8FF and code not in _BULLETS
    return private or code == 0xFFFD or code < 32 or 0x80 <= code < 0xA0 or code >= 0xF0000


def _usual(character: str) -> bool:
    """Whether a character is of the first level of GB 2312 (rows 16 to 55, the 3,755 in daily use)."""
    try:
        row = character.encode("gb2312")[0] - 0xA0
    except UnicodeEncodeError:
        return False
    return 16 <= row <= 55

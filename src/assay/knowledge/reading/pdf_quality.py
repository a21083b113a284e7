"""Whether a text layer says what the page shows: damaged and nonsensical layers are told by their characters."""

from __future__ import annotations

from collections.abc import Sequence

_SHARE = 0.1
_BULLETS = frozenset((0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF0FC, 0xF06E, 0xF06C, 0xF071, 0xF0E0))


def poor(codes: Sequence[int], damaged: int = 0) -> bool:
    """Whether visible code points are no readable text: many without a meaning, English without vowels, Chinese of rare
    characters only. ``damaged`` is how many of them have no code in the file."""
    if not codes:
        return False
    strange = sum(_strange(code) for code in codes)
    if max(strange, damaged) > _SHARE * len(codes):
        return True
    letters = [chr(code) for code in codes if 65 <= code <= 90 or 97 <= code <= 122]
    if len(letters) >= 200 and sum(one in "aeiouAEIOU" for one in letters) < 0.15 * len(letters):
        return True
    han = [chr(code) for code in codes if 0x4E00 <= code <= 0x9FFF]
    return len(han) >= 60 and sum(_usual(one) for one in han) < 0.5 * len(han)


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

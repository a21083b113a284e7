"""Numbers written in words: Chinese numerals and English number words."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_DIGITS |= {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_LARGE = {"万": 10**4, "亿": 10**8, "萬": 10**4, "億": 10**8}
CHINESE = "".join({**_DIGITS, **_SMALL, **_LARGE})
"""All characters of Chinese numerals."""

_EN_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_EN_SMALL |= {w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_EN_LARGE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_EN_WORD = "|".join(sorted({*_EN_SMALL, *_EN_LARGE}, key=len, reverse=True))
ENGLISH = re.compile(rf"(?:{_EN_WORD})(?:(?:[ -]|\s+and\s+)(?:{_EN_WORD}))*(?:\s+point(?:\s+(?:{_EN_WORD}))+)?", re.I)
"""A run of English number words."""


def chinese_number(run: str) -> Decimal | None:
    """The value of a Chinese numeral such as 三百二十, 一万二 or 零点五; None when it is not well formed."""
    whole, point, fraction = run.partition("点")
    if point:
        if not fraction or any(c not in _DIGITS for c in fraction):
            return None
        value = chinese_number(whole)
        digits = "".join(str(_DIGITS[c]) for c in fraction)
        return None if value is None else value + Decimal(f"0.{digits}")
    if not whole or any(c not in CHINESE for c in whole):
        return None
    if all(c in _DIGITS for c in whole):  # read digit by digit: 二〇二六
        return Decimal("".join(str(_DIGITS[c]) for c in whole))
    return _with_units(whole)


def _with_units(run: str) -> Decimal | None:
    total = section = digit = 0
    last = 1
    for c in run:
        if c in _DIGITS:
            if digit:
                return None
            digit, last = _DIGITS[c], (1 if _DIGITS[c] == 0 else last)
        elif c in _SMALL:
            section += (digit or 1) * _SMALL[c]
            digit, last = 0, _SMALL[c]
        else:
            part = section + digit
            # 一亿三千万: a smaller unit after a larger one adds; 三千万亿: a larger one multiplies all before it.
            total = total + part * _LARGE[c] if total >= _LARGE[c] else max(total + part, 1) * _LARGE[c]
            section, digit, last = 0, 0, _LARGE[c]
    # 一万二 is 12,000 and 三百二 is 320: a last digit without its unit takes the next smaller one.
    colloquial = digit and last >= 100
    return Decimal(total + section + (digit * last // 10 if colloquial else digit))


def english_number(run: str) -> Decimal | None:
    """The value of English number words such as "three hundred and twenty" or "two point five"."""
    whole, _, fraction = run.lower().replace("-", " ").partition(" point ")
    total = section = 0
    for word in whole.split():
        if word == "and":
            continue
        if word in _EN_SMALL:
            section += _EN_SMALL[word]
        elif word == "hundred":
            section = (section or 1) * 100
        else:
            total += (section or 1) * _EN_LARGE[word]
            section = 0
    digits = [_EN_SMALL.get(word, 10) for word in fraction.split()]
    if any(digit > 9 for digit in digits):
        return None
    tail = "".join(str(digit) for digit in digits)
    return Decimal(total + section) + (Decimal(f"0.{tail}") if tail else 0)

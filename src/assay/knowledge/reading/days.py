"""Days as documents write them, in Chinese and English; one that can be read in two ways is not read."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = "|".join(sorted({m for name in _MONTHS for m in (name, name[:3])} | {"sept"}, key=len, reverse=True))
_ZH_DIGITS = {char: str(at) for at, char in enumerate("〇一二三四五六七八九")} | {
    "○": "0",
    "零": "0",
    "Ｏ": "0",
    "О": "0",
}
_ZH = r"[〇○零ＯО一二三四五六七八九十]"
DAY = (
    r"(?:\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
    rf"|{_ZH}{{4}}年{_ZH}{{1,3}}月{_ZH}{{1,3}}日"
    r"|(?<!\d)\d{4}(?:-\d{1,2}-|\.\d{1,2}\.|/\d{1,2}/|－\d{1,2}－)\d{1,2}(?!\d)"
    rf"|(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?[\s.-]+(?:of\s+)?(?:{_MONTH})\.?,?[\s-]+\d{{4}}(?!\d)"
    rf"|\b(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}(?!\d)"
    r"|(?<!\d)\d{1,2}\.\d{1,2}\.\d{4}(?!\d)|(?<!\d)20\d{6}(?!\d)"
    r"|(?<!\d)\d{1,2}/\d{1,2}/\d{4}(?!\d))"
)
"""Pattern of a day (with the flag IGNORECASE)."""


def day_of(text: str) -> date | None:
    """The day that a text names, or None: also for 03/04/2024, which is March or April."""
    text = text.strip().strip("\"'").strip()
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    lower = text.lower()
    month = next((at for at, name in enumerate(_MONTHS, 1) if re.search(rf"\b{name[:3]}|\d{name[:3]}", lower)), 0)
    if re.match(rf"{_ZH}{{4}}年", text):
        return _zh_day(text)
    if month and len(numbers) == 2:
        return _made(numbers[1], month, numbers[0])
    if len(numbers) == 1 and re.fullmatch(r"20\d{6}", text):
        return _made(int(text[:4]), int(text[4:6]), int(text[6:]))
    if len(numbers) < 3:
        return None
    if numbers[0] > 999:
        return _made(*numbers[:3])
    first, second, year = numbers[:3]
    if year < 1000:
        return None
    if "/" in text:
        if first == second or second > 12:
            return _made(year, first, second)
        return _made(year, second, first) if first > 12 else None
    return _made(year, second, first)


def _zh_day(text: str) -> date | None:
    found = re.match(rf"({_ZH}{{4}})年({_ZH}{{1,3}})月({_ZH}{{1,3}})日", text)
    if found is None:
        return None
    year = "".join(_ZH_DIGITS.get(char, "x") for char in found[1])
    return _made(int(year), _zh_number(found[2]), _zh_number(found[3])) if year.isdigit() else None


def _zh_number(text: str) -> int:
    """A number below 100: 十, 十二, 二十, 三十一, 五."""
    tens, ten, ones = text.rpartition("十")
    one = int(_ZH_DIGITS.get(ones, "0")) if ones else 0
    return (int(_ZH_DIGITS.get(tens, "1")) if tens else 1) * 10 + one if ten else one


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None

"""Finds numbers written in words inside a sentence: 三百二十, 两成, 百分之五, 半小时, "three valves", "twice"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from assay.kernel.numerals import CHINESE, ENGLISH, chinese_number, english_number
from assay.kernel.quantity import Quantity, Reading
from assay.kernel.unit_words import unit_after

_ZH = rf"[{CHINESE}]+(?:点[{CHINESE}]+)?"
_FRACTION = re.compile(rf"(?P<of>{_ZH})分之(?P<minus>负)?(?P<parts>{_ZH})")
_TENTHS = re.compile(
    r"(?P<tens>[一二两三四五六七八九1-9])成(?P<rest>半|[一二三四五六七八九])?(?![为功品本立分员果交套长熟就])"
)
_HALF_UNIT = re.compile(r"半(?:个)?(?=小时|天|年|月|分钟|周|日|倍)")
_AND_HALF = re.compile(rf"(?P<whole>{_ZH})个?半(?=小时|天|年|月|分钟|周|倍)")
_HALF = re.compile(r"一半")
_DOUBLE = re.compile(r"翻倍|翻番|翻一番")
_RUN = re.compile(_ZH)
_EN_FIXED = re.compile(
    r"\b(?:(?P<half>half)|(?P<quarter>quarter)|(?P<two>twice|doubled?|doubles)|(?P<three>triple[ds]?)"
    r"|(?P<twelve>dozen))\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"个|种|项|条|次|台|只|处|倍|成|小时|分钟|秒|天|日|周|年|月|度|米|毫|厘|吨|千克|公斤|克|升|千|兆|帕|摄氏|%|名|根|组"
    r"|号|级|段|步|位|起|伏|安|赫"
)
_AMOUNT = re.compile(r"倍|成|小时|分钟|秒|天|周|年|度|吨|千克|公斤|克|升|帕|摄氏|%|米")
_NOT_NUMBERS = frozenset({"万一", "千万", "一一", "百", "千", "万", "亿", "零"})
_BOUND_ONE = "统同单唯之第逐任某进每这那哪另"


def word_quantity(text: str, at: int, known: Sequence[str]) -> Quantity | None:
    """The number in words that begins at ``at``, if one does."""
    c = text[at]
    if c.isascii():
        starts = c.isalpha() and not (at and (text[at - 1].isalnum() or text[at - 1] == "_"))
        return _english(text, at, known) if starts else None
    if c in "半翻" or c in CHINESE:
        return _chinese(text, at, known)
    return None


def _made(text: str, start: int, end: int, *readings: tuple[Decimal | int | str, str], sign: str = "") -> Quantity:
    made = []
    for value, unit in readings:
        exact = Decimal(value)
        exponent = exact.as_tuple().exponent
        made.append(Reading(exact, max(0, -exponent) if isinstance(exponent, int) else 0, unit))
    before = text[:start]
    if not sign and before.endswith(("负", "零下")):
        sign, start = "-", start - (1 if before.endswith("负") else 2)
    if not sign and (minus := re.search(r"\b(?:minus|negative) $", before, re.I)):
        sign, start = "-", minus.start()
    return Quantity(text[start:end], start, end, sign, tuple(made))


def _chinese(text: str, at: int, known: Sequence[str]) -> Quantity | None:
    if match := _FRACTION.match(text, at):
        return _fraction(text, match)
    if match := _HALF.match(text, at):
        return _made(text, at, match.end(), (50, "%"), ("0.5", ""))
    if match := _DOUBLE.match(text, at):
        return _made(text, at, match.end(), (2, ""))
    if match := _TENTHS.match(text, at):
        return _tenths(text, match)
    if match := _HALF_UNIT.match(text, at):
        unit, end = unit_after(text, match.end(), known)
        return _made(text, at, end, ("0.5", unit))
    if match := _AND_HALF.match(text, at):
        whole = chinese_number(match["whole"])
        unit, end = unit_after(text, match.end(), known)
        return None if whole is None else _made(text, at, end, (whole + Decimal("0.5"), unit))
    return _run(text, at, known)


def _fraction(text: str, match: re.Match[str]) -> Quantity | None:
    of, parts = chinese_number(match["of"]), chinese_number(match["parts"])
    if match["of"] == "百":
        of = Decimal(100)
    elif match["of"] in ("千", "万"):
        of = Decimal({"千": 1000, "万": 10000}[match["of"]])
    if not of or parts is None:
        return None
    sign = "-" if match["minus"] else ""
    readings: tuple[tuple[Decimal | int | str, str], ...] = ((parts, "%"),) if of == 100 else ()
    readings = ((parts, "‰"),) if of == 1000 else readings
    if not readings:
        readings = ((round(parts / of, 3), ""), (round(100 * parts / of, 1), "%"))
    return _made(text, match.start(), match.end(), *readings, sign=sign)


def _tenths(text: str, match: re.Match[str]) -> Quantity | None:
    tens = chinese_number(match["tens"]) if not match["tens"].isdigit() else Decimal(match["tens"])
    if tens is None:
        return None
    rest = match["rest"]
    ones = Decimal(0) if rest is None else Decimal(5) if rest == "半" else chinese_number(rest) or Decimal(0)
    return _made(text, match.start(), match.end(), (10 * tens + ones, "%"))


def _run(text: str, at: int, known: Sequence[str]) -> Quantity | None:
    match = _RUN.match(text, at)
    if match is None:
        return None
    run, end = match.group(), match.end()
    while len(run) > 1 and run[-1] in "千百" and unit_after(text, end - 1, known)[1] > end:
        run, end = run[:-1], end - 1  # 三千帕 is 3 kPa
    value = chinese_number(run)
    if value is None or not _is_number(run, text[max(0, at - 1) : at], text[end : end + 3]):
        return None
    unit, stop = unit_after(text, end, known)
    return _made(text, at, stop, (value, unit))


def _is_number(run: str, before: str, after: str) -> bool:
    """Chinese words are full of numerals (统一, 二氧化碳, 十分): a lone one counts only before a measure word."""
    if run in _NOT_NUMBERS:
        return False
    if run == "十":
        return not (after.startswith("分") and not after.startswith(("分钟", "分之")))
    if len(run) > 1:
        return True
    if run == "一":
        return before not in _BOUND_ONE and _AMOUNT.match(after) is not None if before else bool(_AMOUNT.match(after))
    return _MEASURE.match(after) is not None


def _english(text: str, at: int, known: Sequence[str]) -> Quantity | None:
    if match := _EN_FIXED.match(text, at):
        kind = match.lastgroup
        if kind == "half":
            return _made(
                text, at, match.end(), ("0.5", unit_after(text, match.end(), known)[0]), (50, "%"), ("0.5", "")
            )
        if kind == "quarter":
            return _made(text, at, match.end(), ("0.25", ""), (25, "%"))
        return _made(text, at, match.end(), ({"two": 2, "three": 3, "twelve": 12}[kind or ""], ""))
    match = ENGLISH.match(text, at)
    if match is None or (match.end() < len(text) and (text[match.end()].isalnum() or text[match.end()] in "_-")):
        return None
    if match.group().lower() == "one":  # far more often a pronoun
        return None
    value = english_number(match.group())
    unit, end = unit_after(text, match.end(), known)
    return None if value is None else _made(text, at, end, (value, unit))

"""Cell values as a person sees them: numbers by their format code, dates without two readings.

Format codes follow ECMA-376 part 1, 18.8.30-31. A date shows as ISO 8601 unless its format writes 年 and 月.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

#: Codes of the formats that files name by number alone.
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 48: "##0.0E+0",
}  # fmt: skip
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
_PART = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|(?P<digits>(?:[#0?]|\.(?=[#0?]))(?:[#0?,.]*[#0?])?(?:[Ee][+-]0+)?,*)|(?P<char>.)'
)
_CONDITIONAL = re.compile(r"\[[<>=]")
_GENERAL = re.compile(r"general", re.IGNORECASE)
_FRACTION = re.compile(r"[#?]+\s*[?#0]*/[?#0-9]")


def shown(value: object, code: str = "") -> str:
    """A cell's value as words; ``code`` is its format where the file tells it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number(float(value), code)
    if isinstance(value, datetime):
        return _day(value, code)
    if isinstance(value, date):
        return _day(datetime(value.year, value.month, value.day), code)
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "")
    return str(value)


def number(value: float, code: str = "") -> str:
    """A number by its format code; "General" and codes that are not understood give its digits."""
    sections = _sections(code)
    if not code or code.lower() == "general" or _CONDITIONAL.search(code) or _FRACTION.search(code) or not sections:
        return _general(value)
    section = sections[0]
    if value < 0 and len(sections) > 1 and sections[1].strip():
        section, value = sections[1], -value
    elif value == 0 and len(sections) > 2 and sections[2].strip():
        section = sections[2]
    if not section.strip() or "@" in section:
        return _general(value)
    if _GENERAL.search(section):
        section = _GENERAL.sub(lambda _: f'"{_general(abs(value))}"', section)
    return _filled(value, section)


def is_date_code(code: str) -> bool:
    """Whether a format is one for days or times."""
    bare = re.sub(r'"[^"]*"|\\.', "", _BRACKETS.sub("", code))
    return bool(re.search(r"[ydhs]|m{1,5}", bare, re.IGNORECASE)) and not re.search(r"[0#]", re.sub(r"s\.0+", "", bare))


def _sections(code: str) -> list[str]:
    return re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', _BRACKETS.sub("", code))


def _general(value: float) -> str:
    """Digits without those that only binary arithmetic made; no exponent where plain digits can be read."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text and 1e-9 <= abs(value) < 1e15:
        text = f"{value:.20f}".rstrip("0")
    return text


def _filled(value: float, section: str) -> str:
    parts = list(_PART.finditer(section))
    digits = [part["digits"] for part in parts if part["digits"]]
    if len(digits) > 1:
        return _general(value)
    percent = any(part["char"] == "%" for part in parts)
    made, negative = "", value < 0
    for part in parts:
        if part["digits"]:
            made += _digits(abs(value) * (100 if percent else 1), part["digits"])
        else:
            made += part["quoted"] or part["escaped"] or part["char"] or ""
    sign = "-" if negative and re.search(r"[1-9]", made) else ""
    return (sign + made).strip()


def _digits(value: float, pattern: str) -> str:
    """A number in digits, by a pattern such as ``#,##0.00``, ``0.0#`` or ``0.00E+00``."""
    thousands = len(pattern) - len(pattern.rstrip(","))
    value /= 1000**thousands
    pattern = pattern.rstrip(",")
    if exponent := re.search(r"[Ee]([+-])(0+)", pattern):
        places = pattern[: exponent.start()].rpartition(".")[2] if "." in pattern else ""
        return f"{value:.{len(places)}E}"
    whole, _, fraction = pattern.partition(".")
    text = f"{_half_up(value, len(fraction))}"
    least = len(fraction.rstrip("#?"))
    left, point, right = text.partition(".")
    while len(right) > least and right.endswith("0"):
        right = right[:-1]
    left = left.lstrip("0").zfill(whole.replace(",", "").count("0")) if left.strip("0") or whole.count("0") else ""
    if "," in whole and left.isdigit():
        left = f"{int(left):,}"
    return left + (point + right if right else "")


def _half_up(value: float, places: int) -> str:
    """A number rounded as spreadsheets do: the half away from zero, as its shortest digits say."""
    from decimal import ROUND_HALF_UP, Decimal

    return f"{Decimal(f'{value:.15g}').quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"


def _day(value: datetime, code: str) -> str:
    has_time = bool(value.hour or value.minute or value.second)
    if "年" in code:
        text = f"{value.year}年{value.month}月" + (f"{value.day}日" if "日" in code or "d" in code.lower() else "")
    elif re.fullmatch(r"(?:yyyy[-/.]mm?|mmm+[-/ ]yy(?:yy)?)", _BRACKETS.sub("", code).strip(), re.IGNORECASE):
        return f"{value:%Y-%m}"
    else:
        text = f"{value:%Y-%m-%d}"
    return text + (f" {value:%H:%M:%S}" if value.second else f" {value:%H:%M}") if has_time else text

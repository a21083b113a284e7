"""Every number in a zh or en sentence, as it stands there: sign, decimals, scale, unit, range, words and codes.

This module knows nothing of claims. It reads a finished sentence the way a careful reader would, so that the checks
can compare what is said with what the evidence holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from assay.kernel.number_words import word_quantity
from assay.kernel.quantity import Code, Quantity, Reading
from assay.kernel.unit_words import unit_after

_MINUS = dict.fromkeys("−﹣－‐‑", "-")
_TILDE = dict.fromkeys("～〜∼", "~")
_SUPER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SCALES = {"万": 4, "亿": 8, "千": 3, "百": 2, " thousand": 3, " million": 6, " billion": 9}
_NUMBER = re.compile(
    r"(?P<mantissa>\d{1,3}(?:[,'\u00a0\u202f\u2009]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"(?:[eE](?P<e>[+-]?\d+)|\s?[×xX*·]\s?10(?:\^\(?(?P<caret>[+-]?\d+)\)?|(?P<super>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+)))?"
)
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_RANGE = re.compile(r"\s*(?:[-–—~]|至|到|\bto\b)\s*")
_LIST = re.compile(r"\s*(?:,|、|，|和|与|或|\band\b|\bor\b)\s*")
_NEGATIVE = re.compile(r"(?:负|零下|\bminus |\bnegative )$", re.IGNORECASE)
_PERCENT_OF = re.compile(r"(?:百分之|千分之|万分之)(?:负)?$")


def normalise(text: str) -> str:
    """Full-width and foreign digits and signs as ASCII, character for character, so that positions stay."""
    return "".join(_plain(c) for c in text)


def _plain(c: str) -> str:
    if c in _MINUS or c in _TILDE:
        return (_MINUS | _TILDE)[c]
    if c == "，":  # parts sentences, never thousands
        return c
    if "\uff01" <= c <= "\uff5e":
        return chr(ord(c) - 0xFEE0)
    if c == "\u3000":
        return " "
    digit = unicodedata.decimal(c, None)
    return c if digit is None else str(digit)


def strange_numerals(text: str) -> list[str]:
    """Characters that stand for numbers and that this module does not read (Roman numerals, circled digits ...)."""
    known = set("⁰¹²³⁴⁵⁶⁷⁸⁹0123456789")
    return [c for c in text if c not in known and unicodedata.category(c) in ("Nl", "No")]


def scan(text: str, units: Iterable[str] = ()) -> tuple[list[Quantity], list[Code]]:
    """All quantities and codes of a normalised text. ``units`` are known besides the common ones.

    Replace what is already understood (names, times) by NUL characters before.
    """
    known = tuple(units)
    quantities: list[Quantity] = []
    codes: list[Code] = []
    at = 0
    while at < len(text):
        found = _quantity(text, at, known) or word_quantity(text, at, known)
        if isinstance(found, Quantity):
            quantities.append(found)
            at = found.end
        elif isinstance(found, Code):
            codes.append(found)
            at = found.end
        elif word := _WORD.match(text, at):
            if any(c.isdigit() for c in word.group()):
                codes.append(Code(word.group(), word.start(), word.end()))
            at = word.end()
        else:
            at += 1
    return _share_units(text, quantities), codes


def _quantity(text: str, at: int, known: Sequence[str]) -> Quantity | Code | None:
    match = _NUMBER.match(text, at)
    if match is None:
        return None
    power = int(match["e"] or match["caret"] or (match["super"] or "0").translate(_SUPER))
    digits = re.sub(r"[^\d.]", "", match["mantissa"])
    decimals = len(digits.partition(".")[2])
    end = match.end()
    if ordinal := _ORDINAL.match(text, end):
        end = ordinal.end()
    scale, unit, end = _unit_and_scale(text, end, known)
    if end < len(text) and re.match(r"[A-Za-z_]", text[end]) and text[end - 1].isalnum():
        tail = re.compile(r"[A-Za-z0-9_]+").match(text, end)
        stop = tail.end() if tail else end
        return Code(text[at:stop], at, stop)
    sign, start = _sign(text, at)
    reading = Reading(Decimal(digits), decimals, unit, power + scale)
    if of := _PERCENT_OF.search(text[:start]):
        start = of.start()
        sign = "-" if of.group().endswith("负") else sign
        reading = _parts_per(of.group()[0], reading)
    return Quantity(text[start:end], start, end, sign, (reading,))


def _parts_per(word: str, reading: Reading) -> Reading:
    if word == "万":
        return replace(reading, power=reading.power - 4)
    return replace(reading, unit="%" if word == "百" else "‰")


def _unit_and_scale(text: str, end: int, known: Sequence[str]) -> tuple[int, str, int]:
    unit, after = unit_after(text, end, known)
    if after > end:
        return 0, unit, after
    for word, power in _SCALES.items():
        if text.startswith(word, end):
            unit, after = unit_after(text, end + len(word), known)
            return power, unit, after
    return 0, "", end


def _sign(text: str, at: int) -> tuple[str, int]:
    """The sign before a number and where it begins; a hyphen between two numbers is a range, not a sign."""
    if at and text[at - 1] in "+-±":
        before = text[at - 2] if at > 1 else " "
        if not (before.isascii() and (before.isalnum() or before in ")_%")):
            return text[at - 1], at - 1
        return "", at
    if negative := _NEGATIVE.search(text[:at]):
        return "-", negative.start()
    return "", at


def _share_units(text: str, quantities: list[Quantity]) -> list[Quantity]:
    """In ``3-5 kPa`` and ``3, 4 and 5 kPa`` the unit belongs to all."""
    done = list(quantities)
    for i in range(len(done) - 2, -1, -1):
        between = text[done[i].end : done[i + 1].start]
        units = {reading.unit for reading in done[i + 1].readings} - {""}
        bare = all(reading.unit == "" for reading in done[i].readings)
        if not (units and bare and done[i].text[-1:].isdigit()):
            continue
        shared = tuple(replace(reading, unit=unit) for reading in done[i].readings for unit in units)
        if _RANGE.fullmatch(between):
            done[i] = replace(done[i], readings=shared)
        elif _LIST.fullmatch(between):
            done[i] = replace(done[i], readings=done[i].readings + shared)
    return done

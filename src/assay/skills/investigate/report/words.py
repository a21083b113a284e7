"""Numbers, times, names and texts of a report in one language."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from assay.kernel.errors import InputError
from assay.kernel.render import TIGHT_UNITS, clock
from assay.kernel.texts import Lang, catalogue, text

DASH = "–"
_UNITS = {"Cel": "°C"}  # UCUM's codes that a reader does not know


def clean(value: str) -> str:
    """One line without control characters, direction overrides and half characters, whatever the source."""
    kept = (c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in value)
    return " ".join("".join(kept).split())


def number(value: float | None) -> str:
    """Four significant digits, never in powers of ten unless tiny; a dash for an unknown value."""
    if value is None or not math.isfinite(value):
        return DASH
    size = abs(value)
    if size == 0.0:
        return "0"
    if size < 1e-4 or size >= 1e12:
        return f"{value:.3e}"
    shown = f"{value:.{max(0, 3 - math.floor(math.log10(size)))}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def percent(value: float | None) -> str:
    """A share as per cent with one decimal; only 0 and 1 themselves are shown as none and all."""
    if value is None or not math.isfinite(value):
        return DASH
    if 0.0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 <= value < 1.0:
        return ">99.9%"
    return f"{100.0 * value:.1f}%"


def unit(code: str) -> str:
    """A unit as a reader knows it."""
    return _UNITS.get(code, clean(code))


def amount(value: float | None, code: str) -> str:
    """A number with its unit."""
    shown, known = number(value), unit(code)
    if not known or shown == DASH:
        return shown
    return f"{shown}{'' if known in TIGHT_UNITS else ' '}{known}"


@dataclass(frozen=True, slots=True)
class Words:
    """Texts in ``lang``, times in the plant's ``zone``."""

    lang: Lang
    zone: tzinfo
    zone_name: str

    @classmethod
    def of(cls, lang: Lang, zone: str) -> Words:
        """InputError when there is no such time zone."""
        try:
            return cls(lang, ZoneInfo(zone), zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InputError("investigate.report_zone", zone=zone) from None

    def say(self, key: str, /, **params: object) -> str:
        """The text ``investigate.report_<key>``."""
        return text(f"investigate.report_{key}", self.lang, **params)

    def known(self, key: str, given: str) -> str:
        """The text of ``report_<key>_<given>`` if the catalogue has one, else what was given."""
        has = f"report_{key}_{given}" in catalogue("investigate", self.lang)
        return self.say(f"{key}_{given}") if has else clean(given)

    def time(self, moment: datetime | None) -> str:
        """A time in the plant's zone, to the minute."""
        return DASH if moment is None else clock(moment, self.zone)

    def wall(self, moment: datetime) -> str:
        """The plant's wall clock as a text that charts read without shifting it."""
        return f"{moment.astimezone(self.zone):%Y-%m-%dT%H:%M:%S}Z"

    def name(self, names: dict[str, str], otherwise: str = "") -> str:
        """A name in this language, or in the other one, or what stands for it."""
        found = names.get(self.lang) or next((n for n in names.values() if n), "")
        return clean(found or otherwise)

    def tagged(self, tag: str, names: dict[str, str]) -> str:
        """A name with its identifier behind it, as sentences show it; the identifier alone where it has no name."""
        name, identifier = self.name(names), clean(tag)
        if not name or identifier in name:
            return name or identifier
        return name + self.aside(identifier)

    def aside(self, remark: str) -> str:
        """A remark in brackets, as it follows a word."""
        return f"（{remark}）" if self.lang == "zh" else f" ({remark})"

    def listed(self, parts: list[str]) -> str:
        """Parts of one line, in the language's way of listing."""
        return ("、" if self.lang == "zh" else ", ").join(clean(part) for part in parts)

    def sentences(self, parts: list[str]) -> str:
        """Whole sentences one after the other."""
        return ("" if self.lang == "zh" else " ").join(part for part in parts if part)

    def captioned(self, tag: str, names: dict[str, str], code: str) -> str:
        """A tag with its name and unit, as a chart's caption."""
        name = self.tagged(tag, names)
        return f"{name} [{unit(code)}]" if code else name

    def joined(self, parts: list[str]) -> str:
        """Clauses of one line."""
        return ("；" if self.lang == "zh" else "; ").join(part for part in parts if part)

"""Claims as sentences: bilingual templates filled by code with values, units, times and hedges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from assay.kernel import relations
from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot, Slot, TimeSlot
from assay.kernel.errors import TerminalError
from assay.kernel.evidence import Evidence
from assay.kernel.texts import Lang, text

TIGHT_UNITS = frozenset({"%", "‰", "°"})
"""Units that stand directly behind their number; all others after one space (ISO 80000-1, 7.1.4)."""


SHOWN_UNITS = {"Cel": "°C"}
"""UCUM text that people do not write."""


class Texts(Protocol):
    """Where texts come from: ``kernel.texts.text``, or a plant's own names laid over it."""

    def __call__(self, key: str, lang: Lang = "en", /, **params: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders claims in one language; ``zone`` is the plant's time zone, ``texts`` finds texts by key."""

    lang: Lang
    zone: tzinfo = field(default=UTC)
    texts: Texts = field(default=text)

    def sentence(self, claim: Claim, evidence: Mapping[str, Evidence]) -> str:
        """The template's sentence with its hedge; TerminalError when a slot cannot be filled."""
        return self.hedged(claim, self.body(claim, evidence))

    def worded(self, claim: Claim) -> str | None:
        """The claim's free wording in this language with its hedge, if it has one."""
        wording = claim.wording.get(self.lang, "").strip()
        return self.hedged(claim, wording) if wording else None

    def body(self, claim: Claim, evidence: Mapping[str, Evidence]) -> str:
        """The sentence without its hedge. Values are inserted once and never read as a template."""
        parts = {name: self.slot(slot, evidence) for name, slot in claim.slots.items()}
        try:
            return self.texts(claim.key, self.lang, **parts)
        except (KeyError, IndexError) as error:
            raise TerminalError("kernel.template_slots", key=claim.key, problem=error) from None

    def hedged(self, claim: Claim, body: str) -> str:
        """``body`` behind the claim's hedge."""
        if claim.hedge is None:
            return body
        return f"{self.texts(claim.hedge, self.lang)}{'' if self.lang == 'zh' else ' '}{body}"

    def slot(self, slot: Slot, evidence: Mapping[str, Evidence]) -> str:
        """A slot's text."""
        if isinstance(slot, NumberSlot):
            return quantity(relations.number(slot, evidence), slot)
        if isinstance(slot, TimeSlot):
            return clock(relations.moment(slot, evidence), self.zone)
        return ("、" if self.lang == "zh" else ", ").join(self.displays(slot, evidence))

    def displays(self, slot: NameSlot | NamesSlot, evidence: Mapping[str, Evidence]) -> tuple[str, ...]:
        """Each name as shown: its display text with the name behind it, unless the text holds the name already."""
        found = relations.names(slot, evidence)
        keys = (slot.text_key,) * len(found) if isinstance(slot, NameSlot) else slot.text_keys
        if keys and len(keys) != len(found):
            raise TerminalError("kernel.template_slots", key=str(keys[0]), problem=len(found))
        return tuple(self._display(name, key) for name, key in zip(found, keys or (None,) * len(found), strict=True))

    def bare_displays(self, slot: NameSlot | NamesSlot, evidence: Mapping[str, Evidence]) -> tuple[str, ...]:
        """The display texts alone, without the names behind them."""
        found = relations.names(slot, evidence)
        keys = (slot.text_key,) * len(found) if isinstance(slot, NameSlot) else slot.text_keys
        return tuple(self.texts(key, self.lang, name=name) for name, key in zip(found, keys, strict=False) if key)

    def _display(self, name: str, key: str | None) -> str:
        if key is None:
            return name
        shown = self.texts(key, self.lang, name=name)
        if name in shown:
            return shown
        return f"{shown}（{name}）" if self.lang == "zh" else f"{shown} ({name})"

    def template(self, claim: Claim) -> tuple[str, ...]:
        """The template cut at its slots: text, slot name, text, slot name, ... text; the hedge stands in the first."""
        blanks = {name: f"\0{name}\0" for name in claim.slots}
        try:
            blank = self.texts(claim.key, self.lang, **blanks)
        except (KeyError, IndexError) as error:
            raise TerminalError("kernel.template_slots", key=claim.key, problem=error) from None
        return tuple(self.hedged(claim, blank).split("\0"))


def quantity(value: float, slot: NumberSlot) -> str:
    """A number with its decimals, sign and unit: ``12.30 kPa``, ``+4.0%``; never a negative zero."""
    shown = f"{value:.{slot.decimals}f}"
    if float(shown) == 0.0:
        shown = shown.removeprefix("-")
    elif slot.signed and value > 0:
        shown = f"+{shown}"
    if not slot.unit:
        return shown
    unit = SHOWN_UNITS.get(slot.unit, slot.unit)
    return f"{shown}{'' if unit in TIGHT_UNITS else ' '}{unit}"


def clock(time: datetime, zone: tzinfo) -> str:
    """A time in the plant's zone: ``2026-01-05 14:30+08:00``, or ``2026-01-05 06:30 UTC``. Seconds are shown
    where there are some, their fractions cut off."""
    local = time.astimezone(zone)
    shown = f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
    if local.utcoffset() == timedelta(0):
        return f"{shown} UTC"
    offset = f"{local:%z}"
    return f"{shown}{offset[:3]}:{offset[3:5]}"

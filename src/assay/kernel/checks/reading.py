"""One careful reading of a sentence for all checks: names, times, numbers and codes with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assay.kernel import relations
from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot
from assay.kernel.evidence import Evidence
from assay.kernel.moments import Moment, moments
from assay.kernel.numbers import normalise, scan, strange_numerals
from assay.kernel.quantity import Code, Quantity
from assay.kernel.render import Renderer

FORMULAS = frozenset("CO2 H2O H2 O2 N2 SO2 SO3 NO2 N2O CH4 C2H4 C2H6 C3H6 C3H8 NH3 H2S H2SO4 Cl2".split())


@dataclass(frozen=True, slots=True)
class Scope:
    """What the checks know besides the claim: how it is rendered, the plant's names, harmless words with digits."""

    renderer: Renderer
    names: frozenset[str] = frozenset()
    vocabulary: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    """A known name in the sentence."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a sentence. ``literals`` are the spans of the template's own words, when the sentence fits it."""

    expected: frozenset[str]
    named: list[Named]
    times: list[Moment]
    quantities: list[Quantity]
    codes: list[Code]
    strange: list[str]
    literals: list[tuple[int, int]] = field(default_factory=list)

    def own(self, start: int, end: int) -> bool:
        """Whether a span lies wholly inside the template's own words."""
        return any(first <= start and end <= last for first, last in self.literals)


def read(claim: Claim, sentence: str, evidence: Mapping[str, Evidence], scope: Scope) -> Reading:
    """Read a sentence; TerminalError when a slot of the claim cannot be computed."""
    slots = [slot for slot in claim.slots.values() if isinstance(slot, (NameSlot, NamesSlot))]
    expected = frozenset(name for slot in slots for name in relations.names(slot, evidence))
    shown = {text for slot in slots for text in scope.renderer.displays(slot, evidence)}
    shown |= {text for slot in slots for text in scope.renderer.bare_displays(slot, evidence)}
    units = {slot.unit for slot in claim.slots.values() if isinstance(slot, NumberSlot)}

    text, displays = _hide(sentence, shown - expected)
    text, hidden = _hide(text, expected | _said(sentence, scope.names))
    # A display holds its name; the name inside it counts as said.
    inside = [
        Named(name, part.start, part.end) for part in displays for name in expected if _whole(name).search(part.text)
    ]
    text = normalise(text)
    times = list(moments(text))
    for time in times:
        text = _blank(text, time.start, time.end)
    quantities, codes = scan(text, units)
    return Reading(
        expected=expected,
        named=sorted([*hidden, *inside], key=lambda named: named.start),
        times=times,
        quantities=quantities,
        codes=codes,
        strange=strange_numerals(text),
        literals=_literals(claim, sentence, scope.renderer),
    )


def _said(sentence: str, names: frozenset[str]) -> set[str]:
    """The plant's names in the sentence; a single letter is no name unless it is cited."""
    return {name for name in names if len(name) > 1 and name in sentence}


def _whole(name: str) -> re.Pattern[str]:
    """The name as a whole word: ``XMV_1`` is not in ``XMV_10``, ``T-1203`` not in ``T-1203A`` or ``T-1203-2``."""
    left = r"(?<![A-Za-z0-9_])" if name[:1].isascii() and (name[:1].isalnum() or name[:1] == "_") else ""
    right = r"(?![A-Za-z0-9_])(?![-.][A-Za-z0-9])" if name[-1:].isascii() and name[-1:].isalnum() else ""
    return re.compile(f"{left}{re.escape(name)}{right}")


def _hide(text: str, names: Iterable[str]) -> tuple[str, list[Named]]:
    found: list[Named] = []
    for name in sorted(names, key=len, reverse=True):
        for match in _whole(name).finditer(text):
            found.append(Named(name, match.start(), match.end()))
            text = _blank(text, match.start(), match.end())
    return text, found


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "\0" * (end - start) + text[end:]


def _literals(claim: Claim, sentence: str, renderer: Renderer) -> list[tuple[int, int]]:
    parts = renderer.template(claim)
    pattern = "".join("(.+?)" if i % 2 else f"({re.escape(part)})" for i, part in enumerate(parts))
    match = re.fullmatch(pattern, sentence, re.DOTALL)
    if match is not None:
        return [match.span(i + 1) for i in range(0, len(parts), 2)]
    hedge = renderer.hedged(claim, "")
    return [(0, len(hedge))] if hedge and sentence.startswith(hedge) else []

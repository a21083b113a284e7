"""Check: every number of a sentence is recomputed from the cited evidence, and every number slot is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal

from assay.kernel import relations
from assay.kernel.check import CheckResult, Verdict
from assay.kernel.checks.assign import unassigned
from assay.kernel.checks.reading import Scope, read
from assay.kernel.claim import Claim, NumberSlot
from assay.kernel.errors import TerminalError
from assay.kernel.evidence import Evidence
from assay.kernel.quantity import Quantity
from assay.kernel.quantity import Reading as NumberReading
from assay.kernel.unit_words import same_unit

COARSEST = Decimal("0.05")
"""A number shown with fewer decimals than its slot may be off by this part of its value, not more."""
_EXACT = Context(prec=400)


@dataclass(frozen=True, slots=True)
class Expected:
    """A number slot's value as the evidence gives it."""

    name: str
    value: Decimal
    unit: str
    decimals: int

    def said_by(self, quantity: Quantity) -> bool:
        """Whether the quantity is this value: same unit, same sign, correctly rounded to the digits it shows."""
        return any(self._fits(reading, quantity.sign) for reading in quantity.readings)

    def _fits(self, reading: NumberReading, sign: str) -> bool:
        if same_unit(reading.unit) != self.unit:
            return False
        mantissa = -reading.mantissa if sign == "-" else reading.mantissa
        step = Decimal(1).scaleb(-reading.decimals)
        rounded = self.value.scaleb(-reading.power, _EXACT).quantize(step, ROUND_HALF_EVEN, _EXACT)
        if mantissa != rounded or (sign == "-" and rounded == 0):
            return False
        if reading.decimals - reading.power >= self.decimals:
            return True
        off = abs(mantissa.scaleb(reading.power, _EXACT) - self.value)
        return off <= COARSEST * abs(self.value)


def expected_numbers(claim: Claim, evidence: Mapping[str, Evidence]) -> list[Expected]:
    """All number slots of a claim, recomputed."""
    return [
        Expected(name, Decimal(relations.number(slot, evidence)), same_unit(slot.unit), slot.decimals)
        for name, slot in claim.slots.items()
        if isinstance(slot, NumberSlot)
    ]


class Numbers:
    """Unit, sign, decimals, scale and value of every number must follow from the claim's stated operations."""

    name = "numbers"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        """See ``Check``. Unknown when the sentence holds characters for numbers that cannot be read."""
        try:
            expected = expected_numbers(claim, evidence)
            reading = read(claim, sentence, evidence, self._scope)
        except TerminalError as error:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=(str(error),))
        trace, good = [], True
        mentions: dict[str, list[int]] = {one.name: [] for one in expected}
        for place, quantity in enumerate(reading.quantities):
            matched = [one for one in expected if one.said_by(quantity)]
            for one in matched:
                mentions[one.name].append(place)
            words = not any(c.isdigit() for c in quantity.text)
            if matched:
                trace.append(f"{quantity.text} = {matched[0].name} {matched[0].value:.12g} {matched[0].unit}".rstrip())
            elif not (words and reading.own(quantity.start, quantity.end)):
                good = False
                trace.append(f"{quantity.text} follows from nothing that the claim cites")
        for name in unassigned(mentions):
            good = False
            trace.append(f"{name} is not said")
        verdict = Verdict.PASS if good else Verdict.FAIL
        if good and reading.strange:
            verdict = Verdict.UNKNOWN
            trace.append(f"cannot be read as numbers: {' '.join(reading.strange)}")
        return CheckResult(check=self.name, verdict=verdict, trace=tuple(trace))

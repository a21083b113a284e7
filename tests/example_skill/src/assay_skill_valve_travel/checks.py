"""The check of this skill."""

from __future__ import annotations

from collections.abc import Mapping

from assay.kernel.check import CheckResult, Verdict
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from pydantic import TypeAdapter, ValidationError

from assay_skill_valve_travel.travel import Travel

_TRAVEL = TypeAdapter(Travel)


class TravelIsPlausible:
    """A law of travel: no more reversals than moves, and no travel without positions. Unknown for other claims."""

    name = "valve_travel.travel_is_plausible"

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        cited = [evidence[key] for key in claim.evidence if key in evidence]
        mine = [one for one in cited if one.producer == "valve_travel.travel"]
        if not mine:
            return CheckResult(check=self.name, verdict=Verdict.UNKNOWN)
        verdict = Verdict.PASS if all(map(_plausible, mine)) else Verdict.FAIL
        return CheckResult(check=self.name, verdict=verdict, trace=tuple(f"{one.id}: {one.value}" for one in mine))


def _plausible(evidence: Evidence) -> bool:
    try:
        said = _TRAVEL.validate_python(evidence.value)
    except ValidationError:
        return False
    # A reversal needs two moves; a dead band can hide travel inside the range, but never add any without a move.
    return said.travel >= 0 and 0 <= said.reversals <= max(0, said.positions - 2)

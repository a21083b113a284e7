"""Check: every date and clock time of a sentence is one that the claim cites, and all of those are said."""

from __future__ import annotations

from collections.abc import Mapping

from assay.kernel import relations
from assay.kernel.check import CheckResult, Verdict
from assay.kernel.checks.assign import unassigned
from assay.kernel.checks.reading import Scope, read
from assay.kernel.claim import Claim, TimeSlot
from assay.kernel.errors import TerminalError
from assay.kernel.evidence import Evidence


class Times:
    """Every said field (year ... second, offset) must be that of a cited time in the plant's zone."""

    name = "times"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        """See ``Check``."""
        zone = self._scope.renderer.zone
        try:
            cited = {
                name: relations.moment(slot, evidence)
                for name, slot in claim.slots.items()
                if isinstance(slot, TimeSlot)
            }
            reading = read(claim, sentence, evidence, self._scope)
        except TerminalError as error:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=(str(error),))
        faults: list[str] = []
        mentions: dict[str, list[int]] = {name: [] for name in cited}
        for place, said in enumerate(reading.times):
            matched = [name for name, time in cited.items() if said.fits(time, zone)]
            for name in matched:
                mentions[name].append(place)
            if not matched:
                faults.append(f"{said.text} is no time that the claim cites")
        faults += [f"{name} = {cited[name].isoformat()} is not said" for name in unassigned(mentions)]
        if faults:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=tuple(faults))
        trace = tuple(f"{name} = {time.isoformat()}" for name, time in cited.items())
        return CheckResult(check=self.name, verdict=Verdict.PASS, trace=trace)

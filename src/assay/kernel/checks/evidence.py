"""Check: every id that the claim cites resolves, and its content still has its hash."""

from __future__ import annotations

from collections.abc import Mapping

from assay.kernel.check import CheckResult, Verdict
from assay.kernel.claim import Claim
from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence


class EvidenceExists:
    """Fails for a claim that cites nothing, an unknown id, or content that was changed."""

    name = "evidence_exists"

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        """See ``Check``."""
        faults = [] if claim.evidence else ["the claim cites no evidence"]
        for id in claim.evidence:
            if id not in evidence:
                faults.append(f"{id} does not exist")
                continue
            try:
                sealed = Evidence.model_validate(evidence[id].model_dump())
            except AssayError as error:
                faults.append(str(error))
                continue
            if sealed.id != id:
                faults.append(f"{id} is stored as {sealed.id}")
        if faults:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=tuple(faults))
        return CheckResult(check=self.name, verdict=Verdict.PASS, trace=claim.evidence)

"""Check: every tag, equipment and cause name of a sentence is one that the claim cites, and all of those are said."""

from __future__ import annotations

from collections.abc import Mapping

from assay.kernel.check import CheckResult, Verdict
from assay.kernel.checks.reading import FORMULAS, Scope, read
from assay.kernel.claim import Claim
from assay.kernel.errors import TerminalError
from assay.kernel.evidence import Evidence


class Names:
    """A name of the plant or a word with digits that the claim does not cite may not be said."""

    name = "names"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        """See ``Check``."""
        try:
            reading = read(claim, sentence, evidence, self._scope)
        except TerminalError as error:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=(str(error),))
        harmless = reading.expected | self._scope.vocabulary | FORMULAS
        mentions = [(name.text, name.start, name.end) for name in reading.named]
        mentions += [(code.text, code.start, code.end) for code in reading.codes]
        faults = [
            f"{text} is not in the cited evidence"
            for text, start, end in mentions
            if text not in harmless and not reading.own(start, end)
        ]
        said = {text for text, _, _ in mentions}
        faults += [f"{name} is not said" for name in sorted(reading.expected - said)]
        if faults:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=tuple(faults))
        return CheckResult(check=self.name, verdict=Verdict.PASS, trace=tuple(sorted(reading.expected)))

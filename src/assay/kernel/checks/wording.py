"""Check: free wording keeps the template's direction, its negations and the order of what can be confused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from assay.kernel import relations
from assay.kernel.check import CheckResult, Verdict
from assay.kernel.checks.numbers import expected_numbers
from assay.kernel.checks.reading import Reading, Scope, read
from assay.kernel.claim import Claim, NameSlot, NamesSlot, TimeSlot
from assay.kernel.errors import TerminalError
from assay.kernel.evidence import Evidence

_DIRECTIONS = {
    "up": r"\b(?:rose|rises?|rising|risen|increas\w+|higher|above|exceed\w*|gain\w*|grew|climb\w*|high)\b"
    r"|升|增|高于|超过|偏高|上涨",
    "down": r"\b(?:fell|falls?|falling|fallen|decreas\w+|lower\w*|below|drop\w*|declin\w+|reduc\w+|low)\b"
    r"|降|减|低于|偏低|下跌|不足",
    "not": r"\b(?:not|no|never|without|cannot|neither|nor|none)\b|n't\b|不|没|无|未|非",
    "before": r"\bbefore\b|\bearlier\b|之前|早于|先于",
    "after": r"\bafter\b|\blater\b|之后|晚于|后于",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in _DIRECTIONS.items()}
Slots = list[tuple[str, Callable[[Reading], list[int]]]]


class Wording:
    """Passes a template's own sentence at once; free wording must mean the same as far as code can tell."""

    name = "wording"

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        """See ``Check``."""
        renderer = self._scope.renderer
        try:
            template = renderer.sentence(claim, evidence)
            if sentence == template:
                return CheckResult(check=self.name, verdict=Verdict.PASS, trace=("template",))
            said, meant = (read(claim, text, evidence, self._scope) for text in (sentence, template))
            groups = self._groups(claim, evidence)
        except TerminalError as error:
            return CheckResult(check=self.name, verdict=Verdict.FAIL, trace=(str(error),))
        faults = []
        for direction, pattern in _PATTERNS.items():
            if bool(pattern.search(sentence)) != bool(pattern.search(template)):
                faults.append(f"the template and the wording differ in: {direction}")
        for group in groups:
            if not _same_order(group, said, meant):
                faults.append(f"order changed among: {', '.join(name for name, _ in group)}")
        verdict = Verdict.FAIL if faults else Verdict.PASS
        return CheckResult(check=self.name, verdict=verdict, trace=tuple(faults) or ("free wording",))

    def _groups(self, claim: Claim, evidence: Mapping[str, Evidence]) -> list[Slots]:
        """Slots that can be taken for one another: numbers of one unit, times, names."""
        zone = self._scope.renderer.zone
        numbers: dict[str, Slots] = {}
        for one in expected_numbers(claim, evidence):
            numbers.setdefault(one.unit, []).append(
                (one.name, lambda r, one=one: [q.start for q in r.quantities if one.said_by(q)])  # type: ignore[misc]
            )
        times: Slots = []
        names: Slots = []
        for name, slot in claim.slots.items():
            if isinstance(slot, TimeSlot):
                time = relations.moment(slot, evidence)
                times.append((name, lambda r, t=time: [m.start for m in r.times if m.fits(t, zone)]))  # type: ignore[misc]
            elif isinstance(slot, (NameSlot, NamesSlot)):
                for text in relations.names(slot, evidence):
                    names.append((text, lambda r, n=text: [m.start for m in r.named if m.text == n]))  # type: ignore[misc]
        return [*numbers.values(), times, names]


def _same_order(group: Slots, said: Reading, meant: Reading) -> bool:
    """Whether first mentions come in the same order; slots of equal value are at the same place in both."""
    first_said = [min(find(said), default=-1) for _, find in group]
    first_meant = [min(find(meant), default=-1) for _, find in group]
    pairs = [(i, j) for i in range(len(group)) for j in range(i)]
    return all(
        (first_said[i] < first_said[j]) == (first_meant[i] < first_meant[j])
        for i, j in pairs
        if first_said[i] != first_said[j] and first_meant[i] != first_meant[j]
    )

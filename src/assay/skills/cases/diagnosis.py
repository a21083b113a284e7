"""Which cause, by shares, and which question splits the remaining causes best.

Causes and what they show are counted over the permitted cases of one kind of equipment. A share follows from Bayes'
rule with independent findings (naive Bayes); a finding's frequency is drawn towards its frequency over all causes
(an m-estimate, Cestnik 1990), because records are few and tell only what somebody wrote down. Among the causes stands
one that is in no record: its prior is the Good-Turing estimate (causes seen once over all cases), and it shows every
finding as often as all causes together. The next question is the one with the greatest expected gain of information
(Lindley 1956) for its cost.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.skills.cases.case import Case

UNKNOWN = "?"
"""The cause that no record knows."""
STRENGTH = 1.0
"""How many records the frequency over all causes is worth."""
SILENT = 0.5
"""What a record that does not mention a finding counts as its absence: half a record."""
MOST = 0.97
"""No finding is surer than this, whatever the records say: people mistake what they see."""
CHECK_COST = 1.3
"""A check (something must be opened or measured) against a look, which costs 1."""
ENOUGH = 0.85
LEAST_GAIN = 0.03
"""Bits under which no question is worth asking."""


@dataclass(frozen=True, slots=True)
class Share:
    """A cause with its share, 0 to 1, and the cases that know it."""

    cause: str
    share: float
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A finding to ask for, with the expected gain in bits; ``check`` says that records found it by a check."""

    key: str
    gain: float
    check: bool


class Diagnosis:
    """The knowledge in some cases. ``shares`` and ``question`` are pure functions of the findings given."""

    def __init__(self, cases: Sequence[Case]) -> None:
        known = sorted((case for case in cases if case.cause), key=lambda case: case.id)
        self._cases: dict[str, list[Case]] = defaultdict(list)
        for case in known:
            self._cases[case.cause].append(case)
        self.causes = sorted(self._cases)
        self.count = len(known)
        self.keys = sorted({key for case in known for key in case.keys})
        self._checked = Counter(key for case in known for key in _checked(case))
        self._seen = Counter(key for case in known for key in case.keys)
        self._base = {key: _frequency(known, key, 0.5, 1.0) for key in self.keys}
        self._shown = {
            cause: {key: _frequency(group, key, self._base[key], STRENGTH) for key in self.keys}
            for cause, group in self._cases.items()
        }
        once = sum(len(group) == 1 for group in self._cases.values())
        self._unknown = max(1, once) / (self.count + 1.0) if known else 1.0

    def known(self, key: str) -> tuple[str, ...]:
        """The keys of the records that a finding speaks of: its own, else those that say the same of a component
        ("leak" of "seal.leak"), else the same without its component."""
        if key in self._base:
            return (key,)
        narrower = tuple(one for one in self.keys if one.endswith(f".{key}"))
        wider = key.partition(".")[2]
        return narrower or ((wider,) if wider in self._base else ())

    def shares(self, findings: Mapping[str, bool]) -> list[Share]:
        """Every cause and the unknown one, the greatest share first; they add to one."""
        logs = self._logs(findings)
        high = max(logs.values())
        weights = {cause: math.exp(value - high) for cause, value in logs.items()}
        total = math.fsum(weights.values())
        found = [
            Share(cause, weight / total, tuple(case.id for case in self._cases.get(cause, ())))
            for cause, weight in weights.items()
        ]
        return sorted(found, key=lambda one: (-one.share, one.cause))

    def question(self, findings: Mapping[str, bool], asked: Sequence[str] = ()) -> Question | None:
        """The best next question, or None when one cause has ENOUGH or no question gains anything."""
        now = {one.cause: one.share for one in self.shares(findings)}
        if max(now.values()) >= ENOUGH:
            return None
        told = {one for key in findings for one in (key, *(self.known(key) if findings[key] else ()))}
        best: Question | None = None
        for key in self.keys:
            if key in told or key in asked or key.startswith("text:"):
                continue
            one = Question(key, self._gain(now, key), self._checked[key] * 2 > self._seen[key])
            if one.gain >= LEAST_GAIN and (best is None or _worth(one) > _worth(best)):
                best = one
        return best

    def _logs(self, findings: Mapping[str, bool]) -> dict[str, float]:
        logs = {}
        for cause in [*self.causes, UNKNOWN]:
            prior = self._unknown if cause == UNKNOWN else (1.0 - self._unknown) * len(self._cases[cause]) / self.count
            terms = [math.log(max(prior, 1e-9))]
            for key, there in sorted(findings.items()):
                if keys := self.known(key):
                    often = max(self._often(cause, one) for one in keys)
                    terms.append(math.log(often if there else 1.0 - often))
            logs[cause] = math.fsum(terms)
        return logs

    def _often(self, cause: str, key: str) -> float:
        often = self._base[key] if cause == UNKNOWN else self._shown[cause][key]
        return min(max(often, 1.0 - MOST), MOST)

    def _gain(self, now: Mapping[str, float], key: str) -> float:
        yes = {cause: share * self._often(cause, key) for cause, share in now.items()}
        total = math.fsum(yes.values())
        no = {cause: share - yes[cause] for cause, share in now.items()}
        after = total * _entropy(yes) + (1.0 - total) * _entropy(no)
        return _entropy(now) - after


def _worth(question: Question) -> float:
    return question.gain / (CHECK_COST if question.check else 1.0)


def _checked(case: Case) -> set[str]:
    from assay.skills.cases.case import keys_of

    return set(keys_of(case.checks)) if case.checks else set()


def _frequency(cases: Sequence[Case], key: str, towards: float, strength: float) -> float:
    """How often the cases show a finding; one that a record does not mention counts as absent by SILENT."""
    there = sum(case.keys.get(key) is True for case in cases)
    denied = sum(case.keys.get(key) is False for case in cases)
    silent = SILENT * (len(cases) - there - denied)
    return (there + strength * towards) / (there + denied + silent + strength)


def _entropy(weights: Mapping[str, float]) -> float:
    """Bits, of weights that need not add to one."""
    total = math.fsum(weights.values())
    if total <= 0.0:
        return 0.0
    parts = (weight / total for weight in weights.values() if weight > 0.0)
    return -math.fsum(part * math.log2(part) for part in parts)

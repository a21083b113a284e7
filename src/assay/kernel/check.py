"""Checks: deterministic code that tests a claim or an artefact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from assay.kernel.claim import Claim
from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence


class Verdict(StrEnum):
    """The outcome of a check."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class CheckResult(BaseModel):
    """A check's verdict with its trace: what was compared with what."""

    model_config = ConfigDict(frozen=True)

    check: str
    verdict: Verdict
    trace: tuple[str, ...] = ()


class Check(Protocol):
    """Tests one rendered claim against the evidence that it cites."""

    name: str

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult: ...


Problems = Callable[[Claim, Mapping[str, Evidence]], "list[str] | None"]


@dataclass(slots=True)
class RuleCheck:
    """A check from a function that gives what is wrong, an empty list, or None where it does not apply.

    Evidence of another shape than the function reads fails, and the trace says so.
    """

    name: str
    problems: Problems

    def __call__(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> CheckResult:
        try:
            found = self.problems(claim, evidence)
        except (AssayError, KeyError, TypeError, ValueError, IndexError) as error:
            found = [f"the evidence has another shape: {type(error).__name__}: {error}"]
        verdict = Verdict.UNKNOWN if found is None else Verdict.FAIL if found else Verdict.PASS
        return CheckResult(check=self.name, verdict=verdict, trace=tuple(found or ()))

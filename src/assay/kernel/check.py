"""Checks: deterministic code that tests a claim or an artefact."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from assay.kernel.claim import Claim
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

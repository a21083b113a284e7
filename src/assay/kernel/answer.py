"""Answers: claims with one status, or a refusal that says what is missing."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, JsonValue

from assay.kernel.check import CheckResult
from assay.kernel.claim import Claim


class Status(StrEnum):
    """How far the evidence carries the answer."""

    VERIFIED = "verified"
    PARTLY_VERIFIED = "partly_verified"
    REFUSED = "refused"


class Sentence(BaseModel):
    """A rendered claim with its evidence and the results of its checks."""

    model_config = ConfigDict(frozen=True)

    claim: Claim
    text: str
    evidence: tuple[str, ...]
    checks: tuple[CheckResult, ...] = ()


class Answer(BaseModel):
    """What leaves Assay.

    ``missing`` are text keys (already rendered) of what is not known, ``related`` ids of the nearest evidence of a
    refused answer, ``data`` the machine-readable result, ``seconds`` by stage, ``tokens`` of language models.
    """

    model_config = ConfigDict(frozen=True)

    run: str
    status: Status
    lang: str
    sentences: tuple[Sentence, ...] = ()
    missing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    data: dict[str, JsonValue] = {}
    actions: tuple[str, ...] = ()
    seconds: dict[str, float] = {}
    tokens: int = 0

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from assay.kernel.answer import Answer, Status
from assay.kernel.answering import Answering, Draft, certificate_of
from assay.kernel.check import CheckResult, Verdict
from assay.kernel.checks import standard_checks
from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operand
from assay.kernel.errors import BusyError, ModelError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.memory import MemoryEvidenceStore
from assay.kernel.render import Renderer


class Room:
    """A store with one piece of evidence, and claims about it."""

    def __init__(self, made: Any, texts: Any, **parts: Any) -> None:
        self.store = MemoryEvidenceStore()
        self.evidence: Evidence = made({"tag": "XMEAS_9", "x": 4.0, "gap": None})
        self.store.put(self.evidence)
        renderer = Renderer("en", texts=texts)
        self.answering = Answering(self.store, renderer, standard_checks(renderer, ["XMEAS_9", "XMV_10"]), **parts)

    def claim(self, id: str = "c1", path: str = "x", evidence: str | None = None, **more: Any) -> Claim:
        at = evidence or self.evidence.id
        slots = {
            "tag": NameSlot(operand=Operand(evidence=at, path="tag")),
            "level": NumberSlot(operands=(Operand(evidence=at, path=path),), decimals=1),
        }
        return Claim(**{"id": id, "topic": "level", "key": "plain", "slots": slots, **more})

    def answer(self, *claims: Claim, **draft: Any) -> Answer:
        return asyncio.run(self.answering.answer(Draft(claims, **draft), run="run_test", tokens=7, seconds={"a": 1.0}))


@pytest.fixture
def room(made: Any, test_texts: Any) -> Room:
    return Room(made, test_texts)


def test_a_checked_answer_is_verified(room: Room) -> None:
    answer = room.answer(room.claim(), room.claim("c2"), required=("level",), data={"p": 1})
    assert answer.status is Status.VERIFIED
    (sentence,) = answer.sentences  # the same sentence is not said twice
    assert sentence.text == "XMEAS_9 is at 4.0."
    assert {result.check for result in sentence.checks} == {"evidence_exists", "numbers", "names", "times", "wording"}
    assert (answer.tokens, answer.seconds, answer.data) == (7, {"a": 1.0}, {"p": 1})


def test_good_wording_is_used_and_bad_wording_is_not(room: Room) -> None:
    good = room.claim(wording={"en": "The reading of XMEAS_9 is four.", "zh": "x"})
    assert room.answer(good).sentences[0].text == "The reading of XMEAS_9 is four."
    bad = room.claim(wording={"en": "The reading of XMEAS_9 is five."})
    assert room.answer(bad).sentences[0].text == "XMEAS_9 is at 4.0."


def test_a_claim_that_cannot_be_kept_is_dropped_and_the_answer_refused(room: Room) -> None:
    gap = room.claim("c2", "gap", topic="gap")
    answer = room.answer(room.claim(), gap)
    assert (answer.status, answer.dropped) == (Status.VERIFIED, ("c2",))
    refused = room.answer(room.claim(), gap, required=("level", "gap"), without={"gap": "The gap is not known."})
    assert refused.status is Status.REFUSED
    assert refused.sentences == () and refused.missing == ("The gap is not known.",)
    assert refused.related == (room.evidence.id,)
    named = room.answer(room.claim(), required=("cause",))
    assert "cause" in named.missing[0]
    assert room.answer().status is Status.REFUSED


def test_unknown_or_changed_evidence_drops_the_claim(room: Room) -> None:
    assert room.answer(room.claim(evidence="ev_0000000000000000")).status is Status.REFUSED
    room.evidence.value["x"] = 5.0  # type: ignore[index,call-overload]
    assert room.answer(room.claim()).dropped == ("c1",)


def test_what_cannot_be_replayed_or_is_degraded_is_partly_verified(made: Any, test_texts: Any, room: Room) -> None:
    assert room.answer(room.claim(), partly=("No twin.",)).status is Status.PARTLY_VERIFIED
    assert "No twin." in room.answer(room.claim(), partly=("No twin.",)).missing
    choice = made({"tag": "XMEAS_9", "x": 4.0}, kind=EvidenceKind.CHOICE)
    room.store.put(choice)
    assert room.answer(room.claim(evidence=choice.id)).status is Status.PARTLY_VERIFIED
    strict = Room(made, test_texts, replayable=lambda evidence: evidence.producer != "test.tool")
    assert strict.answer(strict.claim()).status is Status.PARTLY_VERIFIED


def test_repair_gets_a_certificate_once_and_then_a_bigger_model(made: Any, test_texts: Any) -> None:
    seen: list[tuple[str, str]] = []

    async def repair(claim: Claim, certificate: str) -> Claim | None:
        seen.append(("repair", certificate))
        return room.claim("c1", "x") if claim.topic == "mend" else None

    def bigger(claim: Claim, certificate: str) -> str | None:
        seen.append(("bigger", certificate))
        return "XMEAS_9 is at 5."

    room = Room(made, test_texts, repair=repair, bigger=bigger)
    assert room.answer(room.claim(path="gap", topic="mend")).sentences[0].text == "XMEAS_9 is at 4.0."
    assert [who for who, _ in seen] == ["repair"] and "gap" in seen[0][1]
    seen.clear()
    assert room.answer(room.claim(path="gap")).status is Status.REFUSED
    assert [who for who, _ in seen] == ["repair", "bigger"]


def test_a_bigger_models_wording_must_pass_too(made: Any, test_texts: Any) -> None:
    def never(claim: Any, sentence: str, evidence: Any) -> CheckResult:
        verdict = Verdict.FAIL if sentence.endswith("4.0.") else Verdict.UNKNOWN
        return CheckResult(check="style", verdict=verdict, trace=("too plain",))

    never.name = "style"  # type: ignore[attr-defined]
    room = Room(made, test_texts, checks=(never,), bigger=lambda claim, certificate: "XMEAS_9 now reads 4.")
    assert room.answer(room.claim()).sentences[0].text == "XMEAS_9 now reads 4."


def test_a_model_that_fails_is_no_answer_and_a_locked_store_is_no_missing_evidence(made: Any, test_texts: Any) -> None:
    def broken(claim: Claim, certificate: str) -> str:
        raise ModelError("kernel.model_nonsense")

    room = Room(made, test_texts, bigger=broken, repair=lambda claim, certificate: None)
    assert room.answer(room.claim(path="gap")).dropped == ("c1",)

    def locked(id: str) -> Evidence:
        raise BusyError("kernel.action_moved", id=id, expected="x", state="y")

    room.store.get = locked  # type: ignore[method-assign]
    with pytest.raises(BusyError):
        room.answer(room.claim())


def test_certificates_are_short() -> None:
    results = [CheckResult(check=f"c{i}", verdict=Verdict.FAIL, trace=("a", "b")) for i in range(9)]
    assert certificate_of(results).splitlines() == ["c0: a", "c0: b", "c1: a", "c1: b"]

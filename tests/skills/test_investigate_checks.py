"""The skill's checks refuse claims that misread the evidence which they cite."""

from __future__ import annotations

from typing import Any

import pytest

from assay.kernel.check import Verdict
from assay.kernel.claim import Claim, NumberSlot
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.skills.investigate import claims, skill

CHECKS = {check.name: check for check in skill.checks}
RANKED = [("IDV4", 0.92), ("none", 0.05), ("IDV11", 0.03)]


def evidence(producer: str, value: Any) -> Evidence:
    return Evidence.make(
        kind=EvidenceKind.COMPUTATION, producer=f"investigate.{producer}", version="1", inputs={}, value=value, run="r"
    )


def ranking_of(ranked: list[tuple[str, float]], **more: Any) -> Evidence:
    out = [
        {"id": "IDV11", "tag": "XMEAS_9", "observed": 120.4, "simulated": 121.9, "unit": "Cel", "gap": 9.0},
        {"id": "IDV4", "tag": "XMEAS_9", "observed": 120.4, "simulated": 121.0, "unit": "Cel", "gap": 4.0},
        {"id": "IDV14", "tag": "XMEAS_9", "observed": 120.4, "simulated": 120.4, "unit": "Cel", "gap": 4.0},
    ]
    causes = [{"id": id, "probability": p, "magnitude": None} for id, p in ranked]
    return evidence("test", {"causes": causes, "similar": None, "ruled_out": out, **more})


def verdict(check: str, claim: Claim, *pieces: Evidence) -> Verdict:
    result = CHECKS[check](claim, "", {piece.id: piece for piece in pieces})
    assert result.check == check and bool(result.trace) == (result.verdict is Verdict.FAIL)
    return result.verdict


@pytest.mark.parametrize(
    "ranked",
    [
        RANKED,
        [("IDV4", 0.6), ("none", 0.4)],
        [("none", 0.7), ("IDV4", 0.3)],
        [("IDV4", 0.4), ("none", 0.35), ("IDV1", 0.25)],
        [("none", 1.0)],
    ],
)
def test_the_skills_own_claims_pass(ranked: list[tuple[str, float]]) -> None:
    piece = ranking_of(ranked)
    made = [claim for claim in claims.cause_claims(piece) if claim.topic == "cause"]
    assert len(made) == 1
    for name in CHECKS:
        assert verdict(name, made[0], piece) is not Verdict.FAIL
    assert verdict("first_cause", made[0], piece) is verdict("probabilities", made[0], piece) is Verdict.PASS


def test_behind_none_the_nearest_cause_is_told() -> None:
    """A reader hears of a cause with four tenths even where none of the library's is more probable."""
    piece = ranking_of([("none", 0.6), ("IDV4", 0.4)])
    [made] = [claim for claim in claims.cause_claims(piece) if claim.key == "investigate.claim_next"]
    assert all(verdict(name, made, piece) is not Verdict.FAIL for name in CHECKS)
    for ranked in ([("none", 0.95), ("IDV4", 0.05)], [("IDV4", 0.6), ("none", 0.4)]):
        keys = {claim.key for claim in claims.cause_claims(ranking_of(ranked))}
        assert "investigate.claim_next" not in keys


@pytest.mark.parametrize(
    "ranked",
    [
        [("IDV4", 0.92), ("none", 0.05)],
        [("IDV4", 1.2), ("none", -0.2)],
        [("IDV4", 0.9), ("IDV11", 0.1)],
        [("IDV4", 0.5), ("IDV4", 0.4), ("none", 0.1)],
        [("IDV4", True), ("none", 0.0)],
        [],
    ],
)
def test_probabilities_that_are_none_are_refused(ranked: list[tuple[str, float]]) -> None:
    piece = ranking_of(ranked)
    claim = claims.claim("claim_x", "where", share=claims.number(piece, "causes/0/probability"))
    assert verdict("probabilities", claim, piece) is Verdict.FAIL


def named(piece: Evidence, cause: int, share: int, hedge: str | None = None, key: str = "claim_cause") -> Claim:
    from assay.kernel.claim import Operation

    slots = {
        "cause": claims.name(piece, f"causes/{cause}/id", claims.CAUSE),
        "probability": claims.number(piece, f"causes/{share}/probability", "%", 0, Operation.PERCENT),
    }
    return claims.claim(key, "cause", hedge, **slots)


def test_a_cause_that_is_not_the_first_is_refused() -> None:
    piece = ranking_of(RANKED)
    assert verdict("first_cause", named(piece, 0, 0, "investigate.hedge_sure"), piece) is Verdict.PASS
    assert verdict("first_cause", named(piece, 2, 2), piece) is Verdict.FAIL
    assert verdict("first_cause", named(piece, 2, 0), piece) is Verdict.FAIL  # the other cause's probability
    assert verdict("first_cause", named(piece, 1, 1), piece) is Verdict.FAIL
    other = ranking_of([("IDV11", 0.9), ("none", 0.1)])
    mixed = named(piece, 0, 0)
    mixed = mixed.model_copy(update={"slots": {**mixed.slots, "cause": claims.name(other, "causes/0/id", None)}})
    assert verdict("first_cause", mixed, piece, other) is Verdict.FAIL


def test_words_that_are_stronger_than_the_probability_are_refused() -> None:
    probable, weak = (
        ranking_of([("IDV4", 0.7), ("none", 0.3)]),
        ranking_of([("IDV4", 0.4), ("none", 0.35), ("IDV1", 0.25)]),
    )
    assert verdict("first_cause", named(probable, 0, 0, "investigate.hedge_probable"), probable) is Verdict.PASS
    assert verdict("first_cause", named(probable, 0, 0, "investigate.hedge_sure"), probable) is Verdict.FAIL
    assert verdict("first_cause", named(weak, 0, 0), weak) is Verdict.FAIL
    assert verdict("first_cause", named(weak, 0, 0, key="claim_open"), weak) is Verdict.PASS


def test_a_claim_of_the_cause_without_its_probability_is_refused() -> None:
    piece = ranking_of(RANKED)
    bare = claims.claim("claim_cause", "cause", cause=claims.name(piece, "causes/0/id", claims.CAUSE))
    assert verdict("first_cause", bare, piece) is Verdict.FAIL
    none = claims.claim("claim_none", "cause", probability=named(piece, 0, 0).slots["probability"])
    assert verdict("first_cause", none, piece) is Verdict.FAIL  # the probability of IDV4 is not that of none


def test_ruled_out_is_not_the_first_and_not_mixed() -> None:
    piece = ranking_of(RANKED)
    good, first, same = (claims._ruled_out(piece, index) for index in range(3))
    assert verdict("ruled_out", good, piece) is Verdict.PASS
    assert verdict("ruled_out", first, piece) is Verdict.FAIL
    assert verdict("ruled_out", same, piece) is Verdict.FAIL
    mixed = good.model_copy(update={"slots": {**good.slots, "simulated": first.slots["simulated"]}})
    assert verdict("ruled_out", mixed, piece) is Verdict.FAIL


@pytest.mark.parametrize(
    ("without", "under", "key"),
    [(1.0, 0.0, "claim_trip_avoided"), (1.0, 0.25, "claim_trip_later"), (0.5, 0.5, "claim_trip_stays")],
)
def test_an_effect_is_what_was_simulated(without: float, under: float, key: str) -> None:
    relief = evidence("measures", {"nothing": {"trips": without, "first_trip_hours": 2.0}, "best": {"trips": under}})
    hours = claims.number(relief, "nothing/first_trip_hours", "h", 1)
    for said in ("claim_trip_avoided", "claim_trip_later", "claim_trip_stays"):
        good = said == key or (said == "claim_trip_stays" and under > 0)
        found = verdict("effect", claims.claim(said, "effect", hours=hours), relief)
        assert found is (Verdict.PASS if good else Verdict.FAIL), said


def test_an_onset_after_the_detection_is_refused() -> None:
    times = ("2026-03-04T03:00:00Z", "2026-03-04T03:06:00Z")
    for onset, detected, good in ((*times, True), (*times[::-1], False), (times[0], None, False)):
        screen = evidence("screen", {"onset": onset, "detected": detected})
        claim = claims.claim("claim_onset", "onset", time=claims.moment(screen, "onset"))
        assert verdict("onset", claim, screen) is (Verdict.PASS if good else Verdict.FAIL)


def test_checks_that_do_not_apply_say_unknown() -> None:
    history = evidence("history", {"hours": 6.0})
    claim = claims.claim("claim_hours", "history", hours=NumberSlot(operands=claims.number(history, "hours").operands))
    assert {verdict(name, claim, history) for name in CHECKS} == {Verdict.UNKNOWN}

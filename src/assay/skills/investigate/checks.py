"""The skill's own checks: what a claim of an investigation says must agree with the whole of the evidence it cites.

The kernel's checks see that every number and name of a sentence stands in the evidence. These see that it is the right
one: a probability of a ranking that is none, a cause that is not the first, a trip "avoided" that happens all the same
are refused. A check that does not apply to a claim says ``unknown``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim, NameSlot, NumberSlot, Operation
from assay.kernel.evidence import Evidence
from assay.models.twin import NONE
from assay.skills.investigate.claims import NAMED, SURE

# Probabilities are rounded to six decimals, and a library may hold some eighty causes.
SUM_TOLERANCE = 1e-4
RANKINGS = ("investigate.test", "investigate.symptoms")


def probabilities(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Every cited ranking holds each cause once, ``none`` among them, with probabilities that add to one."""
    rankings = list(_rankings(evidence))
    return [line for ranking in rankings for line in _ranking_problems(ranking)] if rankings else None


def first_cause(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A claim of the cause names the first-ranked one with its own probability, and hedges as that probability asks."""
    if claim.topic != "cause":
        return None
    share = claim.slots.get("probability")
    if not isinstance(share, NumberSlot) or share.operation is not Operation.PERCENT or len(share.operands) != 1:
        return ["no probability is given"]
    ranking = evidence[share.operands[0].evidence]
    causes: Any = ranking.at("causes")
    best = max(range(len(causes)), key=lambda i: float(causes[i]["probability"]))
    place = _place(share.operands[0].path, "probability")
    named = claim.slots.get("cause")
    found: list[str] = []
    if isinstance(named, NameSlot):
        if (named.operand.evidence, _place(named.operand.path, "id")) != (ranking.id, place):
            found.append("the probability is another cause's")
    elif causes[place]["id"] != NONE:
        found.append(f"the probability is that of {causes[place]['id']}")
    if float(causes[place]["probability"]) < float(causes[best]["probability"]):
        found.append(f"{causes[best]['id']} is ranked before {causes[place]['id']}")
    return found + _wording_problems(claim, causes[place])


def ruled_out(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A cause that is ruled out is not the first, and its figures are those of one entry of the evidence."""
    if claim.topic != "ruled_out":
        return None
    paths = {slot.operand.path.rsplit("/", 1)[0] for slot in claim.slots.values() if isinstance(slot, NameSlot)}
    paths |= {o.path.rsplit("/", 1)[0] for s in claim.slots.values() if isinstance(s, NumberSlot) for o in s.operands}
    if len(paths) != 1:
        return ["figures of several causes in one sentence"]
    (tested,) = (evidence[id] for id in claim.evidence)
    entry: Any = tested.at(paths.pop())
    causes: Any = tested.at("causes")
    named = next((cause["id"] for cause in causes if cause["id"] != NONE), None)
    found = [f"{entry['id']} is the first-ranked cause"] if entry["id"] == named else []
    if entry["observed"] == entry["simulated"]:
        found.append(f"{entry['tag']} does not differ")
    return found


def effect(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A trip that is said to be avoided, later or to stay does so in the simulated courses."""
    says: dict[str, Callable[[float, float], bool]] = {
        "investigate.claim_trip_avoided": lambda without, under: under == 0.0 < without,
        "investigate.claim_trip_later": lambda without, under: 0.0 < under < without,
        "investigate.claim_trip_stays": lambda without, under: under > 0.0,
    }
    if claim.key not in says:
        return None
    (relief,) = (evidence[id] for id in claim.evidence)
    without, under = (_number(relief.at(f"{course}/trips")) for course in ("nothing", "best"))
    good = says[claim.key](without, under)
    return [] if good else [f"share of courses that trip: {without:g} without the measure, {under:g} with it"]


def onset(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """The deviation began no later than the detector saw it."""
    if claim.topic != "onset":
        return None
    (screen,) = (evidence[id] for id in claim.evidence)
    began, seen = (datetime.fromisoformat(str(screen.at(path))) for path in ("onset", "detected"))
    return [] if began <= seen else [f"it began at {began.isoformat()} and was seen at {seen.isoformat()}"]


def _rankings(evidence: Mapping[str, Evidence]) -> Iterator[Evidence]:
    return (piece for piece in evidence.values() if piece.producer in RANKINGS)


def _ranking_problems(ranking: Evidence) -> list[str]:
    causes: Any = ranking.at("causes")
    ids = [cause["id"] for cause in causes]
    shares = [_number(cause["probability"]) for cause in causes]
    found = [f"{id} has the probability {p:g}" for id, p in zip(ids, shares, strict=True) if not 0.0 <= p <= 1.0]
    if abs(math.fsum(shares) - 1.0) > SUM_TOLERANCE:
        found.append(f"the probabilities add to {math.fsum(shares):g}")
    if ids.count(NONE) != 1:
        found.append(f"{NONE} stands {ids.count(NONE)} times in the ranking")
    found.extend(f"{id} stands twice in the ranking" for id in sorted({id for id in ids if ids.count(id) > 1} - {NONE}))
    return found


def _wording_problems(claim: Claim, cause: Mapping[str, Any]) -> list[str]:
    share = float(cause["probability"])
    found = []
    if claim.key == "investigate.claim_cause" and (share < NAMED or cause["id"] == NONE):
        found.append(f"{cause['id']} with {share:g} is no cause to be named")
    if claim.hedge == "investigate.hedge_sure" and share < SURE:
        found.append(f"{share:g} is not almost certain")
    return found


def _place(path: str, last: str) -> int:
    """``i`` of ``causes/i/last``; ValueError for another path."""
    first, index, end = path.split("/")
    if (first, end) != ("causes", last):
        raise ValueError(path)
    return int(index)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"not a number: {value!r}")
    return float(value)


CHECKS: tuple[Check, ...] = (
    RuleCheck("probabilities", probabilities),
    RuleCheck("first_cause", first_cause),
    RuleCheck("ruled_out", ruled_out),
    RuleCheck("effect", effect),
    RuleCheck("onset", onset),
)

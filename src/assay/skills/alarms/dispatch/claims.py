"""Claims over an assignment: who is proposed for each job, why, and who cannot go."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, Slot
from assay.kernel.evidence import Evidence
from assay.kernel.texts import Lang, text
from assay.skills.alarms.claims import EQUIPMENT, moment, name, names, number
from assay.skills.alarms.dispatch.needs import SKILLS

SKILL, FAILURE = "dispatch.name_skill", "explain.name_failure"


def claim(key: str, topic: str, at: str, /, **slots: Slot) -> Claim:
    """A claim whose id is its key with ``at``."""
    return Claim(id=f"{key}{at}", topic=topic, key=f"dispatch.{key}", slots=slots)


def dispatch_claims(found: Evidence) -> list[Claim]:
    """For each job: the person with the reasons, ties, the next one, and who cannot go. Then the score's weights."""
    value: Any = found.value
    claims: list[Claim] = []
    for index, one in enumerate(value["list"]):
        claims += _job(found, index, one)
    weights: dict[str, Slot] = {part: number(found, f"weights/{part}", "", 1) for part in value["weights"]}
    return [*claims, claim("claim_weights", "weights", "", **weights)] if value["assigned"] else claims


def _job(found: Evidence, index: int, one: Any) -> list[Claim]:
    path, at = f"list/{index}", f"_{index}"
    job = name(found, f"{path}/job")
    skills = names(found, [f"{path}/skills/{i}" for i in range(len(one["skills"]))])
    skills = skills.model_copy(update={"text_keys": (SKILL,) * len(one["skills"])})
    needs: dict[str, Slot] = {"job": job, "skills": skills}
    claims = []
    if one["person"] is None:
        topic = "nobody"
    else:
        topic = "send"
        slots: dict[str, Slot] = {
            "person": name(found, f"{path}/person"),
            "equipment": name(found, f"{path}/equipment", EQUIPMENT),
            "priority": name(found, f"{path}/priority", "dispatch.name_priority"),
            "score": number(found, f"{path}/chosen/score", "", 2),
        }
        claims += [claim("claim_send", topic, at, job=job, **slots), *_reasons(found, path, at, one)]
    if one["failure"] is not None:
        claims.append(claim("claim_needs_failure", topic, at, failure=name(found, f"{path}/failure", FAILURE), **needs))
    else:
        claims.append(claim(f"claim_needs_{one['skills_from']}", topic, at, **needs))
    if one["ties"]:
        others = names(found, [f"{path}/ties/{i}" for i in range(len(one["ties"]))])
        claims.append(claim("claim_ties", topic, at, person=name(found, f"{path}/person"), others=others))
    return [*claims, *_others(found, path, at, one, topic)]


def _reasons(found: Evidence, path: str, at: str, one: Any) -> list[Claim]:
    chosen = one["chosen"]
    person = name(found, f"{path}/person")
    slots: dict[str, Slot] = {"load": number(found, f"{path}/chosen/load", "", 1)}
    slots["until"] = moment(found, f"{path}/chosen/until")
    claims = [claim("claim_reason", "send", at, person=person, **slots)]
    if chosen["metres"] is not None:
        metres = number(found, f"{path}/chosen/metres", "m", 0)
        claims.append(claim("claim_metres", "send", at, person=person, metres=metres))
    elif chosen["place"]:
        near = number(found, f"{path}/chosen/parts/distance", "", 2)
        place = name(found, f"{path}/chosen/place")
        claims.append(claim("claim_place", "send", at, person=person, place=place, near=near))
    return claims


def _others(found: Evidence, path: str, at: str, one: Any, topic: str) -> list[Claim]:
    claims = []
    others = [
        i for i, rank in enumerate(one["ranking"]) if rank["person"] != one["person"] and rank["elsewhere"] is None
    ]
    if others and not one["ties"]:
        where = f"{path}/ranking/{others[0]}"
        next_one: dict[str, Slot] = {
            "person": name(found, f"{where}/person"),
            "score": number(found, f"{where}/score", "", 2),
        }
        claims.append(claim("claim_next", topic, at, **next_one))
    for i, rank in enumerate(one["ranking"]):
        if rank["elsewhere"] is not None and (one["chosen"] is None or rank["score"] > one["chosen"]["score"]):
            where = f"{path}/ranking/{i}"
            gone = {"person": name(found, f"{where}/person"), "job": name(found, f"{where}/elsewhere")}
            claims.append(claim("claim_elsewhere", topic, f"{at}_{i}", **gone))
    out: dict[str, Slot] = {why: number(found, f"{path}/out/{why}") for why in one["out"]}
    key = "claim_nobody" if one["person"] is None else "claim_out"
    if one["person"] is None or any(one["out"].values()):
        job: dict[str, Slot] = {"job": name(found, f"{path}/job")}
        claims.append(claim(key, topic, at, **(job if one["person"] is None else {}), **out))
    return claims


def nobody(found: Evidence, lang: Lang) -> str:
    """The sentence of a refused answer: who is missing for which job."""
    value: Any = found.value
    said = []
    for one in value["list"]:
        skills = ", ".join(
            text(f"dispatch.skill_{skill}", lang) if skill in SKILLS else skill for skill in one["skills"]
        )
        said.append(text("dispatch.nobody", lang, job=one["job"], skills=skills, **one["out"]))
    return " ".join(said)

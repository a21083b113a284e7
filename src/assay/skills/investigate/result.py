"""The machine-readable result of an investigation, made from the evidence of its run."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.context import RunContext
from assay.kernel.errors import AssayError
from assay.kernel.evidence import Evidence
from assay.models.twin import NONE
from assay.plant.failures import FailureLibrary, load_failures
from assay.plant.model import Plant


def build_result(answer: Answer, context: RunContext, plant: Plant, notes: Iterable[str] = ()) -> dict[str, Any]:
    """All that a report and a program need; times are ISO UTC, probabilities add to one together with ``none``."""
    found = {name.removeprefix("investigate."): call.evidence for name, call in context.calls.items()}
    failures = load_failures(plant)
    data: dict[str, Any] = dict(answer.data)
    judged = found.get("test") or found.get("symptoms")
    quiet = not data.get("abnormal", False)
    causes = [{"id": NONE, "probability": 1.0}] if quiet or judged is None else _value(judged)["causes"]
    return {
        "plant": plant.id,
        "plant_name": _bilingual(plant.spec.name),
        "zone": str(plant.timezone),
        "run": answer.run,
        "status": answer.status.value,
        "lang": answer.lang,
        "abnormal": data.get("abnormal", False),
        "onset": data.get("onset"),
        "causes": [_cause(c, judged, failures) for c in causes],
        "actions": _actions(found.get("measures")),
        "claims": [_sentence(s) for s in answer.sentences],
        "sentences": [_sentence(s) for s in answer.sentences],
        "missing": list(answer.missing) if answer.status.value == "refused" else [],
        "not_known": [*answer.missing, *notes],
        "history": {**_value(found.get("history")), "notes": list(notes)} if "history" in found else None,
        "screen": _screen(found.get("screen"), plant),
        "where": _where(found.get("locate"), plant),
        "twin": _twin(found.get("test")),
        "ruled_out": [] if quiet else _ruled_out(found.get("test"), failures),
        "similar": None if quiet else _similar(found.get("test"), plant),
        "curves": _curves(found.get("curves"), plant),
        "measures": _measures(found.get("measures"), plant),
        "action": None,
        "confirmation": None,
        "evidence": [_reference(e) for e in context.store.of_run(context.run)],
        "seconds": answer.seconds,
        "tokens": answer.tokens,
    }


def _value(evidence: Evidence | None) -> Any:
    return evidence.value if evidence is not None else {}


def _bilingual(name: Any) -> dict[str, str]:
    return {"zh": name.get("zh"), "en": name.get("en")}


def _tag_name(plant: Plant, tag: str) -> dict[str, str]:
    return _bilingual(plant.tag(tag).name) if plant.has_tag(tag) else {"zh": tag, "en": tag}


def _equipment_name(plant: Plant, equipment: str) -> dict[str, str]:
    with suppress(AssayError):
        return _bilingual(plant.equipment_item(equipment).name)
    return {"zh": equipment, "en": equipment}


def _cause_name(failures: FailureLibrary, cause: str) -> dict[str, str]:
    if cause == NONE:
        return {"zh": "不在失效库中的原因或正常运行", "en": "none of the library's causes, or normal operation"}
    return _bilingual(failures.get(cause).name) if cause in failures else {"zh": cause, "en": cause}


def _cause(cause: dict[str, Any], judged: Evidence | None, failures: FailureLibrary) -> dict[str, Any]:
    known = failures.get(cause["id"]) if cause["id"] in failures else None
    return {
        "id": cause["id"],
        "name": _cause_name(failures, cause["id"]),
        "probability": cause["probability"],
        "magnitude": cause.get("magnitude"),
        "evidence": [judged.id] if judged is not None else [],
        "equipment": known.equipment if known else None,
        "remedy": _bilingual(known.remedy) if known else None,
    }


def _sentence(sentence: Any) -> dict[str, Any]:
    return {
        "id": sentence.claim.id,
        "text": sentence.text,
        "topic": sentence.claim.topic,
        "evidence": list(sentence.evidence),
        "checks": {result.check: result.verdict.value for result in sentence.checks},
    }


def _screen(evidence: Evidence | None, plant: Plant) -> dict[str, Any] | None:
    if evidence is None:
        return None
    value = _value(evidence)
    named = [
        {**entry, "name": _tag_name(plant, entry["tag"]), "equipment_name": _equipment_name(plant, entry["equipment"])}
        for entry in value["contributions"]
    ]
    return {**value, "contributions": named}


def _where(evidence: Evidence | None, plant: Plant) -> list[dict[str, Any]]:
    places = []
    for entry in _value(evidence) or []:
        places.append({**entry, "name": _equipment_name(plant, entry["equipment"])})
    return places


def _twin(evidence: Evidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    value = _value(evidence)
    return {
        "name": value["twin"],
        "operating": value["operating"],
        "control": value["control"],
        "fit": {**value["fit"], "ok": value["control_fits"]},
        "library_runs": value["library_runs"],
        "hypotheses": value["hypotheses"],
        "horizon_hours": value["horizon_hours"],
    }


def _ruled_out(evidence: Evidence | None, failures: FailureLibrary) -> list[dict[str, Any]]:
    value = _value(evidence)
    probabilities = {cause["id"]: cause["probability"] for cause in value.get("causes", [])}
    return [
        {**entry, "name": _cause_name(failures, entry["id"]), "probability": probabilities.get(entry["id"], 0.0)}
        for entry in value.get("ruled_out", [])
    ]


def _similar(evidence: Evidence | None, plant: Plant) -> dict[str, Any] | None:
    similar = _value(evidence).get("similar")
    return {**similar, "name": _tag_name(plant, similar["tag"])} if similar else None


def _curves(evidence: Evidence | None, plant: Plant) -> dict[str, Any] | None:
    if evidence is None:
        return None
    value = _value(evidence)
    tags = [{**t, "name": _tag_name(plant, t["tag"]), "unit": plant.tag(t["tag"]).unit} for t in value["tags"]]
    return {"hours": value["hours"], "tags": tags}


def _measures(evidence: Evidence | None, plant: Plant) -> list[dict[str, Any]]:
    value = _value(evidence)
    if not value:
        return []
    predicted, best = value["predicted"] or {"hours": [], "tags": []}, value["best"]
    shown = []
    for index, option in enumerate(value["options"]):
        chosen = best is not None and option["writes"] == best["writes"]
        shown.append(
            {
                "id": f"m{index + 1}",
                "writes": [{**w, "name": _tag_name(plant, w["tag"])} for w in option["writes"]],
                "trips": option["trips"] > 0,
                "trips_without": value["nothing"]["trips"] > 0,
                "alarms": len(option["alarms"]),
                "alarms_without": len(value["nothing"]["alarms"]),
                "cleared": option["cleared"],
                "raised": option["raised"],
                "relief": option["relief"],
                "best": chosen,
                "hours": predicted["hours"] if chosen else [],
                "predicted": [{**t, "name": _tag_name(plant, t["tag"])} for t in predicted["tags"]] if chosen else [],
            }
        )
    return shown


def _actions(evidence: Evidence | None) -> list[dict[str, Any]]:
    """The measure that is worth proposing, with its predicted effect; nothing is written by naming it."""
    best = _value(evidence).get("best") if evidence is not None else None
    if best is None or evidence is None:
        return []
    return [{**best, "cause": _value(evidence)["cause"], "evidence": [evidence.id], "state": "not_proposed"}]


def _reference(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.id,
        "kind": evidence.kind.value,
        "producer": evidence.producer,
        "version": evidence.version,
        "hash": evidence.hash,
    }

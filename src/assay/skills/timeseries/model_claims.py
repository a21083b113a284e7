"""Claims over what the library's models say and how they do."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, Operation, Slot
from assay.kernel.evidence import Evidence
from assay.skills.timeseries.slots import claim, count, measured, moment, name, names, number, share


def test_claims(found: Evidence) -> list[Claim]:
    """The verdict, the errors beside the rival's, the interval, and what drifted."""
    value: Any = found.value
    claims = [claim(f"claim_verdict_{value['verdict']}", "verdict", model=name(found, "name"))]
    if value["skill"] is not None:
        errors: dict[str, Slot] = {
            side: measured(found, f"metrics/{side}/mae", value["unit"]) for side in ("model", "naive")
        }
        claims.append(claim("claim_errors", "errors", rows=number(found, "judged_rows"), **errors))
    if value["interval"]["coverage"] is not None and value["interval"]["level"] is not None:
        held = {one: share(found, f"interval/{one}") for one in ("coverage", "level")}
        claims.append(claim("claim_interval", "errors", **held))
    shares = {one: share(found, f"drift/{one}") for one in ("weight_drifted", "rows_outside")}
    key = "claim_drift_ignored" if "psi" in value["drift"]["ignored"] else "claim_drift"
    claims.append(claim(key, "drift", **shares))
    for tag, one in value["drift"]["features"].items():
        if one["unit"] is not None and "/" not in tag:
            path = f"drift/features/{tag}/unit"
            about: dict[str, Slot] = {"conversion": name(found, f"{path}/conversion")}
            about["time"] = moment(found, f"{path}/since")
            claims.append(claim("claim_unit_changed", "drift", tag, **about))
    return claims


def compare_claims(found: Evidence) -> list[Claim]:
    """Everybody's error, and who is best or cannot be told from the best."""
    value: Any = found.value
    best = names(found, [f"best/{k}" for k in range(len(value["best"]))])
    key = "claim_best" if len(value["best"]) == 1 else "claim_best_several"
    claims = [claim(key, "best", models=best, rows=number(found, "rows"), target=name(found, "target"))]
    for index in range(len(value["models"])):
        path = f"models/{index}"
        error = measured(found, f"{path}/mae", value["unit"])
        claims.append(claim("claim_model_error", "errors", index, model=name(found, f"{path}/name"), error=error))
    return claims


def predict_claims(found: Evidence) -> list[Claim]:
    """How many rows were predicted, the last of them, and how far they are from the training."""
    value: Any = found.value
    if not value["predicted_rows"]:
        return []
    unit = value["unit"]
    about: dict[str, Slot] = {
        "model": name(found, "model"),
        "target": name(found, "target"),
        "time": moment(found, "times/-1"),
        "median": measured(found, "median/-1", unit),
        "rows": count(found, "times"),
    }
    if value["low"][-1] is None or value["level"] is None:
        claims = [claim("claim_predicted_plain", "predicted", **about)]
    else:
        ends = {side: measured(found, f"{side}/-1", unit) for side in ("low", "high")}
        claims = [claim("claim_predicted", "predicted", level=share(found, "level"), **ends, **about)]
    outside = number(found, "rows_outside", unit="%", decimals=1, operation=Operation.PERCENT)
    return [*claims, claim("claim_outside", "drift", outside=outside)]

"""Claims over forecasts and detections: typed relations, filled and rendered by code."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, Slot
from assay.kernel.evidence import Evidence
from assay.skills.timeseries.slots import claim, count, measured, moment, name, names, number, places, share

MOST_TARGETS, MOST_INTERVALS, MOST_CHANGES, MOST_RULES = 10, 5, 3, 10


def forecast_claims(found: Evidence) -> list[Claim]:
    """For each target where it will be at the end of the horizon, why this forecast, and what its interval covered."""
    value: Any = found.value
    claims: list[Claim] = []
    for index, one in enumerate(value["targets"][:MOST_TARGETS]):
        path, unit = f"targets/{index}", one["unit"]
        target = name(found, f"{path}/target")
        decimals = places(max(abs(one[side][-1]) for side in ("low", "median", "high")))
        ends = {
            side: number(found, f"{path}/{side}/-1", unit=unit, decimals=decimals) for side in ("median", "low", "high")
        }
        about: dict[str, Slot] = {"target": target, "time": moment(found, f"{path}/times/-1"), **ends}
        claims.append(claim("claim_forecast", "forecast", index, interval=share(found, "interval"), **about))
        claims.append(_choice(found, index))
        if one["coverage"] is not None:
            held = {"coverage": share(found, f"{path}/coverage"), "interval": share(found, "interval")}
            claims.append(claim("claim_coverage", "coverage", index, target=target, **held))
    return claims


def _choice(found: Evidence, index: int) -> Claim:
    value: Any = found.value
    one, path = value["targets"][index], f"targets/{index}"
    about: dict[str, Slot] = {"target": name(found, f"{path}/target"), "origins": number(found, f"{path}/origins")}
    for side, candidate in (("own", "combination"), ("naive", "seasonal_naive")):
        about[side] = number(found, f"{path}/scores/{candidate}/mase", decimals=3)
    return claim(f"claim_{one['reason']}", "choice", index, **about)


def detect_claims(found: Evidence) -> list[Claim]:
    """What was learned from, the alarms, the largest of them with their tags, changes, rules, and false alarms."""
    value: Any = found.value
    normal: dict[str, Slot] = {
        "rows": number(found, "normal/rows"),
        "start": moment(found, "normal/start"),
        "end": moment(found, "normal/end"),
    }
    claims = [claim("claim_normal", "normal", tags=count(found, "tags"), **normal)]
    about: dict[str, Slot] = {"count": count(found, "intervals"), "rows": number(found, "alarm_rows")}
    about["all"] = count(found, "rows/time")
    how_many = len(value["intervals"])
    claims.append(
        claim("claim_alarms" if how_many > 1 else "claim_alarm" if how_many else "claim_no_alarm", "alarms", **about)
    )
    peaks = [one["peak"] for one in value["intervals"]]
    for index in sorted(sorted(range(len(peaks)), key=lambda i: -peaks[i])[:MOST_INTERVALS]):
        claims.extend(_interval(found, index))
    claims.extend(_changes(found))
    return [*claims, *_rules(found), _expected(found)]


def _interval(found: Evidence, index: int) -> list[Claim]:
    value: Any = found.value
    one, path = value["intervals"][index], f"intervals/{index}"
    about: dict[str, Slot] = {
        "start": moment(found, f"{path}/start"),
        "end": moment(found, f"{path}/end"),
        "raised": moment(found, f"{path}/raised_at"),
        "peak": number(found, f"{path}/peak", decimals=1),
        "threshold": number(found, "threshold", decimals=1),
    }
    claims = [claim(f"claim_interval_{one['kind']}", "interval", index, **about)]
    if one["kind"] in ("stuck", "unit"):
        which: dict[str, Slot] = {"tag": name(found, f"{path}/evidence/tag")}
        if one["kind"] == "unit":
            which["conversion"] = name(found, f"{path}/evidence/looks_like")
        claims.append(claim(f"claim_{one['kind']}", "kind", index, **which))
    if one["contributions"]:
        first = f"{path}/contributions/0"
        tags = [f"{path}/contributions/{k}/tag" for k in range(min(3, len(one["contributions"])))]
        claims.append(
            claim("claim_contributions", "tags", index, tags=names(found, tags), share=share(found, f"{first}/share"))
        )
    return claims


def _changes(found: Evidence) -> list[Claim]:
    """The largest changes of level, in the order of time."""
    value: Any = found.value
    changes = value["level_changes"]
    largest = sorted(range(len(changes)), key=lambda i: -abs(changes[i]["size"]))[:MOST_CHANGES]
    claims = []
    for index in sorted(largest):
        path = f"level_changes/{index}"
        tags = names(found, [f"{path}/tags/{k}" for k in range(min(3, len(changes[index]["tags"])))])
        about: dict[str, Slot] = {"tags": tags, "size": number(found, f"{path}/size", decimals=1)}
        if changes[index]["count"] == 1:
            claims.append(claim("claim_change", "change", index, time=moment(found, f"{path}/start"), **about))
            continue
        about |= {"start": moment(found, f"{path}/start"), "end": moment(found, f"{path}/end")}
        claims.append(claim("claim_changes", "change", index, count=number(found, f"{path}/count"), **about))
    return claims


def _rules(found: Evidence) -> list[Claim]:
    value: Any = found.value
    claims = []
    broken = [index for index, one in enumerate(value["rules"]) if one["violations"]]
    for index in broken[:MOST_RULES]:
        path = f"rules/{index}"
        rows = number(found, f"{path}/broken")
        first = moment(found, f"{path}/violations/0/start")
        about: dict[str, Slot] = {"rule": name(found, f"{path}/rule"), "rows": rows, "time": first}
        claims.append(claim("claim_rule", "rules", index, **about))
    if value["rules"]:
        all_rules, apart = count(found, "rules"), count(found, "disagreements")
        claims.append(claim("claim_rules" if broken else "claim_rules_kept", "rules", count=all_rules, apart=apart))
    return claims


def _expected(found: Evidence) -> Claim:
    value: Any = found.value
    path = "expected_false_alarms"
    about: dict[str, Slot] = {one: share(found, f"{path}/{one}") for one in ("wanted", "measured", "low", "high")}
    about["rows"] = number(found, f"{path}/rows")
    if value[path]["per_day"] is None:
        return claim("claim_expected", "false_alarms", **about)
    return claim("claim_expected_day", "false_alarms", day=measured(found, f"{path}/per_day"), **about)

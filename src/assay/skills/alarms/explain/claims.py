"""Claims over the evidence about one alarm, section by section."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.kernel.claim import Claim, Slot
from assay.kernel.evidence import Evidence
from assay.skills.alarms.claims import EQUIPMENT, moment, name, names, number, share

TAG, FAILURE = "explain.name_tag", "explain.name_failure"
REMEDY, CONSEQUENCE, RESPONSE = "explain.text_remedy", "explain.text_consequence", "explain.text_response"
HEDGE, PRIORITY = "explain.hedge_possible", "dispatch.name_priority"
Found = Mapping[str, Evidence]
#: The order of the page. Each is a topic of claims and a heading.
SECTIONS = ("meaning", "state", "course", "load", "before", "connections", "causes", "procedures", "orders", "past")
BEFORE, CAUSES, LISTED = 4, 3, 4
SHORT = 2.0  # days under which a time is said in hours
FEW = 3  # annunciations under which nothing is said of an alarm's habits


def claim(key: str, topic: str, at: str = "", /, **slots: Slot) -> Claim:
    """A claim whose id is its key, with ``at`` where there are several."""
    return Claim(id=f"{key}{at}", topic=topic, key=f"explain.{key}", slots=slots)


def explain_claims(found: Found) -> list[Claim]:
    """All claims of the page, from the evidence by its tool's name; what was not asked for is not there."""
    about = found["alarms.about"]
    claims = [*_meaning(about), *_state(about)]
    for tool, say in (
        ("alarms.course", _course),
        ("alarms.about", _load),
        ("alarms.about", _before),
        ("alarms.about", _connections),
        ("alarms.causes", _causes),
        ("alarms.passages", _passages),
        ("alarms.past_orders", _orders),
        ("alarms.past", _past),
    ):
        if tool in found:
            claims += say(found[tool])
    return claims


def decimals(value: float) -> int:
    """Decimals that show four digits of a value."""
    return 2 if value == 0.0 else min(max(3 - math.floor(math.log10(abs(value))), 0), 6)


def _value(found: Evidence, path: str, unit: str) -> Slot:
    value: Any = found.at(path)
    return number(found, path, unit, decimals(float(value)))


def _meaning(found: Evidence) -> list[Claim]:
    value: Any = found.value
    limit, alarm = value["limit"], name(found, "alarm")
    claims = []
    if limit["equipment"] is not None:
        place = name(found, "limit/equipment", EQUIPMENT)
        claims.append(claim("claim_is", "meaning", alarm=alarm, tag=name(found, "tag", TAG), equipment=place))
    else:
        claims.append(claim("claim_is_only", "meaning", alarm=alarm))
    if limit["at"] is not None:
        edge = _value(found, "limit/at", limit["unit"])
        claims.append(claim("claim_limit", "meaning", limit=edge, priority=name(found, "limit/priority", PRIORITY)))
    elif limit["priority"]:
        claims.append(claim("claim_priority", "meaning", priority=name(found, "limit/priority", PRIORITY)))
    if limit.get("trip") is not None:
        claims.append(claim("claim_trip", "meaning", trip=_value(found, "limit/trip", limit["unit"])))
    if limit.get("consequence") is not None:
        claims.append(claim("claim_consequence", "meaning", what=name(found, "alarm", CONSEQUENCE)))
    if limit.get("response") is not None:
        claims.append(claim("claim_response", "meaning", what=name(found, "alarm", RESPONSE)))
    if limit.get("minutes") is not None:
        claims.append(claim("claim_time", "meaning", minutes=number(found, "limit/minutes", "min", 1)))
    return claims


def _state(found: Evidence) -> list[Claim]:
    value: Any = found.value
    came: dict[str, Slot] = {"time": moment(found, "raised")}
    if value["standing"] is None:
        return [claim("claim_came", "state", **came)]
    key = "claim_stands" if value["standing"] else "claim_went"
    return [claim(key, "state", minutes=number(found, "minutes", "min", 1), **came)]


def _course(found: Evidence) -> list[Claim]:
    value: Any = found.value
    if not value["points"]:
        return []
    unit = value["unit"]
    points: dict[str, Slot] = {
        at: _value(found, path, unit)
        for at, path in (("first", "start_value"), ("value", "at_alarm"), ("most", "extreme"), ("last", "last"))
    }
    times: dict[str, Slot] = {"start": moment(found, "from"), "time": moment(found, "extreme_time")}
    claims = [claim("claim_course", "course", tag=name(found, "tag", TAG), **points, **times)]
    if value["slope"] is not None and abs(value["slope"]) > 0.0:
        key = "claim_rising" if value["slope"] > 0 else "claim_falling"
        claims.append(claim(key, "course", slope=_value(found, "slope", unit)))
    return claims


def _load(found: Evidence) -> list[Claim]:
    value: Any = found.value
    counts, actor = value["counts"], value["actor"]
    days = number(found, "counts/days", "d", 1) if counts["days"] >= SHORT else number(found, "counts/hours", "h", 1)
    total: dict[str, Slot] = {"total": number(found, "counts/total"), "days": days}
    rank: dict[str, Slot] = {"rank": number(found, "actor/rank"), "alarms": number(found, "actor/alarms")}
    rank["share"] = share(found, "actor/share")
    claims = [
        claim("claim_often", "load", day=number(found, "counts/day"), week=number(found, "counts/week"), **total),
        claim("claim_rank", "load", **rank),
    ]
    for reason in actor["reasons"] if counts["total"] >= FEW else ():
        slots: dict[str, Slot] = {}
        if reason == "chattering":
            slots = {"chatter": number(found, "actor/chattering"), "total": total["total"]}
        elif reason == "fleeting":
            slots = {"seconds": number(found, "actor/median_seconds", "s", 1)}
        elif reason == "stale":
            slots = {"hours": number(found, "rules/stale_hours", "h")}
        elif reason == "duplicate":
            slots = {"other": name(found, "actor/duplicate_of")}
        elif reason == "companion":
            slots = {"other": name(found, "actor/comes_with")}
        elif reason == "upsets":
            slots = {"upsets": number(found, "actor/in_upsets"), "total": total["total"]}
        if slots:
            claims.append(claim(f"claim_{reason}", "load", alarm=name(found, "alarm"), **slots))
    if counts["total"] == 1:
        claims.append(claim("claim_once", "load", alarm=name(found, "alarm")))
    return claims


def _before(found: Evidence) -> list[Claim]:
    value: Any = found.value
    claims = _flood(found) if value["flood"] is not None else []
    window = number(found, "rules/before_minutes", "min")
    if not value["before"]["count"]:
        return [*claims, claim("claim_alone", "before", window=window)]
    for index, one in enumerate(value["before"]["list"][:BEFORE]):
        path = f"before/list/{index}"
        slots: dict[str, Slot] = {"other": name(found, f"{path}/alarm")}
        key = "claim_together"
        if one["minutes"] > 0:
            key, slots["minutes"] = "claim_earlier", number(found, f"{path}/minutes", "min", 1)
        if one["minutes"] > 0 and one["cases"] and one["usual_minutes"] is not None:
            key = "claim_earlier_often"
            slots["cases"], slots["past"] = number(found, f"{path}/cases"), number(found, "before/cases")
            slots["usual"] = number(found, f"{path}/usual_minutes", "min", 1)
        claims.append(claim(key, "before", f"_{index}", **slots))
    return claims


def _flood(found: Evidence) -> list[Claim]:
    value: Any = found.value
    flood = value["flood"]
    slots: dict[str, Slot] = {"time": moment(found, "flood/begin"), "first": name(found, "flood/first")}
    slots["alarms"] = number(found, "flood/alarms")
    if flood["place"] is not None:
        slots["place"] = number(found, "flood/place")
    claims = [claim("claim_flood" if flood["place"] is not None else "claim_flood_in", "before", **slots)]
    if flood["root_equipment"] is not None:
        root: dict[str, Slot] = {
            "alarm": name(found, "flood/root"),
            "equipment": name(found, "flood/root_equipment", EQUIPMENT),
        }
        hedge = "alarms.hedge_probable"
        claims.append(claim("claim_root", "before", **root).model_copy(update={"hedge": hedge}))
    return claims


def _connections(found: Evidence) -> list[Claim]:
    value: Any = found.value
    joined = value["connections"]
    if joined is None:
        return []
    place = name(found, "connections/equipment", EQUIPMENT)
    claims = []
    for which in ("upstream", "downstream"):
        if joined[which]:
            others = _many(found, f"connections/{which}", len(joined[which]), EQUIPMENT)
            claims.append(claim(f"claim_{which}", "connections", equipment=place, others=others))
    for index, loop in enumerate(joined["loops"][:2]):
        path = f"connections/loops/{index}"
        if loop["tags"]:
            slots: dict[str, Slot] = {
                "loop": name(found, f"{path}/id"),
                "tags": _many(found, f"{path}/tags", len(loop["tags"]), TAG),
            }
            claims.append(claim("claim_loop", "connections", f"_{index}", tag=name(found, "tag"), **slots))
    return claims


def _many(found: Evidence, path: str, count: int, key: str) -> Slot:
    """The names of a list, each with its display text."""
    listed = names(found, [f"{path}/{index}" for index in range(count)])
    return listed.model_copy(update={"text_keys": (key,) * count})


def _causes(found: Evidence) -> list[Claim]:
    value: Any = found.value
    counts: dict[str, Slot] = {"count": number(found, "count"), "library": number(found, "library")}
    if not value["count"]:
        return [claim("claim_no_cause", "causes", library=counts["library"])] if value["library"] else []
    claims = [claim("claim_causes", "causes", **counts)]
    for index, one in enumerate(value["list"][:CAUSES]):
        path, at = f"list/{index}", f"_{index}"
        failure = name(found, f"{path}/id", FAILURE)
        slots: dict[str, Slot] = {
            "mode": name(found, f"{path}/mode", "explain.name_mode"),
            "mechanism": name(found, f"{path}/mechanism", "explain.name_mechanism"),
            "equipment": name(found, f"{path}/equipment", EQUIPMENT),
            "seen": number(found, f"{path}/seen"),
            "expected": number(found, f"{path}/expected"),
        }
        said = claim("claim_cause", "causes", at, failure=failure, **slots)
        claims.append(said.model_copy(update={"hedge": HEDGE}))
        for state in ("seen", "absent", "opposite"):
            places = [i for i, symptom in enumerate(one["symptoms"]) if symptom["state"] == state]
            if places:
                tags = names(found, [f"{path}/symptoms/{i}/tag" for i in places])
                claims.append(
                    claim(f"claim_symptoms_{state}", "causes", at, failure=name(found, f"{path}/id"), tags=tags)
                )
        if index == 0:
            claims.append(claim("claim_remedy", "causes", at, remedy=name(found, f"{path}/id", REMEDY)))
    return claims


def _passages(found: Evidence) -> list[Claim]:
    value: Any = found.value
    documents = number(found, "documents")
    if not value["list"]:
        return [claim("claim_no_passage", "procedures", documents=documents)]
    return [
        claim(
            "claim_passage",
            "procedures",
            f"_{index}",
            file=name(found, f"list/{index}/file"),
            line=number(found, f"list/{index}/line"),
            quote=name(found, f"list/{index}/quote"),
        )
        for index in range(len(value["list"]))
    ]


def _orders(found: Evidence) -> list[Claim]:
    value: Any = found.value
    slots: dict[str, Slot] = {"count": number(found, "count"), "orders": number(found, "orders")}
    if not value["count"]:
        return [claim("claim_no_order", "orders", orders=slots["orders"])]
    claims = [claim("claim_orders", "orders", **slots)]
    for index, one in enumerate(value["codes"][:2]):
        if one["meaning"] and one["code"]:
            path = f"codes/{index}"
            about: dict[str, Slot] = {"count": number(found, f"{path}/count"), "code": name(found, f"{path}/code")}
            claims.append(claim("claim_code", "orders", f"_{index}", meaning=name(found, f"{path}/meaning"), **about))
    for index, one in enumerate(value["list"][:LISTED]):
        path = f"list/{index}"
        text = next((field for field in ("description", "note", "meaning", "code") if one[field]), None)
        if text is None or not one["id"]:
            continue
        about = {"id": name(found, f"{path}/id"), "what": name(found, f"{path}/{text}")}
        key = "claim_order_undated"
        if one["time"]:
            key, about["time"] = "claim_order", moment(found, f"{path}/time")
        claims.append(claim(key, "orders", f"_{index}", **about))
    return claims


def _past(found: Evidence) -> list[Claim]:
    value: Any = found.value
    if not value["count"]:
        return [claim("claim_no_past", "past", count=number(found, "count"))]
    slots: dict[str, Slot] = {
        "count": number(found, "count"),
        "acted": number(found, "acted"),
        "returned": number(found, "ended/returned"),
        "floods": number(found, "ended/flood"),
    }
    claims = [claim("claim_past", "past", **slots)]
    if value["median_minutes"] is not None:
        claims.append(claim("claim_past_median", "past", minutes=number(found, "median_minutes", "min", 1)))
    for index, one in enumerate(value["list"][:LISTED]):
        claims += _past_case(found, index, one)
    return claims


def _past_case(found: Evidence, index: int, one: Any) -> list[Claim]:
    path, at = f"list/{index}", f"_{index}"
    claims = []
    time: dict[str, Slot] = {"time": moment(found, f"{path}/time")}
    if one["minutes"] is not None:
        claims.append(claim("claim_case", "past", at, minutes=number(found, f"{path}/minutes", "min", 1), **time))
    for place, act in enumerate(one["actions"][:2]):
        if act["message"]:
            where = f"{path}/actions/{place}"
            slots: dict[str, Slot] = {"when": moment(found, f"{where}/time"), "what": name(found, f"{where}/message")}
            key = "claim_did"
            if act["tag"]:
                key, slots["tag"] = "claim_did_at", name(found, f"{where}/tag")
            claims.append(claim(key, "past", f"{at}_{place}", **slots))
    for place in range(len(one["own"][:2])):
        where = f"{path}/own/{place}"
        slots = {"when": moment(found, f"{where}/time"), "what": name(found, f"{where}/what")}
        claims.append(claim("claim_own", "past", f"{at}_{place}", id=name(found, f"{where}/id"), **slots))
    return claims

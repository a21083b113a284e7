"""Claims over alarm evidence: typed relations, filled and rendered by code."""

from __future__ import annotations

from typing import Any

from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot, Operand, Operation, Slot, TimeSlot
from assay.kernel.evidence import Evidence

EQUIPMENT = "alarms.name_equipment"
SHARE = Operation.PERCENT


def number(
    evidence: Evidence, path: str, unit: str = "", decimals: int = 0, operation: Operation = Operation.VALUE
) -> NumberSlot:
    """One number of a piece of evidence."""
    operand = Operand(evidence=evidence.id, path=path)
    return NumberSlot(operands=(operand,), unit=unit, decimals=decimals, operation=operation)


def share(evidence: Evidence, path: str) -> NumberSlot:
    """A share of one as per cent."""
    return number(evidence, path, "%", 1, SHARE)


def moment(evidence: Evidence, path: str) -> TimeSlot:
    """One time of a piece of evidence."""
    return TimeSlot(operand=Operand(evidence=evidence.id, path=path))


def name(evidence: Evidence, path: str, key: str | None = None) -> NameSlot:
    """One name (an alarm, a piece of equipment) of a piece of evidence."""
    return NameSlot(operand=Operand(evidence=evidence.id, path=path), text_key=key)


def names(evidence: Evidence, paths: list[str]) -> NamesSlot:
    """Several names."""
    return NamesSlot(operands=tuple(Operand(evidence=evidence.id, path=path) for path in paths))


def claim(key: str, topic: str, at: str = "", /, **slots: Slot) -> Claim:
    """A claim whose id is its key, with ``at`` where there are several."""
    return Claim(id=f"{key}{at}", topic=topic, key=f"alarms.{key}", slots=slots)


def kpi_claims(found: Evidence) -> list[Claim]:
    """The load, its peaks, floods, steady and upset operation, and what makes the load."""
    value: Any = found.value
    window = number(found, "rules/window_minutes", "min")
    claims = [
        claim(
            "claim_load",
            "load",
            hours=number(found, "period/hours", "h", 1),
            count=number(found, "annunciations"),
            alarms=number(found, "alarms"),
        )
    ]
    if value["rate"]["per_10min"] is not None:
        mean = number(found, "rate/per_10min", decimals=2)
        claims.append(claim("claim_rate", "load", mean=mean, window=window, hour=number(found, "rate/per_hour", "", 1)))
    if value["rate"]["max_at"] is not None and value["rate"]["p99"] is not None:
        slots: dict[str, Slot] = {"max": number(found, "rate/max"), "time": moment(found, "rate/max_at")}
        median, high = number(found, "rate/median"), number(found, "rate/p99")
        share_99 = number(found, "rules/high_percent", "%")
        claims.append(claim("claim_peak", "load", window=window, median=median, high=high, share=share_99, **slots))
    return [*claims, *_flood_figures(found), *_load_makers(found), *_periods(found)]


def _flood_figures(found: Evidence) -> list[Claim]:
    value: Any = found.value
    rules: dict[str, Slot] = {
        "over": number(found, "rules/flood_from"),
        "under": number(found, "rules/flood_until"),
        "window": number(found, "rules/window_minutes", "min"),
    }
    if not value["floods"]["count"]:
        return [claim("claim_no_flood", "floods", over=rules["over"], window=rules["window"])]
    about: dict[str, Slot] = {"count": number(found, "floods/count"), "largest": number(found, "floods/largest")}
    if value["floods"]["share"] is not None:
        about["share"] = share(found, "floods/share")
    claims = [claim("claim_floods", "floods", **rules, **about)]
    if value["steady"]["per_10min"] is not None and value["upset"]["per_10min"] is not None:
        steady, upset = (number(found, f"{state}/per_10min", decimals=2) for state in ("steady", "upset"))
        claims.append(claim("claim_states", "floods", steady=steady, upset=upset, window=rules["window"]))
    return claims


def _load_makers(found: Evidence) -> list[Claim]:
    value: Any = found.value
    first, top = name(found, "top/list/0/alarm"), number(found, "top/list/0/count")
    slots: dict[str, Slot] = {"count": number(found, "top/count"), "share": share(found, "top/share")}
    claims = [claim("claim_top", "top", **slots), claim("claim_first", "top", alarm=first, count=top)]
    rules: dict[str, Slot] = {
        "times": number(found, "rules/chatter_count"),
        "window": number(found, "rules/chatter_seconds", "s"),
    }
    if value["chattering"]["alarms"]:
        part = share(found, "chattering/share")
        claims.append(claim("claim_chatter", "chatter", alarms=number(found, "chattering/alarms"), share=part, **rules))
    else:
        claims.append(claim("claim_no_chatter", "chatter", **rules))
    return claims


def _periods(found: Evidence) -> list[Claim]:
    value: Any = found.value
    if value["standing"] is None:
        return []
    stale = claim(
        "claim_stale", "standing", count=number(found, "stale/count"), hours=number(found, "rules/stale_hours", "h")
    )
    if value["standing"]["mean"] is None:
        return [stale]
    mean, most = number(found, "standing/mean", decimals=1), number(found, "standing/max")
    last = number(found, "standing/at_end")
    return [stale, claim("claim_standing", "standing", mean=mean, most=most, last=last)]


def actor_claims(found: Evidence) -> list[Claim]:
    """How much the bad actors make, and the first five with what is wrong."""
    value: Any = found.value
    slots: dict[str, Slot] = {"count": number(found, "count"), "share": share(found, "share")}
    claims = [claim("claim_actors", "actors", total=number(found, "annunciations"), **slots)]
    for index, one in enumerate(value["list"][:5]):
        path = f"list/{index}"
        about: dict[str, Slot] = {"alarm": name(found, f"{path}/alarm"), "count": number(found, f"{path}/count")}
        reason = one["reasons"][0]
        if reason in ("duplicate", "companion"):
            about["other"] = name(found, f"{path}/{'duplicate_of' if reason == 'duplicate' else 'comes_with'}")
        elif reason == "chattering":
            about["chatter"] = number(found, f"{path}/chattering")
        elif reason == "fleeting":
            about["seconds"] = number(found, f"{path}/median_seconds", "s", 1)
        elif reason == "stale":
            about["hours"] = number(found, "rules/stale_hours", "h")
        elif reason == "upsets":
            about["upsets"] = number(found, f"{path}/in_upsets")
        claims.append(claim(f"claim_actor_{reason}", "actor", f"_{index}", **about))
    return claims


def flood_claims(found: Evidence) -> list[Claim]:
    """How many floods, and of the five largest shown ones the first-out, the root, and one that was alike."""
    value: Any = found.value
    if not value["count"]:
        rules = {"over": number(found, "rules/flood_from"), "window": number(found, "rules/window_minutes", "min")}
        return [claim("claim_no_flood", "floods", **rules)]
    about: dict[str, Slot] = {"count": number(found, "count")}
    if value["share"] is None:
        claims = [claim("claim_flood_number", "floods", **about)]
    else:
        claims = [claim("claim_flood_count", "floods", share=share(found, "share"), **about)]
    sizes = [one["annunciations"] for one in value["list"]]
    for index in sorted(sorted(range(len(sizes)), key=lambda i: -sizes[i])[:5]):
        claims.extend(_one_flood(found, index))
    return claims


def _one_flood(found: Evidence, index: int) -> list[Claim]:
    value: Any = found.value
    one, path, at = value["list"][index], f"list/{index}", f"_{index}"
    size: dict[str, Slot] = {
        "time": moment(found, f"{path}/begin"),
        "count": number(found, f"{path}/annunciations"),
        "alarms": number(found, f"{path}/alarms"),
        "minutes": number(found, f"{path}/minutes", "min", 1),
        "first": name(found, f"{path}/first_out/alarm"),
    }
    claims = [claim("claim_flood", "flood", at, **size)]
    if one["origin"]["equipment"] is not None:
        slots: dict[str, Slot] = {
            "alarm": name(found, f"{path}/origin/alarm"),
            "equipment": name(found, f"{path}/origin/equipment", EQUIPMENT),
            "time": moment(found, f"{path}/origin/time"),
        }
        root = claim("claim_root", "root", at, **slots)
        claims.append(root.model_copy(update={"hedge": "alarms.hedge_probable"}))
    if one["alike"]:
        likeness = share(found, f"{path}/alike/0/likeness")
        claims.append(claim("claim_alike", "alike", at, time=moment(found, f"{path}/alike/0/begin"), likeness=likeness))
    return claims


def advice_claims(found: Evidence) -> list[Claim]:
    """What the proposals remove together, that nothing protected is lost, and the five that remove most."""
    value: Any = found.value
    load: dict[str, Slot] = {
        "before": number(found, "before/annunciations"),
        "after": number(found, "after/annunciations"),
        "share": share(found, "removed_share"),
    }
    count = number(found, "count")
    claims = [claim("claim_advice" if value["count"] else "claim_no_advice", "advice", count=count, **load)]
    if value["protected"]["count"]:
        kept: dict[str, Slot] = {
            "count": number(found, "protected/count"),
            "first": number(found, "protected/first_outs"),
            "lost": number(found, "protected/lost"),
            "late": number(found, "protected/late_max_minutes", "min", 1),
        }
        claims.append(claim("claim_protected", "protected", **kept))
    floods: dict[str, Slot] = {"before": number(found, "before/floods"), "after": number(found, "after/floods")}
    claims.append(claim("claim_floods_after", "advice", **floods))
    return claims + [_proposal(found, index) for index in range(min(5, len(value["list"])))]


def _proposal(found: Evidence, index: int) -> Claim:
    value: Any = found.value
    one, path = value["list"][index], f"list/{index}"
    slots: dict[str, Slot] = {
        "alarm": name(found, f"{path}/alarm"),
        "before": number(found, f"{path}/before"),
        "after": number(found, f"{path}/after"),
    }
    if value["by"] == "values":
        for what in ("limit", "deadband"):
            slots[what] = number(found, f"{path}/then/{what}", one["unit"], _decimals(one["then"]))
        slots["delay"] = number(found, f"{path}/then/on_delay", "s")
        return claim("claim_setting", "proposal", f"_{index}", **slots)
    if one["then"]["shelving"]:
        slots["times"] = number(found, "rules/shelving/count")
        slots["within"] = number(found, "rules/shelving/within_minutes", "min")
        slots["minutes"] = number(found, "rules/shelving/minutes", "min")
        return claim("claim_shelving", "proposal", f"_{index}", **slots)
    slots["on"] = number(found, f"{path}/then/on_delay", "s")
    slots["off"] = number(found, f"{path}/then/off_delay", "s")
    return claim("claim_delays", "proposal", f"_{index}", **slots)


def _decimals(setting: Any) -> int:
    """Enough decimals to tell a dead-band from nothing."""
    size = setting["deadband"] or abs(setting["limit"]) or 1.0
    return next((places for places in range(9) if size * 10**places >= 10.0), 9)

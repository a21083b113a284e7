"""Good, watch or act: by rules that stand in the evidence and are checked again from it.

act: the limit is reached, or the low end of the remaining life (or the cheapest date) lies within the lead time.
watch: the end is in sight (the interval has an upper end), or the machine lies outside what is normal or known.
good: neither. Of a vibration record: zone D, or zone C with a named failure: act; either alone: watch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STATES = ("good", "watch", "act")


def state_of(value: Mapping[str, Any]) -> tuple[str, str]:
    """(state, why) of a tool's value; why is one of ``limit``, ``soon``, ``cheapest``, ``in_sight``, ``outside``,
    ``abnormal``, ``finding``, ``zone``, ``quiet``, ``far``, ``normal``."""
    life, trend, act = value.get("life"), value.get("trend"), value.get("act")
    if value["method"] == "vibration":
        return _of_vibration(value)
    lead = value["rules"]["lead"]
    if trend is not None and trend["passed"] and not trend.get("assumed"):
        return "act", "limit"
    if life is not None and life["low"] is not None and life["low"] <= lead:
        return "act", "soon"
    if act is not None and act["wait"] is not None and act["wait"] <= lead:
        return "act", "cheapest"
    if life is not None and not life["open"]:
        return "watch", "in_sight"
    if value.get("outside"):
        return "watch", "outside"
    if trend is not None and trend["abnormal"]:
        return "watch", "abnormal"
    if value.get("diagnosis") is not None and value["diagnosis"]["ranked"]:
        return "watch", "finding"
    return "good", "far" if life is not None else "normal"


def _of_vibration(value: Mapping[str, Any]) -> tuple[str, str]:
    """Zone D: act; zone C or a failure that the findings speak for: watch (both together: act)."""
    zone, named = value["zone"], bool(value["diagnosis"]["ranked"])
    if zone == "D" or (zone == "C" and named):
        return "act", "zone"
    if named:
        return "watch", "finding"
    return ("watch", "zone") if zone == "C" else ("good", "quiet")

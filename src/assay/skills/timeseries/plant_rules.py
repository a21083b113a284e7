"""A plant's own limits as rules beside the learned detector."""

from __future__ import annotations

from typing import Any

from assay.plant.model import Plant


def limit_rules(plant: Plant, tags: tuple[str, ...]) -> dict[str, Any]:
    """Plain data for ``models.detect.RuleSet``: for each of ``tags`` with alarm limits its innermost pair, in the tag's
    unit; ids are ``limit:TAG``."""
    rules, units = [], {}
    for tag in plant.tags:
        if tag.id not in tags:
            continue
        low = next((tag.alarms[name].at for name in ("L", "LL") if name in tag.alarms), None)
        high = next((tag.alarms[name].at for name in ("H", "HH") if name in tag.alarms), None)
        if low is None and high is None:
            continue
        units[tag.id] = tag.unit
        rules.append({"id": f"limit:{tag.id}", "kind": "limit", "tag": tag.id, "low": low, "high": high})
    return {"units": units, "rules": rules}


def joined(first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any] | None:
    """Two rule sets as one; units that both give are the first one's."""
    if first is None or second is None:
        return first if second is None else second
    return {"units": {**second["units"], **first["units"]}, "rules": [*first["rules"], *second["rules"]]}

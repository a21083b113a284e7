"""Did the measure work: alarms cleared, key tags inside the predicted band."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.plant.model import Plant
from assay.plant.series import Frame
from assay.skills.investigate.measures import standing

Array = NDArray[np.float64]

HOURS = 1.0
# A 90 % band holds nine of ten values on average; correlated values stray together, so four of five are asked for.
INSIDE = 0.8
RECENT = timedelta(minutes=20)
# Between two rows of the prediction a fast transient is not described; it is judged from here on.
SETTLE_HOURS = 0.15


def confirmation(
    plant: Plant, frame: Frame, written: datetime, predicted: dict[str, Any], cleared: list[str]
) -> dict[str, Any]:
    """Compare the hour after ``written`` with the prediction made before.

    ``predicted`` holds ``hours`` since the write and per tag ``low`` and ``high``; ``cleared`` are the alarms
    (``TAG TYPE``) that the measure was to clear. ``ok`` only when all of those are gone and the tags stayed inside.
    """
    hour = frame.between(written, written + timedelta(hours=HOURS + 0.02))
    elapsed = (hour.times - np.datetime64(_naive(written), "ns")).astype("timedelta64[ms]").astype(np.float64) / 3.6e6
    inside: dict[str, float] = {}
    for entry in predicted["tags"]:
        if entry["tag"] in hour.tags and len(hour):
            inside[entry["tag"]] = round(_share(hour.column(entry["tag"]), elapsed, predicted["hours"], entry), 4)
    recent = hour.between(written + timedelta(hours=HOURS) - RECENT, None)
    now = {tag: float(np.nanmean(recent.column(tag))) for tag in recent.tags if np.isfinite(recent.column(tag)).any()}
    before = frame.between(written - RECENT, written)
    was = {tag: float(np.nanmean(before.column(tag))) for tag in before.tags if np.isfinite(before.column(tag)).any()}
    started = {f"{tag} {kind}" for tag, kind in standing(plant, was)} & set(cleared)
    still = {f"{tag} {kind}" for tag, kind in standing(plant, now)}
    covered = float(elapsed[-1]) if len(elapsed) else 0.0
    share = float(np.mean(list(inside.values()))) if inside else 0.0
    return {
        "ok": bool(not started & still and share >= INSIDE and covered >= 0.9 * HOURS),
        "cleared": sorted(started - still),
        "standing": sorted(started & still),
        "inside": round(share, 4),
        "by_tag": inside,
        "hours": round(min(covered, HOURS), 4),
    }


def _share(values: Array, elapsed: Array, hours: list[float], entry: dict[str, Any]) -> float:
    known = np.isfinite(values) & (elapsed >= max(SETTLE_HOURS, hours[0])) & (elapsed <= HOURS)
    if not known.any():
        return 0.0
    low = np.interp(elapsed[known], hours, entry["low"])
    high = np.interp(elapsed[known], hours, entry["high"])
    return float(((values[known] >= low) & (values[known] <= high)).mean())


def _naive(time: datetime) -> datetime:
    from datetime import UTC

    return time.astimezone(UTC).replace(tzinfo=None)

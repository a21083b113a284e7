"""Tags and their past as one table for a regressor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.series import Floats, Frame


def lagged(frame: Frame, tags: Sequence[str], lags: Sequence[int]) -> Floats:
    """(n, len(lags) * len(tags)): for each lag in rows, all tags; NaN before the first row.

    InputError names the tags that the frame lacks.
    """
    missing = [tag for tag in tags if tag not in frame.tags]
    if missing:
        raise InputError("library.features_missing", tags=", ".join(missing[:10]), count=len(missing))
    values = frame.good().select(tags).values
    table = np.full((len(frame), len(lags) * len(tags)), np.nan)
    for k, lag in enumerate(lags):
        table[lag:, k * len(tags) : (k + 1) * len(tags)] = values[: max(0, len(values) - lag)]
    return table


def last_known(values: Floats, delay: int) -> Floats:
    """(n,) the newest known value at least ``delay`` rows old; NaN before there is one."""
    rows = np.arange(len(values))
    newest = np.maximum.accumulate(np.where(np.isnan(values), -1, rows)) if len(values) else rows
    source = np.full(len(values), -1)
    source[delay:] = newest[: max(0, len(values) - delay)]
    found: Floats = np.where(source >= 0, values[np.maximum(source, 0)], np.nan)
    return found

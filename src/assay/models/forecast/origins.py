"""From which moments of the history the candidates are tried: rolling origin (Tashman, IJF 16 (2000) 437-450)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.kernel.errors import InputError
from assay.models.forecast.panel import Panel

MOST = 12
FEW = 4  # fewer whole horizons than this: the horizons of neighbouring origins overlap
LEAST_ROWS = 6  # before the first origin
FEWEST = 2  # one to set the interval by, one to test it on


@dataclass(frozen=True, slots=True)
class Plan:
    """Grid positions of the origins, ascending; each forecasts ``horizon`` rows that are all in the history."""

    origins: tuple[int, ...]
    stride: int


def plan_origins(panel: Panel, horizon: int) -> Plan:
    """Up to 12 origins over the newest half of a typical series; two cycles of its season stay before the first.

    InputError when the history is too short for two origins: then no forecast could be tested.
    """
    rows = int(np.max(panel.length - panel.begins))
    typical = int(np.median(panel.length - panel.begins))
    if rows - horizon - 1 < LEAST_ROWS:
        raise InputError("forecast.horizon_too_long", horizon=horizon, rows=rows, longest=max(0, rows - LEAST_ROWS - 1))
    typical = typical if typical - horizon - 1 >= LEAST_ROWS else rows
    longest = int(np.median([one[-1] if one else 1 for one in panel.seasons]))
    wished = max(LEAST_ROWS, typical // 2, min(round(2.5 * longest) + horizon, round(0.75 * typical)))
    span = typical - horizon - min(wished, max(LEAST_ROWS, typical - horizon - 1))
    stride = horizon if span // horizon >= FEW - 1 else max(1, span // (FEW - 1))
    count = min(MOST, span // stride + 1)
    last = panel.length - horizon
    return Plan(tuple(last - stride * at for at in reversed(range(max(count, FEWEST)))), stride)


def usable(panel: Panel, plan: Plan) -> np.typing.NDArray[np.bool_]:
    """(series, origins): where a series has rows enough before the origin to be judged there."""
    rows = np.asarray(plan.origins)[None, :] - panel.begins[:, None]
    need = np.array([max(LEAST_ROWS, min(2 * panel.season(one), LEAST_ROWS * 8)) for one in range(len(panel))])
    return np.asarray(rows >= need[:, None], np.bool_)

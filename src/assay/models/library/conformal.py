"""Intervals from residuals on rows that the model has not seen.

Split conformal prediction (Lei et al. 2018, "Distribution-free predictive inference for regression"), each side by
itself. Rows of a plant are not exchangeable, so the coverage is measured again on later rows and stated.
"""

from __future__ import annotations

import numpy as np

from assay.plant.series import Floats


def offsets(residuals: Floats, level: float) -> tuple[float, float]:
    """What to add to a prediction for the low and the high end of the interval.

    residuals: (n,) actual minus predicted on rows outside the training; NaN is left out. With n < 2 / (1 - level) no
    finite interval of that level exists: the ends are infinite.
    """
    known = np.sort(residuals[~np.isnan(residuals)])
    rank = int(np.ceil((len(known) + 1) * (1.0 + level) / 2.0))
    if not 1 <= rank <= len(known):
        return -np.inf, np.inf
    return float(known[len(known) - rank]), float(known[rank - 1])

"""How many false alarms to expect, from normal blocks that neither the fit nor their own threshold saw.

Rows above a threshold come in clusters: what they are worth is counted from how alike neighbours are in being among
the highest twentieth. The score as a whole changes more slowly, for its long means hardly ever lead it up there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.result import Expected
from assay.models.detect.tails import effective_rows

Floats = NDArray[np.float64]

_HIGH = 0.95


def expected(
    held: Floats, blocks: NDArray[np.int64], threshold: float, wanted: float, sample: float | None
) -> Expected:
    """From nested joint scores ``held`` of the normal rows, in the order of time."""
    from scipy.stats import beta

    rows = len(held)
    above = held > threshold
    measured = float(above.mean())
    high = (held > np.quantile(held, _HIGH)).astype(np.float64)
    independent = min(effective_rows(high), float(rows))
    hits = measured * independent
    least = float(beta.ppf(0.05, hits, independent - hits + 1.0)) if hits > 0 else 0.0
    most = float(beta.ppf(0.95, hits + 1.0, max(independent - hits, 1e-9)))
    per_day = measured * 86_400.0 / sample if sample else None
    return Expected(
        wanted, measured, least, most, per_day, rows, independent, int(blocks.max()) + 1, independent * wanted >= 1.0
    )

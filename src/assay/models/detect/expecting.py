"""How many false alarms to expect, from normal blocks that neither the fit nor their own threshold saw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.result import Expected
from assay.models.detect.tails import effective_rows

Floats = NDArray[np.float64]


def expected(
    held: Floats, blocks: NDArray[np.int64], threshold: float, wanted: float, sample: float | None
) -> Expected:
    """From nested joint scores ``held`` of the normal rows, in the order of time."""
    from scipy.stats import beta

    rows = len(held)
    above = held > threshold
    measured = float(above.mean())
    independent = min(effective_rows(held), float(rows))
    hits = measured * independent
    low = float(beta.ppf(0.05, hits, independent - hits + 1.0)) if hits > 0 else 0.0
    high = float(beta.ppf(0.95, hits + 1.0, max(independent - hits, 1e-9)))
    per_day = measured * 86_400.0 / sample if sample else None
    return Expected(
        wanted, measured, low, high, per_day, rows, independent, int(blocks.max()) + 1, independent * wanted >= 1.0
    )

"""Plants in a nutshell for the library's tests: a target that follows two of three slow inputs."""

from __future__ import annotations

import numpy as np

from assay.plant.series import Frame

TAGS = ("FLOW", "TEMP", "IDLE", "QUALITY")
START = np.datetime64("2026-01-01T00:00:00", "ns")


def plant(rows: int = 500, seed: int = 0, *, step: float = 60.0, start: np.datetime64 = START) -> Frame:
    """QUALITY = 2 FLOW - TEMP two rows ago + noise; inputs move slowly around 50, 80 and 10."""
    random = np.random.default_rng(seed)
    moves = np.zeros((rows, 3))
    for row in range(1, rows):
        moves[row] = 0.8 * moves[row - 1] + random.normal(size=3)
    quality = 2.0 * moves[:, 0] - np.roll(moves[:, 1], 2) + 0.3 * random.normal(size=rows)
    times = start + np.arange(rows) * np.timedelta64(int(step * 1e9), "ns")
    return Frame(times, TAGS, np.column_stack([moves + np.array([50.0, 80.0, 10.0]), quality]))


def changed(frame: Frame, tag: str, values: np.ndarray) -> Frame:
    """The frame with other values of one tag."""
    table = frame.values.copy()
    table[:, frame.tags.index(tag)] = values
    return Frame(frame.times, frame.tags, table)

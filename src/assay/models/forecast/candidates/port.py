"""The port to a time-series foundation model in a local folder: one more candidate, judged like every other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from assay.models.forecast.panel import Floats, Panel
from assay.models.library.parts import Parts


class Foundation:
    """A checkpoint read by ``assay.models.forecast.foundation``; it is used as it is and never trained here."""

    name = "foundation"

    def __init__(self, folder: Path, horizon: int = 0) -> None:
        from assay.models.forecast.foundation import load_checkpoint

        self.folder = folder
        self.horizon = horizon
        self.model = load_checkpoint(folder)

    def fit(self, panel: Panel, end: int, horizon: int) -> None:
        """Only the horizon is kept."""
        self.horizon = horizon

    def predict(self, panel: Panel, origins: Sequence[int], wanted: Sequence[int]) -> Floats:
        """(series, origins, horizon); the model sees missing values as missing."""
        out = np.full((len(panel), len(origins), self.horizon), np.nan)
        shown = np.where(panel.observed, panel.values, np.nan)
        for at, origin in enumerate(origins):
            first = max(0, origin - self.model.context)
            rows = shown[list(wanted), first:origin]
            if len(rows):
                out[list(wanted), at] = self.model.predict(rows, self.horizon, (0.5,))[:, :, 0]
        return out

    def to_parts(self) -> Parts:
        """Where the checkpoint lies: its weights are never copied."""
        return Parts(about={"folder": str(self.folder), "horizon": self.horizon})

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        """The inverse of ``to_parts``; InputError when the checkpoint is gone."""
        return cls(Path(str(parts.about["folder"])), int(str(parts.about["horizon"])))

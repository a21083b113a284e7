"""Detection row by row or in small blocks: bounded memory, no look ahead, gaps and late rows included."""

from __future__ import annotations

from assay.kernel.texts import register_texts
from assay.models.detect.stream.detector import StreamDetector
from assay.models.detect.stream.result import EMPTY, FIRST, LATE, SCORED, Change, StreamScores
from assay.models.detect.stream.univariate import OnlineUnivariate

register_texts("stream", "assay.models.detect.stream")

__all__ = ["EMPTY", "FIRST", "LATE", "SCORED", "Change", "OnlineUnivariate", "StreamDetector", "StreamScores"]

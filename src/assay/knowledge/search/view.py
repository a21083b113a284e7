"""The permitted segments as one: postings, lengths and vectors side by side, and the two lanes over them.

Every figure in a score (number of passages, document frequencies, mean length) is counted here, over the segments that
the asker may read. BM25 after Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.kernel.texts import Lang
from assay.knowledge.search.segment import QUERY_SCALE, SCALE, Segment, digits, term_hash

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

K1, B = 1.2, 0.75
_BLOCK = 4096  # rows of vectors that are widened at once: they stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a term stands: rows ascending, what BM25 gives for each and its bits of places (see ``Segment``), and the
    term's weight (inverse frequency)."""

    rows: Rows
    scores: Floats
    idf: float
    places: NDArray[np.uint16]


class View:
    """Built once for a set of permitted segments; nothing in it changes. The order of segments does not matter.

    Rows are passages in reading order, segment by segment; ``documents`` has the segment's number of each, ``headed``
    marks those with words above them (title, headings, lead).
    """

    def __init__(self, segments: Sequence[Segment], model: str = "") -> None:
        import numpy as np

        segments = sorted((one for one in segments if one.ids), key=lambda one: one.ids[0])
        sizes = np.array([len(one.ids) for one in segments], dtype=np.int64)
        firsts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self.ids: list[str] = [id for one in segments for id in one.ids]
        self.model = model
        self.lengths = _joined([one.lengths for one in segments], np.uint32).astype(np.float64)
        self._mean = float(self.lengths.sum()) / len(self.ids) if self.ids else 1.0
        self.chinese = _joined([one.chinese for one in segments], bool)
        self.evidence = _joined([one.evidence for one in segments], np.uint16)
        self.documents = np.repeat(np.arange(len(segments)), sizes)
        there: tuple[Lang, Lang] = ("zh", "en")
        self.langs = tuple(lang for lang, some in zip(there, (self.chinese, ~self.chinese), strict=True) if some.any())
        self._saturation = K1 * (1.0 - B + B * self.lengths / (self._mean or 1.0))
        self._merge_postings(segments, firsts)
        self._merge_vectors(segments, firsts)
        self.missing_vectors = len(self.ids) - len(self._dense_rows)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """What it holds in memory, about."""
        arrays = (
            self._passages,
            self._counts,
            self._places,
            self._entries,
            self._from,
            self._to,
            self._vectors,
            self.lengths,
        )
        return sum(array.nbytes for array in arrays) + 100 * len(self.ids)

    def posting(self, term: str) -> Posting:
        """A term's rows and their BM25 scores for one occurrence in the query."""
        import numpy as np

        key = np.uint64(term_hash(term))
        low = int(np.searchsorted(self._entries, key, side="left"))
        high = int(np.searchsorted(self._entries, key, side="right"))
        starts, sizes = self._from[low:high], (self._to[low:high] - self._from[low:high]).astype(np.int64)
        total = int(sizes.sum())
        idf = math.log(1.0 + (len(self.ids) - total + 0.5) / (total + 0.5))
        if not total:
            return Posting(np.empty(0, dtype=np.int64), np.empty(0), idf, np.empty(0, dtype=np.uint16))
        ends = np.cumsum(sizes)
        places = np.arange(total, dtype=np.int64) + np.repeat(starts.astype(np.int64) - (ends - sizes), sizes)
        rows = self._passages[places].astype(np.int64)
        count = self._counts[places].astype(np.float64) / 2.0
        scores = idf * count * (K1 + 1.0) / (count + self._saturation[rows])
        return Posting(rows, scores, idf, self._places[places])

    def cosines(self, queries: NDArray[np.float32]) -> tuple[Rows, Floats]:
        """The rows that have a vector, and their cosines with each of ``queries`` (a column each), exactly summed."""
        import numpy as np

        count = len(queries)
        if not len(self._dense_rows) or self._vectors.shape[1] != queries.shape[1]:
            return self._dense_rows[:0], np.zeros((0, count))
        asked, base = digits(queries)
        sums = np.empty((len(self._dense_rows), 2 * count), dtype=np.float32)
        for at in range(0, len(sums), _BLOCK):
            np.matmul(self._vectors[at : at + _BLOCK].astype(np.float32), asked, out=sums[at : at + _BLOCK])
        exact = sums[:, :count].astype(np.float64) + sums[:, count:].astype(np.float64) / base
        return self._dense_rows, exact / (SCALE * QUERY_SCALE)

    def _merge_postings(self, segments: Sequence[Segment], firsts: Rows) -> None:
        import numpy as np

        counts = [len(one.passages) for one in segments]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        entries = _joined([one.terms for one in segments], np.uint64)
        lows = _joined([one.starts[:-1] + at for one, at in zip(segments, offsets[:-1], strict=True)], np.int64)
        highs = _joined([one.starts[1:] + at for one, at in zip(segments, offsets[:-1], strict=True)], np.int64)
        order = np.argsort(entries, kind="stable")
        self._entries, self._from, self._to = entries[order], lows[order], highs[order]
        rows = [one.passages + np.uint32(first) for one, first in zip(segments, firsts[:-1], strict=True)]
        self._passages = _joined(rows, np.uint32)
        self._counts = _joined([one.counts for one in segments], np.uint8)
        self._places = _joined([one.places for one in segments], np.uint16)
        self.headed = np.zeros(len(self.ids), dtype=bool)
        self.headed[self._passages[(self._places & 1).astype(bool)]] = True

    def _merge_vectors(self, segments: Sequence[Segment], firsts: Rows) -> None:
        import numpy as np

        usable = [(one, first) for one, first in zip(segments, firsts[:-1], strict=True) if self._usable(one)]
        width = usable[0][0].vectors.shape[1] if usable else 0
        vectors = np.concatenate([one.vectors for one, _ in usable]) if usable else np.zeros((0, 0), dtype=np.int16)
        rows = _joined([np.arange(len(one.ids), dtype=np.int64) + first for one, first in usable], np.int64)
        there = vectors.any(axis=1) if width else np.zeros(0, dtype=bool)
        everything = bool(there.all())
        self._vectors = vectors if everything else vectors[there]
        self._dense_rows = rows if everything else rows[there]

    def _usable(self, segment: Segment) -> bool:
        """Whether a segment's vectors come from the model that will embed the queries."""
        return bool(segment.vectors.shape[1]) and segment.model == self.model


def best_rows(scores: Floats, ids: Sequence[str], limit: int) -> list[int]:
    """The rows of the best finite scores; of equal ones the smaller id first."""
    import numpy as np

    if limit < len(scores):
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        rows = np.flatnonzero((scores >= least) & np.isfinite(scores))
    else:
        rows = np.flatnonzero(np.isfinite(scores))
    return sorted((int(row) for row in rows), key=lambda row: (-scores[row], ids[row]))[:limit]


def _joined(arrays: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    import numpy as np

    return np.concatenate(arrays).astype(kind, copy=False) if arrays else np.empty(0, dtype=kind)

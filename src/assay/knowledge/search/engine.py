"""Search over the segments that somebody may read: lexical, dense, and both."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import MissingDependency, ModelError
from assay.kernel.texts import Lang, text
from assay.knowledge.reader import Lane
from assay.knowledge.search.embedding import Embedding
from assay.knowledge.search.fusion import Lexical, fused
from assay.knowledge.search.segment import Segment, from_bytes
from assay.knowledge.search.tokens import Term, query_terms
from assay.knowledge.search.view import View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_MOST_BYTES = 1 << 30
Note = Mapping[Lang, str]


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage that was found: see ``Hit`` for what the figures mean."""

    id: str
    score: float
    lanes: Mapping[str, int]
    coverage: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave, best first; ``notes`` say what it had to do without, ``record`` what it was made with."""

    hits: tuple[Scored, ...]
    notes: tuple[Note, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)


class Engine:
    """Keeps the last views; safe to share among threads."""

    def __init__(self, embedding: Embedding | None = None) -> None:
        self._embedding = embedding
        self._views: OrderedDict[str, View] = OrderedDict()
        self._lock = threading.Lock()

    def view(self, segments: Mapping[str, Callable[[], bytes]]) -> View:
        """The merged view of permitted segments: a name that changes with the content -> how to load its bytes.

        Loads nothing that it has merged before for the same names.
        """
        names = sorted(segments)
        key = hashlib.sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()
        with self._lock:
            if (known := self._views.get(key)) is not None:
                self._views.move_to_end(key)
                return known
        made = self.merged(from_bytes(segments[name]()) for name in names)
        with self._lock:
            self._views[key] = made
            while len(self._views) > 1 and sum(view.nbytes for view in self._views.values()) > _MOST_BYTES:
                self._views.popitem(last=False)
        return made

    def merged(self, segments: Iterable[Segment]) -> View:
        """A view that is not kept."""
        return View(list(segments), self._embedding.digest if self._embedding is not None else "")

    def search(self, query: str, view: View, *, limit: int = 10, lane: Lane = "hybrid") -> Found:
        """The best passages of a view. A query without any word, or a view without passages, finds nothing."""
        import numpy as np

        terms = query_terms(query)
        if not len(view) or limit < 1 or not any(char.isalnum() for char in query):
            return Found(())
        lexical = _lexical(view, terms)
        cosines, notes = self._cosines(query, view) if lane != "lexical" else (None, [])
        if lane == "dense":
            scores = (
                np.full(len(view), -np.inf) if cosines is None else np.where(np.isfinite(cosines), cosines, -np.inf)
            )
        elif lane == "lexical":
            scores = np.where(lexical.scores > 0, lexical.scores, -np.inf)
        else:
            scores = fused(lexical, cosines)
            scores = np.where(scores > 0, scores, -np.inf)
        ranks = (
            {"lexical": _ranks(np.where(lexical.scores > 0, lexical.scores, -np.inf), view)} if lane != "dense" else {}
        )
        if cosines is not None:
            ranks["dense"] = _ranks(np.where(np.isfinite(cosines), cosines, -np.inf), view)
        hits = tuple(
            Scored(
                view.ids[row],
                float(scores[row]),
                {name: places[row] for name, places in ranks.items() if row in places},
                round(float(lexical.coverage[row]), 6),
                float(cosines[row]) if cosines is not None and np.isfinite(cosines[row]) else 0.0,
            )
            for row in best_rows(scores, view.ids, limit)
        )
        return Found(hits, tuple(notes), {"terms": [term.text for term in terms]})

    def _cosines(self, query: str, view: View) -> tuple[Floats | None, list[Note]]:
        """The cosine a passage, NaN without a vector; None where there is no dense lane, and why."""
        import numpy as np

        if self._embedding is None:
            return None, [note("search.no_dense")]
        try:
            vector = self._embedding.query(query)
        except (MissingDependency, ModelError) as error:
            return None, [note("search.dense_failed", reason=error)]
        rows, values = view.cosines(vector)
        cosines = np.full(len(view), np.nan)
        cosines[rows] = values
        return cosines, [note("search.dense_partly", count=view.missing_vectors)] if view.missing_vectors else []


def note(key: str, **params: object) -> Note:
    """A sentence in both languages."""
    return {"zh": text(key, "zh", **params), "en": text(key, "en", **params)}


def best_rows(scores: Floats, ids: Sequence[str], limit: int) -> list[int]:
    """The rows of the best finite scores; of equal ones the smaller id first."""
    import numpy as np

    if limit < len(scores):
        least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
        rows = np.flatnonzero((scores >= least) & np.isfinite(scores))
    else:
        rows = np.flatnonzero(np.isfinite(scores))
    return sorted((int(row) for row in rows), key=lambda row: (-scores[row], ids[row]))[:limit]


def _ranks(scores: Floats, view: View, depth: int = 100) -> dict[int, int]:
    return {row: place for place, row in enumerate(best_rows(scores, view.ids, depth), 1)}


def _lexical(view: View, terms: Sequence[Term]) -> Lexical:
    import numpy as np

    scores, covered = np.zeros(len(view)), np.zeros(len(view))
    total = 0.0
    for term in terms:
        found = view.posting(term.text)
        scores[found.rows] += term.weight * found.scores
        covered[found.rows] += term.weight * found.idf
        total += term.weight * found.idf
    return Lexical(scores, covered / total if total > 0 else covered)

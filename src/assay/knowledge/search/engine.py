"""Search over the segments that somebody may read: lexical, dense, and both."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import AssayError, InputError, IntegrityError, LinkError, MissingDependency, ModelError
from assay.kernel.texts import Lang, text
from assay.knowledge.reader import Lane
from assay.knowledge.search.dense import asked, combined, levelled
from assay.knowledge.search.dictionary import Dictionary, Expansion
from assay.knowledge.search.dictionary_files import configured
from assay.knowledge.search.embedding import Embedding
from assay.knowledge.search.fusion import fused
from assay.knowledge.search.lexical import lexical
from assay.knowledge.search.ranking import Material, ranked
from assay.knowledge.search.rerank import DEPTH, Reranker
from assay.knowledge.search.segment import Segment, from_bytes
from assay.knowledge.search.thorough import READ_DEPTH, Thorough, blended, read_again
from assay.knowledge.search.tokens import LONGEST_QUERY, has_chinese, query_terms
from assay.knowledge.search.view import View, best_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.knowledge.passage import Passage

    Floats = NDArray[np.float64]

_MOST_BYTES = 1 << 30
#: The say of the learned vector of a question in the dense lane.
LEARNED = 0.5
_FAILURES = (LinkError, ModelError, MissingDependency, IntegrityError, InputError)
"""Of a model or a service: a search goes on without it."""
Note = Mapping[Lang, str]
Passages = Callable[[Sequence[str]], Sequence["Passage"]]


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
    """Keeps the last views; safe to share among threads. Without ``dictionary`` the configured one is taken."""

    def __init__(
        self,
        embedding: Embedding | None = None,
        dictionary: Dictionary | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._embedding = embedding
        self._dictionary = dictionary if dictionary is not None else configured()
        self._reranker = reranker
        self._views: OrderedDict[str, View] = OrderedDict()
        self._lock = threading.Lock()

    def view(self, segments: Mapping[str, Callable[[], bytes]]) -> View:
        """The merged view of permitted segments: a name that changes with the content -> how to load its bytes.

        Loads nothing that it has merged before for the same names. Raises IntegrityError for a damaged segment.
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
        return View(list(segments), self._digests[0])

    def search(
        self,
        query: str,
        view: View,
        *,
        limit: int = 10,
        lane: Lane = "hybrid",
        passages: Passages | None = None,
        thorough: Thorough | None = None,
    ) -> Found:
        """The best passages of a view. A query without any word, or a view without passages, finds nothing.

        ``passages`` gives passages by id, for whatever reads them; without it nothing does. ``thorough`` counts in the
        hybrid lane, where a configured reranker takes the place of its reader.
        """
        import numpy as np

        if not len(view) or limit < 1 or not any(char.isalnum() for char in query[:LONGEST_QUERY]):
            return Found(())
        found, cosines, notes = self._found(query, view, with_dense=lane != "lexical")
        said = np.where(found.words.scores > 0, found.words.scores, -np.inf)
        meant = _finite(found.levels) if found.levels is not None else np.full(len(view), -np.inf)
        scores = {"lexical": said, "dense": meant}.get(lane)
        if scores is None:
            scores, more = self._restated(query, view, _positive(ranked(query[:LONGEST_QUERY], view, found)), thorough)
            notes = [*notes, *more]
        ranks = {"lexical": _ranks(said, view), "dense": _ranks(meant, view)}
        hits = [
            Scored(
                view.ids[row],
                float(scores[row]),
                {name: places[row] for name, places in ranks.items() if row in places},
                round(float(found.words.coverage[row]), 6),
                float(cosines[row]),
            )
            for row in best_rows(scores, view.ids, max(limit, DEPTH) if passages is not None else limit)
        ]
        if passages is not None and lane == "hybrid":
            hits, more = self._looked_at(query, hits, passages, thorough)
            notes = [*notes, *more]
        return Found(tuple(hits[:limit]), tuple(notes), self._record(found, lane, thorough))

    def asked(self, query: str, view: View) -> Material:
        """All that the ranking of a question is made of; see ``ranking.features``."""
        return self._found(query, view, with_dense=True)[0]

    def _found(self, query: str, view: View, *, with_dense: bool) -> tuple[Material, Floats, list[Note]]:
        """What both lanes give, the cosines, and what had to be done without."""
        import numpy as np

        plain = query[:LONGEST_QUERY]
        expansions, terms, lookup = self._dictionary.expand(plain), query_terms(query), cache(view.posting)
        words = lexical(len(view), terms, expansions, lookup)
        dense, notes = self._dense(query, view, expansions) if with_dense else (None, [])
        levels, bare, cosines = (
            (dense.levels, dense.plain, dense.cosines) if dense is not None else (None, None, np.zeros(len(view)))
        )
        own = view.chinese == has_chinese(plain)
        both = fused(words, levels, view.chinese)
        return Material(terms, expansions, lookup, words, levels, bare, both, own), cosines, notes

    @property
    def _digests(self) -> tuple[str, str]:
        """The embedder's digest and that of what embeds questions beside it; empty where weights are not installed."""
        try:
            return (self._embedding.digest, self._embedding.learned) if self._embedding is not None else ("", "")
        except MissingDependency:
            return "", ""

    def _dense(self, query: str, view: View, expansions: Sequence[Expansion]) -> tuple[_Dense | None, list[Note]]:
        """The dense lane, or None and why there is none."""
        import numpy as np

        if self._embedding is None:
            return None, [note("search.no_dense")]
        question = asked(query, expansions, view.langs)
        try:
            # Beside another embedder the question itself is of the same request.
            more = [] if self._embedding.learned else [question.plain]
            vectors = self._embedding.queries([*question.texts, *more])[: len(question.texts)]
            alone = self._embedding.asked(question.plain)
        except (MissingDependency, ModelError, LinkError) as error:
            return None, [reasoned("search.dense_failed", error)]
        if not (np.isfinite(vectors).all() and np.isfinite(alone).all()):
            return None, [reasoned("search.dense_failed", ModelError("llm.bad_vectors", model="-"))]
        rows, both = view.cosines(np.stack([*combined(question, list(vectors)), alone]))
        notes = [note("search.dense_partly", count=view.missing_vectors)] if view.missing_vectors else []
        if not len(rows):
            return None, notes
        own = view.chinese[rows] == (question.lang == "zh")
        used = np.where(own, both[:, 0], both[:, 1])
        levels, plain, cosines = np.full(len(view), np.nan), np.full(len(view), np.nan), np.zeros(len(view))
        levels[rows], cosines[rows] = levelled(used, own, bool(question.other)), used
        plain[rows] = levelled(both[:, 2], own, False)
        if self._embedding.learned:
            levels = (1.0 - LEARNED) * levels + LEARNED * plain
        return _Dense(levels, plain, cosines), notes

    def _restated(self, query: str, view: View, scores: Floats, thorough: Thorough | None) -> tuple[Floats, list[Note]]:
        """The scores with those of the question's other wordings; as they are, with a note, where there are none."""
        if thorough is None or thorough.restate is None:
            return scores, []
        try:
            wordings = thorough.restate(query[:LONGEST_QUERY])
        except _FAILURES as error:
            return scores, [reasoned("search.restate_failed", error)]
        each, notes = [], []
        for one in wordings:
            found, _, more = self._found(one, view, with_dense=True)
            each.append(_positive(ranked(one[:LONGEST_QUERY], view, found)))
            notes += [note for note in more if note not in notes]
        return blended(scores, each), notes

    def _looked_at(
        self, query: str, hits: list[Scored], passages: Passages, thorough: Thorough | None
    ) -> tuple[list[Scored], list[Note]]:
        """The best hits in the order of what reads them; in ours, with a note, when it fails."""
        if len(hits) < 2:
            return hits, []
        if self._reranker is not None:
            return self._reranked(self._reranker, query[:LONGEST_QUERY], hits, passages)
        if thorough is None or thorough.read is None:
            return hits, []
        try:
            found = passages([hit.id for hit in hits[:READ_DEPTH]])
            return read_again(query[:LONGEST_QUERY], hits, found, thorough.read), []
        except _FAILURES as error:
            return hits, [reasoned("search.read_failed", error)]

    def _reranked(
        self, reranker: Reranker, query: str, hits: list[Scored], passages: Passages
    ) -> tuple[list[Scored], list[Note]]:
        first, rest = hits[:DEPTH], hits[DEPTH:]
        texts = [one.text for one in passages([hit.id for hit in first])]
        try:
            scores = reranker.scores(query, texts)
        except (LinkError, ModelError, InputError) as error:
            return hits, [reasoned("search.rerank_failed", error)]
        order = sorted(range(len(first)), key=lambda at: (-scores[at], at))
        return [*(first[at] for at in order), *rest], []

    def _record(self, found: Material, lane: Lane, thorough: Thorough | None) -> dict[str, Any]:
        """What a search was made with; it tells nothing of documents."""
        embedding, questions = self._digests
        return {
            "lane": lane,
            "terms": [term.text for term in found.terms],
            "expansions": {each.said: list(each.forms) for each in found.expansions},
            "dictionary": self._dictionary.digest,
            "embedding": embedding,
            "questions": questions,
            "reranker": self._reranker.digest if self._reranker is not None else "",
            "thorough": thorough.digest if thorough is not None else "",
        }


@dataclass(frozen=True, slots=True)
class _Dense:
    """``levels`` are what ranks (NaN without a vector), ``cosines`` what the embedder says; ``plain`` are the levels
    of the question as it was asked, without the dictionary, by what was learned for questions where it is there."""

    levels: Floats
    plain: Floats
    cosines: Floats


def _positive(scores: Floats) -> Floats:
    import numpy as np

    return np.where(scores > 0, scores, -np.inf)


def _finite(values: Floats) -> Floats:
    import numpy as np

    return np.where(np.isfinite(values), values, -np.inf)


def reasoned(key: str, error: AssayError) -> Note:
    """A sentence in both languages with an error's own sentence in it."""
    return {"zh": text(key, "zh", reason=error.render("zh")), "en": text(key, "en", reason=error.render("en"))}


def note(key: str, **params: object) -> Note:
    """A sentence in both languages."""
    return {"zh": text(key, "zh", **params), "en": text(key, "en", **params)}


def _ranks(scores: Floats, view: View, depth: int = 100) -> dict[int, int]:
    return {row: place for place, row in enumerate(best_rows(scores, view.ids, depth), 1)}

"""The lexical lane: BM25 of the question's own terms and, at a lower weight, of what the dictionary brings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.knowledge.search.dictionary import Expansion
from assay.knowledge.search.fusion import Lexical
from assay.knowledge.search.tokens import Term, query_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.knowledge.search.view import View

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

#: What a formal word of the same thing counts beside the word that was said.
EXPANDED = 0.8
#: How much of a said word counts as covered where only another word of the same thing stands.
COVERS = 0.5


@dataclass(frozen=True, slots=True)
class _Best:
    """For the rows where any form stands: the best form's share of BM25, and how much of a form is there (0 to 1)."""

    rows: Rows
    scores: Floats
    held: Floats


def lexical(view: View, terms: Sequence[Term], expansions: Iterable[Expansion]) -> Lexical:
    """BM25 scores and the covered share of the question's weight, a value a passage of ``view``.

    Of several forms of one thing the best counts, so that a thing with many names weighs no more than another.
    """
    import numpy as np

    brought = [(_best(view, expansion), query_terms(expansion.said)) for expansion in expansions]
    meant: dict[str, list[_Best]] = {}
    for best, said in brought:
        for term in said:
            meant.setdefault(term.text, []).append(best)
    scores, covered = np.zeros(len(view)), np.zeros(len(view))
    total = 0.0
    for term in terms:
        found = view.posting(term.text)
        weight = term.weight * found.idf
        total += weight
        scores[found.rows] += term.weight * found.scores
        if others := meant.get(term.text):
            held = np.zeros(len(view))
            held[found.rows] = 1.0
            for best in others:
                held[best.rows] = np.maximum(held[best.rows], COVERS * best.held)
            covered += weight * held
        else:
            covered[found.rows] += weight
    for best, _ in brought:
        scores[best.rows] += EXPANDED * best.scores
    return Lexical(scores, covered / total if total > 0 else covered)


def _best(view: View, expansion: Expansion) -> _Best:
    """The best form of an expansion at each passage that holds any."""
    import numpy as np

    forms = [[(term, view.posting(term.text)) for term in query_terms(form)] for form in expansion.forms]
    anywhere = np.zeros(len(view), dtype=bool)
    for parts in forms:
        for _, found in parts:
            anywhere[found.rows] = True
    rows = np.flatnonzero(anywhere)
    scores, held = np.zeros(len(rows)), np.zeros(len(rows))
    for parts in forms:
        total = sum(term.weight * found.idf for term, found in parts)
        own, share = np.zeros(len(rows)), np.zeros(len(rows))
        for term, found in parts:
            places = np.searchsorted(rows, found.rows)
            own[places] += term.weight * found.scores
            share[places] += term.weight * found.idf / total
        # A part of a compound ("bearing" of "bearing housing") is less than that part of the thing.
        scores = np.maximum(scores, own * share)
        held = np.maximum(held, share * share)
    return _Best(rows, scores, held)

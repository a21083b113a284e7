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

#: What a formal word of the same thing counts beside the word that was said.
EXPANDED = 0.6
#: How much of a said word counts as covered where only another word of the same thing stands.
COVERS = 0.5


@dataclass(frozen=True, slots=True)
class _Form:
    """A dictionary form's share of BM25, and how much of the form's own weight a passage holds (0 to 1)."""

    scores: Floats
    held: Floats


def lexical(view: View, terms: Sequence[Term], expansions: Iterable[Expansion]) -> Lexical:
    """BM25 scores and the covered share of the question's weight, a value a passage of ``view``.

    Of several forms of one thing the best counts, so that a thing with many names weighs no more than another.
    """
    import numpy as np

    scores = np.zeros(len(view))
    held: dict[str, Floats] = {}
    weights: dict[str, float] = {}
    for term in terms:
        found = view.posting(term.text)
        scores[found.rows] += term.weight * found.scores
        weights[term.text] = term.weight * found.idf
        held[term.text] = np.zeros(len(view))
        held[term.text][found.rows] = 1.0
    for expansion in expansions:
        best = _best(view, expansion)
        scores += EXPANDED * best.scores
        for term in query_terms(expansion.said):
            if term.text in held:
                held[term.text] = np.maximum(held[term.text], COVERS * best.held)
    total = sum(weights.values())
    covered = np.zeros(len(view))
    for name, each in held.items():
        covered += weights[name] * each
    return Lexical(scores, covered / total if total > 0 else covered)


def _best(view: View, expansion: Expansion) -> _Form:
    """The best form of an expansion at each passage."""
    import numpy as np

    scores, held = np.zeros(len(view)), np.zeros(len(view))
    for form in expansion.forms:
        parts = [(term, view.posting(term.text)) for term in query_terms(form)]
        if not any(len(found.rows) for _, found in parts):
            continue
        own, share = np.zeros(len(view)), np.zeros(len(view))
        total = sum(term.weight * found.idf for term, found in parts)
        for term, found in parts:
            own[found.rows] += term.weight * found.scores
            share[found.rows] += term.weight * found.idf / total
        # A part of a compound ("bearing" of "bearing housing") is less than that part of the thing.
        scores = np.maximum(scores, own * share)
        held = np.maximum(held, share * share)
    return _Form(scores, held)

"""The lexical lane: BM25 of the question's own terms and, at a lower weight, of what the dictionary brings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.knowledge.search.dictionary import Expansion
from assay.knowledge.search.fusion import Lexical
from assay.knowledge.search.tokens import Term, form_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.knowledge.search.view import Posting

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

Lookup = Callable[[str], "Posting"]
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


def lexical(count: int, terms: Sequence[Term], expansions: Iterable[Expansion], lookup: Lookup) -> Lexical:
    """BM25 scores and covered shares of the question, a value for each of ``count`` passages.

    Of several forms of one thing the best counts, so that a thing with many names weighs no more than another.
    """
    import numpy as np

    brought = [(_best(count, expansion, lookup), form_terms(expansion.said)) for expansion in expansions]
    meant: dict[str, list[_Best]] = {}
    for best, said in brought:
        for term in said:
            meant.setdefault(term.text, []).append(best)
    scores, covered = np.zeros(count), np.zeros(count)
    total = known = 0.0
    for term in terms:
        found = lookup(term.text)
        weight = term.weight * found.idf
        total += weight
        known += weight if term.text in meant else 0.0
        scores[found.rows] += term.weight * found.scores
        if others := meant.get(term.text):
            held = np.zeros(count)
            held[found.rows] = 1.0
            for best in others:
                held[best.rows] = np.maximum(held[best.rows], COVERS * best.held)
            covered += weight * held
        else:
            covered[found.rows] += weight
    formal = np.zeros(count)
    for best, _ in brought:
        formal[best.rows] += best.scores
    things = _things(count, brought, lookup) * (known / total if total > 0 else 1.0)
    return Lexical(scores + EXPANDED * formal, covered / total if total > 0 else covered, formal, things)


def _things(count: int, brought: Iterable[tuple[_Best, Sequence[Term]]], lookup: Lookup) -> Floats:
    """The share of the things that the dictionary knows which a passage names in whatever words, rare ones more."""
    import numpy as np

    out, total = np.zeros(count), 0.0
    for best, said in brought:
        held = np.zeros(count)
        held[best.rows] = best.held
        own, whole = np.zeros(count), 0.0
        for term in said:
            found = lookup(term.text)
            own[found.rows] += term.weight * found.idf
            whole += term.weight * found.idf
        held = np.maximum(held, own / (whole or 1.0))
        weight = float(np.log1p(count / max(int((held > 0.5).sum()), 1)))
        out += weight * held
        total += weight
    return out / total if total > 0 else out


def _best(count: int, expansion: Expansion, lookup: Lookup) -> _Best:
    """The best form of an expansion at each passage that holds any."""
    import numpy as np

    forms = [[(term, lookup(term.text)) for term in form_terms(form)] for form in expansion.forms]
    anywhere = np.zeros(count, dtype=bool)
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
            share[places] += term.weight * found.idf / (total or 1.0)
        # A part of a compound ("bearing" of "bearing housing") is less than that part of the thing.
        scores = np.maximum(scores, own * share)
        held = np.maximum(held, share * share)
    return _Best(rows, scores, held)

"""How well the things that a question names are found together: in a passage's headings, in one sentence, anywhere.

A thing is a word of the question or, where the dictionary knows it, any of its names in either language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.knowledge.search.dictionary import Expansion
from assay.knowledge.search.segment import PLACES
from assay.knowledge.search.tokens import Term, query_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.knowledge.search.view import Posting

    Floats = NDArray[np.float64]
    Rows = NDArray[np.int64]

#: What a thing named only by the headings counts beside one in the sentence itself.
_ABOVE = 0.7
Lookup = Callable[[str], "Posting"]


@dataclass(frozen=True, slots=True)
class Held:
    """A value a row, 0 to 1: the weight of things in the headings, anywhere, in one sentence with the headings' help,
    and the plain share of things anywhere."""

    above: Floats
    anywhere: Floats
    together: Floats
    share: Floats


def held(rows: Rows, terms: Sequence[Term], expansions: Sequence[Expansion], lookup: Lookup) -> Held:
    """How the things of a question stand in the passages ``rows`` (ascending)."""
    import numpy as np

    weights, things = [], []
    for names in _things(terms, expansions):
        found = [[(term.weight, lookup(term.text)) for term in name] for name in names]
        heaviest = [max(weight * posting.idf for weight, posting in name) for name in found]
        weights.append(float(np.median(heaviest)))
        things.append(np.maximum.reduce([_share(rows, name) for name in found]))
    total = sum(weights) or 1.0
    above, anywhere, share = np.zeros(len(rows)), np.zeros(len(rows)), np.zeros(len(rows))
    together = np.zeros((len(rows), PLACES - 1))
    for weight, places in zip(weights, things, strict=True):  # one by one: sums in one order, bit for bit
        best = places.max(axis=1)
        above += weight / total * places[:, 0]
        anywhere += weight / total * best
        share += best / len(things)
        together += weight / total * np.maximum(places[:, 1:], _ABOVE * places[:, :1])
    return Held(above, anywhere, together.max(axis=1), share)


def _things(terms: Sequence[Term], expansions: Sequence[Expansion]) -> Iterator[Sequence[Sequence[Term]]]:
    """The names of each thing as terms: those that the dictionary knows, then the words that are left."""
    known: set[str] = set()
    for expansion in expansions:
        said = query_terms(expansion.said)
        known.update(term.text for term in said)
        names = [name for name in (said, *(query_terms(form) for form in expansion.forms)) if name]
        if names:
            yield names
    yield from ([[term]] for term in terms if term.text not in known)


def _share(rows: Rows, name: Sequence[tuple[float, Posting]]) -> Floats:
    """How much of a name stands at each place of each row, squared: half a name is less than half of the thing."""
    import numpy as np

    total = sum(weight * posting.idf for weight, posting in name)
    out = np.zeros((len(rows), PLACES))
    if total <= 0:
        return out
    for weight, posting in name:
        at = np.searchsorted(posting.rows, rows)
        at[at == len(posting.rows)] = 0
        here = np.flatnonzero(posting.rows[at] == rows) if len(posting.rows) else at[:0]
        bits = (posting.places[at[here], None] >> np.arange(PLACES, dtype=np.uint16)) & 1
        out[here] += weight * posting.idf / total * bits
    squared: Floats = out * out
    return squared

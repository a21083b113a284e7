"""A slower search for what people type and manuals do not: several wordings of a question, and a second reading.

A language model puts the question into the words of a manual, in both languages. Each wording ranks the passages, and
a passage stands where the question itself and its best wording put it. Then a small model reads the best passages with
the question. Neither gives more than an order of passages that the asker may read: what a model writes is never shown.
The shares were chosen on the questions of ``benchmarks/fresh/questions_dev.jsonl``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assay.knowledge.passage import Passage
    from assay.knowledge.search.engine import Scored

    Floats = NDArray[np.float64]

Restate = Callable[[str], Sequence[str]]
"""Other wordings of a question. Raises ModelError or LinkError."""
Read = Callable[[str, Sequence["Passage"]], Sequence[float]]
"""How well each passage gives what a question asks for, as log-odds. Raises ModelError."""
RESTATED = 0.55
"""What the best other wording counts; the question itself counts the rest."""
FLOOR = 300
"""A passage that a wording does not put among so many is as far from it as the last of them."""
READ_DEPTH = 12
READ, MOST_READ = 0.1, 8.0
"""What a log-odds of the reader counts, and the most that one is taken for."""


@dataclass(frozen=True, slots=True)
class Thorough:
    """What is asked in a thorough search; either may be absent. ``digest`` is what the search's record says of it."""

    restate: Restate | None = None
    read: Read | None = None
    digest: str = ""


def blended(own: Floats, wordings: Sequence[Floats]) -> Floats:
    """Scores (0 to 1, the rankings' own; minus infinity for what was not found) of a question and of its wordings as
    one. A wording that finds nothing counts nothing."""
    import numpy as np

    heard = [one for one in wordings if np.isfinite(one).any()]
    if not heard:
        return own
    mine = _log_odds(own)
    each = [(1.0 - RESTATED) * mine + RESTATED * _log_odds(one) for one in heard]
    both = np.logaddexp.reduce(np.stack(each), axis=0) - np.log(len(each))
    found = np.any([np.isfinite(one) for one in (own, *heard)], axis=0)
    return np.where(found, 1.0 / (1.0 + np.exp(-both)), -np.inf)


def read_again(query: str, hits: Sequence[Scored], passages: Sequence[Passage], read: Read) -> list[Scored]:
    """The best hits in the order of their scores and of what the reader says of their ``passages``, then the others."""
    odds = [READ * max(-MOST_READ, min(MOST_READ, one if math.isfinite(one) else 0.0)) for one in read(query, passages)]
    scored = [replace(hit, score=_moved(hit.score, by)) for hit, by in zip(hits, odds, strict=False)]
    first = sorted(scored, key=lambda hit: -hit.score)
    least = first[-1].score if first else 1.0
    return [*first, *(replace(hit, score=min(hit.score, least)) for hit in hits[len(first) :])]


def _moved(score: float, by: float) -> float:
    inside = min(1.0 - 1e-9, max(1e-9, score))
    return 1.0 / (1.0 + math.exp(-(math.log(inside / (1.0 - inside)) + by)))


def _log_odds(scores: Floats) -> Floats:
    """Log-odds, none below that of the last passage that counts; level where nothing was found at all."""
    import numpy as np

    found = scores[np.isfinite(scores)]
    if not len(found):
        return np.zeros(len(scores))
    least = float(np.partition(found, -FLOOR)[-FLOOR]) if len(found) > FLOOR else float(found.min())
    inside = np.clip(np.where(np.isfinite(scores), scores, least), max(least, 1e-9), 1.0 - 1e-9)
    made: Floats = np.log(inside / (1.0 - inside))
    return made

"""The kernel's checks: what a sentence says is compared with what the cited evidence holds.

The checks read the finished sentence with ``kernel.numbers`` and ``kernel.moments``, which know nothing of claims, and
recompute the slots with ``kernel.relations``. A template's sentence and a model's free wording pass the same checks;
free wording must also say everything that the template says, in the same order where an order can be mistaken.
"""

from __future__ import annotations

from collections.abc import Iterable

from assay.kernel.check import Check
from assay.kernel.checks.evidence import EvidenceExists
from assay.kernel.checks.names import Names
from assay.kernel.checks.numbers import Numbers
from assay.kernel.checks.reading import Scope
from assay.kernel.checks.times import Times
from assay.kernel.checks.wording import Wording
from assay.kernel.render import Renderer

__all__ = ["EvidenceExists", "Names", "Numbers", "Scope", "Times", "Wording", "standard_checks"]


def standard_checks(renderer: Renderer, names: Iterable[str] = (), vocabulary: Iterable[str] = ()) -> tuple[Check, ...]:
    """All checks of this package for one language and plant.

    ``names`` are the plant's (tags, equipment, causes): one that the claim does not cite may not be said.
    ``vocabulary`` are further words with digits that are not names (``T2``, ``PCA``); chemical formulas are known.
    """
    scope = Scope(renderer, frozenset(names), frozenset(vocabulary))
    return (EvidenceExists(), Numbers(scope), Names(scope), Times(scope), Wording(scope))

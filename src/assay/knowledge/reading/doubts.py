"""The guard over numbers: which of them a person must look at before an answer may use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assay.knowledge.document import Block, Doubt, Page


def find_doubts(
    pages: Sequence[Page], blocks: Sequence[Block], scores: Mapping[int, Sequence[float]] | None = None
) -> tuple[Doubt, ...]:
    return ()

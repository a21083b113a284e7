"""Segments of an older form, made anew while somebody reads: an upgrade is no dead end for a search."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Mapping

from assay.kernel.errors import AssayError, IntegrityError
from assay.knowledge.indexing import Indexer
from assay.knowledge.store import contents, keeping
from assay.knowledge.store.store import Store

SECONDS = 8.0
"""After these a reading command stops, keeps what it has made, and names the command that makes the rest."""


def renewed(store: Store, groups: Iterable[str], indexer: Indexer, old: Mapping[str, str]) -> dict[str, bytes]:
    """The segments of these versions made anew, and stored where this may be written.

    ``old`` has the keys of somebody's own permitted versions and what made each: neither the time nor the sentence
    depends on others. IntegrityError with the command to run when it takes too long.
    """
    began = time.monotonic()
    made: dict[str, bytes] = {}
    for key in sorted(old):
        if made and time.monotonic() - began > SECONDS:
            break
        with store.reading(groups) as connection:
            passages = contents.passages_of(connection, key)
        made[key] = indexer.build(passages)
    # A library that cannot be written, or that another process writes, is searched all the same.
    with contextlib.suppress(AssayError), store.keeping() as connection:
        for key, segment in made.items():
            keeping.put_segment(connection, key, indexer.made_by, segment, was=old[key])
    if len(made) < len(old):
        raise IntegrityError("knowledge.index_old", done=len(made), count=len(old))
    return made

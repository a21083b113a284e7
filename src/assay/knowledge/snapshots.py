"""What a library holds at one moment for some groups: kept until the library changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.knowledge.store import contents
from assay.knowledge.store.contents import DoubtRow
from assay.knowledge.store.store import Store
from assay.knowledge.versions import VersionRow

_KEPT = 16


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Versions by name and age; doubts and the maker of the search index by a version's key."""

    rows: Sequence[VersionRow]
    doubts: Mapping[str, Sequence[DoubtRow]]
    made_by: Mapping[str, str]


class Snapshots:
    """The last snapshots by groups; safe to share among threads."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: OrderedDict[frozenset[str], tuple[int, Snapshot]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, groups: frozenset[str]) -> Snapshot:
        """What is there now for these groups."""
        with self.store.reading(groups) as connection:
            revision = contents.revision_of(connection)
            with self._lock:
                known = self._known.get(groups)
            if known is not None and known[0] == revision:
                return known[1]
            rows = contents.version_rows(connection, groups)
            keys = [row.key for row in rows]
            doubts: dict[str, list[DoubtRow]] = {}
            for doubt in contents.doubts_of(connection, keys):
                doubts.setdefault(doubt.version, []).append(doubt)
            made = Snapshot(rows, doubts, contents.made_by_of(connection, keys))
        with self._lock:
            self._known[groups] = (revision, made)
            self._known.move_to_end(groups)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return made

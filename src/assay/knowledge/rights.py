"""Who may read what.

A document names the groups that may read it; somebody who is in none of them never learns of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EVERYONE = "*"
"""The group that everybody is in."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks, with the groups that an identity source or an access file gave. No groups: public only."""

    user: str
    groups: frozenset[str] = frozenset()

    def may_read(self, groups: Iterable[str]) -> bool:
        """Whether a document of these groups may be read. A document of no group is read by nobody."""
        return any(group == EVERYONE or group in self.groups for group in groups)

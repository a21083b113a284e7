"""Whether every slot can have a mention of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def unassigned(candidates: Mapping[str, Sequence[int]]) -> list[str]:
    """The slots that get no mention when each mention is given to one slot (largest bipartite matching, Kuhn 1955).

    Two slots of equal value need two mentions: else a wrong number could hide behind a right one.
    """
    holder: dict[int, str] = {}

    def seek(slot: str, seen: set[int]) -> bool:
        for mention in candidates[slot]:
            if mention in seen:
                continue
            seen.add(mention)
            if mention not in holder or seek(holder[mention], seen):
                holder[mention] = slot
                return True
        return False

    return [slot for slot in candidates if not seek(slot, set())]

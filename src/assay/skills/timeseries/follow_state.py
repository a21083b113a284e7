"""Where a follower stands, on disk: a restart goes on, and two never follow the same thing at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import BusyError
from assay.kernel.evidence import content_hash
from assay.plant.atomic import replacing
from assay.plant.home import plant_folder, private_folder
from assay.plant.hot import store_errors

_FORMAT = "assay.follow/1"


@dataclass(slots=True)
class State:
    """``last``: newest taken time (ISO); ``memory``: see ``follow_value.memory_of``; ``alarm``: the alarm that stands,
    as it was told; ``rows``, ``alarms``: how many so far."""

    last: str
    memory: dict[str, Any]
    alarm: dict[str, Any] | None = None
    rows: int = 0
    alarms: int = 0


class StateFile:
    """The state of one plant and one way of judging (``about``: plain data)."""

    def __init__(self, plant: str, about: dict[str, Any]) -> None:
        folder = private_folder(plant_folder(plant) / "follow")
        self.path: Path = folder / f"{content_hash(about)[:16]}.json"

    @contextmanager
    def held(self) -> Iterator[StateFile]:
        """Keep others out; BusyError when another process follows this already."""
        from filelock import FileLock, Timeout

        lock = FileLock(f"{self.path}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise BusyError("timeseries.follow_twice", path=self.path) from None
        try:
            yield self
        finally:
            lock.release()

    def load(self) -> State | None:
        """The kept state; None where there is none, or where it cannot be read: then everything is judged again, and
        what was told already is found among the events."""
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return State(**found["state"]) if found["format"] == _FORMAT else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, state: State) -> None:
        """Replace the kept state in one step; TerminalError when the disk is full."""
        content = json.dumps({"format": _FORMAT, "state": asdict(state)}, allow_nan=False)
        with store_errors(self.path), replacing(self.path) as temporary:
            temporary.write_text(content, encoding="utf-8")

"""The historian: every sample of a plant's tags, by tag and time.

One process, the owner, writes. Recent samples are in its DuckDB file; closed parts are Parquet files that any process
reads. A reader joins the parts with what the owner says over a local socket, and works as well when nobody owns the
history. What ``write`` returned for is on disk. Of several samples with the same tag and time the last one counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, overload

from assay.plant.disk import Limits
from assay.plant.home import plant_folder, private_folder
from assay.plant.notes import Note
from assay.plant.rows import Sample
from assay.plant.series import Frame

if TYPE_CHECKING:
    import pyarrow as pa

    from assay.plant.owner import HistoryOwner
    from assay.plant.reader import HistoryReader


__all__ = ["Historian", "Limits", "Readable", "Sample", "Stats", "TagStats", "history_folder", "open_historian"]


@dataclass(frozen=True)
class TagStats:
    """One tag: how many samples are stored (overwritten ones included until a merge), the first and the last time."""

    tag: str
    samples: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Stats:
    """What a history holds. ``owner`` is the pid of the process that writes now, if any."""

    folder: Path
    tags: tuple[TagStats, ...]
    samples: int
    recent: int
    parts: int
    bytes: int
    owner: int | None
    notes: tuple[Note, ...]


class Readable(Protocol):
    """What every historian back end can be asked."""

    def tags(self) -> tuple[str, ...]:
        """Every tag that was ever written, in order of first appearance."""

    def span(self) -> tuple[datetime, datetime] | None:
        """The first and the last time of any sample; None for an empty history."""

    def read(
        self,
        tags: Sequence[str] | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        step: float | None = None,
        hold: float | None = None,
    ) -> Frame:
        """Samples of ``tags`` (None: all) with ``start <= time < end`` (None: open), aware times.

        With ``step`` (seconds) the values known at multiples of it, each at most ``hold`` seconds old (None: any age);
        values from up to an hour or ten steps before ``start`` are known then. InputError for a tag without history.
        """

    def stats(self) -> Stats:
        """Counts, times, sizes and standing remarks."""

    def close(self) -> None:
        """Give everything back; harmless when repeated."""


class Historian(Readable, Protocol):
    """A historian that also takes samples."""

    def write(self, batch: Frame | pa.Table | Iterable[Sample]) -> int:
        """Store a frame (its NaN are no samples), a table (tag, time, value, quality, source_time) or samples.

        Returns the number of samples, all of them on disk now. TerminalError when the disk or the limit is full:
        everything acknowledged before stays. A failed write may be repeated as it is.
        """


class Managed:
    """``with`` closes."""

    def close(self) -> None:
        """Give everything back."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def history_folder(plant: str) -> Path:
    """Where a plant's history lies, created on demand."""
    return private_folder(plant_folder(plant) / "history")


@overload
def open_historian(
    plant: str,
    mode: Literal["owner"],
    *,
    limits: Limits = ...,
    on_warning: Callable[[Note], None] | None = ...,
) -> HistoryOwner: ...
@overload
def open_historian(plant: str, mode: Literal["reader"] = ...) -> HistoryReader: ...


def open_historian(
    plant: str,
    mode: Literal["owner", "reader"] = "reader",
    *,
    limits: Limits | None = None,
    on_warning: Callable[[Note], None] | None = None,
) -> HistoryOwner | HistoryReader:
    """The history of ``plant`` (a shipped plant's name, a free name or a plant folder).

    BusyError, naming its pid, when another process already owns the history. ``on_warning`` hears of a limit that
    comes near, in the thread that writes.
    """
    folder = history_folder(plant)
    if mode == "owner":
        from assay.plant.owner import HistoryOwner

        return HistoryOwner(folder, plant, limits or Limits(), on_warning)
    from assay.plant.reader import HistoryReader

    return HistoryReader(folder)

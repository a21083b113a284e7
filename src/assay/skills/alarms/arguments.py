"""Arguments of the skill's tools, and the log that they name."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay.kernel.errors import InputError
from assay.skills.alarms.log import AlarmLog, load_log
from assay.skills.alarms.times import nanoseconds


class LogArguments(BaseModel):
    """A log by its digest (see ``log.keep_log``) and the time to look at: start <= time < end, aware; without them
    the whole log, from its first row to its last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    log: str
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class ActorArguments(LogArguments):
    """``most``: how many of the frequent alarms to look at."""

    most: int = Field(default=20, ge=1, le=200)


class FloodArguments(LogArguments):
    """``most``: how many floods (the largest) to look at; ``plant``: a shipped plant or a folder, for the root."""

    most: int = Field(default=10, ge=1, le=100)
    plant: str | None = None


class AdviceArguments(LogArguments):
    """``plant`` with ``history`` (a digest, see ``plant.blobs``): advice from values; without: from events alone.
    ``upsets``: times (from, to) of real upsets whose first alarms must stay, beside those that the log itself shows."""

    plant: str | None = None
    history: str | None = None
    upsets: tuple[tuple[AwareDatetime, AwareDatetime], ...] = ()


class StoredArguments(BaseModel):
    """The alarms that a plant's records hold with start <= time < end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant: str
    start: AwareDatetime
    end: AwareDatetime


def part_of(arguments: LogArguments) -> tuple[AlarmLog, int, int]:
    """The log's rows in the time asked for, and that time in nanoseconds. InputError when no alarm is in it."""
    start = None if arguments.start is None else nanoseconds(arguments.start)
    end = None if arguments.end is None else nanoseconds(arguments.end)
    if start is not None and end is not None and end <= start:
        raise InputError("alarms.period_wrong")
    log = load_log(arguments.log).between(start, end)
    if not len(log.raised()):
        raise InputError("alarms.no_alarm")
    return log, int(log.times[0]) if start is None else start, int(log.times[-1]) if end is None else end

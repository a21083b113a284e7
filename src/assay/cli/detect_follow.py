"""``assay detect --follow``: what is abnormal in a plant's history while it is recorded, until Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assay.cli.output import say
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text

if TYPE_CHECKING:
    from datetime import tzinfo

    from assay.skills.timeseries.follow_watch import Told

_UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m|h|d)")
_TIMES = ("time", "begun", "ended", "start", "end", "since", "until", "last")


def follow_plant(
    plant_name: str | None,
    *,
    unfit: Sequence[str],
    normal: str | None,
    model: str | None,
    tags: tuple[str, ...],
    false_alarms: float,
    start: str | None,
    zone: str | None,
    duration: str | None,
    lang: Lang,
    as_json: bool,
    wait: Callable[[float], bool] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Follow and print until the time is over or somebody ends it.

    ``unfit``: options that were given and do not go with it. ``wait`` (seconds) says whether to stop; by default it
    waits for Ctrl-C and SIGTERM.
    """
    from assay.cli.series_parts import Source, zone_of
    from assay.plant.home import home
    from assay.plant.model import load_plant
    from assay.plant.records import open_records
    from assay.plant.series import Frame
    from assay.skills.timeseries.follow import Question, follow, following

    if unfit:
        raise InputError("cli.detect_follow_only", options=", ".join(unfit))
    if plant_name is None or (normal is None) == (model is None):
        raise InputError("cli.detect_follow_which")
    seconds = None if duration is None else seconds_of(duration)
    plant = load_plant(plant_name)
    source = Source(Frame.empty(), [], plant, zone or str(plant.timezone))
    question = Question(
        plant=plant_name,
        id=plant.id,
        normal=None if normal is None else source.stretch(normal),
        model=model,
        tags=tags,
        false_alarms=false_alarms,
        start=source.moment(start),
    )
    with _stopping() as stopped, open_records(home() / "records.db") as records:
        with following(question, records, clock) as follower:
            for told in follow(follower, wait or stopped, clock, seconds):
                _print(told, lang, zone_of(source), as_json)


def seconds_of(duration: str) -> float:
    """``90s``, ``10m``, ``2h`` or ``1d`` in seconds; InputError for anything else."""
    found = _DURATION.fullmatch(duration.strip().lower())
    if found is None:
        raise InputError("cli.detect_follow_for_wrong", value=duration[:40])
    return float(found[1]) * _UNITS[found[2]]


@contextmanager
def _stopping() -> Iterator[Callable[[float], bool]]:
    """A wait that ends at once with True after Ctrl-C or SIGTERM: what was taken is kept before the end."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop.wait
        return
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop.wait
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _print(told: Told, lang: Lang, zone: tzinfo, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"event": told.kind, **told.about}, ensure_ascii=False, allow_nan=False), flush=True)
        return
    from assay.cli.evidence import visible
    from assay.skills.timeseries.follow_findings import shown

    about: dict[str, Any] = shown(told.about) if told.kind in ("alarm", "ended") else dict(told.about)
    about |= {name: _local(about[name], zone) for name in _TIMES if name in about}
    standing = told.kind == "heartbeat" and told.about["alarm"]
    say(visible(text(f"timeseries.follow_{told.kind}{'_alarm' if standing else ''}", lang, **about)))
    if told.kind == "alarm":
        say("  " + text("timeseries.follow_evidence", lang, evidence=told.about["evidence"]))


def _local(time: str, zone: tzinfo) -> str:
    return datetime.fromisoformat(time).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")

"""The workbench of one case: history, plant and twin, and what was found so far, each part made once when needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.twin import NONE, Library, Operating, Twin
from assay.models.twins import controls_of, twin_for
from assay.plant.alarms import AlarmEvent, alarms_of
from assay.plant.failures import FailureLibrary, load_failures
from assay.plant.model import Plant
from assay.plant.series import Frame
from assay.skills.investigate.case import Grid, means, normal_rows, to_grid
from assay.skills.investigate.derived import kept, library_alarms
from assay.skills.investigate.detect import Detector, Screen
from assay.skills.investigate.diagnosis import KEPT_FOR, Aligned, Diagnoser, Ranking, align, screened
from assay.skills.investigate.fit import Fit, fit_of
from assay.skills.investigate.windows import usable_horizon

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

FIT_RUNS = 8
FIT_HOURS = 8.0
OWN_RUNS = 60  # without a twin
OWN_HOURS = 8.0
HEAD_HOURS = 2.0  # baseline with which the library's runs are screened

# One library serves many cases (a benchmark, a plant that runs for months): keep what was derived from it.
_detectors: dict[tuple[str, bytes, int], Detector] = {}
_aligned: dict[tuple[str, bytes, int], Aligned] = {}
_diagnosers: OrderedDict[tuple[str, bytes, int, float, frozenset[str]], Diagnoser] = OrderedDict()
_DIAGNOSERS = 8  # some 80 MB each


@dataclass(frozen=True, slots=True)
class Control:
    """A control configuration of the twin with its operating point and how well it fits the normal stretch."""

    twin: Twin
    name: str
    operating: Operating
    fit: Fit


class Workbench:
    """``at``: nothing later is used. ``normal``: a stretch that the user says was normal. ``exclude``: causes that are
    left out of the library. ``progress(stage, done, total)`` is told of long simulations."""

    def __init__(
        self,
        plant: Plant,
        frame: Frame,
        *,
        at: datetime | None = None,
        normal: tuple[datetime, datetime] | None = None,
        exclude: frozenset[str] = frozenset(),
        progress: Progress | None = None,
    ) -> None:
        self.plant = plant
        self.frame = frame if at is None else frame.until(at)
        self.at = at
        self.normal = normal
        self.exclude = exclude
        self._progress = progress

    @cached_property
    def has_twin(self) -> bool:
        """Whether the plant has a twin."""
        return self.plant.twin is not None

    @cached_property
    def failures(self) -> FailureLibrary:
        """The plant's failure library."""
        return load_failures(self.plant)

    @cached_property
    def grid(self) -> Grid:
        """The history on the twin's grid of times (or on its own, without a twin)."""
        measured = [tag.id for tag in self.plant.tags_of("measurement")]
        if self.has_twin:
            twin = twin_for(self.plant)
            assert twin is not None
            return to_grid(self.frame, twin.tags, twin.sample, measured=measured)
        tags = [tag.id for tag in self.plant.tags_of("measurement", "valve")]
        return to_grid(self.frame, tags, _own_sample(self.frame), measured=measured)

    @cached_property
    def control(self) -> Control:
        """The control configuration whose normal operation fits the normal stretch best, the plant's own if it fits."""
        tried: list[Control] = []
        for name in controls_of(self.plant):
            twin = twin_for(self.plant, name)
            assert twin is not None
            tried.append(self._tried(twin, name))
            if tried[-1].fit.ok:
                break
        return max(tried, key=lambda control: control.fit.score)

    @cached_property
    def library(self) -> Library:
        """The twin's library at the operating point."""
        twin, operating = self.control.twin, self.control.operating

        def told(done: int, total: int) -> None:
            if self._progress is not None:
                self._progress("library", done, total)

        return twin.library(operating, told)

    @cached_property
    def detector(self) -> Detector:
        """The detector for this library, these tags and this sampling."""
        if not self.has_twin:
            return Detector(self._own_library(), np.arange(len(self.grid.tags)), 1)
        key = (self.library.digest, self.grid.columns.tobytes(), self.grid.step)
        if key not in _detectors:
            _detectors[key] = Detector(self.library, self.grid.columns, self.grid.step)
        return _detectors[key]

    @cached_property
    def screen(self) -> Screen:
        """The alarm, the onset and the normal stretch."""
        return self.detector.screen(self.grid, normal_rows(self.grid, self.normal))

    @cached_property
    def horizon(self) -> float:
        """Hours after the alarm that the history offers, down to one of the trained horizons."""
        assert self.screen.alarm is not None
        return usable_horizon((len(self.grid.values) - 1 - self.screen.alarm) * self.grid.sample)

    @cached_property
    def aligned(self) -> Aligned:
        """The library's runs as this history would have shown them."""
        key = (self.library.digest, self.grid.columns.tobytes(), self.grid.step)
        if key not in _aligned:
            grid, reference = self.grid, self.detector.reference(HEAD_HOURS)
            screen = partial(screened, self.library, grid.columns, grid.step, reference)
            alarms = library_alarms(self.library, grid.columns, grid.step, reference, screen)
            _aligned[key] = align(self.library, grid.columns, grid.step, reference, self.detector.scale, alarms)
        return _aligned[key]

    @cached_property
    def diagnoser(self) -> Diagnoser:
        """The trained ranking for this horizon."""
        key = (self.library.digest, self.grid.columns.tobytes(), self.grid.step, self.horizon, self.exclude)
        if key not in _diagnosers:
            parts = ("judge", self.grid.columns.tolist(), self.grid.step, self.horizon, sorted(self.exclude))
            _diagnosers[key] = Diagnoser(
                self.aligned, self.horizon, hidden=self.exclude, kept=partial(kept, self.library, (*parts, KEPT_FOR))
            )
        _diagnosers.move_to_end(key)
        while len(_diagnosers) > _DIAGNOSERS:
            _diagnosers.popitem(last=False)
        return _diagnosers[key]

    @cached_property
    def ranking(self) -> Ranking:
        """The causes with their probabilities."""
        screen = self.screen
        assert screen.alarm is not None
        last = screen.alarm + round(self.horizon / self.grid.sample) + 1
        return self.diagnoser.rank(self.grid.values[:last], screen.normal.baseline, screen.alarm)

    @cached_property
    def process_alarms(self) -> list[AlarmEvent]:
        """Alarms that the plant's limits raise after the normal stretch; those that stand in it already do not count,
        and limits that hold in other modes only do not either."""
        hold_in = self.plant.spec.alarms_hold_in
        if self.has_twin and hold_in and self.control.operating.label not in (*hold_in, "observed"):
            return []
        events = [event for event in alarms_of(self.plant, self.frame.good()) if event.raised]
        border = self.grid.times[self.screen.normal.last - 1] if self.screen.normal.last else self.grid.times[0]
        standing = {(e.tag, e.type) for e in events if np.datetime64(_naive(e.time), "ns") <= border}
        return [e for e in events if (e.tag, e.type) not in standing]

    def _tried(self, twin: Twin, name: str) -> Control:
        """The operating point that the normal stretch shows under a control configuration, and its fit."""
        best: Control | None = None
        for rows in self._normal_guesses():
            values = self.grid.values[rows]
            shown = dict(zip(self.grid.tags, means(values).tolist(), strict=True))
            operating = twin.recognise(shown)
            try:
                runs = self._normal_of(twin, operating)
            except InputError:
                continue  # set points that cannot be held: not the point at which this plant runs
            fit = fit_of(values, runs[:, :, self.grid.columns], self.grid.step)
            control = Control(twin, name, operating, fit)
            if best is None or fit.score > best.fit.score:
                best = control
            if fit.ok:
                break
        if best is None:
            raise InputError("investigate.no_operating_point")
        return best

    def _normal_of(self, twin: Twin, operating: Operating) -> Array:
        """Normal runs at an operating point: those of the library where it exists, else a few simulated now."""
        if twin.cached(operating):
            return twin.library(operating).normal()[:FIT_RUNS].astype(np.float64)
        return twin.normal_runs(operating, FIT_RUNS, FIT_HOURS)

    def _normal_guesses(self) -> list[slice]:
        given = normal_rows(self.grid, self.normal)
        if given is not None:
            return [slice(*given)]
        rows = len(self.grid.values)
        hours = (1.0, 4.0, 0.5)
        return [slice(0, min(max(10, round(h / self.grid.sample)), rows)) for h in hours]

    def _own_library(self) -> Library:
        """Without a twin, runs drawn from the history's own normal operation stand for normal runs."""
        given = normal_rows(self.grid, self.normal)
        first, last = given or (0, max(40, round(0.4 * len(self.grid.values))))
        stretch = self.grid.values[first:last]
        if len(stretch) < 40:
            raise InputError("investigate.normal_too_short", rows=len(stretch))
        values = resampled(stretch, OWN_RUNS, min(max(120, round(OWN_HOURS / self.grid.sample)), 400), self.grid.sample)
        nothing = np.zeros(len(values))
        causes = np.full(len(values), NONE)
        alone = np.full(len(values), "")
        return Library(
            self.grid.tags, self.grid.sample, values, causes, nothing, nothing, alone, "", Operating("observed", {})
        )


def resampled(stretch: Array, runs: int, rows: int, sample: float) -> NDArray[np.float32]:
    """``runs`` courses of ``rows`` made of blocks of a normal stretch (moving block bootstrap, Kuensch 1989), so that
    neighbouring values keep their correlation; blocks are half an hour, at most a quarter of the stretch."""
    block = min(max(4, round(0.5 / sample)), len(stretch) // 4)
    rng = np.random.default_rng(20260102)
    starts = rng.integers(0, len(stretch) - block + 1, size=(runs, -(-rows // block)))
    places = (starts[:, :, None] + np.arange(block)).reshape(runs, -1)[:, :rows]
    made: NDArray[np.float32] = stretch[places].astype(np.float32)
    return made


def _own_sample(frame: Frame) -> float:
    seconds = np.median(np.diff(frame.times).astype("timedelta64[s]").astype(np.int64)) if len(frame) > 1 else 60
    return max(1.0, float(seconds)) / 3600.0


def _naive(time: datetime) -> datetime:
    from datetime import UTC

    return time.astimezone(UTC).replace(tzinfo=None)

"""Kinds of models: how one is trained, what it is measured against, and how it is kept.

A kind is an object with the attributes of ``Kind``; ``BaseKind`` has the usual answers. It comes in through the
entry-point group ``assay.models`` (see ``registry``), ours and strangers' alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, JsonValue

from assay.kernel.errors import InputError
from assay.models.library.parts import Parts
from assay.plant.notes import Note
from assay.plant.series import Floats, Frame


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of the target at each row of a frame, from what is known by then.

    median, low, high: (n,) in the target's unit, NaN where it says nothing; ``low`` and ``high`` are the interval of
    the model's level, NaN throughout when it has none.
    """

    median: Floats
    low: Floats
    high: Floats

    @classmethod
    def plain(cls, median: Floats) -> Prediction:
        """A prediction without an interval."""
        nothing = np.full(len(median), np.nan)
        return cls(median, nothing, nothing)


class Trained(Protocol):
    """A trained model of any kind.

    ``inputs``: the tags that it reads; ``level``: the nominal coverage of its interval, None without one;
    ``weights``: how much each input matters, adding to one (empty when unknown); ``about``: what the training chose,
    for the card.
    """

    @property
    def inputs(self) -> tuple[str, ...]: ...

    @property
    def level(self) -> float | None: ...

    @property
    def weights(self) -> Mapping[str, float]: ...

    @property
    def about(self) -> Mapping[str, JsonValue]: ...

    def predict(self, frame: Frame) -> Prediction: ...

    def to_parts(self) -> Parts: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """One origin: train on the rows ``train`` (all earlier, or other assets), judge on the rows ``test``."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


class Kind(Protocol):
    """How models of one kind are made.

    ``options``: a pydantic model of what ``--param`` may set; ``trusted``: types beyond scikit-learn's that its stored
    estimators need; ``ties_pass``: whether as good as the rival is good enough. ``train`` and ``naive`` raise
    InputError for a frame that cannot train anything.
    """

    name: str
    options: type[BaseModel]
    trusted: tuple[str, ...]
    ties_pass: bool

    def train(self, frame: Frame, target: str, options: BaseModel) -> Trained:
        """A model of ``target`` from the frame's good values."""
        ...

    def naive(self, frame: Frame, target: str, options: BaseModel) -> Trained:
        """The rival from the same frame that needs no learning; it reads no more of the future than the model."""
        ...

    def load(self, parts: Parts) -> Trained:
        """A trained model from its parts."""
        ...

    def load_naive(self, parts: Parts) -> Trained:
        """A rival from its parts."""
        ...

    def actual(self, frame: Frame, target: str) -> Floats:
        """(n,) what the predictions are compared with; NaN where it is not known."""
        ...

    def origins(self, frame: Frame, target: str, options: BaseModel) -> Sequence[Origin]:
        """Where to train and where to judge; training rows come before the judged ones."""
        ...


class BaseKind:
    """The usual answers: the target is a column, origins roll forward in time."""

    trusted: tuple[str, ...] = ()
    ties_pass = False
    #: Reasons of ``drift`` that say nothing about this kind.
    no_drift: tuple[str, ...] = ()

    def read(self, path: Path, *, training: bool) -> tuple[Frame, list[Note]] | None:
        """A file in a shape of the kind's own; None for what ``plant.files.read_history`` reads. ``training``: leave
        out columns that must not be learned from."""
        return None

    def actual(self, frame: Frame, target: str) -> Floats:
        """The target's column, NaN throughout where the frame has none."""
        return frame.column(target) if target in frame.tags else np.full(len(frame), np.nan)

    def origins(self, frame: Frame, target: str, options: BaseModel) -> Sequence[Origin]:
        """Three origins over the later half of the rows in which the target is known."""
        return rolling(~np.isnan(self.actual(frame, target)))


MIN_ROWS = 60
ORIGINS = 3


def rolling(known: NDArray[np.bool_], origins: int = ORIGINS) -> list[Origin]:
    """Origins that roll forward (Tashman 2000, "Out-of-sample tests of forecasting accuracy"): the first half of the
    rows with a known target trains first, then each further part is judged by a model of all rows before it.

    ``known``: (n,) whether the target is known. InputError with fewer than ``MIN_ROWS`` known rows.
    """
    rows = np.flatnonzero(known)
    if len(rows) < MIN_ROWS:
        raise InputError("library.few_rows", rows=len(rows), wanted=MIN_ROWS)
    cuts = [int(rows[len(rows) // 2 + len(rows) * k // (2 * origins)]) for k in range(origins)] + [len(known)]
    return [Origin(np.arange(a), np.arange(a, b)) for a, b in pairwise(cuts)]


def take_rows(frame: Frame, rows: NDArray[np.int64]) -> Frame:
    """The frame's rows at rising positions."""
    quality = None if frame.quality is None else frame.quality[rows]
    return Frame(frame.times[rows], frame.tags, frame.values[rows], quality)

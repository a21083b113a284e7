"""Train a model, measure it against its naive rival on earlier data, and keep it with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from assay.kernel.errors import InputError
from assay.kernel.evidence import jsonable
from assay.models.library.backtest import Backtest, backtest, beats
from assay.models.library.card import Card, FeatureLimits, library_versions
from assay.models.library.drift import RULES, drift
from assay.models.library.files import to_files
from assay.models.library.kinds import Kind, Trained, take_rows
from assay.models.library.opened import packed
from assay.models.library.profile import Profile, median_step
from assay.models.library.registry import kind_named
from assay.models.library.store import Library, Ref, checked_name
from assay.plant.notes import Note
from assay.plant.series import Frame, to_datetime


def train(
    library: Library,
    kind_name: str,
    frame: Frame,
    target: str,
    *,
    name: str | None = None,
    params: Mapping[str, Any] | None = None,
    units: Mapping[str, str] | None = None,
    who: str,
) -> Ref:
    """Train a model of ``target`` and keep it as the next version of ``name`` (KIND-TARGET when not given).

    ``params``: the kind's options, texts allowed; ``units``: units of tags where known. A model that does not beat its
    naive rival on the origins is kept but stands back at once. InputError when the data or the options do not suffice.
    """
    kind = kind_named(kind_name)
    options = read_options(kind, params or {})
    name = checked_name(name or default_name(kind_name, target))
    frame = _there(frame)
    tested = backtest(kind, frame, target, options)
    model, naive = kind.train(frame, target, options), kind.naive(frame, target, options)
    profile = Profile.of(frame, model.inputs)
    files = to_files(packed(model, naive, profile), kind.trusted)
    good = beats(kind, tested.skill)

    def card_of(version: int) -> Card:
        about = {"name": name, "version": version, "kind": kind_name, "by": who, "target": target}
        return _card(about, frame, options, tested, (model, naive, profile), units or {})

    verdict, reasons = ("fit", []) if good else ("no_better", ["no_better"])
    return library.add(name, files, card_of, who, verdict=verdict, reasons=reasons, data=frame.digest())


def read_options(kind: Kind, params: Mapping[str, Any]) -> BaseModel:
    """The kind's options; InputError names the option that is wrong and those that exist."""
    try:
        return kind.options.model_validate(dict(params))
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]) if first["loc"] else "-"
        known = ", ".join(kind.options.model_fields)
        if first["type"] == "extra_forbidden":
            raise InputError("library.option_unknown", kind=kind.name, option=option, known=known) from None
        raise InputError("library.option_wrong", kind=kind.name, option=option, problem=first["msg"]) from None


def default_name(kind: str, target: str) -> str:
    """A name from what is trained: letters, digits, ``_`` and ``-``."""
    plain = "".join(one if one.isalnum() or one in "_-" else "_" for one in f"{kind}-{target}")
    return plain.strip("_-")[:64]


def _there(frame: Frame) -> Frame:
    """The rows in which anything good is known; InputError when there is none."""
    frame = frame.good()
    rows = np.flatnonzero((~np.isnan(frame.values)).any(axis=1))
    if not len(rows):
        raise InputError("library.no_values")
    return frame if len(rows) == len(frame) else take_rows(frame, rows)


def _card(
    about: dict[str, Any],
    frame: Frame,
    options: BaseModel,
    tested: Backtest,
    made: tuple[Trained, Trained, Profile],
    units: Mapping[str, str],
) -> Card:
    model, naive, profile = made
    start, end = (to_datetime(frame.times[at]).isoformat().replace("+00:00", "Z") for at in (0, -1))
    return Card(
        **about,
        options=jsonable(options.model_dump()),
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        data=frame.digest(),
        start=start,
        end=end,
        rows=len(frame),
        step=median_step(frame),
        target_unit=units.get(about["target"], ""),
        features=tuple(_limits(profile, model.weights, units)),
        origins=tested.origins,
        mae=tested.mae,
        naive_mae=tested.naive_mae,
        skill=tested.skill,
        level=model.level,
        coverage=tested.coverage,
        about=jsonable(dict(model.about)),
        naive_about=jsonable(dict(naive.about)),
        drift_rules=dict(RULES),
        notes=tuple(note.key for note in _notes(frame, profile, model)),
        libraries=library_versions(),
    )


def _limits(profile: Profile, weights: Mapping[str, float], units: Mapping[str, str]) -> Sequence[FeatureLimits]:
    def known(value: float) -> float | None:
        return None if np.isnan(value) else float(value)

    return [
        FeatureLimits(
            tag=tag,
            unit=units.get(tag, ""),
            low=known(profile.low[k]),
            high=known(profile.high[k]),
            missing=float(profile.shares[-1, k]),
            weight=weights.get(tag),
        )
        for k, tag in enumerate(profile.tags)
    ]


def _notes(frame: Frame, profile: Profile, model: Trained) -> list[Note]:
    """What looks wrong in the training itself: the later half against the earlier one."""
    half = len(frame) // 2
    if half < 2 or not profile.tags:
        return []
    earlier = Profile.of(take_rows(frame, np.arange(half)), profile.tags)
    later = take_rows(frame, np.arange(half, len(frame)))
    return [Note(f"library.note_training_{one}") for one in drift(earlier, later, model.weights)["reasons"]]

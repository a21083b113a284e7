"""Test a model on new data: is it still better than its naive rival, has its data drifted, does its interval hold?"""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.models.library.backtest import beats, skill
from assay.models.library.card import changed_versions
from assay.models.library.kinds import Prediction
from assay.models.library.metrics import figures, told_apart
from assay.models.library.opened import Opened, open_model
from assay.models.library.states import TESTED
from assay.models.library.store import Library, Ref
from assay.plant.series import Floats, Frame

LEAST_ROWS = 20
#: The interval may miss its level by this much, and by what chance does in so many rows (a tenth of them independent).
COVERAGE_SLACK = 0.1


def examine(opened: Opened, frame: Frame) -> dict[str, Any]:
    """A test's whole result; the same model and frame always give the same.

    ``verdict``: ``fit`` for use, ``drifted``, ``no_better`` than naive, or ``unknown`` when the target is known in
    fewer than ``LEAST_ROWS`` rows and nothing drifted; ``reasons`` say what led to it.
    """
    frame = frame.good()
    actual = told_apart(opened.kind.actual(frame, opened.card.target), (opened.model, opened.naive))
    model, naive = opened.model.predict(frame), opened.naive.predict(frame)
    truth = np.where(np.isnan(model.median) | np.isnan(naive.median), np.nan, actual)
    both = {"model": figures(model, truth), "naive": figures(naive, truth)}
    moved = opened.drift(frame)
    found: dict[str, Any] = {
        "name": str(opened.ref),
        "kind": opened.card.kind,
        "target": opened.card.target,
        "unit": opened.card.target_unit,
        "data": frame.digest(),
        "rows": len(frame),
        "judged_rows": both["model"]["rows"],
        "predicted_rows": int((~np.isnan(model.median)).sum()),
        "metrics": both,
        "skill": skill(both["model"]["mae"], both["naive"]["mae"]),
        "interval": _interval(opened, model, truth),
        "drift": moved,
    }
    verdict, reasons = _verdict(found, better=beats(opened.kind, found["skill"]))
    return found | {"verdict": verdict, "reasons": reasons}


def test(library: Library, ref: Ref, frame: Frame, who: str) -> dict[str, Any]:
    """Examine a model and record the verdict: a drifted one, or one no better than naive, stands back; a passed test
    brings it back. Refused for a retired model."""
    opened = open_model(library, ref, stood_back=True)
    found = examine(opened, frame)
    record_verdict(library, ref, found, who)
    return found | {"state": library.standing(ref).state.value, "other_versions": other_versions(opened)}


def other_versions(opened: Opened) -> dict[str, list[str]]:
    """Libraries with another version than in the training: name -> [then, now]."""
    return {name: list(pair) for name, pair in sorted(changed_versions(opened.card).items())}


def record_verdict(library: Library, ref: Ref, found: dict[str, Any], who: str, **more: Any) -> None:
    """Write a test's verdict into the model's history."""
    kept = {name: found[name] for name in ("verdict", "reasons", "data", "judged_rows", "skill")}
    library.record(ref, TESTED, who, **kept, **more)


def _interval(opened: Opened, model: Prediction, truth: Floats) -> dict[str, Any]:
    level, known = opened.model.level, ~np.isnan(truth) & ~np.isnan(model.low)
    coverage = float(((model.low <= truth) & (truth <= model.high))[known].mean()) if known.any() else None
    slack = COVERAGE_SLACK + 1.0 / np.sqrt(max(1.0, known.sum() / 10.0))
    holds = None if coverage is None or level is None else bool(coverage >= level - slack)
    return {"level": level, "coverage": coverage, "slack": float(slack), "holds": holds}


def _verdict(found: dict[str, Any], *, better: bool) -> tuple[str, list[str]]:
    reasons = list(found["drift"]["reasons"])
    judged = found["judged_rows"] >= LEAST_ROWS
    if judged and found["interval"]["holds"] is False:
        reasons.append("interval")
    worse = judged and not better
    if reasons:
        return "drifted", [*reasons, *(["no_better"] if worse else [])]
    if worse:
        return "no_better", ["no_better"]
    return ("fit", []) if judged else ("unknown", ["no_target"])

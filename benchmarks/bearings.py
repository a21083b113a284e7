"""Bearing elements on synthetic vibration, by bearing: the right element, and how often a healthy one is flagged.

    python -m benchmarks.bearings --cases 400 --seed 1 --json

Bearings come from ``bearing_signals``, each with ``--records`` records; half are healthy, the rest inner, outer, ball
and cage alike. Our part sees nothing of other bearings; its constants were set on other seeds. Rivals in the same
run:

- ``kurtosis``: flags above a threshold (names no element: its right elements are those of a guess, outer);
- ``fft_peak``: the highest peak of the plain spectrum at the kinematic frequencies, within 2 %;
- ``envelope_peak``: the same on the envelope spectrum of the whole band;
- ``forest``: scikit-learn's random forest on statistics of waveform and spectrum.

Thresholds of the first three (2 % of healthy flagged) and the forest learn from as many other bearings, seed + 100000.
Exit 1 when fewer than 95 % of the damaged elements are named rightly or more than 2 % of the healthy are flagged.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.health.rotating.bearing import diagnose_bearing
from assay.models.health.rotating.features import time_features
from benchmarks.about import about
from benchmarks.bearing_signals import ELEMENTS, Bearing, Setting, draw

Floats = NDArray[np.float64]
FAULTY, FLAGGED = 0.95, 0.02
TRAIN = 100_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    setting = Setting(records=options.records)
    rivals = trained([bearing(k, options.seed + TRAIN, setting) for k in range(options.cases)])
    named: dict[str, list[str]] = {"assay": [], **{name: [] for name in rivals}}
    seconds = dict.fromkeys(named, 0.0)
    truth, strangers = [], []
    for k in range(options.cases):
        one = bearing(k, options.seed, setting)
        truth.append(one.element)
        strangers.append(one.stranger)
        for name, method in (("assay", ours), *rivals.items()):
            began = time.perf_counter()
            named[name].append(method(one))
            seconds[name] += time.perf_counter() - began
    report: dict[str, Any] = about(seed=options.seed, cases=options.cases, records=options.records)
    report["methods"] = {name: score(truth, found, strangers, seconds[name]) for name, found in named.items()}
    print(json.dumps(report, indent=2) if options.json else "\n".join(lines(report["methods"])))
    mine = report["methods"]["assay"]
    return int(mine["right_element"] < FAULTY or mine["healthy_flagged"] > FLAGGED)


def bearing(number: int, seed: int, setting: Setting) -> Bearing:
    """Bearing ``number``: every second is healthy. Each has a seed of its own, so more cases keep the first ones."""
    element = "healthy" if number % 2 else ELEMENTS[number // 2 % len(ELEMENTS)]
    return draw(element, np.random.default_rng([seed, number]), setting)


def ours(one: Bearing) -> str:
    return diagnose_bearing(one.records, one.rate, one.speed, one.geometry).element


def trained(others: Sequence[Bearing]) -> dict[str, Callable[[Bearing], str]]:
    """The rivals, with thresholds and forest from other bearings."""
    from sklearn.ensemble import RandomForestClassifier

    healthy = [one for one in others if one.element == "healthy"]
    kurtosis_limit = float(np.quantile([kurtosis(one) for one in healthy], 1.0 - FLAGGED))
    forest = RandomForestClassifier(300, random_state=0, class_weight="balanced", n_jobs=1)
    forest.fit([statistics(one) for one in others], [one.element for one in others])
    rivals: dict[str, Callable[[Bearing], str]] = {
        "kurtosis": lambda one: "outer" if kurtosis(one) > kurtosis_limit else "healthy",
        "forest": lambda one: str(forest.predict([statistics(one)])[0]),
    }
    for name, envelope in (("fft_peak", False), ("envelope_peak", True)):
        limit = float(np.quantile([max(peaks(one, envelope).values()) for one in healthy], 1.0 - FLAGGED))
        rivals[name] = peak_method(envelope, limit)
    return rivals


def kurtosis(one: Bearing) -> float:
    return float(np.mean([time_features(record).kurtosis for record in one.records]))


def peak_method(envelope: bool, limit: float) -> Callable[[Bearing], str]:
    def method(one: Bearing) -> str:
        found = peaks(one, envelope)
        best = max(found, key=lambda name: found[name])
        return best if found[best] > limit else "healthy"

    return method


def peaks(one: Bearing, envelope: bool) -> dict[str, float]:
    """The peak within 2 % of each kinematic frequency over the median around it, averaged over the records."""
    from scipy.signal import hilbert

    orders = one.geometry.orders()
    bases = {"outer": orders.outer, "inner": orders.inner, "ball": 2.0 * orders.ball, "cage": orders.cage}
    found = {name: 0.0 for name in bases}
    for record in one.records:
        values = np.abs(hilbert(record)) if envelope else record
        power = np.abs(np.fft.rfft((values - values.mean()) * np.hanning(len(values)))) ** 2
        hertz = np.fft.rfftfreq(len(values), 1.0 / one.rate)
        for name, order in bases.items():
            centre = order * one.speed / 60.0
            near = np.abs(hertz / centre - 1.0) < 0.02
            around = np.abs(hertz / centre - 1.0) < 0.3
            top = float(power[near].max()) if near.any() else 0.0
            found[name] += float(np.log(max(top, 1e-30) / np.median(power[around]))) / len(one.records)
    return found


def statistics(one: Bearing) -> Floats:
    """Waveform statistics and the spectrum's shares in 20 bands, averaged over the records, with speed and geometry."""
    rows = []
    for record in one.records:
        part = time_features(record)
        power = np.abs(np.fft.rfft(record - record.mean())) ** 2
        shares = np.array([chunk.sum() for chunk in np.array_split(power, 20)]) / power.sum()
        rows.append(np.concatenate(([part.rms, part.crest, part.kurtosis, part.skewness], shares)))
    orders = one.geometry.orders()
    return np.concatenate((np.mean(rows, axis=0), [one.speed, one.rate, orders.outer, orders.inner, orders.ball]))


def score(truth: Sequence[str], found: Sequence[str], strangers: Sequence[bool], seconds: float) -> dict[str, Any]:
    """The share of damaged bearings with the right element, of healthy ones flagged, and the confusion.

    ``flagged_alone``: of the healthy without a neighbour's periodic impacts, the false-alarm rate of the threshold
    itself.
    """
    faulty = [(a, b) for a, b in zip(truth, found, strict=True) if a != "healthy"]
    healthy = [b for a, b in zip(truth, found, strict=True) if a == "healthy"]
    alone = [b for a, b, c in zip(truth, found, strangers, strict=True) if a == "healthy" and not c]
    confusion = Counter(f"{a}>{b}" for a, b in zip(truth, found, strict=True) if a != b)
    return {
        "right_element": round(sum(a == b for a, b in faulty) / max(len(faulty), 1), 4),
        "detected": round(sum(b != "healthy" for _, b in faulty) / max(len(faulty), 1), 4),
        "healthy_flagged": round(sum(b != "healthy" for b in healthy) / max(len(healthy), 1), 4),
        "flagged_alone": round(sum(b != "healthy" for b in alone) / max(len(alone), 1), 4),
        "alone": len(alone),
        "damaged": len(faulty),
        "healthy": len(healthy),
        "wrong": dict(sorted(confusion.items())),
        "seconds_a_bearing": round(seconds / max(len(truth), 1), 3),
    }


def lines(methods: dict[str, Any]) -> list[str]:
    return [
        f"{name:14} right {one['right_element']:.1%}  detected {one['detected']:.1%}  "
        f"healthy flagged {one['healthy_flagged']:.1%}  {one['seconds_a_bearing']:.2f} s"
        for name, one in methods.items()
    ]


if __name__ == "__main__":
    sys.exit(main())

"""Rivals of the detection engine, at their own usual settings: scikit-learn, pyod, stumpy alone, PCA T2 and Q.

Each gets the standardised normal rows and the rows to judge, and gives scores and alarms. Those without a threshold of
their own get the 99 % quantile of their scores on the normal rows.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rival = Callable[[Floats, Floats], tuple[Floats, NDArray[np.bool_]]]

QUANTILE = 0.99


def standardised(normal: Floats, rows: Floats) -> tuple[Floats, Floats]:
    """Both in standard deviations of the normal rows; tags that stand still are left out."""
    mean, scale = normal.mean(axis=0), normal.std(axis=0)
    kept = scale > 1e-9 * np.maximum(np.abs(mean), 1e-9)
    return (normal[:, kept] - mean[kept]) / scale[kept], (rows[:, kept] - mean[kept]) / scale[kept]


def _by_quantile(on_normal: Floats, scores: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    return scores, scores > np.quantile(on_normal, QUANTILE)


def pca_t2_q(normal: Floats, rows: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """T2 and Q at their textbook limits (F distribution; Jackson and Mudholkar 1979), 90 % of the variance kept."""
    from scipy import stats

    values, vectors = np.linalg.eigh(np.cov(normal, rowvar=False))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    count = int(np.searchsorted(np.cumsum(values) / values.sum(), 0.9)) + 1
    n = len(normal)
    limit = count * (n - 1) * (n + 1) / (n * (n - count)) * float(stats.f.ppf(QUANTILE, count, n - count))
    scores = rows @ vectors[:, :count]
    t2 = (scores**2 / values[:count]).sum(axis=1) / limit
    theta = [float((values[count:] ** power).sum()) for power in (1, 2, 3)]
    if theta[1] <= 0.0:  # every component is kept: nothing is left for Q
        return t2, t2 > 1.0
    h = 1.0 - 2.0 * theta[0] * theta[2] / (3.0 * theta[1] ** 2)
    c = float(stats.norm.ppf(QUANTILE))
    inner = c * np.sqrt(2.0 * theta[1] * h**2) / theta[0] + 1.0 + theta[1] * h * (h - 1.0) / theta[0] ** 2
    q = ((rows**2).sum(axis=1) - (scores**2).sum(axis=1)) / (theta[0] * inner ** (1.0 / h))
    joint = np.maximum(t2, q)
    return joint, joint > 1.0


def _estimator(build: Callable[[], Any]) -> Rival:
    def run(normal: Floats, rows: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = build().fit(normal)
            on_normal, scores = -model.score_samples(normal), -model.score_samples(rows)
        return _by_quantile(on_normal, scores)

    return run


def _pyod(build: Callable[[], Any]) -> Rival:
    def run(normal: Floats, rows: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = build()
            model.fit(normal)
            return _by_quantile(np.asarray(model.decision_scores_), np.asarray(model.decision_function(rows)))

    return run


def _isolation_forest() -> Any:
    from sklearn.ensemble import IsolationForest

    return IsolationForest(n_estimators=200, random_state=0)


def _one_class_svm() -> Any:
    from sklearn.svm import OneClassSVM

    return OneClassSVM(nu=0.01, gamma="scale")


def _lof() -> Any:
    from sklearn.neighbors import LocalOutlierFactor

    return LocalOutlierFactor(n_neighbors=20, novelty=True)


def _pyod_model(name: str, **settings: Any) -> Callable[[], Any]:
    def build() -> Any:
        from importlib import import_module

        return getattr(import_module(f"pyod.models.{name.lower()}"), name)(**settings)

    return build


def matrix_profile(normal: Floats, rows: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """stumpy alone: the mean over the tags of each window's distance to the nearest normal window, 32 rows wide."""
    import stumpy

    width = 32
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pairs = list(zip(normal.T, rows.T, strict=True))
        own = [stumpy.stump(a.copy(), width)[:, 0] for a, _ in pairs]
        other = [stumpy.stump(b.copy(), width, a.copy(), ignore_trivial=False)[:, 0] for a, b in pairs]
    on_normal = np.mean(np.asarray(own, dtype=np.float64), axis=0)
    found = np.mean(np.asarray(other, dtype=np.float64), axis=0)
    return _by_quantile(on_normal, np.concatenate([np.repeat(found[0], width - 1), found]))


RIVALS: dict[str, Rival] = {
    "PCA T2+Q": pca_t2_q,
    "sklearn IsolationForest": _estimator(_isolation_forest),
    "sklearn OneClassSVM": _estimator(_one_class_svm),
    "sklearn LocalOutlierFactor": _estimator(_lof),
    "pyod ECOD": _pyod(_pyod_model("ECOD")),
    "pyod COPOD": _pyod(_pyod_model("COPOD")),
    "pyod HBOS": _pyod(_pyod_model("HBOS")),
    "pyod KNN": _pyod(_pyod_model("KNN")),
    "pyod MCD": _pyod(_pyod_model("MCD", random_state=0)),
    "stumpy": matrix_profile,
}


def segment_rivals(normal: Floats, rows: Floats) -> dict[str, list[int]]:
    """Change points by ruptures on all tags together: binary segmentation, window and PELT with a BIC penalty."""
    import ruptures

    penalty = rows.shape[1] * np.log(len(rows)) * 2.0
    found = {
        "ruptures Binseg": ruptures.Binseg(model="l2", min_size=5).fit(rows).predict(pen=penalty),
        "ruptures Window": ruptures.Window(width=60, model="l2", min_size=5).fit(rows).predict(pen=penalty),
        "ruptures PELT": ruptures.KernelCPD(kernel="linear", min_size=5).fit(rows).predict(pen=penalty),
        "ruptures Binseg, 4 changes": ruptures.Binseg(model="l2", min_size=5).fit(rows).predict(n_bkps=4),
    }
    return {name: [int(row) for row in ends[:-1]] for name, ends in found.items()}

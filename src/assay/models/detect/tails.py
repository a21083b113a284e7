"""How unusual a score is: its tail probability on normal rows that were held out of the fit.

Below the 90 % quantile the held-out scores themselves count (conformal: a score is as likely as the share of held-out
rows at least as large, Vovk et al. 2005). Above, a generalised Pareto distribution is fitted to the exceedances (peaks
over threshold: Pickands 1975; by probability-weighted moments: Hosking and Wallis 1987), its shape drawn towards a
light tail as far as there are few independent rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

QUANTILE = 0.9
_PRIOR_SHAPE = 0.1
_PRIOR_EXCESS = (
    0.35  # mean exceedance over the 90 % quantile, in that quantile: of |N(0, 1)| 0.3, of an exponential 0.43
)
_PRIOR_ROWS = 10.0
_KNOWN_ROWS = 5.0
_SHAPE_LOW, _SHAPE_HIGH = 0.02, 0.5
_GRID = 64


@dataclass(frozen=True, slots=True)
class Tail:
    """The distribution of a score in normal operation.

    ``levels`` and ``surprises``: a grid of scores and their surprise -log10 P(score >= level); beyond ``start`` the
    Pareto tail with ``shape`` and ``scale``, of which ``share`` of the rows are. ``rows`` and ``effective`` are the
    held-out rows and how many independent ones they are worth.
    """

    levels: Floats
    surprises: Floats
    start: float
    shape: float
    scale: float
    share: float
    rows: int
    effective: float

    @classmethod
    def of(cls, scores: Floats, independent: float | None = None) -> Tail:
        """From scores of held-out normal rows in the order of time; at least two.

        ``independent``: the share of the rows that are independent, where it is known.
        """
        ordered = np.sort(scores)
        count = len(ordered)
        start = float(np.quantile(ordered, QUANTILE))
        above = ordered[ordered > start] - start
        effective = effective_rows(scores) if independent is None else independent * count
        shape, scale = _pareto(above, start, effective / count * len(above)) if len(above) else (_PRIOR_SHAPE, 0.0)
        scale = max(scale, 1e-6 * (abs(start) + 1.0))
        share = (len(above) + 1.0) / (count + 1.0)
        at = np.unique(np.round(np.linspace(0, count - 1, _GRID)).astype(np.int64))
        levels = np.minimum(ordered[at], start)
        # Of equal scores each is as usual as the first of them.
        surprises = -np.log10((count - np.searchsorted(ordered, levels, "left")) / (count + 1.0))
        surprises = np.minimum(np.maximum(surprises, 0.0), -np.log10(share))
        return cls(levels, surprises, start, shape, scale, share, count, effective)

    @classmethod
    def joint(cls, surprises: Floats) -> Tail:
        """From the largest of several surprises of held-out normal rows.

        Where each of them is right, the probability that one of them reaches s is as many times 10**-s as there are
        independent ones: an exponential tail of known scale, of which only the share is to be found. Another scale
        that the rows show counts as far as there are independent rows.
        """
        found = cls.of(surprises)
        above = surprises[surprises > found.start] - found.start
        known = 1.0 / np.log(10.0)
        effective = max(found.effective * (1.0 - QUANTILE), 1.0)
        seen = float(above.mean()) if len(above) else known
        scale = (seen * effective + known * _PRIOR_ROWS) / (effective + _PRIOR_ROWS)
        return replace(found, shape=_SHAPE_LOW, scale=scale)

    def surprise(self, scores: Floats) -> Floats:
        """-log10 of the probability that a normal row scores at least as high."""
        body = np.interp(scores, self.levels, self.surprises)
        beyond = np.maximum(scores - self.start, 0.0)
        tail = -np.log10(self.share) + np.log10(1.0 + self.shape * beyond / self.scale) / self.shape
        return np.where(scores > self.start, tail, body)


def _pareto(above: Floats, start: float, effective: float) -> tuple[float, float]:
    """Shape and scale by probability-weighted moments of ascending exceedances, ``effective`` of them independent.

    Both are drawn to what standard errors of normal numbers would have, as far as there are few exceedances.
    """
    count = len(above)
    mean = float(above.mean())
    rank = (count - np.arange(1, count + 1)) / max(count - 1, 1)
    first = float((above * rank).mean())  # E[X (1 - F)]
    spread = mean - 2.0 * first
    shape = 2.0 - mean / spread if spread > 1e-12 * mean else _PRIOR_SHAPE
    shape = (shape * effective + _PRIOR_SHAPE * _PRIOR_ROWS) / (effective + _PRIOR_ROWS)
    shape = min(max(shape, _SHAPE_LOW), _SHAPE_HIGH)
    usual = (mean * effective + _PRIOR_EXCESS * abs(start) * _PRIOR_ROWS) / (effective + _PRIOR_ROWS)
    # What few exceedances let predict has a heavier tail than what they were drawn from: of m exponential ones it is
    # a Pareto tail of shape 1 / m.
    return shape + 1.0 / (effective + _KNOWN_ROWS), usual * (1.0 - shape)


def effective_rows(scores: Floats) -> float:
    """How many independent rows a stretch is worth: n over the integral time scale of its clipped autocorrelation.

    The sum of autocorrelations ends where a pair of neighbours is no longer positive (Geyer 1992).
    """
    count = len(scores)
    if count < 4:
        return float(count)
    top = np.quantile(scores, 0.99)
    centred = np.minimum(scores, top)
    centred = centred - centred.mean()
    power = float(centred @ centred)
    if power <= 0.0:
        return float(count)
    size = 1 << (2 * count - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    correlation = np.fft.irfft(spectrum * spectrum.conj(), size)[: count // 2] / power
    pairs = correlation[1 : len(correlation) - 1 : 2] + correlation[2::2][: len(correlation[1:-1:2])]
    stop = np.flatnonzero(pairs <= 0.0)
    total = float(pairs[: stop[0] if len(stop) else len(pairs)].sum())
    return count / (1.0 + 2.0 * total)

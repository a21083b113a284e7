"""Rolling bearings: how often each element passes a defect, from the geometry (Harris, Rolling Bearing Analysis).

Orders are multiples of the shaft's speed. Real bearings slip: the cage lags its kinematic speed by one or two per cent,
so every search around these orders allows for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians

from assay.kernel.errors import InputError


@dataclass(frozen=True, slots=True)
class Orders:
    """Kinematic orders: outer race (BPFO), inner race (BPFI), ball spin (BSF), cage (FTF)."""

    outer: float
    inner: float
    ball: float
    cage: float


@dataclass(frozen=True, slots=True)
class BearingGeometry:
    """``balls`` rolling elements of diameter ``ball`` on the pitch diameter ``pitch`` (same unit), contact angle in
    degrees.

    The inner race turns and the outer race stands. InputError when the figures fit no bearing.
    """

    balls: int
    ball: float
    pitch: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        if not (3 <= self.balls <= 200 and 0.0 < self.ball < self.pitch and 0.0 <= self.angle < 90.0):
            raise InputError("rotating.geometry", balls=self.balls, ball=self.ball, pitch=self.pitch, angle=self.angle)
        if self.balls * self.ball > pi * self.pitch:
            raise InputError("rotating.geometry_crowded", balls=self.balls, ball=self.ball, pitch=self.pitch)

    def orders(self) -> Orders:
        """The kinematic orders, without slip."""
        ratio = self.ball / self.pitch * cos(radians(self.angle))
        cage = (1.0 - ratio) / 2.0
        spin = self.pitch / (2.0 * self.ball) * (1.0 - ratio**2)
        return Orders(self.balls * cage, self.balls * (1.0 - cage), spin, cage)

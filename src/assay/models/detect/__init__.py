"""Anomalies, changes and faults in many tags: learned from normal operation, beside rules and physics."""

from __future__ import annotations

from assay.kernel.texts import register_texts
from assay.models.detect.detector import Detector
from assay.models.detect.result import ChangePoint, Contribution, Detection, Expected, Interval, Scores
from assay.models.detect.rules import RuleSet
from assay.models.detect.running import detect

register_texts("detect", "assay.models.detect")

__all__ = [
    "ChangePoint",
    "Contribution",
    "Detection",
    "Detector",
    "Expected",
    "Interval",
    "RuleSet",
    "Scores",
    "detect",
]

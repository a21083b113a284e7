"""Rotating machines: vibration features, ISO 20816-3 zones, bearing elements and other faults from a waveform."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("rotating", "assay.models.health.rotating")

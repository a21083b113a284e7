"""Diagnosis by ISO 14224 codes: rules over findings, and cases of the past that resemble the present one."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("diagnosis", "assay.models.health.diagnosis")

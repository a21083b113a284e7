"""Whom to send to an alarm or work order: hard constraints first, then a stated score, then one person for each job."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("dispatch", "assay.skills.alarms.dispatch")

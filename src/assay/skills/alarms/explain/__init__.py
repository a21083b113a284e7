"""One alarm explained: what it means and did, what led up to it, what can cause it, what is written about it."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("explain", "assay.skills.alarms.explain")

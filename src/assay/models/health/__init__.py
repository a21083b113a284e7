"""Machine health: rotating machines, processes, fleets that run to failure, and diagnosis."""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("machine_health", "assay.models.health")

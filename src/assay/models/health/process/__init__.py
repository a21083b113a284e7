"""Health of processes: efficiencies, fouling by balance, filters, valves and motors, from the plant's own
measurements.
"""

from __future__ import annotations

from assay.kernel.texts import register_texts

register_texts("process_health", "assay.models.health.process")

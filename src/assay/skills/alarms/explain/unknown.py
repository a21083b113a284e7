"""What the page on an alarm could not look at, said instead of left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.kernel.evidence import Evidence
from assay.kernel.texts import Lang, text


def not_given(found: Mapping[str, Evidence], lang: Lang) -> list[str]:
    """A sentence for each source that was not given or holds nothing."""
    about: Any = found["alarms.about"].value
    course: Any = found["alarms.course"].value if "alarms.course" in found else None
    limit = about["limit"]
    causes: Any = found["alarms.causes"].value if "alarms.causes" in found else None
    gaps = {
        "plant": limit["equipment"] is None,
        "rationale": limit["equipment"] is not None and limit.get("consequence") is None,
        "course": course is None or not course["points"],
        "library": limit["equipment"] is not None and causes is not None and not causes["library"],
        "procedures": "alarms.passages" not in found,
        "orders": "alarms.past_orders" not in found,
    }
    return [text(f"explain.none_{gap}", lang) for gap, there in gaps.items() if there]

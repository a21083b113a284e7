"""Disturbances that start by the plant's clock: ``IDV4@1.0h``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from assay.kernel.errors import InputError

_PATTERN = re.compile(r"\s*IDV\s*\(?(\d{1,3})\)?\s*@\s*(\d+(?:\.\d+)?)\s*(h|min|m|s)\s*", re.IGNORECASE)
_HOURS = {"h": 1.0, "min": 1 / 60, "m": 1 / 60, "s": 1 / 3600}
FIRST_IDV, LAST_IDV = 1, 28


@dataclass(frozen=True, slots=True, order=True)
class ScheduledFault:
    """Disturbance ``idv`` starts at ``hours`` of plant time with ``magnitude`` of its full size."""

    hours: float
    idv: int
    magnitude: float = 1.0


def parse_fault(text: str, magnitude: float = 1.0) -> ScheduledFault:
    """A fault from its text: ``IDV4@1.0h``, ``IDV(4)@30min``. InputError for another form or an unknown number."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise InputError("connectors.fault_text", text=text)
    if not (math.isfinite(magnitude) and 0.0 < magnitude <= 1.0):
        raise InputError("connectors.fault_magnitude", magnitude=magnitude)
    idv = int(match[1])
    if not FIRST_IDV <= idv <= LAST_IDV:
        raise InputError("connectors.fault_unknown", idv=idv, first=FIRST_IDV, last=LAST_IDV)
    return ScheduledFault(float(match[2]) * _HOURS[match[3].lower()], idv, magnitude)


def parse_faults(texts: Iterable[str], magnitude: float = 1.0) -> tuple[ScheduledFault, ...]:
    """Several faults in the order of their start; InputError when one disturbance is asked for twice."""
    faults = sorted(parse_fault(text, magnitude) for text in texts)
    numbers = [fault.idv for fault in faults]
    for number in numbers:
        if numbers.count(number) > 1:
            raise InputError("connectors.fault_twice", idv=number)
    return tuple(faults)

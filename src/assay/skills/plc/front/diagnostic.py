"""One finding about a program: a stable code, how bad it is, where it stands, and a sentence in zh and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assay.skills.plc.front.source import Span

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """``code`` is stable for ever (``ST1xxx`` lexing and parsing, ``ST2xxx`` names and types, ``ST3xxx`` lints,
    ``ST4xxx`` files and formats); ``key`` is the text key of its sentence, ``values`` fill it; ``related`` are other
    places that belong to it (the first of two declarations, the IF whose END_IF is missing).
    """

    code: str
    severity: Severity
    span: Span
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    related: tuple[Span, ...] = ()

"""What is said about a property or an obligation: a verdict with its method, its depth, its trace and its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assay.kernel.errors import AssayError
from assay.kernel.texts import Lang, text
from assay.skills.plc.front.source import NOWHERE, Span

#: PROVED: holds for every run, without a bound (for ``reachable``: a run that gets there was found and replayed).
#: BOUNDED: holds in the first ``k`` scans, more is not known. REFUTED: a run was found that violates it and both
#: executors repeat it (for ``reachable``: proved that no run gets there). UNKNOWN: no answer, ``why`` tells. UNSOUND:
#: the property itself cannot be judged (it speaks of free inputs only, or of names that are not declared).
Status = Literal["PROVED", "BOUNDED", "REFUTED", "UNKNOWN", "UNSOUND"]

#: How a verdict was found.
Method = Literal["", "static", "k-induction", "spacer", "bmc", "intervals", "simulation"]

#: A sentence to show: its text key in the room ``plc_prove`` and what fills it.
Reason = tuple[str, dict[str, object]]


def sentence(reason: Reason, lang: Lang) -> str:
    """A reason for a person."""
    key, values = reason
    told = {name: one.render(lang) if isinstance(one, AssayError) else one for name, one in values.items()}
    return text(f"plc_prove.{key}", lang, **told)


@dataclass(frozen=True, slots=True)
class Row:
    """One scan of a trace: the clock at the scan and since the last one, the inputs handed in, and the variables of
    interest at its end (flat paths -> values of ``ir/types.py``)."""

    scan: int
    now_ns: int
    elapsed_ns: int
    inputs: dict[str, object]
    after: dict[str, object]


@dataclass(frozen=True, slots=True)
class Trace:
    """A run from the start. ``inputs``, ``outputs`` and ``others`` are the columns worth showing; ``replayed`` names
    the executors that repeated it; ``spans`` are the statements and branches that ran in the last scan."""

    rows: tuple[Row, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    others: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    replayed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``k``: scans looked at (bounded, refuted) or the depth of the induction. ``invariants``: those the proof used, as
    text. ``notes``: what else a reader should know (an implication whose condition never becomes TRUE). ``severity``:
    a refuted obligation may be only a warning (wrap-around is defined)."""

    id: str
    kind: str
    status: Status
    text: str = ""
    method: Method = ""
    k: int = 0
    seconds: float = 0.0
    invariants: tuple[str, ...] = ()
    trace: Trace | None = None
    why: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()
    span: Span = NOWHERE
    severity: Literal["error", "warning"] = "error"

    @property
    def bad(self) -> bool:
        """Whether the program fails here. A property that cannot be judged is no failure of the program."""
        return self.status == "REFUTED" and self.severity == "error"


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts on one unit: those on ``properties`` in their order, then those on ``obligations``; ``notes`` about
    the whole (globals that were taken for inputs, properties that contradict each other)."""

    unit: str
    properties: tuple[Verdict, ...]
    obligations: tuple[Verdict, ...]
    notes: tuple[Reason, ...] = ()
    seconds: float = 0.0

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Everything."""
        return self.properties + self.obligations

    @property
    def clean(self) -> bool:
        """No property and no obligation of severity error is refuted."""
        return not any(one.bad for one in self.verdicts)

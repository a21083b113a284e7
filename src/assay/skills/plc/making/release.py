"""Whether a program may be released, and why not: the one place where that is decided.

Released: every gate passed, sealed tests (where given) passed, and the specification pins the program down (see
:mod:`.adequacy`) or sealed tests did so. Anything else is ``not released`` with what is missing, never a bare failure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from assay.skills.plc.making.adequacy import Adequacy
from assay.skills.plc.making.gates import Gated, Wanted, run_tests

if TYPE_CHECKING:
    from assay.skills.plc.testing.judge import Outcome

Reason = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Release:
    """``status`` with the reasons why it is not released (text keys of ``plc_making`` and what fills them)."""

    status: Literal["released", "not_released"]
    reasons: tuple[Reason, ...] = ()
    sealed: tuple[Outcome, ...] = ()

    @property
    def released(self) -> bool:
        """Whether somebody may have it."""
        return self.status == "released"


def decide(gated: Gated, wanted: Wanted, adequacy: Adequacy | None, sealed: Any, origin: str) -> Release:
    """The decision about the chosen candidate. ``sealed`` tests are run here, once, and nowhere else.

    A block of the ``library`` is pinned down by its own tests, which the library's benchmark judges with mutants. What
    code ``completed`` from the properties fulfils them by construction: whether they say all that the requirement says
    is then open, unless tests that somebody wrote passed too.
    """
    reasons: list[Reason] = []
    if not gated.passed:
        reasons.append((f"failed_{gated.stage}", {}))
    outcomes: tuple[Outcome, ...] = ()
    if sealed is not None and gated.project is not None:
        outcomes = run_tests(gated.project, wanted.interface.name, sealed)
        failed = sum(not one.passed for one in outcomes)
        if failed:
            reasons.append(("failed_sealed", {"failed": failed, "all": len(outcomes)}))
    if gated.passed:
        reasons += _open_questions(gated, wanted, adequacy, origin)
        if origin == "completed" and not outcomes and wanted.tests is None:
            reasons.append(("from_properties_alone", {}))
    return Release("not_released" if reasons else "released", tuple(reasons), outcomes)


def _open_questions(gated: Gated, wanted: Wanted, adequacy: Adequacy | None, origin: str) -> list[Reason]:
    found: list[Reason] = []
    idle = _unread(gated, wanted) if origin != "library" else []
    if idle:
        found.append(("inputs_unread", {"names": ", ".join(idle)}))
    found += [(key, dict(values)) for key, values in gated.hollow]
    unsound = [one.id for one in gated.report.properties if one.status == "UNSOUND"] if gated.report is not None else []
    if unsound and origin != "library":
        found.append(("unsound_properties", {"names": ", ".join(unsound)}))
    if not wanted.properties and wanted.tests is None:
        found.append(("nothing_to_test", {}))
    elif origin != "library" and (adequacy is None or not adequacy.enough):
        missed = adequacy.survived[:3] if adequacy is not None else ()
        told = "; ".join(f"{one.before} -> {one.after}" for one in missed)
        if told:
            found.append(("left_open", {"count": len(adequacy.survived) if adequacy else 0, "examples": told}))
        else:
            found.append(("not_judged", {}))
    return found


def _unread(gated: Gated, wanted: Wanted) -> list[str]:
    """Inputs that nothing in the program hangs on: a requirement hardly declares one for nothing."""
    from assay.skills.plc.explain.facts import read_facts
    from assay.skills.plc.explain.graph import Graph

    unit = gated.project.unit(wanted.interface.name) if gated.project is not None else None
    if unit is None or gated.project is None:
        return []
    graph = Graph.of(read_facts(gated.project, unit))
    goals = [one.name for one in unit.variables if one.section in ("output", "in_out", "result", "static")]
    used = {name.upper() for goal in goals for name in graph.sources(goal)}
    return [one.name for one in unit.variables if one.section == "input" and one.name.upper() not in used]

"""Whether two versions of a unit can be told apart by their outputs (for mutants that change nothing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.skills.plc.prove.verdict import Verdict

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Project


def equal_outputs(
    first: Project, second: Project, unit_name: str, depth: int = 50, *, scan_ns: int = 100_000_000
) -> Verdict:
    """Whether ``unit_name`` gives the same outputs (VAR_OUTPUT, VAR_IN_OUT, the result, globals written) in both
    projects, scan by scan, for all inputs and the scan time ``scan_ns``.

    PROVED: equal for ever. BOUNDED(k): no difference in the first k scans. REFUTED: ``trace`` holds inputs with which
    they differ (its last row shows the outputs of the first). UNKNOWN: ``why`` tells.
    """
    raise NotImplementedError

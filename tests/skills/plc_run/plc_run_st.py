"""Structured Text to machines, for the tests of the executors."""

from __future__ import annotations

from assay.kernel.texts import text as sentence
from assay.skills.plc.front.source import Dialect, Source
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.run.machine import Machine
from assay.skills.plc.typed.check import check


def checked(text: str, dialect: Dialect = "codesys") -> Project:
    """The project of a text that has no error."""
    found = check([Source("t.st", text, dialect)])
    errors = [(text[one.span.start : one.span.end], sentence(one.key, "en", **one.values))
              for one in found.diagnostics if one.severity == "error"]  # fmt: skip
    assert not errors, errors
    return found.project


def same(machines: list[Machine]) -> None:
    """All machines hold the same."""
    first = machines[0]
    for other in machines[1:]:
        assert other.fault == first.fault
        assert other.state() == first.state()
        assert other.now_ns == first.now_ns

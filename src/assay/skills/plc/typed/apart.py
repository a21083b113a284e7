"""The projects of one TwinCAT solution that are given together: each has its own names."""

from __future__ import annotations

from collections.abc import Sequence

from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.files import by_project
from assay.skills.plc.front.source import Source
from assay.skills.plc.typed.check import Checked, check


def check_apart(
    sources: Sequence[Source], *, lenient: bool | None = None, lints: bool = True, notes: Sequence[Diagnostic] = ()
) -> list[Checked]:
    """Check sources together or, where two projects declare the same name, each project by itself. The arguments are
    those of ``check``."""
    together = check(sources, lenient=lenient, lints=lints, notes=notes)
    if not _collisions(together):
        return [together]
    groups = by_project(sources)
    home = {source.name: place for place, group in enumerate(groups) for source in group}
    if all(home.get(a) == home.get(b) for a, b in _collisions(together)):
        return [together]
    return [
        check(
            group,
            lenient=lenient,
            lints=lints,
            notes=[one for one in notes if home.get(one.span.source, 0) == place],
        )
        for place, group in enumerate(groups)
    ]


def _collisions(found: Checked) -> list[tuple[str, str]]:
    """The files of each name that is declared twice, in two of them."""
    return [
        (one.span.source, span.source)
        for one in found.diagnostics
        if one.key == "plc_typed.declared_twice"
        for span in one.related
        if span.source != one.span.source
    ]

"""Programs from one form into another: PLCopen XML, Siemens SCL, Structured Text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from assay.kernel.errors import InputError
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.parser import Parsed, parse
from assay.skills.plc.front.plcopen_write import write_plcopen
from assay.skills.plc.front.source import Source
from assay.skills.plc.front.to_scl import to_scl
from assay.skills.plc.front.to_st import called, to_st

Target = Literal["plcopen", "scl", "st"]
TARGETS: tuple[Target, ...] = ("plcopen", "scl", "st")


def convert(sources: Sequence[Source], target: Target, name: str = "project") -> tuple[str, list[Diagnostic]]:
    """All sources as one text in the form of ``target``, and what of them has no equal there.

    From SCL to PLCopen the way leads over Structured Text. Raises InputError for a source with errors.
    """
    parsed = [(one, _whole(one)) for one in sources]
    if target == "scl":
        return to_scl(parsed)
    texts: list[tuple[Source, Parsed]] = []
    found: list[Diagnostic] = []
    known = called(one.unit for _, one in parsed)
    for source, one in parsed:
        text, notes = to_st(source, one, known)
        found += notes
        if source.dialect == "scl":
            source = Source(source.name, text, "iec")
            one = _whole(source)
        texts.append((source, one))
    if target == "st":
        return "\n\n".join(source.text.strip() for source, _ in texts) + "\n", found
    written, notes = write_plcopen(name, texts)
    return written, found + notes


def _whole(source: Source) -> Parsed:
    """A source without errors."""
    parsed = parse(source)
    if not parsed.ok:
        raise InputError("plc_front.convert_errors", file=source.name)
    return parsed

"""The interface that a program must have, word for word: what a candidate is put into and compared with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.kernel.errors import InputError
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source
from assay.skills.plc.front.tree import Pou, VarBlock

_BARE = {"FUNCTION_BLOCK", "PROGRAM", "FUNCTION"}
_BLOCK = re.compile(r"\b(VAR(?:_[A-Z]+)?)\b(.*?)\bEND_VAR\b[ \t]*;?", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Interface:
    """``declarations`` is the text of its variable blocks; ``kind`` and ``name`` are those of the unit; ``result`` is
    the type of a function; ``names`` are all variables it declares, upper case, with section (``VAR CONSTANT`` for
    constants) and type text."""

    kind: str
    name: str
    result: str
    declarations: str
    names: dict[str, tuple[str, str]]
    types: str = ""

    def of(self, *sections: str) -> list[str]:
        """Names (upper case) declared in these sections."""
        return [name for name, (section, _) in self.names.items() if section in sections]


def read_interface(text: str, *, declarations_only: bool = False) -> Interface:
    """The interface in a text of Structured Text: its last program, function block or function; types before it are
    kept. Raises InputError when it holds none or cannot be read; with ``declarations_only`` errors behind the
    declarations do not count."""
    source = Source("interface.st", text)
    parsed = parse(source)
    units = [one for one in parsed.unit.elements if isinstance(one, Pou) and one.kind in _BARE]
    if not units or not text[units[-1].span.start :].lstrip().upper().startswith(units[-1].kind):
        raise InputError("plc_making.no_interface")  # loose statements are read as a program without a name
    last = units[-1].blocks[-1].span.end if units[-1].blocks else 0
    bad = next((one for one in parsed.diagnostics if one.severity == "error"), None)
    if bad is not None and not (declarations_only and bad.span.start >= last):
        place = source.position(bad.span.start)
        raise InputError("plc_making.bad_interface", line=place.line, column=place.column)
    unit = units[-1]
    body = text[unit.span.start : unit.span.end]
    blocks = [text[one.span.start : one.span.end] for one in unit.blocks] or [m[0] for m in _BLOCK.finditer(body)]
    names = {key: value for one in unit.blocks for key, value in _declared(one, text).items()}
    result = text[unit.result.span.start : unit.result.span.end] if unit.result is not None else ""
    return Interface(unit.kind, unit.name.text, result, "\n".join(blocks), names, text[: unit.span.start].strip())


def assemble(interface: Interface, local: str, body: str) -> str:
    """The whole unit: the interface word for word, then the candidate's own variables and statements."""
    head = f"{interface.kind} {interface.name}" + (f" : {interface.result}" if interface.result else "")
    parts = [interface.types, head, interface.declarations.strip(), local.strip(), body.strip("\n")]
    return "\n".join(one for one in parts if one) + f"\nEND_{interface.kind}\n"


def same_interface(wanted: Interface, text: str) -> bool:
    """Whether the program in ``text`` declares every variable of the interface with the same section and type, and no
    further input, output or in-out."""
    try:
        got = read_interface(text, declarations_only=True)
    except InputError:
        return False
    outside = ("VAR_INPUT", "VAR_OUTPUT", "VAR_IN_OUT")
    return (
        got.kind == wanted.kind
        and got.name.upper() == wanted.name.upper()
        and all(got.names.get(name) == what for name, what in wanted.names.items())
        and sorted(got.of(*outside)) == sorted(wanted.of(*outside))
    )


def _declared(block: VarBlock, text: str) -> dict[str, tuple[str, str]]:
    made: dict[str, tuple[str, str]] = {}
    for declaration in block.declarations:
        span = declaration.type.span if declaration.type is not None else declaration.span
        kind = " ".join(text[span.start : span.end].upper().split())
        section = f"{block.section} CONSTANT" if "CONSTANT" in block.qualifiers else block.section
        made.update({name.key: (section, kind) for name in declaration.names})
    return made

"""Records of the Agents4PLC benchmark: programs, traces and properties by PLCverif's pattern names.

A file holds JSON objects one after the other (not a list, not one a line), some of whose fields are Python literals
inside strings. The patterns are those of PLCverif (Darvas, Blanco Vinuela and Fernandez Adiego); what a pattern calls
the beginning of a cycle is the moment at which the inputs are there and the program has not run.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.prove.property import Property
from assay.skills.plc.prove.verdict import Reason

#: Largest file that is read, in bytes.
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One task: its interface (a unit without a body, cut out of the instruction), its program where there is one, its
    traces and its properties, each with the reason why it cannot be judged."""

    id: str
    instruction: str
    interface: str
    program: str
    traces: tuple[dict[str, Any], ...]
    properties: tuple[tuple[Property | None, Reason | None], ...]


def read_records(path: Path) -> list[Record]:
    """The records of a file. Raises InputError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError("plc_prove.file_big", file=path, most=MOST_BYTES // 10**6)
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError("plc_prove.file_read", file=path, problem=error.strerror or error) from None
    decoder, place = json.JSONDecoder(), 0
    records: list[Record] = []
    while place < len(text):
        if text[place] in " \t\r\n,[]":
            place += 1
            continue
        try:
            data, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise InputError("plc_prove.file_json", file=path, problem=error) from None
        if isinstance(data, dict):
            records.append(record(data, len(records) + 1))
    return records


def record(data: dict[str, Any], number: int) -> Record:
    """One record from its JSON object."""
    name = str(data.get("id") or number)
    properties = literal(data.get("properties_to_be_validated")) or []
    instruction = str(data.get("instruction") or "")
    return Record(
        name,
        instruction,
        interface_in(instruction),
        str(data.get("ground_truth") or ""),
        tuple(one for one in literal(data.get("test_cases")) or [] if isinstance(one, dict)),
        tuple(_property(one, f"{name}.{place}") for place, one in enumerate(properties, 1)),
    )


def literal(value: Any) -> Any:
    """A value that may stand as a Python literal or as JSON in a string."""
    if not isinstance(value, str):
        return value
    for read in (ast.literal_eval, json.loads):
        try:
            return read(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            continue
    return value


_HEAD = re.compile(r"\b(FUNCTION_BLOCK|PROGRAM|FUNCTION)\s+\w+(?:\s*:\s*\w+)?\s*(?:\{[^}]*\}\s*)?VAR")
_END = re.compile(r"\bEND_(?:FUNCTION_BLOCK|PROGRAM|FUNCTION|TYPE)\b")


def interface_in(instruction: str) -> str:
    """The declaration in an instruction, from its types or its first unit on; '' when there is none. Line ends that
    stand as two characters are line ends, and a unit that is not closed is closed."""
    text = instruction.replace("\\n", "\n")
    head = _HEAD.search(text)
    if head is None:
        return ""
    types = re.search(r"\bTYPE\b.*?END_TYPE", text[: head.start()], re.DOTALL)
    start = types.start() if types else head.start()
    ends = [one.end() for one in _END.finditer(text, head.start())]
    return text[start : ends[-1]] if ends else f"{text[start:].strip()}\nEND_{head[1]}"


def _property(data: Any, name: str) -> tuple[Property | None, Reason | None]:
    data = literal(data)
    inner = literal(data.get("property")) if isinstance(data, dict) else None
    if not isinstance(inner, dict):
        return None, ("unsound_shape", {"why": "property"})
    if inner.get("job_req") == "assertion":
        return None, ("unsound_assertion", {})
    pattern = str(inner.get("pattern_id") or "").removeprefix("pattern-")
    params = literal(inner.get("pattern_params"))
    said = str(data.get("property_description") or "")
    if not isinstance(params, dict):
        return None, ("unsound_shape", {"why": "pattern_params"})
    given = [in_st(str(value)) for _, value in sorted(params.items(), key=lambda one: str(one[0]).zfill(4))]
    pou = str(inner.get("entry_point") or "")
    made = _meant(name, pattern, given, pou, said)
    if made is None:
        return None, ("unsound_pattern", {"pattern": pattern, "count": len(given)})
    return made, None


def _meant(name: str, pattern: str, given: list[str], pou: str, said: str) -> Property | None:
    """A pattern with its parameters as a property."""
    if pattern == "invariant" and len(given) == 1:
        return Property(name, "invariant", then=given[0], pou=pou, text=said)
    if pattern == "forbidden" and len(given) == 1:
        return Property(name, "forbidden", given[0], pou=pou, text=said)
    if pattern == "reachability" and len(given) == 1:
        return Property(name, "reachable", given[0], pou=pou, text=said)
    if pattern == "implication" and len(given) == 2:
        return Property(name, "implication", given[0], given[1], pou=pou, text=said)
    if pattern == "statechange-duringcycle" and len(given) == 2:
        return Property(name, "implication", given[0], given[1], pou=pou, at="start", text=said)
    if pattern == "statechange-betweencycles" and len(given) == 3:
        return Property(name, "implication", given[1], given[2], pou=pou, before=given[0], text=said)
    return None


_SIGNS = (
    (re.compile(r"&&"), " AND "),
    (re.compile(r"\|\|"), " OR "),
    (re.compile(r"=="), "="),
    (re.compile(r"!="), "<>"),
    (re.compile(r"!(?!=)"), " NOT "),
)


def in_st(text: str) -> str:
    """An expression with C's signs in Structured Text."""
    for sign, word in _SIGNS:
        text = sign.sub(word, text)
    return " ".join(text.split())

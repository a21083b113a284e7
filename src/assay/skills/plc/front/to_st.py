"""Siemens SCL as Structured Text of the standard: names without quotes and ``#``, blocks as units, data blocks as
globals. Other dialects are Structured Text already and stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.front.lexer import Tokens, tokenize
from assay.skills.plc.front.parser import Parsed
from assay.skills.plc.front.rewrite import Edits, flat, plain_name, variables
from assay.skills.plc.front.source import Source, Span

_PREFIXES = {
    "B": "BYTE",
    "W": "WORD",
    "DW": "DWORD",
    "LW": "LWORD",
    "L": "DINT",
    "S5T": "T",
    "S5TIME": "T",
    "DTL": "DT",
}
_QUOTED = re.compile(r'"([^"]*)"')
_TYPES = {"S5TIME": "TIME", "DTL": "DT", "TON_TIME": "TON", "TOF_TIME": "TOF", "TP_TIME": "TP", "IEC_TIMER": "TON"}
_OPERANDS = frozenset({"name", "quoted", "local", "int", "typed", "direct"})
_BLOCK = re.compile(r"S?FB ?\d+")
_COUNTER = re.compile(r"(CTU|CTD|CTUD)_\w+\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Called:
    """What the calls of all sources may name. ``outputs``: those of each function; ``blocks``: function blocks."""

    outputs: dict[str, set[str]]
    blocks: frozenset[str]


def called(units: Iterable[tree.Unit]) -> Called:
    """The functions and function blocks of all sources."""
    pous = [one for unit in units for one in flat(unit.elements) if isinstance(one, tree.Pou)]
    return Called(
        {
            one.name.key: variables(block for block in one.blocks if block.section == "VAR_OUTPUT")
            for one in pous
            if one.kind == "FUNCTION"
        },
        frozenset(one.name.key for one in pous if one.kind == "FUNCTION_BLOCK"),
    )


def to_st(source: Source, parsed: Parsed, known: Called) -> tuple[str, list[Diagnostic]]:
    """The text and what of it has no equal."""
    if source.dialect != "scl":
        return source.text, []
    rewriter = _Rewriter(source, parsed, known)
    return rewriter.run(), rewriter.diagnostics


class _Rewriter:
    def __init__(self, source: Source, parsed: Parsed, known: Called) -> None:
        self.source = source
        self.unit = parsed.unit
        self.known = known
        self.edits = Edits(source.text)
        self.diagnostics: list[Diagnostic] = []

    def lost(self, what: str, span: Span, name: str = "") -> None:
        values = {"what": what, "name": name}
        self.diagnostics.append(Diagnostic("ST4020", "warning", span, "plc_front.not_written", values))

    def run(self) -> str:
        tokens = tokenize(self.source)
        for one in flat(self.unit.elements):
            if isinstance(one, tree.DataBlock):
                self.data_block(one)
            elif isinstance(one, tree.TypeDecl):
                self.type_decl(one)
        for node in nodes(self.unit):
            if isinstance(node, tree.PartAccess) and node.size != "X":
                self.lost(f".%{node.size}{node.index}", node.span)
            elif isinstance(node, tree.Jump) and node.kind == "GOTO":
                self.lost("GOTO", node.span)
            elif isinstance(node, tree.Literal_) and node.type_name == "P#":
                self.lost(node.raw, node.span)
            elif isinstance(node, tree.Call):
                self.call(node)
        self.heads(tokens)
        for place in range(len(tokens.kinds)):
            self.token(tokens, place)
        return self.edits.apply()

    def call(self, node: tree.Call) -> None:
        """STEP 7 writes ``:=`` for the outputs of functions too, and the block before its data block."""
        match node.target:
            case tree.NameExpr(name=name):
                outputs = self.known.outputs.get(name.key, set())
            case tree.Member(base=tree.NameExpr(name=block, sigil=sigil), name=name) if sigil != "#":
                if block.key in self.known.blocks or _BLOCK.fullmatch(block.key):
                    self.edits.replace(node.target.span.start, name.span.start, "")
                return
            case _:
                return
        for one in node.arguments:
            if one.mode == ":=" and one.name is not None and one.value is not None and one.name.key in outputs:
                place = self.source.text.index(":=", one.name.span.end)
                self.edits.replace(place, place + 2, "=>")

    def heads(self, tokens: Tokens) -> None:
        """The lines of a block's head that only SCL has, and its pragmas."""
        for one in tokens.trivia:
            word = one.text.lstrip("{ ").split(" ")[0].split(":")[0].upper()
            if one.kind == "pragma":
                self.edits.replace(one.span.start, one.span.end, "" if word else one.text)
            elif one.text.startswith("(/*"):
                inner = one.text[3:-3].replace("*)", "* )")
                self.edits.replace(one.span.start, one.span.end, f"(*{inner}*)")

    def token(self, tokens: Tokens, place: int) -> None:
        kind, key = tokens.kinds[place], tokens.keys[place]
        start, end = tokens.starts[place], tokens.ends[place]
        text = self.source.text[start:end]
        if kind == "quoted":
            self.edits.replace(start, end, plain_name(text[1:-1]))
        elif kind == "local":
            self.edits.replace(start, end, plain_name(text[1:].strip('"')))
        elif kind == "region":
            self.edits.replace(start, end, f"// {text}" if key == "REGION" else "")
        elif kind in ("typed", "time", "date"):
            prefix, mark, rest = text.partition("#")
            new = _PREFIXES.get(prefix.upper())
            if new and mark:
                self.edits.replace(start, end, f"{new}#{rest}")
        elif kind == "name":
            self.word(tokens, place, key, start, end)
        elif key in ("ORGANIZATION_BLOCK", "END_ORGANIZATION_BLOCK"):
            self.edits.replace(start, end, key.replace("ORGANIZATION_BLOCK", "PROGRAM"))

    def word(self, tokens: Tokens, place: int, key: str, start: int, end: int) -> None:
        """A word that is no name of the program."""
        before = tokens.keys[place - 1] if place else ""
        if key == "BEGIN" and tokens.keys[place + 1] != ":=":
            self.edits.replace(start, end, "")
        elif key == "VOID" and before == ":":
            self.edits.replace(tokens.starts[place - 1], end, "")
        elif key in ("KNOW_HOW_PROTECT", "DB_SPECIFIC"):
            self.edits.replace(start, end, "")
        elif key == "DIV" and place and (before in (")", "]", "^") or tokens.kinds[place - 1] in _OPERANDS):
            self.edits.replace(start, end, "/")
        elif before in (":", "OF") and (key in _TYPES or _COUNTER.match(key)):
            self.edits.replace(start, end, _TYPES.get(key, key.partition("_")[0]))

    def type_decl(self, one: tree.TypeDecl) -> None:
        """``TYPE "x" STRUCT`` gets its colon."""
        gap = self.source.text[one.name.span.end : one.spec.span.start]
        if ":" not in gap.replace("VERSION :", ""):
            self.edits.put(one.name.span.end, " : ")

    def data_block(self, one: tree.DataBlock) -> None:
        """A data block becomes a global: of its block's type, or of a structure of its own."""
        name, text = plain_name(one.name.text), self.source.text
        start_values = "; ".join(text[assign.span.start : assign.span.end] for assign in one.assigns)
        if one.assigns:
            self.lost("BEGIN", one.span, one.name.text)
        if one.type is not None:
            kind = plain_name(one.type.parts[-1].text)
            new = f"VAR_GLOBAL\n    {name} : {kind};\nEND_VAR"
        else:
            fields = "".join(
                "    " + _QUOTED.sub(lambda found: plain_name(found[1]), text[var.span.start : var.span.end]) + "\n"
                for block in one.blocks
                for var in block.declarations
            )
            new = f"TYPE {name}_T : STRUCT\n{fields}END_STRUCT;\nEND_TYPE\n"
            new += f"VAR_GLOBAL\n    {name} : {name}_T;\nEND_VAR"
        note = f" (* {start_values.replace('*)', '* )')} *)" if start_values else ""
        self.edits.replace(one.span.start, one.span.end, new + note)

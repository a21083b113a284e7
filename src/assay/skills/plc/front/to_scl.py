"""Structured Text as Siemens SCL: blocks with quoted names, ``#`` before locals, globals in a data block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.front.parser import Parsed
from assay.skills.plc.front.rewrite import Edits, flat, variables, with_comments
from assay.skills.plc.front.source import Source, Span

#: The data block that holds the globals of lists without a name.
GLOBALS = "Globals"
_TYPES = {"TON": "TON_TIME", "TOF": "TOF_TIME", "TP": "TP_TIME", "CTU": "CTU_INT", "CTD": "CTD_INT", "CTUD": "CTUD_INT"}
_HEAD = "{ S7_Optimized_Access := 'TRUE' }\nVERSION : 0.1\n"
_SECTIONS = frozenset({"VAR", "VAR_INPUT", "VAR_OUTPUT", "VAR_IN_OUT", "VAR_TEMP", "VAR_STAT"})


def to_scl(parsed: Sequence[tuple[Source, Parsed]]) -> tuple[str, list[Diagnostic]]:
    """One text of all sources, and what of them has no equal."""
    writer = _Writer([flat(one.unit.elements) for _, one in parsed])
    parts: list[str] = []
    for source, one in parsed:
        if source.dialect == "scl":
            parts.append(source.text.strip())
        else:
            writer.text, writer.trivia = source.text, one.unit.trivia
            parts += [text for element in flat(one.unit.elements) if (text := writer.element(element))]
    return "\n\n".join(parts) + "\n", writer.diagnostics


class _Writer:
    def __init__(self, elements: list[list[tree.Element]]) -> None:
        self.text = ""
        self.trivia: tuple[tree.Trivia, ...] = ()
        self.diagnostics: list[Diagnostic] = []
        every = [one for group in elements for one in group]
        self.units = {one.name.key: one.name.text for one in every if isinstance(one, tree.Pou)}
        self.types = {one.name.key: one.name.text for one in every if isinstance(one, tree.TypeDecl)}
        self.enums = {
            name.key
            for one in every
            if isinstance(one, tree.TypeDecl) and isinstance(one.spec, tree.EnumType)
            for name, _ in one.spec.members
        }
        self.blocks = {one.name.key for one in every if isinstance(one, tree.Pou) and one.kind == "FUNCTION_BLOCK"}
        self.local: set[str] = set()
        self.labels: dict[Span, str] = {}
        self.globals: dict[str, str] = {}
        self.instances: dict[str, str] = {}
        for one in every:
            if isinstance(one, tree.GlobalVars):
                self.global_list(one)

    def global_list(self, one: tree.GlobalVars) -> None:
        """A list of globals is a data block; each instance of a function block has one of its own."""
        unnamed = sum(label.startswith(GLOBALS) for label in self.labels.values())
        label = one.name.text if one.name else f"{GLOBALS}_{unnamed + 1}" if unnamed else GLOBALS
        self.labels[one.span] = label
        self.globals.update(dict.fromkeys(variables(one.blocks), label))
        for field in (field for block in one.blocks for field in block.declarations):
            if self.is_instance(field):
                self.instances.update((name.key, name.text) for name in field.names)

    def is_instance(self, field: tree.VarDecl) -> bool:
        return isinstance(field.type, tree.NamedType) and field.type.parts[-1].key in self.blocks

    def lost(self, what: str, name: str, span: Span) -> None:
        values = {"what": what, "name": name}
        self.diagnostics.append(Diagnostic("ST4020", "warning", span, "plc_front.not_written", values))

    def element(self, one: tree.Element) -> str:
        """One element; empty when it has no equal."""
        if isinstance(one, tree.Pou):
            return self.pou(one)
        if isinstance(one, tree.TypeDecl):
            return self.type_decl(one)
        if isinstance(one, tree.GlobalVars):
            return self.data_block(one)
        self.lost("CONFIGURATION", one.name.text if isinstance(one, tree.Configuration) else "", one.span)
        return ""

    def type_decl(self, one: tree.TypeDecl) -> str:
        if not isinstance(one.spec, tree.StructType) or one.spec.union or one.spec.extends:
            self.lost("TYPE", one.name.text, one.span)
            return ""
        fields = "".join(f"      {self.declaration(field)}\n" for field in one.spec.fields)
        return f'TYPE "{one.name.text}"\nVERSION : 0.1\n   STRUCT\n{fields}   END_STRUCT;\n\nEND_TYPE'

    def data_block(self, one: tree.GlobalVars) -> str:
        """The data block of a list, and those of its instances."""
        label, parts = self.labels[one.span], []
        blocks = ""
        for block in one.blocks:
            plain = tuple(field for field in block.declarations if not self.is_instance(field))
            blocks += self.section(replace(block, declarations=plain), "VAR") if plain else ""
            parts += [self.instance(name.text, each) for each in block.declarations if each not in plain
                      for name in each.names]  # fmt: skip
        if blocks or not parts:
            parts.insert(0, f'DATA_BLOCK "{label}"\n{_HEAD}{blocks}\nBEGIN\n\nEND_DATA_BLOCK')
        return "\n\n".join(parts)

    def instance(self, name: str, one: tree.VarDecl) -> str:
        """The data block of an instance with its start values."""
        starts = "".join(f"   {line};\n" for line in self.starts(one.initial, ""))
        return f'DATA_BLOCK "{name}"\n{_HEAD}{self.type_text(one.type)}\n\nBEGIN\n{starts}\nEND_DATA_BLOCK'

    def starts(self, value: tree.Expr | None, path: str) -> Iterator[str]:
        if isinstance(value, tree.StructInit):
            for name, inner in value.fields:
                yield from self.starts(inner, f"{path}.{name.text}" if path else name.text)
        elif isinstance(value, tree.ArrayInit):
            self.lost(path, "", value.span)
        elif value is not None:
            yield f"{path} := {self.raw(value)}"

    def pou(self, one: tree.Pou) -> str:
        if one.kind in ("CLASS", "INTERFACE"):
            self.lost(one.kind, one.name.text, one.span)
            return ""
        self.local = variables(block for block in one.blocks if block.section != "VAR_EXTERNAL") | {one.name.key}
        members: list[tree.Method | tree.Property | tree.Action] = [*one.methods, *one.properties, *one.actions]
        for member in members:
            self.lost(type(member).__name__.upper(), f"{one.name.text}.{member.name.text}", member.span)
        if one.extends or one.implements:
            self.lost("EXTENDS", one.name.text, one.name.span)
        if one.chart is not None:
            self.lost("SFC", one.name.text, one.chart.span)
        word = "FUNCTION" if one.kind == "FUNCTION" else "FUNCTION_BLOCK"
        result = f" : {self.type_text(one.result)}" if one.result else (" : Void" if word == "FUNCTION" else "")
        blocks = "".join(self.section(block) for block in one.blocks if block.section != "VAR_EXTERNAL")
        body = self.body(one)
        self.local = set()
        head = f'{word} "{one.name.text}"{result}\n{_HEAD}'
        return f"{head}{blocks}\nBEGIN\n{body}\nEND_{word}"

    # --- declarations

    def section(self, block: tree.VarBlock, word: str = "") -> str:
        if not word and block.section not in _SECTIONS:
            self.lost(block.section, "", block.span)
        word = word or (block.section if block.section in _SECTIONS - {"VAR_STAT"} else "VAR")
        given = " CONSTANT" if "CONSTANT" in block.qualifiers else ""
        given = " RETAIN" if not given and block.qualifiers & {"RETAIN", "PERSISTENT"} else given
        lines = "".join(f"      {self.declaration(one)}\n" for one in block.declarations)
        return f"   {word}{given}\n{lines}   END_VAR\n"

    def declaration(self, one: tree.VarDecl) -> str:
        if one.location is not None:
            self.lost(f"AT {one.location.text}", one.names[0].text, one.span)
        if one.edge:
            self.lost(one.edge, one.names[0].text, one.span)
        value = f" := {self.raw(one.initial)}" if one.initial is not None else ""
        notes = " ".join(note.text for note in one.notes if note.kind == "comment" and note.span.start > one.span.start)
        names = ", ".join(name.text for name in one.names)
        return f"{names} : {self.type_text(one.type)}{value};" + (f"   {notes}" if notes else "")

    def raw(self, node: tree.Expr) -> str:
        """An expression as it is written, wide strings as SCL has them."""
        edits = Edits(self.text[node.span.start : node.span.end])
        for start, end, new in (*self.names(node), *_wide(node)):
            edits.replace(start - node.span.start, end - node.span.start, new)
        return edits.apply()

    def type_text(self, spec: tree.TypeSpec | None) -> str:
        """A type: the program's own names in quotes."""
        if isinstance(spec, tree.NamedType):
            name = spec.parts[-1]
            own = self.types.get(name.key) or self.units.get(name.key)
            return f'"{own}"' if own else _TYPES.get(name.key, name.text)
        if isinstance(spec, tree.ArrayType):
            bounds = ", ".join("*" if one is None else f"{self.raw(one[0])}..{self.raw(one[1])}" for one in spec.bounds)
            return f"Array[{bounds}] of {self.type_text(spec.element)}"
        if isinstance(spec, tree.StringType):
            length = f"[{self.raw(spec.length)}]" if spec.length else ""
            return ("WString" if spec.wide else "String") + length
        if isinstance(spec, tree.StructType):
            fields = "".join(f"         {self.declaration(field)}\n" for field in spec.fields)
            return f"Struct\n{fields}      END_STRUCT"
        if isinstance(spec, tree.SubrangeType):
            self.lost(self.text[spec.span.start : spec.span.end], "", spec.span)
            return spec.base.parts[-1].text
        if spec is not None:
            self.lost(self.text[spec.span.start : spec.span.end], "", spec.span)
        return "Int" if isinstance(spec, tree.EnumType) else "Variant"

    # --- statements

    def body(self, one: tree.Pou) -> str:
        """The statements, names as SCL writes them."""
        if not one.body:
            return ""
        span = with_comments(self.text, self.trivia, one.body_span)
        edits = Edits(self.text[span.start : span.end])
        for start, end, new in (*self.names(one.body), *_wide(one.body)):
            edits.replace(start - span.start, end - span.start, new)
        return edits.apply().strip("\r\n")

    def names(self, root: object) -> Iterator[tuple[int, int, str]]:
        """``#`` before locals, quotes around all others; what is declared nowhere is a tag of the project."""
        called = {node.target.span for node in nodes(root) if isinstance(node, tree.Call)}
        lists = {label.upper() for label in self.labels.values()} - self.local
        for node in nodes(root):
            if isinstance(node, tree.Member) and isinstance(node.base, tree.NameExpr):
                if node.base.name.key in lists and node.name.key in self.instances:
                    yield node.span.start, node.span.end, f'"{self.instances[node.name.key]}"'
            if not isinstance(node, tree.NameExpr):
                continue
            key, span, text = node.name.key, node.span, node.name.text
            if key in self.local:
                yield span.start, span.end, f"#{text}"
            elif key in self.instances:
                yield span.start, span.end, f'"{self.instances[key]}"'
            elif key in self.globals:
                yield span.start, span.end, f'"{self.globals[key]}".{text}'
            elif key in self.units or not (key in self.types or key in self.enums or span in called):
                yield span.start, span.end, f'"{text}"'


def _wide(root: object) -> Iterator[tuple[int, int, str]]:
    """Wide strings, whose double quotes would be a name in SCL."""
    for node in nodes(root):
        if isinstance(node, tree.Literal_) and node.kind == "wstring" and node.raw.endswith('"'):
            inner = node.raw.partition('"')[2][:-1].replace('$"', '"').replace("'", "$'")
            yield node.span.start, node.span.end, f"WSTRING#'{inner}'"

"""Programs as PLCopen XML (TC6 v2.01), bodies in Structured Text.

Methods and properties stand in the additions that CODESYS has for them. What the format has no place for (namespaces,
classes, interfaces, inheritance, charts in text) is named with a diagnostic and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.parser import Parsed
from assay.skills.plc.front.rewrite import with_comments
from assay.skills.plc.front.source import Source, Span

NAMESPACE = "http://www.plcopen.org/xml/tc6_0201"
#: Fixed, so that the same program always gives the same file.
_TIME = "1970-01-01T00:00:00"
_KINDS = {
    "PROGRAM": "program",
    "FUNCTION_BLOCK": "functionBlock",
    "FUNCTION": "function",
    "ORGANIZATION_BLOCK": "program",
}
_FLAGS = (("constant", "CONSTANT"), ("retain", "RETAIN"), ("nonretain", "NON_RETAIN"), ("persistent", "PERSISTENT"))
#: Where CODESYS puts methods and properties, for which the format itself has no place.
_VENDOR = "http://www.3s-software.com/plcopenxml/"
_XHTML = "http://www.w3.org/1999/xhtml"
_LISTS = {
    "VAR_INPUT": "inputVars", "VAR_OUTPUT": "outputVars", "VAR_IN_OUT": "inOutVars", "VAR": "localVars",
    "VAR_STAT": "localVars", "VAR_INST": "localVars", "VAR_TEMP": "tempVars", "VAR_EXTERNAL": "externalVars",
    "VAR_GLOBAL": "globalVars",
}  # fmt: skip
_PLAIN = frozenset(
    "BOOL BYTE WORD DWORD LWORD SINT INT DINT LINT USINT UINT UDINT ULINT REAL LREAL TIME DATE DT TOD".split()
)


def write_plcopen(name: str, parsed: Sequence[tuple[Source, Parsed]]) -> tuple[str, list[Diagnostic]]:
    """One project of all the sources, and what of them has no place in it."""
    writer = _Writer()
    for source, one in parsed:
        writer.trivia = one.unit.trivia
        writer.source(source, one.unit.elements)
    head = (
        f'<fileHeader companyName="" productName="Assay" productVersion="1" creationDateTime="{_TIME}"/>'
        f"<contentHeader name={quoteattr(name)}><coordinateInfo>"
        + "".join(f'<{one}><scaling x="1" y="1"/></{one}>' for one in ("fbd", "ld", "sfc"))
        + "</coordinateInfo></contentHeader>"
    )
    body = (
        f"<types><dataTypes>{''.join(writer.types)}</dataTypes><pous>{''.join(writer.pous)}</pous></types>"
        f"<instances><configurations>{writer.configurations()}</configurations></instances>"
    )
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<project xmlns="{NAMESPACE}">{head}{body}</project>\n'
    return _broken_into_lines(text), writer.diagnostics


def _broken_into_lines(text: str) -> str:
    """A line for each element, but nothing inside the text of a body."""
    parts = re.split(r"(<!\[CDATA\[.*?\]\]>)", text, flags=re.DOTALL)
    return "".join(one if one.startswith("<![CDATA[") else one.replace("><", ">\n<") for one in parts)


class _Writer:
    def __init__(self) -> None:
        self.types: list[str] = []
        self.pous: list[str] = []
        self.globals: list[str] = []
        self.configured: list[str] = []
        self.diagnostics: list[Diagnostic] = []
        self.text = ""
        self.trivia: tuple[tree.Trivia, ...] = ()

    def lost(self, what: str, name: str, span: Span) -> None:
        values = {"what": what, "name": name}
        self.diagnostics.append(Diagnostic("ST4020", "warning", span, "plc_front.not_written", values))

    def source(self, source: Source, elements: Iterable[tree.Element]) -> None:
        """All elements of a source."""
        self.text = source.text
        for one in elements:
            if isinstance(one, tree.TypeDecl):
                self.types.append(self.data_type(one))
            elif isinstance(one, tree.Pou):
                self.pou(one)
            elif isinstance(one, tree.GlobalVars):
                self.globals += [self.variables(block, one.name.text if one.name else "") for block in one.blocks]
            elif isinstance(one, tree.Configuration):
                self.configured.append(self.configuration(one))
            elif isinstance(one, tree.Namespace):
                self.lost("NAMESPACE", ".".join(part.text for part in one.name), one.span)
                self.source(source, one.elements)
            else:
                self.lost("DATA_BLOCK", one.name.text, one.span)

    def raw(self, node: tree.Expr | None) -> str:
        """An expression as it is written."""
        return "" if node is None else " ".join(self.text[node.span.start : node.span.end].split())

    # --- types

    def type(self, spec: tree.TypeSpec | None) -> str:
        """A type's element."""
        if spec is None:
            return '<derived name="UNKNOWN"/>'
        if isinstance(spec, tree.NamedType):
            name = ".".join(one.text for one in spec.parts)
            return f"<{name.upper()}/>" if name.upper() in _PLAIN else f"<derived name={quoteattr(name)}/>"
        if isinstance(spec, tree.StringType):
            tag = "wstring" if spec.wide else "string"
            return f"<{tag} length={quoteattr(self.raw(spec.length))}/>" if spec.length else f"<{tag}/>"
        if isinstance(spec, tree.ArrayType):
            bounds = "".join(self.bound(one) for one in spec.bounds)
            return f"<array>{bounds}<baseType>{self.type(spec.element)}</baseType></array>"
        if isinstance(spec, tree.SubrangeType):
            unsigned = spec.base.parts[-1].key.startswith("U")
            tag = "subrangeUnsigned" if unsigned else "subrangeSigned"
            limits = f"<range lower={quoteattr(self.raw(spec.low))} upper={quoteattr(self.raw(spec.high))}/>"
            return f"<{tag}>{limits}<baseType>{self.type(spec.base)}</baseType></{tag}>"
        if isinstance(spec, tree.EnumType):
            return self.enum(spec)
        if isinstance(spec, tree.StructType):
            if spec.union or spec.extends:
                self.lost("UNION" if spec.union else "EXTENDS", "STRUCT", spec.span)
            return f"<struct>{''.join(self.variable(one) for one in spec.fields)}</struct>"
        return f"<pointer><baseType>{self.type(spec.target)}</baseType></pointer>"

    def bound(self, pair: tuple[tree.Expr, tree.Expr] | None) -> str:
        low, high = ("*", "*") if pair is None else (self.raw(pair[0]), self.raw(pair[1]))
        return f"<dimension lower={quoteattr(low)} upper={quoteattr(high)}/>"

    def enum(self, spec: tree.EnumType) -> str:
        values = "".join(
            f"<value name={quoteattr(name.text)}" + (f" value={quoteattr(self.raw(value))}" if value else "") + "/>"
            for name, value in spec.members
        )
        base = f"<baseType>{self.type(spec.base)}</baseType>" if spec.base else ""
        return f"<enum><values>{values}</values>{base}</enum>"

    def data_type(self, one: tree.TypeDecl) -> str:
        return (
            f"<dataType name={quoteattr(one.name.text)}><baseType>{self.type(one.spec)}</baseType>"
            f"{self.initial(one.initial)}</dataType>"
        )

    # --- values and variables

    def initial(self, value: tree.Expr | None) -> str:
        return f"<initialValue>{self.value(value)}</initialValue>" if value is not None else ""

    def value(self, value: tree.Expr) -> str:
        if isinstance(value, tree.ArrayInit):
            return f"<arrayValue>{''.join(self.item(*one) for one in value.items)}</arrayValue>"
        if isinstance(value, tree.StructInit):
            members = "".join(
                f"<value member={quoteattr(name.text)}>{self.value(item)}</value>" for name, item in value.fields
            )
            return f"<structValue>{members}</structValue>"
        return f"<simpleValue value={quoteattr(self.raw(value))}/>"

    def item(self, times: tree.Expr | None, value: tree.Expr) -> str:
        given = f" repetitionValue={quoteattr(self.raw(times))}" if times else ""
        return f"<value{given}>{self.value(value)}</value>"

    def variable(self, one: tree.VarDecl) -> str:
        address = f" address={quoteattr(one.location.text)}" if one.location else ""
        notes = " ".join(_words(note.text) for note in one.notes if note.kind == "comment")
        note = f'<documentation><p xmlns="{_XHTML}">{escape(notes)}</p></documentation>' if notes else ""
        if one.edge:
            self.lost(one.edge, one.names[0].text, one.span)
        if isinstance(one.type, tree.NamedType) and one.type.arguments:
            self.lost(self.text[one.type.span.start : one.type.span.end], one.names[0].text, one.span)
        inner = f"<type>{self.type(one.type)}</type>{self.initial(one.initial)}{note}"
        return "".join(f"<variable name={quoteattr(name.text)}{address}>{inner}</variable>" for name in one.names)

    def variables(self, block: tree.VarBlock, name: str = "") -> str:
        tag = _LISTS.get(block.section)
        if tag is None:
            self.lost(block.section, "", block.span)
            return ""
        given = "".join(f' {flag}="true"' for flag, word in _FLAGS if word in block.qualifiers)
        label = f" name={quoteattr(name)}" if name else ""
        return f"<{tag}{label}{given}>{''.join(self.variable(one) for one in block.declarations)}</{tag}>"

    # --- units

    def pou(self, one: tree.Pou) -> None:
        kind = _KINDS.get(one.kind)
        if kind is None:
            self.lost(one.kind, one.name.text, one.span)
            return
        if one.extends or one.implements:
            self.lost("EXTENDS / IMPLEMENTS", one.name.text, one.name.span)
        result = f"<returnType>{self.type(one.result)}</returnType>" if one.result else ""
        blocks = "".join(self.variables(block) for block in one.blocks)
        if one.chart is not None:
            self.lost("SFC", one.name.text, one.chart.span)
        actions = "".join(
            f"<action name={quoteattr(action.name.text)}>{self.body(action.body)}</action>" for action in one.actions
        )
        actions = f"<actions>{actions}</actions>" if actions else ""
        self.pous.append(
            f"<pou name={quoteattr(one.name.text)} pouType={quoteattr(kind)}><interface>{result}{blocks}</interface>"
            f"{actions}{self.body(one.body, one.body_span)}{self.added(one)}</pou>"
        )

    def added(self, one: tree.Pou) -> str:
        """Methods and properties, where CODESYS has them."""
        parts = [("method", self.method(method)) for method in one.methods]
        for item in one.properties:
            accessors = self.accessor("GetAccessor", item.getter) + self.accessor("SetAccessor", item.setter)
            result = f"<interface><returnType>{self.type(item.type)}</returnType></interface>"
            parts.append(("property", f"<Property name={quoteattr(item.name.text)}>{result}{accessors}</Property>"))
        data = "".join(
            f'<data name="{_VENDOR}{kind}" handleUnknown="implementation">{inner}</data>' for kind, inner in parts
        )
        return f"<addData>{data}</addData>" if data else ""

    def accessor(self, tag: str, part: tree.Method | None) -> str:
        if part is None:
            return ""
        blocks = "".join(map(self.variables, part.blocks))
        return f"<{tag}><interface>{blocks}</interface>{self.body(part.body)}</{tag}>"

    def method(self, one: tree.Method) -> str:
        result = f"<returnType>{self.type(one.result)}</returnType>" if one.result else ""
        blocks = "".join(self.variables(block) for block in one.blocks)
        interface = f"<interface>{result}{blocks}</interface>"
        return f"<Method name={quoteattr(one.name.text)}>{interface}{self.body(one.body)}</Method>"

    def body(self, statements: tuple[tree.Statement, ...], span: Span | None = None) -> str:
        """The statements with their comments, as they stand in the source."""
        if statements:
            span = statements[0].span.to(statements[-1].span) if span is None else span
            span = with_comments(self.text, self.trivia, span)
        start, end = (span.start, span.end) if span and statements else (0, 0)
        text = self.text[start:end].replace("]]>", "]]]]><![CDATA[>")
        return f'<body><ST><xhtml xmlns="{_XHTML}"><![CDATA[{text}]]></xhtml></ST></body>'

    def configurations(self) -> str:
        """The configurations; globals outside of one stand in one of their own."""
        own = ""
        if self.globals:
            own = f'<configuration name="Globals">{"".join(self.globals)}</configuration>'
        return own + "".join(self.configured)

    def configuration(self, one: tree.Configuration) -> str:
        tasks = []
        for task in one.tasks:
            settings = {name.key: self.raw(value) for name, value in task.settings}
            given = "".join(
                f" {flag}={quoteattr(settings[word])}"
                for flag, word in (("interval", "INTERVAL"), ("single", "SINGLE"))
                if word in settings
            )
            inside = "".join(self.instance(p) for p in one.programs if p.task and p.task.key == task.name.key)
            given = f" priority={quoteattr(settings.get('PRIORITY', '0'))}{given}"
            tasks.append(f"<task name={quoteattr(task.name.text)}{given}>{inside}</task>")
        free = "".join(self.instance(p) for p in one.programs if p.task is None)
        blocks = "".join(self.variables(block) for block in one.blocks)
        resource = f'<resource name="Resource">{"".join(tasks)}{blocks}{free}</resource>'
        return f"<configuration name={quoteattr(one.name.text)}>{resource}</configuration>"

    def instance(self, one: tree.ProgramInstance) -> str:
        kind = ".".join(part.text for part in one.type.parts)
        return f"<pouInstance name={quoteattr(one.name.text)} typeName={quoteattr(kind)}/>"


def _words(comment: str) -> str:
    for mark in ("(*", "*)", "//", "/*", "*/"):
        comment = comment.replace(mark, " ")
    return " ".join(comment.split())

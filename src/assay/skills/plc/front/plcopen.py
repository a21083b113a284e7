"""PLCopen XML (TC6 v2.01, also as CODESYS and TwinCAT write it): one source a file, as Structured Text."""

from __future__ import annotations

from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.plcopen_graph import Diagram, NoText
from assay.skills.plc.front.plcopen_sfc import Sequence
from assay.skills.plc.front.plcopen_types import note_text, section_head, type_text, value_text, variable_text
from assay.skills.plc.front.source import Dialect, Source, Span
from assay.skills.plc.front.xmltree import Assembly, Node

_WORDS = {"program": "PROGRAM", "functionBlock": "FUNCTION_BLOCK", "function": "FUNCTION"}
_LANGUAGES = ("ST", "FBD", "LD", "SFC", "IL", "CFC")


def is_plcopen(root: Node) -> bool:
    """Whether the root is that of a PLCopen project."""
    return root.tag == "project" and ("plcopen" in root.space.lower() or root.child("types") is not None)


def read_plcopen(root: Node, name: str, dialect: Dialect | None = None) -> tuple[Source, list[Diagnostic]]:
    """The source of a project, and what of it has no equal in text."""
    reader = _Reader(name)
    kind: Dialect = dialect or ("codesys" if reader.is_vendor(root) else "iec")
    types, pous = root.path("types", "dataTypes"), root.path("types", "pous")
    for one in types.all("dataType") if types else ():
        reader.data_type(one)
    for one in pous.all("pou") if pous else ():
        reader.pou(one)
    for one in root.walk():
        if one.tag == "configuration":
            reader.configuration(one)
        elif one.tag == "data" and one.get("name").endswith("/globalvars"):
            reader.globals(one)
    return reader.out.source(name, kind), reader.diagnostics


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.out = Assembly()
        self.diagnostics: list[Diagnostic] = []

    def is_vendor(self, root: Node) -> bool:
        return any("3s-software" in one.get("name") for one in root.walk() if one.tag == "data")

    def say(self, text: str, node: Node, end: bool = False) -> None:
        self.out.say(text, node.end if end else (node.line, node.column))

    def note(self, key: str, **values: object) -> None:
        span = Span(self.name, self.out.length, self.out.length)
        self.diagnostics.append(Diagnostic("ST4010", "error", span, f"plc_front.{key}", values))

    # --- types and variables

    def data_type(self, node: Node) -> None:
        self.documented(node)
        self.attributes(node)
        value = value_text(node.child("initialValue"))
        value = f" := {value}" if value else ""
        self.say(f"TYPE {node.get('name')} : {type_text(node.child('baseType'))}{value};\nEND_TYPE", node)

    def attributes(self, node: Node) -> None:
        """The pragmas that CODESYS adds to an element."""
        for data in (node.child("addData") or node).all("data"):
            for one in (data.child("Attributes") or data).all("Attribute"):
                value = f" := '{one.get('Value')}'" if one.get("Value") else ""
                self.say(f"{{attribute '{one.get('Name')}'{value}}}", node)

    def documented(self, node: Node) -> None:
        note = note_text(node)
        if note:
            self.say(note, node)

    def variables(self, holder: Node | None) -> None:
        """All lists of variables of an interface."""
        for one in holder.children if holder else ():
            head = section_head(one)
            if head is None:
                continue
            self.say(head, one)
            for variable in one.all("variable"):
                self.say("    " + variable_text(variable), variable)
            self.say("END_VAR", one, end=True)

    def globals(self, node: Node) -> None:
        for one in node.all("globalVars"):
            self.say(f"{{attribute 'list_name' := '{one.get('name')}'}}", one)
            self.attributes(one)
            holder = Node("interface", "", {}, one.line, one.column, [one])
            self.variables(holder)

    # --- units

    def pou(self, node: Node) -> None:
        interface = node.child("interface")
        self.documented(interface or node)
        self.attributes(interface or node)
        word = _WORDS.get(node.get("pouType"), "PROGRAM")
        plain = self.plain_text(interface)
        if plain is not None:
            self.out.pieces([one for one in plain.deep_pieces() if one.text])
        else:
            result = interface.child("returnType") if interface else None
            self.say(f"{word} {node.get('name')}" + (f" : {type_text(result)}" if result else ""), node)
            self.variables(interface)
        named = {one.get("name").upper(): one for one in self.inside(node, "transitions", "transition")}
        chart = self.bodies(node, node.get("name"), named)
        for one in self.inside(node, "actions", "action"):
            self.action(one.get("name"), one)
        for name, inline in chart.inline if chart else ():
            self.action(name, inline)
        for one in node.walk():
            if one.tag == "Method":
                self.method(one)
            elif one.tag == "Property":
                self.property(one)
        self.say(f"END_{word}", node, end=True)

    def inside(self, node: Node, holder: str, tag: str) -> list[Node]:
        found = node.child(holder)
        return list(found.all(tag)) if found else []

    def plain_text(self, interface: Node | None) -> Node | None:
        """CODESYS's own text of the declaration, when it stands there."""
        for one in interface.walk() if interface else ():
            if one.tag == "InterfaceAsPlainText":
                return one
        return None

    def action(self, name: str, node: Node) -> None:
        self.say(f"ACTION {name} :", node)
        self.bodies(node, name, {})
        self.say("END_ACTION", node, end=True)

    def bodies(self, node: Node, name: str, named: dict[str, Node]) -> Sequence | None:
        """The body, whichever language it is in; gives the chart when it is one."""
        chart = None
        holders = list(node.all("body")) or [node]
        for language in (one for holder in holders for one in holder.children if one.tag in _LANGUAGES):
            try:
                chart = self.language(language, named) or chart
            except NoText as error:
                values = {"name": name, "what": error.what, "line": error.node.line, "kind": language.tag}
                self.note("graph_part", **values)
        return chart

    def language(self, body: Node, named: dict[str, Node]) -> Sequence | None:
        if body.tag == "ST":
            self.out.pieces([one for one in body.deep_pieces() if one.text])
            self.say("", body, end=True)
        elif body.tag in ("FBD", "LD"):
            for text, node in Diagram(body).statements():
                self.say(text, node)
        elif body.tag == "SFC":
            chart = Sequence(body, named)
            for text, node, pieces in list(chart.lines()):
                if pieces is None:
                    self.say(text, node)
                else:
                    self.out.pieces(pieces)
                    if not "".join(one.text for one in pieces).rstrip().endswith(";"):
                        self.say(";", node)
            return chart
        else:
            raise NoText(body.tag, body)
        return None

    def method(self, node: Node) -> None:
        """A method as CODESYS adds it to a unit."""
        interface = node.child("interface")
        plain = self.plain_text(interface)
        if plain is not None:
            self.out.pieces(plain.deep_pieces())
        else:
            result = interface.child("returnType") if interface else None
            self.say(f"METHOD {node.get('name')}" + (f" : {type_text(result)}" if result else ""), node)
            self.variables(interface)
        self.bodies(node, node.get("name"), {})
        self.say("END_METHOD", node, end=True)

    def property(self, node: Node) -> None:
        """A property as CODESYS adds it to a unit."""
        interface = node.child("interface")
        plain = self.plain_text(interface)
        if plain is not None:
            self.out.pieces(plain.deep_pieces())
        else:
            result = interface.child("returnType") if interface else None
            self.say(f"PROPERTY {node.get('name')} : {type_text(result)}", node)
        for tag, word in (("GetAccessor", "GET"), ("SetAccessor", "SET")):
            found = node.child(tag)
            if found is not None:
                self.say(word, found)
                self.variables(found.child("interface"))
                self.bodies(found, node.get("name"), {})
                self.say(f"END_{word}", found, end=True)
        self.say("END_PROPERTY", node, end=True)

    # --- configuration

    def configuration(self, node: Node) -> None:
        self.say(f"CONFIGURATION {node.get('name') or 'Config'}", node)
        self.variables(node)
        for resource in node.all("resource"):
            self.say(f"RESOURCE {resource.get('name') or 'Res'} ON PLC", resource)
            self.variables(resource)
            tasks = list(resource.all("task"))
            for task in tasks:
                settings = [f"PRIORITY := {task.get('priority') or 0}"]
                if task.get("interval"):
                    settings.insert(0, f"INTERVAL := {_interval(task.get('interval'))}")
                if task.get("single"):
                    settings.insert(0, f"SINGLE := {task.get('single')}")
                self.say(f"TASK {task.get('name')} ({', '.join(settings)});", task)
            for task in (*tasks, resource):
                for one in task.all("pouInstance"):
                    within = f" WITH {task.get('name')}" if task is not resource else ""
                    self.say(f"PROGRAM {one.get('name')}{within} : {one.get('typeName')};", one)
            self.say("END_RESOURCE", resource, end=True)
        self.say("END_CONFIGURATION", node, end=True)


def _interval(text: str) -> str:
    """The interval of a task: ``T#20ms`` as the standard has it, or ``PT0.02S`` (ISO 8601) as CODESYS writes it."""
    if text.upper().startswith("PT") and text.upper().endswith("S"):
        try:
            return f"T#{round(float(text[2:-1]) * 1_000_000)}us"
        except ValueError:
            return text
    return text

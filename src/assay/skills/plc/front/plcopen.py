"""PLCopen XML (TC6 v2.01, also as CODESYS and TwinCAT write it): one source a file, as Structured Text."""

from __future__ import annotations

from collections.abc import Iterator

from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.plcopen_graph import Diagram, NoText
from assay.skills.plc.front.plcopen_sfc import Sequence
from assay.skills.plc.front.plcopen_types import note_text, section_head, type_text, value_text, variable_text
from assay.skills.plc.front.rewrite import plain_name
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
    for one in root.walk():
        if one.tag == "dataType":
            reader.data_type(one)
    for one in outside(root, "pou"):
        reader.pou(one)
    for one in outside(root, "globalVars"):
        reader.globals(one)
    for one in outside(root, "configuration"):
        reader.configuration(one, list(one.all("resource")))
    for one in root.walk():
        if one.tag == "data" and one.get("name").endswith("/application"):
            reader.configuration(one, list(one.all("resource")))
    return reader.out.source(name, kind), reader.diagnostics


def outside(root: Node, tag: str) -> Iterator[Node]:
    """The elements of that tag, wherever the file has them, but not those inside of units or configurations."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag == tag:
            yield node
        elif node.tag not in ("pou", "configuration"):
            stack.extend(reversed(node.children))


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.out = Assembly()
        self.diagnostics: list[Diagnostic] = []
        self.actions: frozenset[str] = frozenset()

    def is_vendor(self, root: Node) -> bool:
        head = root.child("fileHeader")
        product = head.get("productName").upper() if head else ""
        if any(one in product for one in ("CODESYS", "TWINCAT", "E!COCKPIT")):
            return True
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
        """A list of globals outside of a configuration."""
        if node.get("name"):
            self.say(f"{{attribute 'list_name' := '{node.get('name')}'}}", node)
        plain = self.plain_text(node)
        if plain is not None:
            self.out.pieces(plain.deep_pieces())
            self.say("", node, end=True)
            return
        self.attributes(node)
        self.variables(Node("interface", "", {}, node.line, node.column, [node]))

    # --- units

    def pou(self, node: Node) -> None:
        interface = node.child("interface")
        self.documented(interface or node)
        self.attributes(interface or node)
        word = _WORDS.get(node.get("pouType"), "PROGRAM")
        plain = self.plain_text(node)
        if plain is not None:
            self.out.pieces([one for one in plain.deep_pieces() if one.text])
        else:
            result = interface.child("returnType") if interface else None
            self.say(f"{word} {node.get('name')}" + (f" : {type_text(result)}" if result else ""), node)
            self.variables(interface)
        named = {one.get("name").upper(): one for one in self.inside(node, "transitions", "transition")}
        self.actions = frozenset(one.get("name").upper() for one in self.inside(node, "actions", "action"))
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

    def plain_text(self, node: Node) -> Node | None:
        """CODESYS's own text of a declaration, when it stands there."""
        for holder in (node, node.child("interface")):
            added = holder.child("addData") if holder else None
            for data in added.all("data") if added else ():
                found = data.child("InterfaceAsPlainText")
                if found is not None:
                    return found
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
                chart = self.language(language, named, node.tag == "pou") or chart
            except NoText as error:
                values = {"name": name, "what": error.what, "line": error.node.line, "kind": language.tag}
                self.note("graph_part", **values)
        return chart

    def diagram(self, body: Node, whole: bool) -> None:
        """A diagram's statements; the instances that it needs for edges are variables of a unit, not of an action."""
        diagram = Diagram(body)
        lines = diagram.statements()
        if diagram.edges:
            if not whole:
                raise NoText("edge", body)
            self.say("\n".join(["VAR", *(f"    {name} : {kind};" for name, kind in diagram.edges.items())]), body)
            self.say("END_VAR", body)
        for text, node in lines:
            self.say(text, node)

    def language(self, body: Node, named: dict[str, Node], whole: bool = False) -> Sequence | None:
        if body.tag in ("ST", "IL"):
            self.out.pieces([one for one in body.deep_pieces() if one.text])
            self.say("", body, end=True)
        elif body.tag in ("FBD", "LD"):
            self.diagram(body, whole)
        elif body.tag == "SFC":
            chart = Sequence(body, named, self.actions)
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
        plain = self.plain_text(node)
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
        plain = self.plain_text(node)
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

    def configuration(self, node: Node, resources: list[Node]) -> None:
        """A configuration, or the application of CODESYS, with its tasks; without tasks and globals it says nothing."""
        own = node.tag == "configuration"
        inside = {one.tag for part in (node, *resources) for one in part.children}
        if inside.isdisjoint({"task", "globalVars", "pouInstance"} if own else {"task"}):
            return
        name = node.get("name") if own else (resources[0].get("name") if resources else "")
        self.say(f"CONFIGURATION {plain_name(name or 'Config')}", node)
        if own:
            self.variables(node)
        for resource in resources:
            self.resource(resource, own)
        self.say("END_CONFIGURATION", node, end=True)

    def resource(self, resource: Node, own: bool) -> None:
        self.say(f"RESOURCE {plain_name(resource.get('name') or 'Res')} ON PLC", resource)
        if own:
            self.variables(resource)
        tasks = list(resource.all("task"))
        for task in tasks:
            settings = [f"PRIORITY := {task.get('priority') or 0}"]
            if interval := _interval(task):
                settings.insert(0, f"INTERVAL := {interval}")
            if task.get("single"):
                settings.insert(0, f"SINGLE := {task.get('single')}")
            self.say(f"TASK {plain_name(task.get('name'))} ({', '.join(settings)});", task)
        number = 0
        for task in (*tasks, resource):
            for one in task.all("pouInstance"):
                number += 1
                within = f" WITH {plain_name(task.get('name'))}" if task is not resource else ""
                kind = one.get("typeName")
                name = one.get("name") if kind else f"{plain_name(one.get('name'))}_{number}"
                self.say(f"PROGRAM {plain_name(name)}{within} : {kind or one.get('name')};", one)
        self.say("END_RESOURCE", resource, end=True)


_UNITS = {"us": 1, "ms": 1_000, "s": 1_000_000}


def _interval(task: Node) -> str:
    """The interval of a task: ``T#20ms`` as the standard has it, ``PT0.02S`` (ISO 8601), or in CODESYS's settings."""
    for one in task.walk():
        if one.tag == "TaskSettings" and one.get("Interval").isdigit() and one.get("IntervalUnit") in _UNITS:
            return f"T#{int(one.get('Interval')) * _UNITS[one.get('IntervalUnit')]}us"
    text = task.get("interval")
    if text.upper().startswith("PT") and text.upper().endswith("S"):
        try:
            return f"T#{round(float(text[2:-1]) * 1_000_000)}us"
        except ValueError:
            return ""
    return text

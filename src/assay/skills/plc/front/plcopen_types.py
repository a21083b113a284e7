"""Types and initial values of PLCopen XML (TC6 v2.01) as Structured Text."""

from __future__ import annotations

from assay.skills.plc.front.xmltree import Node

_SECTIONS = {
    "inputVars": "VAR_INPUT", "outputVars": "VAR_OUTPUT", "inOutVars": "VAR_IN_OUT", "localVars": "VAR",
    "tempVars": "VAR_TEMP", "externalVars": "VAR_EXTERNAL", "globalVars": "VAR_GLOBAL", "accessVars": "VAR_ACCESS",
}  # fmt: skip
_FLAGS = ("constant", "retain", "nonretain", "persistent")
_QUALIFIERS = (
    ("constant", "CONSTANT"),
    ("retain", "RETAIN"),
    ("nonretain", "NON_RETAIN"),
    ("persistent", "PERSISTENT"),
)


def type_text(holder: Node | None) -> str:
    """The type that stands in a ``type``, ``baseType`` or ``returnType``."""
    node = holder.children[0] if holder is not None and holder.children else None
    if node is None:
        return "UNKNOWN_TYPE"
    maker = _TYPES.get(node.tag)
    return maker(node) if maker else node.tag


def _string(node: Node) -> str:
    length = node.get("length")
    return node.tag.upper() + (f"[{length}]" if length else "")


def _derived(node: Node) -> str:
    return node.get("name", "UNKNOWN_TYPE")


def _array(node: Node) -> str:
    bounds = []
    for one in node.all("dimension"):
        low, high = one.get("lower"), one.get("upper")
        bounds.append("*" if low in ("", "*") and high in ("", "*") else f"{low}..{high}")
    return f"ARRAY[{', '.join(bounds)}] OF {type_text(node.child('baseType'))}"


def _enum(node: Node) -> str:
    values = node.child("values")
    members = []
    for one in values.all("value") if values else ():
        members.append(one.get("name") + (f" := {one.get('value')}" if one.get("value") else ""))
    base = f" {type_text(node.child('baseType'))}" if node.child("baseType") else ""
    return f"({', '.join(members)}){base}"


def _struct(node: Node) -> str:
    fields = "".join(f"    {variable_text(one)}\n" for one in node.all("variable"))
    return f"STRUCT\n{fields}END_STRUCT"


def _subrange(node: Node) -> str:
    limits = node.child("range")
    base = type_text(node.child("baseType"))
    return f"{base} ({limits.get('lower')}..{limits.get('upper')})" if limits else base


def _pointer(node: Node) -> str:
    return f"POINTER TO {type_text(node.child('baseType'))}"


_TYPES = {
    "string": _string, "wstring": _string, "STRING": _string, "WSTRING": _string, "derived": _derived, "array": _array,
    "enum": _enum, "struct": _struct, "subrangeSigned": _subrange, "subrangeUnsigned": _subrange, "pointer": _pointer,
}  # fmt: skip


def value_text(holder: Node | None) -> str:
    """An initial value; empty for none."""
    if holder is None or not holder.children:
        return ""
    node = holder.children[0]
    if node.tag == "simpleValue":
        return node.get("value")
    if node.tag == "arrayValue":
        items = []
        for one in node.all("value"):
            times = one.get("repetitionValue")
            items.append(f"{times}({value_text(one)})" if times not in ("", "1") else value_text(one))
        return f"[{', '.join(items)}]"
    if node.tag == "structValue":
        fields = ", ".join(f"{one.get('member')} := {value_text(one)}" for one in node.all("value"))
        return f"({fields})"
    return ""


def note_text(node: Node) -> str:
    """The documentation of an element as one line of comment; empty for none."""
    found = node.child("documentation")
    if found is None:
        return ""
    words = " ".join("".join(one.text for one in found.deep_pieces()).split())
    return f"(* {words.replace('(*', '( *').replace('*)', '* )')} *)" if words else ""


def variable_text(node: Node) -> str:
    """One variable's declaration."""
    address = f" AT {node.get('address')}" if node.get("address") else ""
    value = value_text(node.child("initialValue"))
    value = f" := {value}" if value else ""
    note = note_text(node)
    return f"{node.get('name')}{address} : {type_text(node.child('type'))}{value};" + (f" {note}" if note else "")


def section_head(node: Node) -> str | None:
    """``VAR_INPUT RETAIN`` for a list of variables; None for another element."""
    word = _SECTIONS.get(node.tag)
    if word is None:
        return None
    return " ".join([word, *(spelt for name, spelt in _QUALIFIERS if node.get(name) in ("true", "1"))])

"""Properties that the sentences of a requirement say plainly, proposed for a person to confirm. A grammar reads them,
no model: a condition and a consequence over names that the interface declares, or outputs that exclude each other.

A sentence that it does not read gives nothing; what is proposed is shown with the number of its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from assay.skills.plc.making.interface import Interface
from assay.skills.plc.making.requirement import Numbered, Requirement

_TOGETHER = re.compile(
    r"(?:never|not)\b[^,;]{0,24}\b(?:both|together|at the same time|simultaneously)"
    r"|mutually exclusive|(?:不得|不能|不可|绝不|禁止|不允许)[^，。,;；]{0,12}同时|互锁",
    re.I,
)
_IF = re.compile(
    r"^\s*(?:if|when(?:ever)?|while|as long as|当|若|如果|只要)\s*(?P<when>.+?)"
    r"\s*(?:,|，|\bthen\b|则|时[，,]?)\s*(?P<then>.+)$",
    re.I,
)
#: Chinese needs no word before the condition: "急停动作时，电机停止".
_AT = re.compile(r"^\s*(?:按下\s*)?(?P<when>[^，,。]+?)\s*(?<![同延定及计小])时\s*[，,]\s*(?P<then>.+)$")
#: The consequence first: "Heat is TRUE when Enable is TRUE".
_AFTER = re.compile(r"^\s*(?P<then>[^,，;]+?)\s+(?:if|when|whenever|while|as long as)\s+(?P<when>[^,，;]+)$", re.I)
_TRUE = r"(?:TRUE|on|active|activated|energi[sz]ed|1|为\s*真|为\s*1|接通|置位|启动|打开|动作|运行)"
_FALSE = (
    r"(?:FALSE|off|inactive|deactivated|de-energi[sz]ed|0|stopped|reset"
    r"|为\s*假|为\s*0|断开|复位|停止|关闭|不运行|不动作)"
)
_IS = r"\s*(?:=|:=|is|are|be|becomes?|must be|shall be|should be|is set to|must|shall|应当|应|必须|变为|为|就)?\s*"
_COMPARE = re.compile(
    r"^(?P<name>\w+)\s*(?P<op>>=|<=|<>|=|>|<|is above|is below|exceeds|is greater than|is less than|is at least|"
    r"is at most|大于等于|小于等于|大于|小于|超过|低于|高于|等于)\s*(?P<value>-?\d+(?:\.\d+)?)$",
    re.I,
)
_OPS = {
    "is above": ">", "exceeds": ">", "is greater than": ">", "is below": "<", "is less than": "<", "is at least": ">=",
    "is at most": "<=", "大于等于": ">=", "小于等于": "<=", "大于": ">", "超过": ">", "高于": ">", "小于": "<",
    "低于": "<", "等于": "=",
}  # fmt: skip


def propose(requirement: Requirement, interface: Interface) -> list[dict[str, Any]]:
    """Properties in the form of P.json; ``text`` is the sentence, ``id`` its number."""
    made: list[dict[str, Any]] = []
    for sentence in requirement.sentences:
        for place, one in enumerate(_read(sentence, interface)):
            suffix = "" if place == 0 else chr(ord("a") + place)
            made.append({"id": f"{sentence.id}{suffix}", "pou": interface.name, "text": sentence.text, **one})
    return made


def _read(sentence: Numbered, interface: Interface) -> Iterator[dict[str, Any]]:
    words = sentence.text.rstrip(".。;；!！ ")
    outputs = [name for name in _mentioned(words, interface) if _kind(name, interface) == ("VAR_OUTPUT", "BOOL")]
    if len(outputs) > 1 and _TOGETHER.search(words):
        yield {"kind": "exclusive", "of": outputs}
        return
    match = _IF.match(words) or _AT.match(words) or _AFTER.match(words)
    if match is None:
        return
    when = _condition(match["when"], interface)
    if when is None:
        return
    for part in _shared(re.split(r"\s+and\s+|，|,|且|并且|、|和", match["then"]), interface):
        then = _consequence(part, interface)
        if then is None:
            return
        yield {"kind": "implication", "when": when, "then": then}


def _shared(parts: list[str], interface: Interface) -> list[str]:
    """What several outputs must be together, for each of them: "Horn and Lamp must be TRUE"."""
    made: list[str] = []
    predicate = ""
    for part in reversed(parts):
        name = part.strip()
        if _kind(name, interface) == ("VAR_OUTPUT", "BOOL"):
            made.append(f"{name}{predicate}")
        else:
            said = re.match(r"^\s*[A-Za-z_]\w*(?P<rest>.*)$", part, re.S)
            predicate = said["rest"] if said else ""
            made.append(part)
    return made[::-1]


def _condition(words: str, interface: Interface) -> str | None:
    parts = re.split(r"(\s+and\s+|\s+or\s+|且|或|并且)", words, flags=re.I)
    said = []
    for place, part in enumerate(parts):
        if place % 2:
            said.append("OR" if part.strip().lower() in ("or", "或") else "AND")
            continue
        one = _atom(part.strip(), interface)
        if one is None:
            return None
        said.append(one)
    return None if "AND" in said and "OR" in said else " ".join(said)


def _atom(words: str, interface: Interface) -> str | None:
    compared = _COMPARE.match(words)
    if compared and compared["name"].upper() in interface.names:
        op = _OPS.get(compared["op"].lower(), compared["op"])
        return f"{compared['name']} {op} {compared['value']}"
    return _state(words, interface, ("VAR_INPUT", "VAR_OUTPUT", "VAR", "VAR_IN_OUT"))


def _consequence(words: str, interface: Interface) -> str | None:
    number = re.match(r"^\s*(?P<name>\w+)" + _IS + r"(?P<value>-?\d+(?:\.\d+)?)\s*$", words, re.I)
    if number and _kind(number["name"], interface)[1] not in ("BOOL", ""):
        if _kind(number["name"], interface)[0] == "VAR_OUTPUT":
            return f"{number['name']} = {number['value']}"
        return None
    return _state(words, interface, ("VAR_OUTPUT",))


def _state(words: str, interface: Interface, sections: tuple[str, ...]) -> str | None:
    for pattern, form in ((_FALSE, "NOT {0}"), (_TRUE, "{0}")):
        match = re.match(r"^\s*(?P<name>\w+?)" + _IS + pattern + r"\s*$", words, re.I)
        if match:
            section, kind = _kind(match["name"], interface)
            return form.format(match["name"]) if section in sections and kind == "BOOL" else None
    if re.fullmatch(r"\w+", words.strip()):
        section, kind = _kind(words.strip(), interface)
        return words.strip() if section in sections and kind == "BOOL" and section == "VAR_INPUT" else None
    return None


def _mentioned(words: str, interface: Interface) -> list[str]:
    found = {one.upper(): one for one in re.findall(r"[A-Za-z_]\w*", words, re.A)}
    return [spelled for key, spelled in found.items() if key in interface.names]


def _kind(name: str, interface: Interface) -> tuple[str, str]:
    return interface.names.get(name.upper(), ("", ""))

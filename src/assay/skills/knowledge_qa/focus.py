"""What exactly a question asks for of its subject: the words of the attribute, and the unit that it names."""

from __future__ import annotations

import re

from assay.skills.knowledge_qa.quantities import amounts

_WH_ZH = re.compile(
    r"(?:应该?|应当|要|是|为|得|有|设|拧|到|在)*(?:多少|多[大久长高重宽厚深快远紧粗热]|几|什么"
    r"|哪[个种些里台]?|谁|怎[么样]|如何|何时|咋|吗|呢|[？?]|$)"
)
_BEHIND_ZH = re.compile(
    r"(?:几|多少|什么样?的?|哪)(?:个|台|次|人|名|只|根|条|块|套|支|组|种|类|级|片|道|层|张|份|些"
    r"|家)?(?P<noun>[\u4e00-\u9fffA-Za-z]{1,6})"
)
_EN = re.compile(
    r"(?:what(?:'s| is| are| was)?|which|how (?:many|much)|at (?:what|which)|below (?:what|which)"
    r"|above (?:what|which)"
    r"|from (?:what|which)|to (?:what|which)) (?:the |an? )?(?P<focus>.+?)"
    r"(?= (?:of|for|in|on|at|to|do|does|did|is|are|has|have|must|may|can|could|should|shall|will|between"
    r"|when|while|if|after|before|with|from|per|by|under|during|needs?|applies|apply)(?![a-z])|[?？,.]"
    r"|$)",
    re.I,
)
_UNIT_ZH = re.compile(r"(?<![好十百千])(?:几|多少)\s*(?=[^\s？?，,。]{1,4})")
_UNIT_EN = re.compile(
    r"(?:how many|(?:at |in )?what|\bin|(?:at|below|above) (?:what"
    r"|which)) (?P<unit>[A-Za-z°%µμΩ/·²³0-9()]+)",
    re.I,
)


def focus_of(text: str) -> str:
    """The words of a question that name the attribute; empty where the pattern of the question gives none."""
    if re.search(r"[\u4e00-\u9fff]", text):
        return _focus_zh(text)
    match = _EN.search(text)
    return match["focus"] if match else ""


def _focus_zh(text: str) -> str:
    wh = next((m for m in _WH_ZH.finditer(text) if m.group()), None)
    before = text[: wh.start()] if wh is not None else text
    own = re.split(r"的|[，,。；;：:\s](?=[\u4e00-\u9fff])|时(?!间)", before)[-1]
    own = re.sub(r"^[A-Za-z]+[-/A-Za-z0-9]*\s*", "", own)
    behind = _BEHIND_ZH.search(text)
    return f"{own} {behind['noun'] if behind else ''}".strip()


def unit_asked(text: str) -> str | None:
    """The dimension of a unit that a question names ("几微米", "how many litres", "in r/min"), or None."""
    found = [f"1{text[match.end() : match.end() + 6]}" for match in _UNIT_ZH.finditer(text)]
    found += [f"1 {match['unit']}" for match in _UNIT_EN.finditer(text)]
    for words in found:
        read = amounts(words)
        if read and read[0].start == 0 and read[0].unit:
            return read[0].dimension
    return None

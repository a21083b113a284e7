"""Rows of a table of signals: a tag, a type or kind of channel, a description, in any order of columns."""

from __future__ import annotations

import re

from assay.skills.plc.making.identifiers import NO_NAMES, TYPES
from assay.skills.plc.making.mentions import Signal, Way, by_letters, type_of, way_of, way_word
from assay.skills.plc.making.phrases import Phrase, phrases
from assay.skills.plc.making.requirement import Numbered

_TAG = re.compile(r"`?(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*)`?$")
_ADDRESS = re.compile(r"%?(?P<letter>[IQXY])[XBWD]?\d+(?:[._]\d+)?$|%?P?(?P<word>[IQA])W\d+$", re.I)
_CHANNEL = re.compile(
    r"(?P<way>输入|输出|inputs?|outputs?|VAR_INPUT|VAR_OUTPUT|DI|DO|AI|AO|数字量?输入|数字量?输出|模拟量?输入|模拟量?输出)$",
    re.I,
)
_HEADER = re.compile(
    r"(?:序号|名称|信号|变量名?|符号|地址|类型|说明|注释|备注|单位|量程|位号|功能|no\.?|name|tag|type|"
    r"signal|description|comment|"
                     r"address|i/o|io|unit|range|variable|symbol|remarks?)$", re.I)  # fmt: skip
_LONGEST = 40


def row(sentence: Numbered, known: frozenset[str], listed: Way) -> list[Signal]:
    """The signal of a row; a row of headings has none."""
    cells = [one.strip(" *") for one in sentence.text.strip("|").split("|")]
    if all(_HEADER.match(one) or not one for one in cells):
        return []
    way, kind = listed, ""
    name = ""
    texts: list[str] = []
    for cell in cells:
        if match := _CHANNEL.match(cell):
            way = way_word(re.sub(r"^(?:数字量?|模拟量?)", "", match["way"]))
            kind = kind or ("REAL" if re.match(r"A[IO]|模拟", match["way"], re.I) else "")
        elif re.fullmatch(TYPES, cell, re.I):
            kind = cell.upper()
        elif address := _ADDRESS.match(cell):
            way = way or ("in" if (address["letter"] or address["word"]).upper() in "IX" else "out")
            kind = kind or ("REAL" if address["word"] else "")
        elif not name and _is_tag(cell, known):
            name = _TAG.match(cell)["name"]  # type: ignore[index]
        elif re.search(r"[A-Za-z\u4e00-\u9fff]{2}", cell) and not re.fullmatch(r"\d+", cell):
            texts.append(cell)
    return _signal(sentence, name, texts, way, kind)


def _is_tag(cell: str, known: frozenset[str]) -> bool:
    match = _TAG.match(cell)
    if match is None or match["name"].upper() in NO_NAMES:
        return False
    spelled = re.search(r"[a-z][A-Z]|\d|_|-", match["name"]) is not None or match["name"].isupper()
    return spelled or match["name"] in known or cell.startswith("`")


def _signal(sentence: Numbered, name: str, texts: list[str], way: Way, kind: str) -> list[Signal]:
    said = [(text, found) for text in texts for found in [phrases(text)] if found]
    text, noun = (said[0][0], said[0][1][-1]) if said else (texts[0] if texts else "", None)
    if not name and noun is None and not (way and text):
        return []
    words = _words(text, noun)
    head = noun.head if noun is not None else None
    if not way and head is not None and head.kind not in ("weak", "measure"):
        way = way_of(head, text, noun.start if noun is not None else 0)
    if head is not None:
        kind = kind or type_of(head, words, text, noun.end if noun is not None else 0)
    way, kind = by_letters(name, head, way, kind) if name else (way, kind)
    if not way and head is not None:
        way = way_of(head, text, 0)
    return [Signal(name, words, way, kind or "BOOL", sentence, head, True, listed=True)]


def _words(text: str, noun: Phrase | None) -> str:
    """The description itself where it is short: "循环泵启动" says more than 循环泵."""
    plain = re.sub(r"[(（,，].*$", "", text).strip()
    short = len(plain) <= (12 if not plain.isascii() else _LONGEST) and len(plain.split()) <= 5
    return plain if short or noun is None else noun.words

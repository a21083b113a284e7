"""The words of a Word paragraph as a person reads them, with what stands at it: notes, text boxes, page breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assay.knowledge.reading.xml import MATH, MC, W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

BREAK = "\f"
#: The font "Symbol" has its signs at places of their own; a unit or limit must not be lost.
_SYMBOL = {
    0xA3: "≤", 0xB3: "≥", 0xB0: "°", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xA5: "∞", 0xB7: "•",
    0x44: "Δ", 0x57: "Ω", 0x61: "α", 0x62: "β", 0x67: "γ", 0x64: "δ", 0x65: "ε", 0x68: "η", 0x71: "θ", 0x6C: "λ",
    0x6D: "μ", 0x70: "π", 0x72: "ρ", 0x73: "σ", 0x74: "τ", 0x6A: "φ", 0x66: "φ", 0x77: "ω", 0x53: "Σ", 0x46: "Φ",
    0xAE: "→", 0xAC: "←", 0xAD: "↑", 0xAF: "↓", 0xDE: "⇒", 0xA2: "′", 0xB2: "″", 0xC6: "∅", 0xD6: "√",
    0x2D: "−", 0x2B: "+",
}  # fmt: skip
_SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rPr", f"{W}pPr", f"{W}rt", f"{W}instrText", f"{W}delText"})
_PLAIN = {f"{W}tab": " ", f"{W}ptab": " ", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}softHyphen": ""}
_TEXT = frozenset({f"{W}t", f"{MATH}t"})
_NOTE_MARKS = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}
_DEEPEST = 60


@dataclass(slots=True)
class Words:
    """``text`` with form feeds where a page begins; ``notes`` are (kind, id) of foot- and endnotes; ``boxes`` the text
    boxes at it; ``bold`` whether every word is."""

    text: str = ""
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    bold: bool = False
    hidden: int = 0


@dataclass(slots=True)
class Changes:
    """Tracked changes met so far."""

    inserted: int = 0
    deleted: int = 0
    hidden: int = 0


class _Collector:
    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.parts: list[str] = []
        self.words = Words()
        self.bold = self.light = False

    def walk(self, element: Element, depth: int = 0) -> None:
        for child in element.iterchildren(tag="*"):
            self.child(child, depth)

    def child(self, child: Element, depth: int) -> None:
        tag = child.tag
        if tag in (f"{W}del", f"{W}moveFrom"):
            self.changes.deleted += 1
        if tag in _SKIPPED or depth > _DEEPEST:
            return
        if tag in (f"{W}ins", f"{W}moveTo"):
            self.changes.inserted += 1
        if tag == f"{W}r" and _hidden(child):
            self.changes.hidden += 1
        elif tag in _TEXT:
            self.text(child)
        elif tag in _PLAIN:
            self.parts.append(_PLAIN[tag])
        elif tag == f"{W}br":
            self.parts.append(BREAK if child.get(f"{W}type") == "page" else "\n")
        elif tag == f"{W}lastRenderedPageBreak":
            self.parts.append(BREAK)
        elif tag == f"{W}sym":
            self.parts.append(symbol(child.get(f"{W}char", ""), child.get(f"{W}font", "")))
        elif tag in _NOTE_MARKS:
            self.words.notes.append((_NOTE_MARKS[tag], child.get(f"{W}id", "")))
            self.parts.append(f"\0{len(self.words.notes) - 1}\0")
        elif tag == f"{W}txbxContent":
            self.words.boxes.append(child)
        elif tag == f"{MC}AlternateContent":
            self.walk(chosen(child), depth + 1)
        else:
            self.walk(child, depth + 1)

    def text(self, child: Element) -> None:
        text = child.text or ""
        run = child.getparent()
        properties = run.find(f"{W}rPr") if run is not None else None
        if any(0xF000 <= ord(char) <= 0xF0FF for char in text):
            text = "".join(
                symbol(f"{ord(char):X}", "Symbol") if 0xF000 <= ord(char) <= 0xF0FF else char for char in text
            )
        if text.strip():
            is_bold = properties is not None and on(properties.find(f"{W}b"))
            self.bold, self.light = self.bold or is_bold, self.light or not is_bold
        self.parts.append(text)


def words_of(paragraph: Element, changes: Changes) -> Words:
    """A paragraph's words: tracked insertions counted, deletions and hidden text not."""
    collector = _Collector(changes)
    collector.walk(paragraph)
    collector.words.text = "".join(collector.parts)
    collector.words.bold = collector.bold and not collector.light
    return collector.words


def chosen(alternate: Element) -> Element:
    """Of content given twice, for new and old programs, the new."""
    choice = alternate.find(f"{MC}Choice")
    if choice is None:
        choice = alternate.find(f"{MC}Fallback")
    return alternate if choice is None else choice


def on(element: Element | None) -> bool:
    """Whether a switch is there and not off."""
    return element is not None and element.get(f"{W}val", "true") not in ("0", "false", "off")


def symbol(code: str, font: str) -> str:
    """The character that a symbol's code stands for."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= value <= 0xF0FF:
        value -= 0xF000
        if font.lower() == "symbol":
            return _SYMBOL.get(value, chr(value) if 0x20 <= value < 0x7F and not chr(value).isalpha() else "\ufffd")
        if font.lower().startswith("wingding"):
            return {0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xA8: "□", 0x6F: "□", 0xE0: "→"}.get(value, "•")
        return "\ufffd"
    return chr(value) if 0x20 <= value < 0xD800 else ""


def _hidden(run: Element) -> bool:
    properties = run.find(f"{W}rPr")
    return properties is not None and on(properties.find(f"{W}vanish"))


def content(element: Element) -> Iterator[Element]:
    """Paragraphs and tables in order, through content controls and other wrappers."""
    for child in element.iterchildren(tag="*"):
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from content(chosen(child))
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from content(child)

"""What Word's styles say of a paragraph: heading depth, list, table of contents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.knowledge.reading.word_runs import on
from assay.knowledge.reading.xml import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_HEADING = re.compile(r"(?:heading|标题|überschrift|titre)\s*([1-9])$", re.IGNORECASE)
_TITLE = re.compile(r"(?:title|标题|文档标题)$", re.IGNORECASE)
_CAPTION = re.compile(r"(?:caption|题注|图题|表题|图名|表名)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc\s*\d|toc heading|目录|table of figures)", re.IGNORECASE)
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Style:
    """``level`` is a heading's depth (0 for none); ``number_id`` and ``depth`` the list it is in."""

    level: int = 0
    title: bool = False
    caption: bool = False
    contents: bool = False
    number_id: str = ""
    depth: int | None = None
    break_before: bool = False


class Styles:
    """The paragraph styles of a document, each with what it inherits."""

    def __init__(self, root: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._made: dict[str, Style] = {}
        self.default = ""
        for one in root.findall(f"{W}style") if root is not None else ():
            if one.get(f"{W}type", "paragraph") == "paragraph":
                self._elements[one.get(f"{W}styleId", "")] = one
                if one.get(f"{W}default") in ("1", "true"):
                    self.default = one.get(f"{W}styleId", "")

    def of(self, style: str) -> Style:
        """What a style says."""
        style = style or self.default
        if style not in self._made:
            self._made[style] = self._read(style)
        return self._made[style]

    def _read(self, style: str) -> Style:
        level, title, caption, contents, number_id, break_before = 0, False, False, False, "", False
        depth: int | None = None
        seen: set[str] = set()
        outline = ""
        while style in self._elements and style not in seen and len(seen) < _DEEPEST:
            seen.add(style)
            one = self._elements[style]
            name = value(one, "name")
            found = _HEADING.match(name.strip())
            if found and not level:
                level = int(found[1])
            title = title or bool(_TITLE.match(name.strip()))
            caption = caption or bool(_CAPTION.search(name))
            contents = contents or bool(_CONTENTS.match(name.strip()))
            properties = one.find(f"{W}pPr")
            if properties is not None:
                outline = outline or value(properties, "outlineLvl")
                own, at = numbering(properties)
                number_id = number_id or own
                depth = at if depth is None else depth
                break_before = break_before or on(properties.find(f"{W}pageBreakBefore"))
            style = value(one, "basedOn")
        if not level and outline.isdigit() and int(outline) < 9:
            level = int(outline) + 1
        return Style(level, title, caption, contents, number_id, depth, break_before)


def numbering(properties: Element) -> tuple[str, int | None]:
    """The list and depth that paragraph properties name; list "0" takes a paragraph out of its style's list."""
    found = properties.find(f"{W}numPr")
    if found is None:
        return "", None
    depth = value(found, "ilvl")
    return value(found, "numId"), int(depth) if depth.isdigit() else None


def value(element: Element, tag: str) -> str:
    """The value of a child, or an empty string."""
    found = element.find(f"{W}{tag}")
    return found.get(f"{W}val", "") if found is not None else ""

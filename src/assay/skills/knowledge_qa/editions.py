"""Which editions a question asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.reader import DocumentInfo
from assay.skills.knowledge_qa.question import Asked


def edition_of(asked: Asked, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The versions that a question asks for by edition, year or as the former one; empty where it names none."""
    if not asked.editions and not asked.old:
        return []
    found = []
    for info in documents:
        marks = {info.version.lower(), str(info.valid_from.year) if info.valid_from else ""}
        marks |= set(re.findall(r"\d{4}", f"{info.name} {info.title}"))
        by_mark = any(_mark(edition) in marks or f"{_mark(edition)}.0" in marks for edition in asked.editions)
        if by_mark or (asked.old and not info.current and not asked.editions):
            found.append(info)
    return found


def _mark(edition: str) -> str:
    numerals = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9"}
    return re.sub(r"(?:st|nd|rd|th)$", "", numerals.get(edition, edition).lower())

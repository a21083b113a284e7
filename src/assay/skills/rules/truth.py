"""Whether a design's value says that something is there."""

from __future__ import annotations

import math
import re

from assay.skills.rules.design import Value

_YES = re.compile(r"yes|true|y|on|present|provided|installed|是|有|已设|已设置|设有|√|✓", re.I)
_NO = re.compile(
    r"no|false|n|off|none|absent|not provided|not installed|without|否|无|没有|未设|未设置|不设|×|✗|-|/", re.I
)
_DENIED = re.compile(r"(?:no|not|none|without|无|未|不)", re.I)
_OPEN = re.compile(r"\?|？|tbd|待定|unknown|不详", re.I)


def truth_of(value: Value) -> bool | None:
    """True or False; None for words that say neither. A tag or a model says yes: what has one is there."""
    raw = value.raw
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, (int, float)):
        return None if not math.isfinite(raw) else raw > 0
    if isinstance(raw, tuple):
        return len(raw) > 0
    words = raw.strip()
    if _YES.fullmatch(words):
        return True
    if _NO.fullmatch(words):
        return False
    return None if _DENIED.match(words) or _OPEN.search(words) else True

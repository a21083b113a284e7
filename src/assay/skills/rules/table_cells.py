"""One cell of a table of limits: ``≤85``, ``不大于 70``, ``0.8～1.2``, ``max. 85``, ``1.2 m 以上``, ``IP54``, ``-``."""

from __future__ import annotations

import re

from assay.skills.rules.grammar import Stop
from assay.skills.rules.grammar.build import negated, plain
from assay.skills.rules.grammar.limits_zh import GRADE
from assay.skills.rules.grammar.quantities import Read, quantity_at, unit_at
from assay.skills.rules.grammar.words_en import COMPARE as COMPARE_EN
from assay.skills.rules.grammar.words_en import OPS as OPS_EN
from assay.skills.rules.grammar.words_zh import COMPARE as COMPARE_ZH
from assay.skills.rules.grammar.words_zh import OPS as OPS_ZH
from assay.skills.rules.rule import Limit, Op

NOTHING = re.compile(r"[-–—―/×\\*.…\s]*|n/?a|none|无|无要求|不限|不作要求|不作规定|not required", re.I)
"""A cell that asks for nothing."""
LOW = re.compile(r"最小|最低|最少|不[应得]?小于|不[应得]?低于|下限|\bmin(?:imum|\.)?(?![a-z])|\bat least\b|≥|>=", re.I)
HIGH = re.compile(
    r"最大|最高|最多|不[应得]?大于|不[应得]?超过|不[应得]?高于|上限|\bmax(?:imum|\.)?(?![a-z])|\bat most\b"
    r"|\bnot (?:more|greater) than\b|≤|<=",
    re.I,
)
_BEFORE = re.compile(r"(?P<low>最小|最低|min(?:imum|\.)?)|(?P<high>最大|最高|max(?:imum|\.)?)", re.I)
_BEHIND = re.compile(
    r"(?P<low>(?:及|或)?以上|\s?min(?:imum|\.)?|\s?or (?:more|above|higher)|\s?minimum)"
    r"|(?P<high>(?:及|或)?以下|以内|\s?max(?:imum|\.)?|\s?or (?:less|below|lower))",
    re.I,
)
_ORDERS = re.compile(r"^(?:应|宜|不?应当|须|shall be|should be|to be)\s*(?=不?[大小低高超少多]|\d|not|at|[<>≤≥])", re.I)


def signed(words: str) -> bool:
    """Whether a cell says by itself from which side it limits."""
    words = plain(words).strip()
    try:
        return bool(re.search(r"\d", words)) and cell_limit(words, "")[0] not in (None, Op.EQUAL, Op.OTHER)
    except Stop:
        return False


def cell_limit(words: str, unit: str) -> tuple[Op | None, tuple[Limit, ...]]:
    """The comparison that the cell says (None: it says none) and its limits in ``unit``. Raises Stop."""
    words = re.sub(r"不[应得宜](?=[大小低高超少多])", "不", _ORDERS.sub("", plain(words).strip()))
    for pattern, ops in ((COMPARE_ZH, OPS_ZH), (COMPARE_EN, OPS_EN)):
        if match := pattern.match(words):
            op = ops[match["word"].lower()]
            return (negated(op, words) if match["minus"] else op), bound(words[match.end() :], unit)
    if (match := _BEFORE.match(words)) and not words[match.end() :].strip().isalpha():
        return (Op.AT_LEAST if match["low"] else Op.AT_MOST), bound(words[match.end() :], unit)
    if GRADE.fullmatch(words):
        return None, (Limit(words=words),)
    read = quantity_at(words)
    if read is None:
        raise Stop("row_value", words)
    if read.signed:
        if words[read.end :].strip():
            raise Stop("row_value", words)
        (limit,) = with_unit(read, unit)
        return Op.BETWEEN, (limit.model_copy(update={"number": -(limit.number or 0)}), limit)
    if behind := _BEHIND.fullmatch(words[read.end :]):
        if len(read.limits) != 1:
            raise Stop("row_value", words)
        return (Op.AT_LEAST if behind["low"] else Op.AT_MOST), with_unit(read, unit)
    if words[read.end :].strip():
        raise Stop("row_value", words)
    return (Op.BETWEEN if len(read.limits) == 2 else None), with_unit(read, unit)


def bound(words: str, unit: str) -> tuple[Limit, ...]:
    """The single limit that the whole of ``words`` is. Raises Stop."""
    read = quantity_at(words.strip())
    if read is None or words.strip()[read.end :].strip() or len(read.limits) != 1 or read.signed:
        raise Stop("row_value", words)
    return with_unit(read, unit)


def with_unit(read: Read, unit: str) -> tuple[Limit, ...]:
    """What was read, with the unit of the column where the cell says none. Raises Stop for a unit nobody knows."""
    known = unit_at(unit, 0) if unit else ("", 0)
    if known is None or known[1] != len(unit):
        raise Stop("row_unit", unit)
    return tuple(one if one.unit else one.model_copy(update={"unit": known[0]}) for one in read.limits)

"""Rows of a table as rules: a limit column ("minimum clear width") under the row's condition columns."""

from __future__ import annotations

import re

from assay.knowledge.passage import Field
from assay.skills.rules.design import split_unit
from assay.skills.rules.grammar import Stop
from assay.skills.rules.grammar.build import compared, plain
from assay.skills.rules.grammar.limits_en import name_en
from assay.skills.rules.grammar.limits_zh import GRADE, name_zh
from assay.skills.rules.grammar.quantities import Read, quantity_at, unit_at
from assay.skills.rules.grammar.words_en import property_start as property_en
from assay.skills.rules.grammar.words_zh import property_start as property_zh
from assay.skills.rules.rule import Limit, Op, Part, Test

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LOW = re.compile(r"最小|最低|最少|不应?小于|不应?低于|下限|\bmin(?:imum|\.)?\b|\bat least\b|\bnot less than\b|≥", re.I)
_HIGH = re.compile(
    r"最大|最高|最多|不应?大于|不应?超过|不应?高于|上限|\bmax(?:imum|\.)?\b|\bat most\b|\bnot (?:more"
    r"|greater) than\b|≤",
    re.I,
)
_NUMBERED = re.compile(r"^\s*(?:表|table)\s*[A-Z]?[\d.\-]*\s*[:：]?\s*", re.I)
_UNIT = re.compile(r"\s*[\[(（【/][^\])）】]*[\])）】]?\s*$|\s*,\s*\S+$")
_SIGN = re.compile(r"(?P<sign>>=|<=|≥|≤|>|<|=)\s*(?P<rest>.+)")
_TWO = re.compile(
    r"(?P<low>[\d.]+)\s*(?P<first><|≤|<=)\s*(?P<name>[^\d<≤]{1,12}?)\s*(?P<second><|≤|<=)\s*(?P<high>[\d.]+)"
)
_SIGNS = {
    ">=": Op.AT_LEAST,
    "≥": Op.AT_LEAST,
    "<=": Op.AT_MOST,
    "≤": Op.AT_MOST,
    ">": Op.OVER,
    "<": Op.UNDER,
    "=": Op.EQUAL,
}
_WORDS = re.compile(
    r"(?P<op>over|above|more than|greater than|大于|超过|高于|up to|below|under|less than|小于|低于|不大于"
    r"|不超过|不小于)\s*(?P<rest>.+)",
    re.I,
)
_WORD_OPS = {
    **dict.fromkeys("more than|greater than|大于|超过|高于|over|above".split("|"), Op.OVER),
    **dict.fromkeys("below|under|less than|小于|低于".split("|"), Op.UNDER),
    **dict.fromkeys("up to|不大于|不超过".split("|"), Op.AT_MOST),
    "不小于": Op.AT_LEAST,
}


def row_parts(fields: tuple[Field, ...], caption: str) -> list[Part]:
    """The parts of one row: each limit column with all condition columns. Raises Stop when any cell is not read.

    ``caption`` names the object and, where the headings do not, says whether the numbers are least or most values.
    """
    cells = [one for one in fields if one.value.strip()]
    conditions = [one for one in cells if one.condition]
    limits = [one for one in cells if not one.condition]
    if not limits or not conditions:
        raise Stop("row", " | ".join(one.value for one in fields))
    title = _title(caption)
    when = tuple(group for one in conditions for group in _condition(one))
    return [Part(test=_limit(one, title), when=when) for one in limits]


def _title(caption: str) -> str:
    return _UNIT.sub("", _NUMBERED.sub("", plain(caption))).strip()


def _limit(field: Field, title: str) -> Test:
    header = _UNIT.sub("", plain(field.header)).strip()
    op = _direction(header) or _direction(title)
    if op is None:
        raise Stop("row_direction", field.header)
    read = _value(field)
    words = re.sub(r"\s+", " ", _HIGH.sub("", _LOW.sub("", header))).strip(" ，,:：")
    name = name_zh(words) if _HAN.search(words) else name_en(words)
    start = property_zh(words) if _HAN.search(words) else property_en(words)
    if not name.object and start == 0:
        name = name.model_copy(update={"object": _object(title, name.property)})
    return compared(name, op, read, field.header)


def _direction(words: str) -> Op | None:
    low, high = bool(_LOW.search(words)), bool(_HIGH.search(words))
    return None if low == high else Op.AT_LEAST if low else Op.AT_MOST


def _object(title: str, property: str) -> str:
    """The object that a caption names: 疏散楼梯的最小净宽度 -> 疏散楼梯."""
    words = re.sub(r"\s+", " ", _HIGH.sub("", _LOW.sub("", title))).strip()
    if not words:
        return ""
    name = name_zh(words) if _HAN.search(words) else name_en(words)
    return name.object if name.property == property else ""


def _value(field: Field) -> tuple[Limit, ...]:
    words = plain(field.value).strip()
    if GRADE.fullmatch(words):
        return (Limit(words=words),)
    read = quantity_at(words)
    if read is None or words[read.end :].strip() or read.signed:
        raise Stop("row_value", field.value)
    return _with_unit(read, _unit_of(field))


def _unit_of(field: Field) -> str:
    """The column's unit; one in the heading where the cell is no plain number ("24 < H ≤ 54")."""
    return field.unit or split_unit(plain(field.header))[1]


def _with_unit(read: Read, unit: str) -> tuple[Limit, ...]:
    known = unit_at(unit, 0) if unit else ("", 0)
    if known is None or known[1] != len(unit):
        raise Stop("row_unit", unit)
    return tuple(one if one.unit else one.model_copy(update={"unit": known[0]}) for one in read.limits)


def _condition(field: Field) -> list[tuple[Test, ...]]:
    """A condition cell: ``≤ 24``, ``> 54``, ``24 < H ≤ 54``, ``27～54``, ``over 50``, ``一级``, ``indoors``."""
    header = _UNIT.sub("", plain(field.header)).strip()
    words = plain(field.value).strip()
    name = name_zh(header) if _HAN.search(header) else name_en(header)
    if two := _TWO.fullmatch(words):
        low, high = (_bound(two[end], _unit_of(field)) for end in ("low", "high"))
        first = Op.OVER if two["first"] == "<" else Op.AT_LEAST
        return [(Test(field=name, op=first, limits=low),), (Test(field=name, op=_SIGNS[two["second"]], limits=high),)]
    if sign := _SIGN.fullmatch(words):
        return [(Test(field=name, op=_SIGNS[sign["sign"]], limits=_bound(sign["rest"], _unit_of(field))),)]
    if worded := _WORDS.fullmatch(words):
        op = _WORD_OPS.get(worded["op"].lower())
        if op is None:
            raise Stop("row_value", field.value)
        return [(Test(field=name, op=op, limits=_bound(worded["rest"], _unit_of(field))),)]
    read = quantity_at(words)
    if read is not None and not words[read.end :].strip():
        op = Op.BETWEEN if len(read.limits) == 2 else Op.EQUAL
        return [(Test(field=name, op=op, limits=_with_unit(read, _unit_of(field))),)]
    if re.search(r"\d", GRADE.sub("", words)) or len(words) > 40:
        raise Stop("row_value", field.value)
    values = tuple(Limit(words=one) for one in re.split(r"、|或|\sor\s|,\s", words) if one)
    return [(Test(field=name, op=Op.EQUAL if len(values) == 1 else Op.IN, limits=values),)]


def _bound(words: str, unit: str) -> tuple[Limit, ...]:
    read = quantity_at(words.strip())
    if read is None or words.strip()[read.end :].strip() or len(read.limits) != 1:
        raise Stop("row_value", words)
    return _with_unit(read, unit)

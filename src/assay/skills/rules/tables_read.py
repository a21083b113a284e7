"""Rows of a table of limits as rules: what the row is about, its conditions, and a limit a column.

The sign of a limit stands in the cell (≤85), in the column's head ("minimum clear width") or in the caption.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.passage import Field
from assay.skills.rules.design import split_unit
from assay.skills.rules.grammar import Stop
from assay.skills.rules.grammar.build import compared, plain, together
from assay.skills.rules.grammar.dimensions import has_dimension
from assay.skills.rules.grammar.limits_en import name_en
from assay.skills.rules.grammar.limits_zh import GRADE, name_zh
from assay.skills.rules.grammar.quantities import quantity_at, unit_at
from assay.skills.rules.grammar.words_en import property_start as property_en
from assay.skills.rules.grammar.words_zh import property_start as property_zh
from assay.skills.rules.rule import Limit, Name, Op, Part, Severity, Test
from assay.skills.rules.table_cells import HIGH, LOW, NOTHING, bound, cell_limit, signed, with_unit

_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBERED = re.compile(r"^\s*(?:表|table)\s*[A-Z]?[\d.\-]*\s*[:：]?\s*", re.I)
_UNIT = re.compile(r"\s*[\[(（【/][^\])）】]*[\])）】]?\s*$|\s*,\s*\S+$")
_SIGN = re.compile(r"(?:>=|<=|≥|≤|>|<|=)\s*\S")
_WORDED = re.compile(
    r"(?:over|above|more than|greater than|大于|超过|高于|up to|below|under|less than|小于|低于|不)", re.I
)
_TWO = re.compile(
    r"(?P<low>[\d.]+)\s*(?P<first><|≤|<=)\s*(?P<name>[^\d<≤]{1,12}?)\s*(?P<second><|≤|<=)\s*(?P<high>[\d.]+)"
)
_LIMITED = re.compile(
    r"限值|限制|限量|允许值?|容许|许用|规定值|\blimits?(?: values?)?(?: (?:of|for))?\b|\brequired"
    r"|\b(?:permissible|allowable|permitted)|要求",
    re.I,
)
_HARM = re.compile(
    r"噪声|振动|温升|泄漏|浓度|含量|排放|偏差|noise|sound|vibration|emission|concentration|leakage|temperature rise"
    r"|exposure|deviation",
    re.I,
)
"""What a limit without a sign bounds from above."""
_SOFT = re.compile(r"推荐|建议|宜|recommended", re.I)
_ABOUT = re.compile(
    r"(?:设备|构件|部件|房间|建筑物?|场所|装置|管道|区域|材料|机器|仪表)?(?:名称|名)|场所|部位|地点|位置|区域|房间|设备|对象|构件|部件"
    r"|管道|管线|装置|车间|建筑物?|工作场所|作业场所|使用场所|机器|areas?|rooms?|locations?|places?|spaces?|equipment|items?"
    r"|objects?|components?|elements?|facility|workplaces?|buildings?|pipes?|piping|machines?|devices?|structures?|zones?"
    r"|names?",
    re.I,
)
"""Heads of columns whose cells name things."""
_MEASURE = re.compile(
    r"项目|参数|指标|检测项目|检查项目|性能|parameters?|propert(?:y|ies)|characteristics?|items?|quantity", re.I
)
_VALUE = re.compile(
    r"(?:允许|限定|规定|标准|技术|指标|设计)?(?:值|要求|限值|指标|标准)|限值|limits?|values?|requirements?"
    r"|(?:permissible|allowable|limit|required) values?",
    re.I,
)
_ASIDE = re.compile(r"序号|编号|no\.?|number|#|(?:计量)?单位|units?|uom", re.I)
_REMARK = re.compile(r"备注|说明|附注|remarks?|notes?|comments?", re.I)
_UNIT_HEAD = re.compile(r"(?:计量)?单位|units?|uom", re.I)


def asks(rows: Sequence[tuple[Field, ...]], context: Sequence[str]) -> bool:
    """Whether a table's rows are limits: its caption or heads say so, or a cell that is no condition has a sign."""
    if any(LOW.search(plain(line)) or HIGH.search(plain(line)) or _LIMITED.search(line) for line in context):
        return True
    sides = splitting(rows)
    return any(signed(one.value) for fields in rows for one in fields if not one.condition and one.header not in sides)


def splitting(rows: Sequence[tuple[Field, ...]]) -> frozenset[str]:
    """Heads of columns whose cells split a range (<250, ≥250): they say when a row holds."""
    bounds: dict[str, set[tuple[str, str]]] = {}
    for field in (one for fields in rows for one in fields):
        if match := re.fullmatch(r"\s*(<|>|≤|≥|<=|>=)\s*([\d.]+)\D*", plain(field.value)):
            bounds.setdefault(field.header, set()).add((match[1][0].translate({0x2264: "<", 0x2265: ">"}), match[2]))
    return frozenset(
        head
        for head, found in bounds.items()
        if any((other, at) in found for sign, at in found for other in "<>" if other != sign)
    )


def row_parts(fields: tuple[Field, ...], caption: str, sides: frozenset[str] = frozenset()) -> list[Part]:
    """The parts of one row: each limit column with all condition columns. Raises Stop when any cell is not read.

    ``caption`` names the object and, where the headings do not, says whether the numbers are least or most values;
    ``sides`` are heads of columns that hold conditions besides those that the reader of the table found. A row whose
    cells ask for nothing has no parts.
    """
    cells = [one for one in fields if one.value.strip() and not _ASIDE.fullmatch(_head(one))]
    remarks = [one for one in cells if _REMARK.fullmatch(_head(one)) and not NOTHING.fullmatch(one.value)]
    conditions = [one for one in cells if one.condition or one.header in sides]
    limits = [one for one in cells if one not in conditions and not _REMARK.fullmatch(_head(one))]
    if not limits or not conditions or remarks:
        raise Stop("row", " | ".join(one.value for one in fields))
    limits = [one for one in limits if not NOTHING.fullmatch(plain(one.value).strip())]
    title = _title(caption)
    unit = next((one.value.strip() for one in fields if _UNIT_HEAD.fullmatch(_head(one))), "")
    about = next((one for one in conditions if _names(one)), None)
    if about is not None and any(_object(title, _named(one).property) for one in limits):
        about = None  # the caption says whose limits these are, and the row only when they hold
    when = tuple(group for one in conditions if one is not about for group in _condition(one, unit))
    soft = Severity.RECOMMENDED if _SOFT.search(title) else Severity.MANDATORY
    tests = [test for one in limits for test in _limits(one, title, about, unit)]
    if not all(test.field.property or test.field.object for test in tests):
        raise Stop("row", " | ".join(one.value for one in fields))  # a limit of nothing that has a name
    return [Part(test=test, when=when, severity=soft) for test in tests]


def _head(field: Field) -> str:
    return _UNIT.sub("", _amid(plain(field.header))[0]).strip()


def _amid(header: str) -> tuple[str, str]:
    """A heading without a unit in brackets amid it, and that unit: 照度（lx）不应小于."""
    for match in re.finditer(r"\s?[（(\[](?P<unit>[^（()）\[\]]{1,15})[)）\]](?=.*\S)", header):
        known = unit_at(match["unit"], 0)
        if known is not None and known[1] == len(match["unit"]):
            return f"{header[: match.start()]}{header[match.end() :]}", match["unit"]
    return header, ""


def _names(field: Field) -> bool:
    """Whether a cell names the things or the measure that the row is about."""
    head, words = _head(field), plain(field.value).strip()
    known = _ABOUT.fullmatch(head) or _MEASURE.fullmatch(head)
    return bool(known) and not re.search(r"\d|[<>≤≥=]", GRADE.sub("", words)) and len(words) <= 40


def _title(caption: str) -> str:
    return _UNIT.sub("", _NUMBERED.sub("", plain(caption))).strip()


def _limits(field: Field, title: str, about: Field | None, unit: str) -> list[Test]:
    head = _head(field)
    own, limits = cell_limit(field.value, _unit_of(field) or unit)
    said = _direction(head)
    op = own or said or _direction(title) or _usual(head, title, about)
    if op is None or (said is not None and own in (Op.AT_LEAST, Op.AT_MOST) and own is not said):
        raise Stop("row_direction", field.header)
    tests = []
    for name in _subjects(field, title, about):
        tests.append(_sized(compared(name, op, limits, field.header)))
    return tests


def _sized(test: Test) -> Test:
    """Raises Stop for a size without its unit: 250 of a diameter says nothing that can be checked."""
    if re.search(r"[（(]", test.field.property):
        raise Stop("row_unit", str(test.field))
    if has_dimension(test.field.property) and any(not one.unit and not one.words for one in test.limits):
        raise Stop("row_unit", str(test.field))
    return test


def _usual(head: str, title: str, about: Field | None) -> Op | None:
    """A "limit" of what does harm is the most that may be."""
    words = f"{title} {head} {about.value if about else ''}"
    return Op.AT_MOST if _LIMITED.search(f"{title} {head}") and _HARM.search(words) else None


def _subjects(field: Field, title: str, about: Field | None) -> list[Name]:
    """The fields that a limit is of: the row's things with the column's property, or the row's own measure."""
    name = _named(field)
    if about is None:
        words = _without(_head(field))
        start = property_zh(words) if _HAN.search(words) else property_en(words)
        if not name.object and start == 0:
            name = name.model_copy(update={"object": _object(title, name.property)})
        return [name]
    things = [
        re.sub(r"(?<=..)[内中]$", "", one.strip()) for one in re.split(r"、|,\s|，", plain(about.value)) if one.strip()
    ]
    if _VALUE.fullmatch(_head(field)) or not name.property:
        if _MEASURE.fullmatch(_head(about)) or all(_measured(one) for one in things):
            return [_name(one) for one in things]
        property = _object_free(title)
        if not property:
            raise Stop("row", field.header)
        return [Name(object=one, property=property) for one in things]
    if _MEASURE.fullmatch(_head(about)) and all(_measured(one) for one in things):
        # A row a measure, a column a thing: 轴承温度 of 1号泵.
        return [_name(one).model_copy(update={"object": name.property}) for one in things]
    return [Name(object=one, property=together(name)) for one in things]


def _measured(words: str) -> bool:
    return (property_zh(words) if _HAN.search(words) else property_en(words)) < len(words)


def _name(words: str) -> Name:
    return name_zh(words) if _HAN.search(words) else name_en(words)


def _without(words: str) -> str:
    """Words without what says that they are a limit, and of which side."""
    return re.sub(r"\s+", " ", _LIMITED.sub("", HIGH.sub("", LOW.sub("", words)))).strip(" ，,:：的")


def _named(field: Field) -> Name:
    words = _without(_head(field))
    return _name(words) if words else Name(property="")


def _direction(words: str) -> Op | None:
    low, high = bool(LOW.search(words)), bool(HIGH.search(words))
    return None if low == high else Op.AT_LEAST if low else Op.AT_MOST


def _object(title: str, property: str) -> str:
    """The object that a caption names: 疏散楼梯的最小净宽度 -> 疏散楼梯."""
    words = _without(title)
    if not words:
        return ""
    name = _name(words)
    return name.object if name.property == property else ""


def _object_free(title: str) -> str:
    """The property that a caption alone names (噪声限值 -> 噪声), or ""."""
    words = _without(title)
    return words if words and _measured(words) and not _name(words).object else ""


def _unit_of(field: Field) -> str:
    """The column's unit; one in the heading where the cell is no plain number ("24 < H ≤ 54")."""
    known = split_unit(plain(field.header))[1] or _amid(plain(field.header))[1]
    # "2 max" is no unit, and "30 min" under a head of metres is the least.
    return known if known and re.fullmatch(r"m(?:ax|in)(?:imum|\.)?", field.unit, re.I) else field.unit or known


def _condition(field: Field, unit: str = "") -> list[tuple[Test, ...]]:
    """A condition cell: ``≤ 24``, ``> 54``, ``24 < H ≤ 54``, ``27～54``, ``over 50``, ``一级``, ``indoors``."""
    words = plain(field.value).strip()
    name, unit = _name(_head(field)), _unit_of(field) or unit
    if two := _TWO.fullmatch(words):
        first = Op.OVER if two["first"] == "<" else Op.AT_LEAST
        second = Op.UNDER if two["second"] == "<" else Op.AT_MOST
        return [
            (_sized(Test(field=name, op=first, limits=bound(two["low"], unit))),),
            (_sized(Test(field=name, op=second, limits=bound(two["high"], unit))),),
        ]
    if _SIGN.match(words) or (_WORDED.match(words) and re.search(r"\d", words)):
        op, limits = cell_limit(words, unit)
        return [(_sized(compared(name, op or Op.EQUAL, limits, words)),)]
    read = quantity_at(words)
    if read is not None and not words[read.end :].strip():
        op = Op.BETWEEN if len(read.limits) == 2 else Op.EQUAL
        return [(_sized(Test(field=name, op=op, limits=with_unit(read, unit))),)]
    if re.search(r"\d", GRADE.sub("", words)) or len(words) > 40:
        raise Stop("row_value", field.value)
    values = tuple(Limit(words=one) for one in re.split(r"、|或|\sor\s|,\s", words) if one)
    return [(Test(field=name, op=Op.EQUAL if len(values) == 1 else Op.IN, limits=values),)]

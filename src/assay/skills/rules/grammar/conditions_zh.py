"""Chinese conditions and exceptions: 当……时, ……的X, 设有……, 为一级或二级; joined by 且 and 或."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Stop, compared, negated
from assay.skills.rules.grammar.limits_zh import GRADE, limits_zh, name_zh
from assay.skills.rules.grammar.quantities import holds_quantity, quantity_at
from assay.skills.rules.grammar.words_zh import (
    COMPARE,
    LISTS,
    MODAL,
    MODIFIER,
    OPS,
    PROVIDES,
    REFERS,
    STATES,
    measured,
    property_start,
)
from assay.skills.rules.rule import Limit, Name, Op, Test

Groups = list[tuple[Test, ...]]
_AND = re.compile(r"[，、]?(?:并且|而且|且|同时|并(?![联列行排网]))")
_OR = re.compile(r"[，、]?(?:或者|或(?!等于))")
_BUT = re.compile(r"(?:但|且|并)(?=不?(?:大|小|高|低|超|多|少|长|短|≥|≤|>|<))")
_BOUND = re.compile(r"(?P<side>(?:及其?|和)?以上|(?:及其?|和)?以下|(?:及其?|或)更?大|以内|之内)$")
_WITH = re.compile(
    r"(?P<subject>.*?)(?P<none>未|没有|无|不)?(?:设置有|设置了?|设有|设(?![计备施定])|装设|安装有|安装|配备|配有|装有|采取"
    r"|采用|具有|使用)(?P<what>.+)"
)
_IS = re.compile(r"(?P<subject>.+?)(?P<none>不)?(?:为|是|属于)(?P<what>.+)")


def conditions_zh(text: str, object: str = "", before: Name | None = None, *, of_noun: bool = False) -> Groups:
    """The groups of a condition's words; ``object`` is whose property a bare one is. Raises Stop.

    ``before`` is the field of the condition before: "；大于150mm时" is about the same. ``of_noun``: every bare property
    is the object's (they stand in front of a noun), else a later one may be that of the condition before it.
    """
    text = re.sub(r"(?:时|者|的)$", "", text.strip())
    if before is not None and COMPARE.match(text):
        groups = conditions_zh(f"{before.property}{text}", before.object)
        head = [test.model_copy(update={"field": before}) for test in groups[0]]  # the same field, cut as it was
        return [tuple(head), *groups[1:]]
    whole = _attempt(text, object)
    if whole is not None:
        return whole
    for pattern in (_AND, _OR):
        cuts = list(pattern.finditer(text))
        for cut in cuts:
            parts = (text[: cut.start()], text[cut.end() :])
            if not all(parts):
                continue
            left = _tried(parts[0], object, of_noun)
            right = _after(parts[1], left, object, of_noun) if left else None
            if left and right:
                if pattern is _AND:
                    return [*left, *right]
                if len(left) == len(right) == 1:
                    return [(*left[0], *right[0])]
                raise Stop("and_or", text)
    raise Stop("condition", text)


def _tried(text: str, object: str, of_noun: bool) -> Groups | None:
    try:
        return conditions_zh(text, object, of_noun=of_noun)
    except Stop:
        return None


def _after(text: str, left: Groups, object: str, of_noun: bool) -> Groups | None:
    """The second of two joined conditions; a bare comparison is about the first one's field."""
    last = left[-1][-1]
    if COMPARE.match(text) and last.limits:
        try:
            return conditions_zh(text, object, last.field)
        except Stop:
            return None
    return _tried(text, object if of_noun else _last_object(left, object), of_noun)


def _last_object(groups: Groups | None, object: str) -> str:
    return groups[-1][-1].field.object if groups else object


def _attempt(text: str, object: str) -> Groups | None:
    """One condition, or two bounds of one field; None where it is none by itself."""
    for read in (_numeric, _words):
        try:
            found = read(text, object)
        except Stop:
            continue
        if found:
            return found
    return None


def _numeric(text: str, object: str) -> Groups | None:
    cut = COMPARE.search(text)
    if cut is None:
        return _bounded(text, object)
    name = _own(text[: cut.start()], object)
    groups: Groups = []
    for piece in _BUT.split(text[cut.start() :]):
        match = COMPARE.match(piece)
        if match is None or not name.property:
            return None
        op = OPS[match["word"]]
        op = negated(op, piece) if match["minus"] else op
        groups.append((compared(name, op, limits_zh(piece[match.end() :]), piece),))
    return groups


def _bounded(text: str, object: str) -> Groups | None:
    """温度在60℃以上, 3层及以上, 功率15kW及以上, 压力在1～2MPa之间."""
    match = re.search(r"-?\d|[一二两三四五六七八九十百]+(?=层|级|台|个)", text)
    if match is None:
        return None
    head, rest = re.sub(r"(?:在|为|是)$", "", text[: match.start()]), text[match.start() :]
    read = quantity_at(rest)
    if read is None:
        return None
    tail = rest[read.end :]
    if not head and rest[: read.end].endswith("层"):
        head = "层数"
    if not head:
        return None
    name = _own(head, object)
    if not measured(name.property):
        return None  # 仅设一台 says nothing of a measure
    if len(read.limits) == 2:
        return (
            [(compared(name, Op.BETWEEN, read.limits, text),)] if re.fullmatch(r"(?:之间|范围内|时)?", tail) else None
        )
    side = _BOUND.fullmatch(tail)
    if side is None:
        return None if tail else [(compared(name, Op.EQUAL, read.limits, text),)]
    op = Op.AT_MOST if re.search(r"下|内", side["side"]) else Op.AT_LEAST
    return [(compared(name, op, read.limits, text),)]


def _own(words: str, object: str) -> Name:
    """The field of a comparison's left side; a bare property belongs to ``object``."""
    words = re.sub(r"^(?:当|其)", "", words.strip())
    if not words or COMPARE.search(words) or re.search(r"且|或|并|为|，|及以[上下]", words) or len(words) > 40:
        raise Stop("condition", words)
    name = name_zh(words)
    return name if name.object or property_start(words) != 0 else name.model_copy(update={"object": object})


_MEETS = re.compile(r"遇(?:有|到)?(?P<what>[^，\d]{2,}(?:及其?以[上下])?[^，\d]*)")
"""遇六级及以上大风时: what is met is a state in its words."""


def _words(text: str, object: str) -> Groups | None:
    if (meets := _MEETS.fullmatch(text)) and not MODAL.search(text) and not _OR.search(text):
        return [(Test(field=Name(property=meets["what"]), op=Op.PRESENT),)]
    if re.search(r"[一二两三四五六七八九十][个台座层条根种]|及以上|及以下", text):
        return None
    if holds_quantity(GRADE.sub("", text)) or COMPARE.search(text) or MODAL.search(text) or _refers(text):
        return None
    if match := _IS.fullmatch(text):
        name = _own(match["subject"], object)
        values = [one for one in re.split(r"、|或者|或|和", match["what"]) if one]
        return [(_one_of(name, values, minus=bool(match["none"])),)]
    if (match := _WITH.fullmatch(text)) and not _OR.search(text):
        op = Op.ABSENT if match["none"] else Op.PRESENT
        owner = re.sub(r"(?:内|中)?$", "", match["subject"]) if match["subject"] else object
        return [(Test(field=Name(object=owner, property=one), op=op),) for one in listed(match["what"])]
    if _AND.search(text) or _OR.search(text):
        return None
    if match := re.fullmatch(r"(?P<subject>.*?)(?:没有|不带|未带)(?P<what>[^的]{2,})", text):
        field = Name(object=match["subject"] or object, property=match["what"])
        return [(Test(field=field, op=Op.ABSENT),)]
    if match := STATES.search(text):
        subject = text[: match.start()]
        return [(Test(field=Name(object=subject or object, property=text[match.start() :]), op=Op.PRESENT),)]
    return [(Test(field=Name(property=text), op=Op.PRESENT),)]


def _refers(text: str) -> bool:
    """Words that point to another text ("另有规定" is a state that a person must tell, and stays)."""
    return bool(
        REFERS.search(
            re.sub(
                r"(?:设计(?:文件)?|本规范|本标准|本规程)?另?有(?:特殊|专门|明确|其他|防爆|工艺|卫生|生产)*(?:规定|要求|说明|注明|约定)",
                "",
                text,
            )
        )
    )


def _one_of(name: Name, values: list[str], *, minus: bool) -> Test:
    limits = tuple(Limit(words=one) for one in values)
    if len(limits) == 1:
        return Test(field=name, op=Op.OTHER if minus else Op.EQUAL, limits=limits)
    return Test(field=name, op=Op.NOT_IN if minus else Op.IN, limits=limits)


def listed(words: str) -> list[str]:
    """The things of a list ("止回阀和压力表"). Raises Stop on an empty one."""
    found = [one.strip() for one in LISTS.split(words)]
    if not all(found):
        raise Stop("list", words)
    if any(MODIFIER.sub("", one) == "" for one in found):
        return [words]  # 最高和最低液位标志
    return found


def relative(words: str) -> tuple[Groups, str]:
    """Conditions in front of a noun (高度大于27m的住宅建筑, 设有喷淋系统的仓库) and the noun's words."""
    words = re.sub(r"^凡(?=.)", "", words)
    for cut in (match.start() for match in re.finditer("的", words)):
        before, after = words[:cut], words[cut + 1 :]
        if not after:
            continue
        numeric = bool(COMPARE.search(before) or _BOUND.search(before) or re.search(r".为", before))
        provided = re.match(
            r"(?:未|没有|无)?(?:设有|设置|设(?![计备施定])|配有|装有|配备|采用|采取|安装)", before
        ) and not PROVIDES.fullmatch(before)
        without = re.match(r"(?:没有|不带|未带)[^的]{2,}$", before)
        if not (numeric or provided or without):
            continue
        head = after.partition("的")[0]
        at = property_start(head)
        head = head[:at] if 0 < at < len(head) else head
        groups = _relative_tests(before, head)
        if groups is not None:
            return groups, after
    return [], words


def _relative_tests(before: str, head: str) -> Groups | None:
    try:
        groups = conditions_zh(before, head, of_noun=True)
    except Stop:
        return None
    # Whatever stands before the comparison is a property of the noun behind it: 建筑高度大于54m的住宅建筑.
    fixed: Groups = []
    for group in groups:
        tests = []
        for test in group:
            name = test.field
            whole = name.property if name.object in ("", head) else name.object + name.property
            if test.op not in (Op.PRESENT, Op.ABSENT) and not measured(whole):
                return None
            tests.append(test.model_copy(update={"field": Name(object=head, property=whole)}))
        fixed.append(tuple(tests))
    return fixed


__all__ = ["GRADE", "conditions_zh", "listed", "relative"]

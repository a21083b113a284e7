"""What a Chinese requirement compares with: the comparison behind a modal word and its limits."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Stop, compared, negated
from assay.skills.rules.grammar.limits_zh import GRADE, limits_zh
from assay.skills.rules.grammar.quantities import quantity_at
from assay.skills.rules.grammar.words_zh import COMPARE, OPS
from assay.skills.rules.rule import Limit, Name, Op, Test

_BOUNDS = {"以上": Op.AT_LEAST, "以下": Op.AT_MOST, "以内": Op.AT_MOST, "之内": Op.AT_MOST}


def its(limit: Limit, object: str) -> Limit:
    """A limit of "its" rated current is the object's own."""
    if limit.of is None or limit.of.object:
        return limit
    return limit.model_copy(update={"of": limit.of.model_copy(update={"object": object})})


def comparison(rest: str, minus: bool) -> tuple[Op, tuple[Limit, ...]] | None:
    """``小于1.1m``, ``为1.0m～1.5m``, ``至少为2个``, ``在45°～60°之间``, ``控制在80dB以内``; None for no comparison."""
    word = re.match(r"(?P<bound>至少|最少|最多|至多)?(?:为|是)?(?P<tail>.*)", rest)
    assert word is not None
    tail = word["tail"]
    if match := COMPARE.match(tail):
        if word["bound"]:
            raise Stop("limit", rest)
        op = OPS[match["word"]]
        for turn in (minus, bool(match["minus"])):
            op = negated(op, rest) if turn else op
        if minus and match["minus"]:
            raise Stop("negation", rest)
        if match["word"] == "超过" and (limits := _plus_minus(tail[match.end() :])):
            return Op.BETWEEN, limits
        value = tail[match.end() :]
        limits = limits_zh(re.sub(r"及?以上$", "", value) if match["word"] == "达到" else value)
        if len(limits) == 2 and limits[0].number == -(limits[1].number or 0) and op in (Op.AT_MOST, Op.UNDER):
            return Op.BETWEEN, limits
        return op, limits
    if minus and (beyond := re.fullmatch(r"超出(?P<range>.+?)的?(?:范围)?", tail)):
        limits = limits_zh(beyond["range"])
        if len(limits) != 2:
            raise Stop("range", rest)
        return Op.BETWEEN, limits
    place = re.match(r"(?:控制在|保持在|维持在|限制在|保持|介于|在|取|(?:采用|选用|取用|取为)(?=[-\d]))?", tail)
    assert place is not None
    body = tail[place.end() :]
    if place.group() in ("介于", "在", "控制在", "保持在", "维持在"):
        body = re.sub(r"(?<=[\dA-Za-z%℃°Ω²³])[与和](?=[-+\d])", "~", body)
    side = re.search(r"(?:及)?(?P<side>以上|以下|以内|之内)$", body)
    op = _BOUNDS[side["side"]] if side else Op.AT_MOST if place.group() == "限制在" else Op.EQUAL
    body = re.sub(r"(?:之间|范围内|范围)$", "", body[: side.start()] if side else body)
    if not (
        re.match(r"[±\d]", body)
        or quantity_at(body)
        or GRADE.fullmatch(body)
        or re.search(
            r"的(?:[±\d./~%‰倍-]*(?:倍|%|‰)|(?:\d+/\d+(?:[~～]\d+/\d+)?|.{1,4}分之.{1,3}|一半|[一二两三四五六七八九十]+倍)$)",
            body,
        )
    ):
        return None
    if word["bound"]:
        op = Op.AT_LEAST if word["bound"] in ("至少", "最少") else Op.AT_MOST
    limits = limits_zh(body)
    if len(limits) == 2 and op is Op.AT_MOST and limits[0].number == -(limits[1].number or 0):
        op = Op.BETWEEN  # 在±1%以内
    return (negated(op, rest) if minus else op), limits


def _plus_minus(words: str) -> tuple[Limit, ...] | None:
    return limits_zh(words) if "±" in words else None


def extreme(name: Name, op: Op, limits: tuple[Limit, ...], near: str) -> Test:
    """A property that says 最小 or 最大 itself ("最小净宽度应为1.1m") is a limit of the property."""
    match = re.match(r"(最小|最低|最少)|(最大|最高|最多)", name.property)
    if op is Op.EQUAL and match and len(limits) == 1 and name.property != match.group():
        name = name.model_copy(update={"property": name.property[match.end() :]})
        return compared(name, Op.AT_LEAST if match[1] else Op.AT_MOST, limits, near)
    return compared(name, op, limits, near)

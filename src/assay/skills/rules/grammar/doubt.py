"""The grammar's doubt of its own reading: what it left over, where a name may end elsewhere, whose a measure is.

A reading with a doubt is shown to a person with the reason, and is never confirmed together with others. The reasons
are ends of text keys ``rules.unclear_...``. They are found from the sentence and its rule alone, however it was read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from assay.kernel.numerals import CHINESE
from assay.skills.rules.grammar.build import BLANKS, NUMBERED, plain
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.quantities import CONTENT, quantity_at
from assay.skills.rules.grammar.tidy import tidied
from assay.skills.rules.grammar.words_en import COMPARE as COMPARE_EN
from assay.skills.rules.grammar.words_en import measures as measures_en
from assay.skills.rules.grammar.words_zh import COMPARE as COMPARE_ZH
from assay.skills.rules.grammar.words_zh import measured as measured_zh
from assay.skills.rules.grammar.words_zh import property_start as property_start_zh
from assay.skills.rules.rule import Name, Op, Part, Test


def doubts(text: str, parts: Sequence[Part]) -> tuple[str, ...]:
    """Why a person should look at this reading of a sentence; empty where nothing speaks against it."""
    chinese = re.search(r"[\u4e00-\u9fff]", text) is not None
    words = NUMBERED.sub("", plain(text)).strip().rstrip("。.;；")
    words = tidied(BLANKS.sub("", words) if chinese else " ".join(words.split()))
    tests = list(_tests(parts))
    found = [
        ("numbers", _numbers_left(words, tests)),
        ("left_over", bool(left_over(words, parts))),
        ("negation", _negation(tests, chinese=chinese)),
        ("name", any(_odd_name(test, chinese=chinese) for test in tests)),
        ("phrase", any(_long(test, chinese=chinese) for test in tests)),
        ("whose", _whose(words, parts, chinese=chinese)),
        ("comparison", _comparisons_left(words, tests, chinese=chinese)),
        ("after", _after_provision(words, parts)),
        ("list", _uneven_list(words, parts, chinese=chinese)),
    ]
    return tuple(reason for reason, speaks in found if speaks)


def _tests(parts: Iterable[Part]) -> Iterator[Test]:
    for part in parts:
        yield part.test
        for group in (*part.when, *part.unless):
            yield from group


def _names(tests: Iterable[Test]) -> Iterator[Name]:
    for test in tests:
        yield test.field
        yield from (limit.of for limit in test.limits if limit.of is not None)


_NUMBER = re.compile(r"(?<![A-Za-z\d.])\d+(?:[ ,]\d{3})*(?:\.\d+)?")


def _numbers_left(words: str, tests: Sequence[Test]) -> bool:
    """A number of the sentence that is in no limit and no name."""
    known: set[Decimal] = set()
    for test in tests:
        for limit in test.limits:
            for one in (limit.number, limit.plus):
                if one is not None:
                    known |= {abs(one), abs(one) * 100, abs(one) * 1000, abs(1 - one) * 100}
        if len(test.limits) == 2:
            low, high = (limit.number or Decimal(0) for limit in test.limits)
            known |= {(low + high) / 2, (high - low) / 2, abs(high - low) / 2 * 1000, (high - low) / 2 * 100}
            known |= {abs(high - low) / (abs(low + high) or 1) * 100}
    said = " ".join(f"{name.object} {name.property}" for name in _names(tests))
    said += " ".join(limit.words for test in tests for limit in test.limits)
    for match in _NUMBER.finditer(re.sub(r"10\^\{?[+-]?\d+\}?|10[⁺⁻]?[⁰¹²³⁴-⁹]+|\d+/\d+|1/\d+", " ", words)):
        number = Decimal(re.sub(r"[ ,]", "", match.group()))
        if number not in known and match.group() not in said:
            return True
    return False


_SAID_ZH = re.compile(
    r"不应|不宜|不得|不准|不许|不能|不可|严禁|禁止|必须|应当|应|宜|须|均|都|年|月|通常|距地坪|距地面|交流|直流|一般情况|至少|最少|最多|至多|也|还|同时|则|且|并且|并|而且|但"
    r"|不?(?:大于或等于|大于等于|高于或等于|小于或等于|小于等于|低于或等于|大于|高于|超过|多于|长于|宽于|小于|低于|少于|短于|窄于|等于|达到|超出)"
    r"|[≥≤><=±~～—–+-]|及其?以[上下]|和以[上下]|以上|以下|以内|之内|之间|范围内?|保证|确保|请勿|切勿|要求|需要|需|控制|保持|维持|限制|介于|取|采用|选用|设置有|设置"
    r"|设有|装设|安装|配备"
    r"|配置|配有|装有|采取|具有|具备|留有|预留|保留|使用|敷设|布置|开设|铺设|增设|加设|加装|悬挂|设|有|进行|予以?|除了?|以外|之外|外|除外|当|如果|如|若|凡"
    r"|对于?|在|时|的|者|为|是|其|该|与|和|及|以及|或者|或|、|到|至|于|每|次|一次|的情况下|情况下|条件下|状态下|工况下|情况|下|条件|场合|地区|各|任何|所有|全部"
    r"|半年|季度|小时|倍|一半|加上?|减去?|分之|最大|最小|最高|最低|允许|从|内|中|上|处|比|高出?|低|出|恰好|正好|仅|只|本数|含|包括"
)
_SAID_EN = frozenset(
    (
        "areas while expose a able above absolute accordance across after all allow allowed also an and any apart are"
        " area around as at "
        "available away be been before being below better between beyond both but by capable case cases cent clear "
        "closer condition conditions constructed contain containing contains day days deep deeper depth designed "
        "diameter does don double downstream drop drops during each eight either ensure equal equals equipped every "
        "exactly exceed exceeding exceeds except excess extend extending extends fall falls far fewer fifth finer "
        "fitted five following for forbidden four from front furnished gauge given greater half has have having "
        "height held high higher horizontal horizontally hour hours if illuminated in include includes including "
        "install installed interval intervals is it its just keep kept larger least leave length less lie limited "
        "limits lit located long longer lower made maintain maintained make maximum measured meet minimum minus "
        "minute minutes month months more most mount mounted must near nearer neither never nine no nor not of on "
        "once one only open operate operating or out over peak per percent permitted placed plane planes plus "
        "positioned present prohibited project provide provided quarter quarters range rated reach reaches "
        "recommended remain remains required restricted rise rises rms run same second seconds separated set seven "
        "shall shorter should side sides six smaller so spaced stay store such supplied sure taken tall taller ten "
        "terminate than that the their then there these they thick thicker third thirds this three time times to "
        "twelve twice two under unless up upstream upwards use used value ventilated vertical vertically volume week "
        "weeks weight when whenever where which whose wide wider width will with within withstand withstanding year "
        "years "
    ).split()
)
"""Words that say a comparison, an amount, a place or a provision, which a rule holds as its operator and limits."""


def left_over(words: str, parts: Sequence[Part]) -> str:
    """Words of a sentence that its rule does not hold and that say no comparison; "" where all are in it."""
    tests = list(_tests(parts))
    return (_left_zh if re.search(r"[\u4e00-\u9fff]", words) else _left_en)(words, tests)


_METHOD = re.compile(r"(?:in accordance with|to|per) (?:[A-Z]{2,}[ /]?)+[\d.:-]+|[°%Ω]\S*|\bLEL\b")
_DEED = re.compile(r"\bbe (?:[a-z]+ly )?[a-z]+(?:ed|t|n)\b(?: out\b)?|\bweighing\b")
"""What is done so far from something, or at so much: the limit says it."""


def _left_en(words: str, tests: Sequence[Test]) -> str:
    said = [f"{name.object} {name.property}" for name in _names(tests)]
    said += [limit.words for test in tests for limit in test.limits]
    known = {_stem(one) for text in said for one in re.findall(r"[a-z]+", text.lower())}
    bare = _DEED.sub(" ", _METHOD.sub(" ", _without_quantities(words)))
    left = [one for one in re.findall(r"[A-Za-z]{3,}", bare) if _stem(one.lower()) not in known]
    return " ".join(one for one in left if one.lower() not in _SAID_EN)


def _stem(word: str) -> str:
    """A word without the ends that a rewording takes away: inspected, inspection; rated, rating."""
    return re.sub(r"(?:ations?|ions?|ings?|ed|es|s|e)$", "", word) if len(word) > 3 else word


def _without_quantities(words: str) -> str:
    """The words without their numbers and units."""
    at, kept = 0, []
    while at < len(words):
        starts = words[at].isdigit() and not re.match(r"[A-Za-z.]", words[at - 1 : at])
        read = quantity_at(words, at) if starts else None
        kept.append("/" if read else words[at])
        at = read.end if read else at + 1
    return "".join(kept)


_COUNT_ZH = re.compile(rf"第?(?:[{CHINESE}]+|/)[个台只套组条根处具名人层道次扇座路点段块年月周天日部圈扣格瓶目排半]?")


def _left_zh(words: str, tests: Sequence[Test]) -> str:
    words = words.replace("一般", "/")
    names = {part for name in _names(tests) for part in (name.object, name.property) if part}
    names |= {half for name in names for half in re.split(r"[与和及、]", name) if len(half) > 1}
    names |= {limit.words for test in tests for limit in test.limits if limit.words}
    names |= {name[:-2] for name in names if len(name) > 3 and name.endswith("周期")}
    for name in sorted(names, key=len, reverse=True):
        words = words.replace(name, "/")
    said = _SAID_ZH.sub("/", _COUNT_ZH.sub("/", _without_quantities(words)))
    if any(test.op in (Op.ABSENT, Op.OTHER, Op.NOT_IN) for test in tests):
        said = re.sub("[未没无不]", "/", said)
    return "".join(re.findall(r"[\u4e00-\u9fff]+", said))


def _negation(tests: Iterable[Test], *, chinese: bool) -> bool:
    """A negation or a limit word that was taken into a name: what it turns round is not known."""
    if chinese:
        odd = re.compile(r"[未勿]|不(?![锈燃同间饱对透停可平])|除非|仅|至少|最多|(?:大|小|高|低|多|少|超)(?:于|过)")
    else:
        odd = re.compile(
            r"\b(?:not|no|never|without|only|except|unless|than|at least|at most|exceed\w*)\b", re.IGNORECASE
        )
    return any(odd.search(f"{name.object} {name.property}") for name in _names(tests))


_ODD_ZH = re.compile(
    r"时(?:$|的)|期间|过程|^(?:[在于当从按由将把被予]|对(?![接焊重讲流])|使(?!用))|[将把被]|且|或|^[以其该及与和]|其(?!他|它|余)|分别|如|若|各自"
    r"|[以之]$|[和与及]$|为$|不$|(?<![响供反感相适效对])应(?![力急变用])|(?<![适便])宜|在.+下|用.+测|沿(?![程线墙海])|距(?!离).*[距面]$|^凡"
)
_ODD_EN = re.compile(
    r"\b(?:during|which|that|when|while|where|who|whose|if|taller|steeper|rated|neither|either|including|such"
    r"|is|are|was"
    r"|were|shall|must|may|can|after|before|so|then|because|they|it|them|also)\b|[,;()]",
    re.IGNORECASE,
)
_MERE_EN = re.compile(
    r"(?:(?:safe|normal|rated|nominal|free|net|gross|total|first|second|initial|final|local|open|closed"
    r"|critical|specific"
    r"|overall|individual|single|double|actual|required|specified|available|effective|upper|lower|low|high"
    r"|new|old|any|other"
    r"|same|own)\s?)+",
    re.IGNORECASE,
)


def _odd_name(test: Test, *, chinese: bool) -> bool:
    """A field that is called as nothing is."""
    name = test.field
    odd = _ODD_ZH if chinese else _ODD_EN
    numeric = test.op not in (Op.PRESENT, Op.ABSENT)
    inside = re.sub(r"^rated |(?<=\s)rated ", "", name.property) if not chinese else re.sub("前后", "", name.property)
    if odd.search(name.object.replace("前后", "")) or (numeric and odd.search(inside)):
        return True
    if not chinese and numeric and re.search(r"\b(?:with|having)\b|^(?:at|in|on|from|to)\s", name.property):
        return True
    if numeric and test.limits and _unknown(test, chinese=chinese):
        return True
    return not chinese and numeric and _MERE_EN.fullmatch(name.object) is not None


def _unknown(test: Test, *, chinese: bool) -> bool:
    """A size of something that no list of measures holds, and that is no content either."""
    units = {limit.unit for limit in test.limits if limit.of is None and limit.unit}
    if not units or units <= CONTENT:
        return False
    if chinese and units == {"%"} and not test.field.object:
        return not measured_zh(test.field.property)
    if chinese:
        return not measured_zh(test.field.property) and not dimension_less(units)
    head = re.split(r"\s(?:from|to|above|below|beyond|past|between|in|behind|beneath|of)\s", test.field.property)[0]
    return (
        not measures_en(head) and re.search(r"\b(?:space|cover|passage)$", head) is None and not dimension_less(units)
    )


def dimension_less(units: set[str]) -> bool:
    """Shares, rates and the like, which are said of anything."""
    return all(not dimension(unit) or unit in ("%", "‰") for unit in units)


def _long(test: Test, *, chinese: bool) -> bool:
    """A thing to do of many words, or of several things."""
    if test.op not in (Op.PRESENT, Op.ABSENT):
        return False
    words = test.field.property
    if chinese:
        return len(words) > 14 or re.search(r"或|并(?!联|列|网)|，|且", words) is not None
    several = re.search(r"\b(?:or|and|to|so|as)\s", words) is not None
    return len(words.split()) > (6 if several else 9)


def _comparisons_left(words: str, tests: Sequence[Test], *, chinese: bool) -> bool:
    """More comparisons in the sentence than in its rule, or one bound twice on one field among the conditions."""
    compare = COMPARE_ZH if chinese else COMPARE_EN
    names = " ".join(f"{name.object} {name.property} " for name in _names(tests)).lower()
    said = sum(
        re.search(r"\d|[一二两三四五六七八九十]|[a-z]", words[one.end() : one.end() + 2]) is not None
        and (chinese or f"{one.group().lower().strip()} " not in names)
        for one in compare.finditer(words)
    )
    held = {(str(test.field), test.op, test.limits) for test in tests if test.limits}
    equal = any(test.op is Op.EQUAL and test.limits and test.limits[0].number is not None for test in tests)
    bound = re.search(
        r"\b(?:limited|maximum|minimum|at least|at most)\b" if not chinese else r"至少|至多|最多|不少于", words
    )
    if bound is not None and bound.group().lower() in names:
        bound = None
    room = sum(2 if one[1] is Op.BETWEEN or any(limit.plus for limit in one[2]) else 1 for one in held)
    return said > room or (equal and bound is not None and len(held) == 1)


def _uneven_list(words: str, parts: Sequence[Part], *, chinese: bool) -> bool:
    """A list that was divided though its last word may belong to all, or whose two are one pair."""
    for one, two in pairwise(parts):
        first, second = one.test.field, two.test.field
        if chinese:
            if first.object != second.object and f"{first.object}与{second.object}" in words:
                return True
        elif one.test.op is two.test.op is Op.PRESENT or one.test.op is two.test.op is Op.ABSENT:
            if (
                not re.search(r"\s|s$", first.property)
                and len(second.property.split()) > 1
                and first.object == second.object
            ):
                joined = f"(?:with|have|has|contain|include) (?:.*[ ,])?{first.property} (?:and|or) {second.property}"
                if re.search(joined, words, re.IGNORECASE):
                    return True
    return False


def _after_provision(words: str, parts: Sequence[Part]) -> bool:
    """A measure of the thing before behind something that is provided: it may be the thing's that is provided."""
    for one, two in pairwise(parts):
        first, second = one.test.field, two.test.field
        if one.test.op is Op.PRESENT and two.test.limits and first.object == second.object:
            said = re.search(rf"(?:，且?|[且并]|\b(?:the|its|a|an) ){re.escape(second.property)}", words, re.IGNORECASE)
            provided = re.search(r"应(?:设|装设|安装|配|装有|留|采用)", words) or re.search(
                r"\b(?:with|have|provided|installed)\b", words
            )
            if said and provided and first.property not in str(second):
                return True
    return False


def _whose(words: str, parts: Sequence[Part], *, chinese: bool) -> bool:
    """A later measure with a short first word: a part of the thing named before, or another measure of it?"""
    if chinese and _lent(words, parts):
        return True
    first = parts[0].test.field.object
    if chinese and _bare_after_part(words, parts):
        return True
    if not chinese and _last_of_several(words, parts):
        return True
    for part in parts[1:]:
        name = part.test.field
        if first and not name.object and not chinese:
            return True
        if first and not name.object and f"，{name.property}" not in words:
            return True
        if part.test.op in (Op.PRESENT, Op.ABSENT) or not first or name.object == first:
            continue
        if not name.object:
            return True
        if any(one.test.op is Op.PRESENT and one.test.field.property == name.object for one in parts):
            continue  # the thing that was just provided
        short = chinese and len(name.object) <= 2 and name.object not in first and not _BODY.search(name.object)
        if short and f"{name.object}{name.property}" in words:
            return True
        if not chinese and " " not in name.object and f"{name.object} {name.property}" in words:
            return True
    return False


def _lent(words: str, parts: Sequence[Part]) -> bool:
    """What is asked under a condition belongs to the condition's object, which was cut off a word without 的."""
    for part in parts:
        if part.test.op not in (Op.PRESENT, Op.ABSENT) or not part.test.field.object:
            continue
        name = part.test.field
        for group in part.when:
            for test in group:
                whole = f"{name.object}{test.field.property}"
                if (
                    test.limits
                    and test.field.object == name.object
                    and words.count(name.object) == 1
                    and whole in words
                ):
                    return True
    return False


def _last_of_several(words: str, parts: Sequence[Part]) -> bool:
    """A clause without a subject behind a list of subjects ("X and Y shall be A and shall be B") is about all."""
    objects = list(dict.fromkeys(part.test.field.object for part in parts))
    if len(objects) != 2 or not re.search(
        rf"{re.escape(objects[0])} and (?:the )?{re.escape(objects[1])}", words, re.I
    ):
        return False
    of = {name: {part.test.field.property for part in parts if part.test.field.object == name} for name in objects}
    return len(of[objects[0]]) != len(of[objects[1]])


def _bare_after_part(words: str, parts: Sequence[Part]) -> bool:
    """引压管内径……，长度……: a bare measure behind one that names a part is the part's, or the whole's."""
    for one, two in pairwise(parts):
        first, second = one.test.field, two.test.field
        if first.object == second.object and one.test.limits and two.test.limits and f"，{second.property}" in words:
            inner = property_start_zh(first.property)
            if 1 < inner < len(first.property) and _OF_BODIES.fullmatch(second.property):
                return True
    return False


_BODY = re.compile(r"[杆板梯门窗管阀泵机罐箱柜架梁柱墙沟槽井池塔炉座盖罩缆灯栏堤堰]$")
"""What a short word that is a thing of its own ends with (栏杆高度): whose measure it is, is not in doubt."""
_OF_BODIES = re.compile(r"(?:净|内|外|最小|最大)?(?:宽度?|高度?|深度?|厚度?|长度?|直径|[内外管]径|间距|数量)")
"""Measures that any body has."""

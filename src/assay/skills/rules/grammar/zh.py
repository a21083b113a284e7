"""Chinese sentences of standards: [除……外，] [当……时，] subject, modal word, requirement; several joined by commas.

Read from the left; whatever is not understood stops the reading of the whole sentence.
"""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import (
    BLANKS,
    NUMBERED,
    SURROUNDING,
    Reading,
    Stop,
    around_one,
    compared,
    negated,
    plain,
)
from assay.skills.rules.grammar.comparison_zh import comparison, extreme, its
from assay.skills.rules.grammar.conditions_zh import GRADE, conditions_zh, listed, relative
from assay.skills.rules.grammar.limits_zh import name_zh
from assay.skills.rules.grammar.quantities import CONTENT, holds_quantity, number_at, quantity_at, sizes
from assay.skills.rules.grammar.states_zh import without_state
from assay.skills.rules.grammar.tidy import tidied
from assay.skills.rules.grammar.wider_zh import above_another, bound_noun, of_the_same
from assay.skills.rules.grammar.wording_zh import said_plainly
from assay.skills.rules.grammar.words_zh import (
    COMPARE,
    MODAL,
    NEGATIVE,
    OPS,
    PERMITTED,
    PROPERTY_WORD,
    PROVIDES,
    REFERS,
    RELATIONAL,
    SOFT,
    measured,
    property_start,
)
from assay.skills.rules.rule import Limit, Name, Op, Part, Severity, Test

_EXCEPT = re.compile(r"(?:但)?除(?:了)?(?P<what>.+?)(?:以外|之外|者外|外)")
_EXCEPTED = re.compile(r"(?:但|当|如|若)*(?P<what>.+?)(?:时|的|者|情况|场合)?除外")
_WHEN = re.compile(
    r"(?:但)?(?:当|如果|如|若|凡|在)?(?P<what>.+?)(?P<end>时|的情况下|情况下|条件下|场合|(?<=工况|状态)下|的|者)?"
)
_FRONT = re.compile(
    r"(?P<condition>(?:但)?(?:当|如果|如|若)[^，]+?时|[^，]*(?:大于|小于|高于|低于|超过|达到)[^，的]+时)(?=[^，]+)"
)
_AGAIN = re.compile(r"(?:并且|而且|且|并)(?=(?:不应|不得|不宜|应|宜|必须|严禁))")
_DOES = re.compile(r"将|把|坡向|使其|(?:封堵|填实|填充|隔离|隔开|分隔)$")
"""Words by which a phrase says what is done, not what is there."""
_SIZED = re.compile(
    r"(?P<property>[^\d，、]{1,8}?)(?P<size>(?:不?(?:小于|低于|大于|高于|少于|超过)|为)\d[^的]*)的(?P<thing>[^，、的]+)"
)
_CODE = re.compile(r"(?<![A-Z\d])[A-Z][A-Z-]*\d+[A-Z]*(?![\d.])")
_PUT = re.compile(r"设|装设|安装|配备|配置|增设|加设|加装")
_MADE = re.compile(r"[\u4e00-\u9fff](?:型|式|结构|形式)$")
"""How a thing is built: 装卸线应为尽头式."""
_GOES_ON = re.compile(r"(?:并且|而且|且|并|，)(?=不?(?:大于|小于|高于|低于|超过|少于)\d)")
_FLOOR = re.compile(r"距(?:离)?(?:室内|楼)?(?:地坪|地面|楼面|平台面|屋面)(?=不|大|小|\d|为|宜|应)")
_STOPS = re.compile(
    r"否则|其中|此时|反之|必要时|尽量|确需|确有"
    r"|困难|特殊情况|适当|尽可能|分别|根据|按照|按(?!钮)|宜根据"
)


def read_zh(text: str) -> list[Part]:
    """The parts of a Chinese sentence. Raises Stop when any of it stays unread."""
    text = tidied(BLANKS.sub("", NUMBERED.sub("", plain(text)))).strip().rstrip("。;；.").strip()
    text = said_plainly(text)
    parts: list[Part] = []
    reading = Reading()
    for group in re.split(r"[；;]", text):
        reading = reading.next()
        _read_group(group.strip(), reading)
        parts += reading.finish(group)
    return parts


def _read_group(group: str, reading: Reading) -> None:
    if (vague := _STOPS.search(group)) is not None:
        raise Stop("vague", group[vague.start() :])
    segments = _segments(group)
    late: list[tuple[Test, ...]] = []
    for place, segment in enumerate(segments):
        modal = MODAL.search(segment)
        if match := _exception(segment):
            _except(match, reading)
        elif modal is None and not reading.parts and _is_limit(segment, segments[place + 1 :]):
            _requirement(segment, reading, ())
        elif modal is None and reading.topical and _EACH.match(segment) and not _is_condition(segment):
            _requirement(segment, reading, tuple(late))
        elif modal is None and not reading.parts and _is_object(segment, segments[place + 1 :]):
            reading.object, reading.known, reading.last = segment, {}, None
        elif modal is None and not reading.parts:
            if _is_topic(segment, segments[place + 1 :]):
                (reading.last,) = _subjects(segment, reading, every=False)
                reading.object, reading.topical = reading.last.object, True
            else:
                _condition(segment, reading)
        elif (
            modal is None
            and reading.parts
            and re.match(r"并(?:且)?[^联列行排]", segment)
            and not COMPARE.search(segment)
        ):
            _requirement(f"应{re.sub('^并且?', '', segment)}", reading, tuple(late))
        elif modal is None and _is_condition(segment) and place + 1 < len(segments):
            # A condition between requirements holds for what follows it, not for what was said before.
            late = conditions_zh(_bare(segment), reading.object, reading.compared or reading.last)
            reading.apart(late)
        else:
            _requirement(segment, reading, tuple(late))


_EACH = re.compile(
    r"(?P<which>[^，的]{2,20}?)(?:时|的)?(?:不应|应|不宜|宜|不得|必须)?(?:不)?(?:小于|大于|低于|高于|超过|少于|为|取)(?:等于|或等于)?(?=\d)"
)


def _is_topic(segment: str, after: list[str]) -> bool:
    """A measure that the next parts are about, each on a condition of its own (通道的宽度，单列布置时不应小于1.5m)."""
    if len(after) > 1 and _is_condition(after[0]) and MODAL.match(after[1]) and property_start(segment) < len(segment):
        return True  # 电缆的间距，当电压为380V时，不应小于300mm
    own = re.compile(r"[^，]{2,20}时(?:不应|应|不宜|宜|不得|必须)")
    if after and measured(segment) and all((one := _EACH.match(each)) and not measured(one["which"]) for each in after):
        return property_start(segment) < len(segment)  # 最大流速：碳素钢管不应超过15m/s，不锈钢管……
    return bool(after) and all(own.match(one) for one in after) and property_start(segment) < len(segment)


_SUBJECT = re.compile(
    r"(?:属于|位于|用于|处于|输送|储存|生产|使用|安装在|布置在|采用)(?:(?!大于|小于|高于|低于|超过|不)[^，])+的[^，的]{1,8}"
)
_STATED = re.compile(r"不(?:大于|小于|高于|低于|超过|少于)|小于(?:或)?等于|大于(?:或)?等于|[≤≥<>]")


def _is_object(segment: str, after: list[str]) -> bool:
    """A thing whose bare measure comes next (每个独立的防雷接地装置，其冲击接地电阻……; 电气线路，截面积不得……)."""
    modal = MODAL.search(after[0]) if after else None
    if modal is None or _is_condition(segment) or relative(segment)[0] or sizes(segment):
        return False
    if (
        COMPARE.search(segment)
        or REFERS.search(segment)
        or re.search(r"^[对在凡于]|[的者前后中内上下]$|[和或及、]", segment)
    ):
        return False
    subject = after[0][: modal.start()]
    content = re.fullmatch(r"[^的，]{1,6}(?:含量|浓度)", subject) is not None
    bare = measured(subject) and (property_start(subject) == 0 or content) and not SURROUNDING.search(subject)
    return len(segment) > 2 and not measured(segment) and (bare or subject.startswith("其"))


def _is_limit(segment: str, after: list[str]) -> bool:
    """A limit that is said without a modal word (管道内流速≤15 m/s), which nothing follows that it could be for."""
    cut = COMPARE.search(segment)
    stated = _STATED.match(segment, cut.start()) if cut else None
    if stated is None or after or _is_condition(segment) or segment.endswith(("的", "者", "前", "后", "中", "内")):
        return False
    return cut is not None and measured(segment[: cut.start()])


def _segments(group: str) -> list[str]:
    """The group cut at commas; a condition glued to its requirement is cut off ("高于60℃时应……")."""
    found: list[str] = []
    for piece in re.split(r"[，,：](?!\d{3})", group):
        piece = piece.strip()
        if (on := _GOES_ON.search(piece)) and MODAL.search(piece[: on.start()]):
            found += [piece[: on.start()], piece[on.end() :]]
            continue
        if (again := _AGAIN.search(piece)) and MODAL.search(piece[: again.start()]):
            found += [piece[: again.start()], piece[again.end() :]]
            continue
        if found and MODAL.match(piece) and _SUBJECT.fullmatch(found[-1]) and MODAL.search(found[-1]) is None:
            found[-1] += piece  # 属于一类高层的建筑，应设置……: a subject with a comma behind it
            continue
        front = _FRONT.match(piece)
        inside = re.match(r"(?P<measure>[^，在]+)在", front.group()) if front else None
        if inside and measured(inside["measure"]):
            front = None  # 外表面温度在环境温度不高于25℃时……: a state inside the subject
        within = re.fullmatch(r"(?P<what>[^，在当如]{2,})在(?P<state>[^，在]+)时", front.group()) if front else None
        if within and front and MODAL.match(piece[front.end() :]) and not PROPERTY_WORD.search(within["what"][-2:]):
            found += [
                f"当{within['state']}时",
                f"{within['what']}{piece[front.end() :]}",
            ]  # 起重机在风速超过20m/s时应……
            continue
        if front and MODAL.search(piece[front.end() :]) and not MODAL.search(front.group()):
            found += [front.group(), piece[front.end() :].strip()]
        else:
            found.append(piece)
    if not all(found):
        raise Stop("empty", group)
    return found


def _exception(segment: str) -> re.Match[str] | None:
    return _EXCEPT.fullmatch(segment) or _EXCEPTED.fullmatch(segment)


def _except(match: re.Match[str], reading: Reading) -> None:
    """An exception leaves out the whole when all of it holds; "or" makes several exceptions."""
    what = match["what"]
    front, head = relative(what)
    if front and "的" not in head:
        groups = front
    else:
        groups = conditions_zh(what)
    if any(len(group) > 1 for group in groups):
        if len(groups) > 1:
            raise Stop("and_or", what)
        reading.unless += [(test,) for test in groups[0]]
    else:
        reading.unless.append(tuple(group[0] for group in groups))


def _is_condition(segment: str) -> bool:
    return bool(re.match(r"(?:但)?(?:当|如|若)", segment) or segment.endswith(("时", "情况下", "条件下")))


def _bare(segment: str) -> str:
    match = _WHEN.fullmatch(segment)
    assert match is not None
    return match["what"]


def _condition(segment: str, reading: Reading) -> None:
    """当……时; 在……环境中; 高度大于27m的住宅建筑; 对于……的管道."""
    topic = re.sub(r"^对于?", "", segment)
    front, head = relative(topic)
    if front and not _is_condition(segment):
        if "的" in head or REFERS.search(head):
            raise Stop("condition", segment)
        before = reading.object
        reading.condition(front)
        reading.object = before if head in ("地区", "场合", "情况", "条件") else head
        return
    marked = (
        _is_condition(segment)
        or segment.startswith(("在", "凡"))
        or segment.endswith(("的", "者", "中", "内", "后", "前"))
    )
    if not marked and re.match(r"对于?[^，的]{2,12}$", segment) and not holds_quantity(segment):
        reading.condition([(Test(field=Name(property=topic), op=Op.PRESENT),)])  # 对于立式储罐，……
        return
    if not marked:
        raise Stop("condition", segment)
    reading.condition(conditions_zh(_bare(segment), reading.object, reading.compared or reading.last))


def _requirement(segment: str, reading: Reading, when: tuple[tuple[Test, ...], ...]) -> None:
    modal = MODAL.search(segment)
    if modal is None:
        cut = COMPARE.search(segment)
        if cut is None or not (reading.parts or reading.topical or _is_limit(segment, [])):
            raise Stop("no_requirement", segment)
        subject, rest, word, every = segment[: cut.start()], segment[cut.start() :], "应", False
    else:
        subject, rest, word = segment[: modal.start()], segment[modal.end() :], modal["modal"]
        every = bool(modal["all"]) or rest.startswith(("均", "都"))
    if word in PERMITTED:
        raise Stop("permission", segment)
    if MODAL.search(rest) and re.search(r"[应宜须]", rest):
        raise Stop("two_modals", segment)
    rest = re.sub(r"^[均都]", "", rest.strip())
    front, subject = relative(bound_noun(re.sub(r"^(?:且|并且|并|而且|但|同时|则)", "", subject.strip())))
    if front and re.search(r"[和及或].*的", subject):
        raise Stop("scope", segment)  # 压力大于4MPa的阀门和用于……的阀门
    if reading.parts:
        when = (*when, *front)  # later subjects' conditions are theirs alone
    else:
        reading.condition(front)
    subject, state = without_state(re.sub(r"(?:一般|通常)$", "", subject), reading)
    when = (*when, *state)
    if re.fullmatch(r"最[小大低高]", subject) and reading.last:
        subject = ""
    least = re.search(r"至少$", subject)
    subject = re.sub(r"(?:至少|也|还|同时)$", "", subject)
    if least or word == "至少应":
        rest = "至少" + rest
    soft = Severity.RECOMMENDED if word in SOFT else Severity.MANDATORY
    reading.add(_tests(subject, rest, word in NEGATIVE, reading, every=every), soft, when)


def _tests(subject: str, rest: str, minus: bool, reading: Reading, *, every: bool) -> list[Test]:
    if not subject and (inside := re.match(r"在(?P<where>.+?[内中上下旁])(?P<rest>.+)", rest)):
        subject, rest = inside["where"], inside["rest"]  # 严禁在配电室内存放……
    subject = re.sub(r"(?<=高度|标高)距(?:离)?(?:室内|楼)?(?:地坪|地面|楼面|平台面|屋面)$", "", subject)
    if re.search(r"高度$|标高$", subject):
        rest = re.sub(r"^为?(?=[不大小\d])", "为", _FLOOR.sub("", rest)) if _FLOOR.match(rest) else rest
    if counts := re.search(r"(?P<unit>.)数$", subject):
        rest = re.sub(
            rf"(?<=[\d一二两三四五六七八九十]){re.escape(counts['unit'])}$", "个", rest
        )  # 啮合扣数不应少于5扣
    if re.match(r"使(?!用)|让", rest):
        raise Stop("phrase", rest)  # what is to come of it is another measure
    found = above_another(rest, minus) or comparison(rest, minus)
    if found is not None:
        op, limits = found
        if (rows := re.search(r"[\d一二两三四五六七八九十]\s*(?P<unit>[排列行])$", rest)) and not measured(subject):
            subject = f"{subject}的{rows['unit']}数" if "的" not in subject else f"{subject}{rows['unit']}数"
        if re.search(r"\d\s*层$|[一二两三四五六七八九十]层$", rest) and subject and not measured(subject):
            subject = f"{subject}的层数"
        length = all(limit.unit in ("m", "mm", "cm") for limit in limits if limit.of is None)
        if length and re.search(r"[^间]距(?!离)[^的，]+$", subject) and not measured(subject):
            subject = f"{subject}的距离"  # 室外消火栓距路边不应大于2m
        content = all(limit.unit in CONTENT for limit in limits)
        share = ("的" in subject or bool(reading.parts)) and all(
            limit.unit == "%" for limit in limits
        )  # 调速器的转速死区
        deed = not subject and reading.parts and reading.parts[-1].test.op in (Op.PRESENT, Op.ABSENT)
        if deed and (not reading.object or any(limit.unit or limit.of for limit in limits)):
            raise Stop("no_subject", rest)
        subject = reading.object if deed else subject  # 气瓶应固定在墙上，且不得多于2瓶
        names = _subjects(subject, reading, every=every, content=(content or share) and not measured(subject))
        # A size needs a word for what is measured: "电缆不应超过30m" does not say the length of what.
        sized = any(limit.unit or limit.of for limit in limits) and not content and not share
        plain = all(limit.unit and limit.of is None for limit in limits)
        owned = plain and re.fullmatch(r".+的[^的]{2,6}", subject) is not None  # 放射源库的辐射水平
        if sized and not owned and not all(measured(name.property) for name in names):
            raise Stop("subject", subject)
        if re.search(r"其[^，]*的|其[^，的]{2,8}$", rest):
            limits = tuple(its(limit, names[0].object) for limit in limits)
        if len(names) == 1 and not names[0].object and not measured(names[0].property):
            reading.object = names[0].property  # 压力表不得少于两块，精度不得低于1.6级
        limits = (
            around_one(limits)
            if not re.search(r"偏差|误差|公差|精度|准确度|波动|漂移|不确定度|变化|线性度|重复性", names[0].property)
            else limits
        )
        return [extreme(name, op, limits, rest) for name in names]
    if (listing := _enumeration(subject, rest, minus, reading)) is not None:
        return listing
    return _provision(subject, rest, minus, reading)


_OF_THINGS = re.compile(
    r"(?:净|内|外|公称|最小|最大|设置|安装|相邻)?(?:宽度?|高度?|深度?|厚度?|长度?|直径|[内外管]径|间距|坡度|面积|容积)"
)
"""Measures of a thing that was just provided (应设护栏，高度……), not of its place (应设机械通风，换气次数……)."""


def _theirs(subject: str, reading: Reading, *, its: bool) -> Name | None:
    """A later measure that says whose it is: of what was just provided, of the same medium, one of two limits."""
    if (its or _OF_THINGS.fullmatch(subject)) and reading.lately:
        reading.object = reading.lately  # 应设置备用泵，其流量……
    if subject.startswith(reading.lately or "，") and property_start(subject) == len(reading.lately) < len(subject):
        return Name(object=reading.lately, property=subject.removeprefix(reading.lately).removeprefix("的"))
    substance = re.fullmatch(r"[^的，]{1,6}(?:含量|(?<!排放)浓度)", subject)
    if substance and reading.object and (reading.parts or not reading.when):
        return Name(object=reading.object, property=subject)  # 循环水的浊度……，氯离子含量……
    return of_the_same(subject, reading.last)


def _subjects(subject: str, reading: Reading, *, every: bool, content: bool = False) -> list[Name]:
    """The fields that a comparison is about; none named means the one before."""
    subject = subject.strip()
    if not subject:
        if reading.last is None:
            raise Stop("no_subject", subject)
        return [reading.last]
    if (
        COMPARE.search(subject)
        or REFERS.search(subject)
        or re.search(
            r"[，；（）]|计算$|算起$|用.+测[量定得]$|^(?:在(?![役线用建])|于|从(?!.+[到至].+的))|[上下内中处侧时]$",
            subject,
        )
    ):
        raise Stop("subject", subject)
    if subject in reading.known:
        return [reading.known[subject]]
    if (other := re.fullmatch(r"与(?P<what>[^的]+)的(?P<property>.+)", subject)) and reading.last is not None:
        if (one := reading.last.object.partition("与")[0]) and reading.last.property == other["property"]:
            return [Name(object=f"{one}与{other['what']}", property=other["property"])]  # 与明火的……，与乙炔瓶的……
    own = re.match(r"其(?P<rest>.+)", subject)
    if (theirs := _theirs(subject, reading, its=own is not None)) is not None:
        return [theirs]
    name = name_zh(own["rest"] if own else subject)
    if name.object and "的" not in subject and reading.last and reading.last.property.startswith(name.object):
        name = Name(object=reading.last.object, property=subject)  # 焊接电流……，焊接速度……
    around = SURROUNDING.search(subject) and not reading.object.endswith(("环境", "场所", "现场"))
    first = reading.parts[0].test.field if reading.parts else None
    around = around or (first is not None and not first.object and measured(first.property))  # nothing was named yet
    unknown = not name.object and measured(subject) and property_start(subject) == len(subject) <= 8
    if reading.parts and unknown and not around and "的" not in subject:
        name = Name(object=reading.object, property=subject)  # 负荷率……，通信负荷率……
    if content and reading.parts and not name.object and "的" not in subject and reading.object:
        name = Name(object=reading.object, property=subject)  # 废水的化学需氧量……，氨氮……
    if name.object in ("保压", "报警", "联锁") and reading.object:
        name = Name(object=reading.object, property=subject)
    if (own or (property_start(subject) <= 1 and not around)) and not name.object:
        name = name.model_copy(update={"object": reading.object})
    if not name.object and every and (parts := listed(name.property)) and len(parts) > 1:
        return [name.model_copy(update={"property": part}) for part in parts]
    properties = listed(name.property) if re.search(r"[和与及、]", name.property) else [name.property]
    if len(properties) > 1 and not all(property_start(part) < len(part) for part in properties):
        raise Stop("list", name.property)
    pair = not every and re.search(r"(?<!与)[^与]与[^与]", name.object) and not re.search(r"[和、及]", name.object)
    if (
        pair
        or RELATIONAL.search(name.property)
        or RELATIONAL.search(name.object)
        or not re.search(r"[和与、及]", name.object)
    ):
        objects = [name.object]
    else:
        objects = _owners(name.object)
    return [Name(object=object, property=property) for object in objects for property in properties]


def _owners(words: str) -> list[str]:
    """The objects of a list; what stands before its last 的 belongs to all: 住宅建筑的户门和安全出口."""
    head, of, tail = words.rpartition("的")
    if re.search(r"[和及与、]", head):
        return [words]
    found = listed(tail)
    return [words] if any(len(one) == 1 for one in found) else [f"{head}{of}{one}" for one in found]


def _enumeration(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """材质应为不锈钢或钛, 颜色应采用红色."""
    match = re.fullmatch(r"(?:为|是|选用|采用)(?P<what>.+)", rest)
    if subject and (made := re.fullmatch(r"(?:选用|采用)(?P<what>[^，、]+或[^，]+?)材[质料](?:制作|制造)?", rest)):
        match, subject = re.fullmatch(r"(?:采用)?(?P<what>.+)", made["what"]), f"{subject}的材质"
    named = subject and property_start(subject) < len(subject)
    if match is None or not (named or (rest[0] in "为是" and subject)):
        return None
    if not named and _MADE.search(match["what"]) and not minus and not holds_quantity(rest) and "或" not in rest:
        owners = _owners(subject) if re.search(r"[和及、]", subject) else [subject]
        return [Test(field=Name(object=one, property=match["what"]), op=Op.PRESENT) for one in owners]
    if holds_quantity(_CODE.sub("", GRADE.sub("", match["what"]))) or REFERS.search(rest):
        raise Stop("limit", rest)
    values = tuple(Limit(words=one) for one in re.split(r"、|或者|或", match["what"]) if one)
    names = _subjects(subject, reading, every=False)
    if not all(name.object or property_start(name.property) == 0 for name in names):
        raise Stop("subject", subject)
    one = Op.OTHER if minus else Op.EQUAL
    several = Op.NOT_IN if minus else Op.IN
    return [Test(field=name, op=one if len(values) == 1 else several, limits=values) for name in names]


def _provision(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test]:
    """设置止回阀和压力表, 留有不小于1.5m的操作通道, 设置两个出口; else a thing to do or not to do."""
    if REFERS.search(rest) or not rest:
        raise Stop("refers" if rest else "no_requirement", rest)
    lent = "" if re.search(r"[内中]$|中[^的]{1,4}$", reading.object) else re.sub(r"前?后$", "", reading.object)
    if subject.startswith("其") and len(subject) > 1 and reading.object and not measured(subject):
        subject = f"{reading.object}的{subject[1:]}"
    subject = re.sub(r"^(?:其|该|在)", "", subject.strip()) or reading.topic or lent
    rest = re.sub(r"^予以?", "", rest)
    if re.search(r"[和及、]", subject) and not RELATIONAL.search(subject):
        owners = _owners(subject)
    else:
        owners = [subject]
    op = Op.ABSENT if minus else Op.PRESENT
    if (bound := re.match(r"至少|最少|最多|至多", rest)) and (verb := PROVIDES.match(rest[bound.end() :])):
        rest = verb.group() + bound.group() + rest[bound.end() + verb.end() :]
    verb = PROVIDES.match(rest)
    if verb is None or _DOES.search(rest) or rest[verb.end() :].startswith(("在", "于")):
        if (
            holds_quantity(GRADE.sub("", re.sub(r"(?<!\d)100%", "", rest)))  # 进行100%射线检测: all of it
            or COMPARE.search(rest)
            or re.search(r"至少|最多|不少于|[一二两三四五六七八九十]+[次个点处台年]", rest)
        ):
            raise Stop("phrase_with_limit", rest)
        if measured(subject) or subject.endswith(("前", "后", "时")) or re.search(r"或|比|高出|低出", rest):
            raise Stop("phrase", rest)
        if (doing := re.fullmatch(r"进行(?P<what>.+试验.*[和及、].+试验)", rest)) and len(listed(doing["what"])) > 1:
            return [
                Test(field=Name(object=one, property=f"进行{each}"), op=op)
                for one in owners
                for each in listed(doing["what"])
            ]
        pieces = re.split(r"、|和|或|及" if minus else "、", rest)
        pieces = pieces if all(len(one) <= 4 for one in pieces) else [rest]
        return [Test(field=Name(object=one, property=each), op=op) for one in owners for each in pieces]
    what = rest[verb.end() :]
    if not what and minus and subject and verb.group() in ("使用", "采用"):
        return [Test(field=Name(object=one, property=rest), op=op) for one in owners]
    if not minus and (sized := _SIZED.fullmatch(what)) and property_start(sized["property"]) == 0:
        # 设置高度不低于1.2m的防护栏杆: the thing is there, and it has that size.
        thing = sized["thing"]
        compare, limits = comparison(sized["size"], False) or (Op.EQUAL, ())
        size = compared(Name(object=thing, property=sized["property"]), compare, limits, rest)
        return [*(Test(field=Name(object=one, property=thing), op=op) for one in owners), size]
    if (counted := _counted(what)) is not None:
        compare, limits, thing = counted
        if minus:
            raise Stop("negation", rest)
        owners = ["" if one and thing.endswith(one) else one for one in owners]  # 水池……，应设两座能独立使用的水池
        return [compared(Name(object=one, property=thing), compare, limits, rest) for one in owners]
    if holds_quantity(GRADE.sub("", what)) or COMPARE.search(what) or not what:
        raise Stop("phrase_with_limit", rest)
    if "或" in what and not minus:
        raise Stop("either", rest)
    things = _things(what)
    reading.lately = things[0] if len(things) == 1 and not minus and _PUT.match(verb.group()) else ""
    return [Test(field=Name(object=one, property=thing), op=op) for one in owners for thing in things]


def _things(what: str) -> list[str]:
    """What is provided; a last word that belongs to all of a list is each one's: 防雨和防晒措施."""
    found = listed(what)
    shared = re.search(r"(?:措施|装置|设施|功能)$", found[-1])
    if shared is None or not all(re.fullmatch(r"防\S{1,2}", one) for one in found[:-1]):
        return found
    return [*(one + shared.group() for one in found[:-1]), found[-1]]


def _counted(what: str) -> tuple[Op, tuple[Limit, ...], str] | None:
    """``不少于2个人孔``, ``两个出口``, ``不小于1.5m的操作通道``, ``至少1台备用泵``."""
    if re.match(r"[一二三]次[^，。\d]|[一二三四两\d]取[一二三四两\d]", what):
        return None  # 二次密封, 一次仪表: which one it is, not how many
    match = re.match(
        r"(?P<minus>不)?(?P<word>少于|小于|低于|多于|大于|超过)|(?P<least>至少|最少)|(?P<most>最多|至多)"
        r"|(?P<just>恰好|正好|仅|只)",
        what,
    )
    at = match.end() if match else 0
    read = quantity_at(what, at)
    if read is None or (
        match is None and (number := number_at(what, at)) and number[2] == read.end and not what[0].isdigit()
    ):
        return None  # 两侧护栏, 三相电源: no word says what is counted
    thing = re.sub(r"^的", "", what[read.end :])
    more = re.match(r"(?P<side>及?以上|及?以下)的?", thing) if match is None else None
    thing = thing[more.end() :] if more else thing
    if any(limit.unit for limit in read.limits) and PROPERTY_WORD.search(thing) and property_start(thing) == len(thing):
        raise Stop("phrase_with_limit", what)  # a property that goes on: 坡度坡向泵
    if not thing or holds_quantity(thing) or COMPARE.search(thing) or len(listed(thing)) > 1:
        raise Stop("phrase_with_limit", what)
    if more:
        op = Op.AT_LEAST if "上" in more["side"] else Op.AT_MOST  # 两个以上的安全阀
    elif match is None or match["just"]:
        # 应设置两个出口 asks for two, and a third one does no harm; a size is meant as it is said.
        room = re.search(r"空间|通道|净空|间隙|距离$", thing) is not None and not match
        op = Op.EQUAL if match or (any(limit.unit for limit in read.limits) and not room) else Op.AT_LEAST
    elif match["word"]:
        op = negated(OPS[match["word"]], what) if match["minus"] else OPS[match["word"]]
    else:
        op = Op.AT_LEAST if match["least"] else Op.AT_MOST
    return op, read.limits, thing

"""Nouns that no list of devices has, known by what is done with them: "light the burner", "the redox value is below
700 mV", "presses reset", "启动制粒机", "浓度达到".

What is started, stopped, opened or lit is driven; what is compared with an amount is measured; what is pressed is a
button.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assay.skills.plc.making.phrases import Phrase
from assay.skills.plc.making.plant_units import quantities
from assay.skills.plc.making.signal_words import ACTIONS_EN, HEADS, STOPS, STOPS_ZH, Head

_DRIVEN = Head("", "out", "actuator", "", "")
_MEASURED = Head("", "in", "measure", "", "")
_STATE = Head("Sensor", "in", "state", "", "")
_MODES = Head("Mode", "in", "command", "", "")
_BUTTON = next(one for one in HEADS if one.english == "Button")
_COUNT = next(one for one in HEADS if one.english == "Count")

_SOFT = (
    r"(?:must|shall|may|can|will|should|only|also|first|then|again|now|always|is|are|be|been|being|has|have|"
    r"never|not)\s+"
)
_ACT = (
    r"(?:starts?|started|stops?|stopped|runs?|running|opens|opened|closes|closed|switch(?:es|ed) (?:on|off)|"
    r"turn(?:s|ed) (?:on|off)|(?:de-?)?energi[sz]e[sd]?|extends?|extended|retracts?|retracted|flash(?:es)?|"
    r"sounds?|lights up|lit|"
    r"activated|deactivated|tripped|shut off)\b"
)
_SUBJECT = re.compile(rf"\b(?:the|an?)\s+(?P<noun>(?:[a-z][a-z-]*\s+){{0,2}}?[a-z][a-z-]+)\s+(?:{_SOFT})*{_ACT}", re.I)
_OBJECT = re.compile(
    r"\b(?:start|stop|run|open|close|light|energi[sz]e|activate|deactivate|trip|(?:switch|turn|shut)(?:es|"
    r"s)? (?:on|off)|ring)s?\s+"
    r"(?:the|an?)\s+(?P<noun>[a-z][a-z-]*(?:\s+[a-z][a-z-]*){0,2})",
    re.I,
)
_SENSED = re.compile(
    r"\b(?:if|when|until|while|once|as long as|and|or)\s+(?:the|"
    r"an?)\s+(?P<noun>(?:[a-z][a-z-]*\s+){0,2}?[a-z][a-z-]+)\s+"
    r"(?:is|becomes|gets)\s+(?:covered|blocked|interrupted|broken|wet|pressed|made|detected|free|clear|uncovered|dirty|torn)\b",
    re.I,
)
_LIMIT = re.compile(
    r"(?P<noun>[A-Za-z][A-Za-z-]*(?:\s+[A-Za-z][A-Za-z-]*){0,2})\s+(?:(?:is|are|must|stay|stays|be|has|been|reads?|shows?|falls?|drops?|"
    r"rises?|goes|gets|again|still|value)\s+)*(?:above|below|over|under|exceeds?|reaches|(?:more|less|lower|"
    r"higher|greater)\s+than|at least)\s+"
    r"(?:about\s+)?$",
    re.I,
)
_LIMIT_ZH = re.compile(
    r"(?P<noun>[\u4e00-\u9fffA-Za-z]{1,10}?)值?(?:仍|已|再次?)?(?:低于|高于|超过|大于|小于|达到|降到|降至|升到|升至|不足)\s*$"
)
#: A noun behind a preposition says where, not what.
_PLACED = re.compile(
    r"\b(?:in|at|on|of|with|by|for|from|to|over|across|into|inside|through)\s+(?:the\s+|an?\s+)?$", re.I
)
_PRESS = re.compile(
    r"\bpress(?:es|ed|ing)?\s+(?:the\s+)?(?P<noun>[A-Za-z]+)(?=\s*(?:[,.;)]|$|\s(?:to|and|or|while|again|before)\b))",
    re.I,
)
_PRESS_ZH = re.compile(
    r"(?<![次再])(?:按下?|点击)(?P<noun>启动|起动|停止|复位|确认|消音|急停|清零|开始|暂停)(?:键)?(?![\u4e00-\u9fff]?[按开])"
)
_REQUESTED = re.compile(
    r"\b(?:when|if|while|once)\s+(?:the\s+)?(?P<noun>[a-z][a-z-]*(?:\s+[a-z][a-z-]*)?)\s+(?:is|"
    r"are)\s+(?:requested|demanded|called for)\b",
    re.I,
)
_MODE = re.compile(
    r"\b(?P<noun>(?:auto(?:matic)?|manual|hand|local|remote)\s+(?:mode|position))\b|(?P<zh>(?:自动|手动|就地|远程|远方|检修)(?:方式|模式|状态|位置))",
    re.I,
)
_DOING_ZH = re.compile(
    r"(?:停止|开始|启动|℃|度|%)\s*(?:后|时)?(?P<noun>加热|冷却|加湿|除湿|通风|喷雾|喷淋|补光|充气|抽真空|制冷|灌溉|曝气)(?!器|机|泵|阀|水|棒|管|炉|塔|时|温)"
)
_COUNTS = re.compile(
    r"(?:^|[.,;]\s*|\band\s+)count(?:s|ed)?\s+(?:the\s+|all\s+)?(?P<noun>(?:[a-z]+\s+)?[a-z]+)s\b", re.I
)
_ACT_ZH = (
    r"(?:启动|停止|运行|停机|得电|失电|投入|退出|动作|打开|关闭|开启|点亮|熄灭|工作|运转|常开|亮|响|下降|"
    r"上升|伸出|缩回|旋转)"
)
_SUBJECT_ZH = re.compile(
    rf"(?P<noun>[\u4e00-\u9fff]{{1,7}}[机泵阀器灯门锁刀缸扇窗炉铃笛头轴盘架车台板杆爪钩帘幕枪辊筛桨锯仪])(?:先|再|即|才|都|均|应|须|必须|立即|自动|低速|高速)*{_ACT_ZH}"
)
_OBJECT_ZH = re.compile(
    r"(?:启动|停止|打开|关闭|开启|接通|断开|点亮|投入|驱动|先停|再停|停|开|关)(?P<noun>[\u4e00-\u9fff]{1,6}[机泵阀器灯门锁刀缸扇窗炉铃笛头轴盘架车台板杆爪钩帘幕枪辊筛桨锯])"
    r"(?=[，。；、,.;]|$|并|和|后|时|与|（|\d)"
)
#: What is meant is the whole, or no thing at all.
_GENERAL = frozenset(
    "attempt system sequence cycle process program machine line plant unit operation production timer counter "
    "controller plc operator "
    "movement travel mode batch step phase time run start stop everything equipment device devices all both "
    "restart it they drum logic "
    "input output signal filling cooling drying heating cleaning spraying conveying circulation regulation "
    "control circuit power "
    "supply programme routine task function alarm alarms fault faults limit value level that which this "
    "other another same "
    "automatic manual dosing washing rinsing backwash feeding direction side end beginning half rest "
    "following passenger person "
    "people box product part bottle vehicle car load eggs egg protection detection safety action event "
    "condition case row".split()
)
_GENERAL_ZH = tuple(
    (
        "系统 设备 程序 停机 开机 主机 上位机 待机 整机 单机 计时器 定时器 计数器 控制器 "
        "容器 时机 手动 自动 就地 重新 电源 传感器 变送器 继电器 操作台 生产线 平台 仪器 "
        "机器 该机 本机 触摸屏 显示器 处理器 所有 全部 其他 其它 对应 后面 前面 两台 "
        "三台 二台 几台 多台 一台 "
    ).split()
)


def acted(sentence: str, known: Sequence[Phrase]) -> list[Phrase]:
    """The nouns in their order that no phrase of ``known`` covers."""
    taken = [(one.start, one.end) for one in known]
    made: list[Phrase] = []
    for one in [*_english(sentence), *_chinese(sentence)]:
        if one.start < one.end and not any(start < one.end and one.start < end for start, end in taken):
            made.append(one)
            taken.append((one.start, one.end))
    return sorted(made, key=lambda one: one.start)


def _english(sentence: str) -> Iterator[Phrase]:
    for match in _PRESS.finditer(sentence):
        if match["noun"].lower() in ACTIONS_EN:
            yield Phrase(match["noun"], match.start("noun"), match.end("noun"), _BUTTON)
    for match in _MODE.finditer(sentence):
        group = "noun" if match["noun"] else "zh"
        yield Phrase(match[group], match.start(group), match.end(group), _MODES)
    for match in _REQUESTED.finditer(sentence):
        yield Phrase(f"{match['noun']} request", match.start("noun"), match.end("noun"), _MODES)
    for match in _COUNTS.finditer(sentence):
        yield Phrase(f"{match['noun']} count", match.start("noun"), match.end("noun") + 1, _COUNT)
    for one in quantities(sentence):
        if one.readings[0].unit not in ("s", "ms", "min", "h", "d") and (
            limit := _LIMIT.search(sentence, max(0, one.start - 70), one.start)
        ):
            yield from _noun(sentence, limit, _MEASURED, from_right=True)
    for pattern, head in ((_SENSED, _STATE), (_SUBJECT, _DRIVEN), (_OBJECT, _DRIVEN)):
        for match in pattern.finditer(sentence):
            yield from _noun(sentence, match, head, from_right=pattern is not _OBJECT)


def _noun(sentence: str, match: re.Match[str], head: Head, *, from_right: bool) -> Iterator[Phrase]:
    """The words of the match that can be one noun: none of them a verb, preposition or the whole of the plant."""
    words = list(re.finditer(r"[A-Za-z][A-Za-z-]*", match["noun"]))
    kept: list[re.Match[str]] = []
    for word in reversed(words) if from_right else words:
        if word[0].lower() in STOPS or word[0].lower().endswith("ly"):
            break
        kept.append(word)
    kept = kept[::-1] if from_right else kept
    if kept and from_right and _PLACED.search(sentence, 0, match.start("noun") + kept[0].start()):
        return
    if not kept or kept[-1][0].lower() in _GENERAL or (len(kept) == 1 and len(kept[0][0]) < 3):
        return
    base = match.start("noun")
    start, end = base + kept[0].start(), base + kept[-1].end()
    yield Phrase(sentence[start:end], start, end, head)


def _chinese(sentence: str) -> Iterator[Phrase]:
    for match in _PRESS_ZH.finditer(sentence):
        yield Phrase(match["noun"], match.start("noun"), match.end("noun"), _BUTTON)
    for one in quantities(sentence):
        if one.readings[0].unit not in ("s", "ms", "min", "h", "d") and (
            limit := _LIMIT_ZH.search(sentence, max(0, one.start - 20), one.start)
        ):
            yield from _noun_chinese(sentence, limit, _MEASURED)
    for match in _DOING_ZH.finditer(sentence):
        yield Phrase(match["noun"], match.start("noun"), match.end("noun"), _DRIVEN)
    for pattern in (_OBJECT_ZH, _SUBJECT_ZH):
        for match in pattern.finditer(sentence):
            yield from _noun_chinese(sentence, match, _DRIVEN)


def _noun_chinese(sentence: str, match: re.Match[str], head: Head) -> Iterator[Phrase]:
    start, end = match.span("noun")
    place = end
    while place > start and not sentence[start:place].endswith(STOPS_ZH):
        place -= 1
    noun = sentence[place:end]
    if len(noun) < 2 or noun in _GENERAL_ZH or noun.endswith(_GENERAL_ZH) or re.search(r"时间|累计|次数|数量", noun):
        return
    yield Phrase(noun, place, end, head)

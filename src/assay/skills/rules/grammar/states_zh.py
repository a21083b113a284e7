"""The state in which a Chinese limit holds, inside the subject: in operation, at night, when parallel."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Reading
from assay.skills.rules.grammar.conditions_zh import conditions_zh
from assay.skills.rules.grammar.words_zh import measured, property_start
from assay.skills.rules.rule import Groups, Name, Op, Test

_ON_DOING = re.compile(
    r"(?P<object>[^，在的时]{1,14}?)(?P<state>(?:首次|初次|再次|每次|长期)?(?:使用|安装|投用|投运|投入使用|启动|起动|开启|进入|检修"
    r"|焊接|运行|停用|停机|停运|投产|拆卸|开工|开车|停车|试验|试压|充装|充电|装卸|卸料|入库|出厂|交付|动火|吊装|起吊|组装|组对|涂装|喷涂"
    r"|清洗|吹扫|封闭|覆盖|浇筑|回填|通电|送电|断电|操作|作业|施工|运输|搬运|维修|更换|校验|检定|储存|闲置|超过[^，]{2,8})"
    r"(?:过程中|期间|之前|之后|前|后))"
)
"""焊条 使用前 应烘干: what is done to a thing before, after or while something is done with it."""
_WEATHER = re.compile(
    r"(?P<when>雨天|雪天|雾天|雷雨天|大风天|雷雨天气|雨雪天气|恶劣天气|高温天气|夜间|白天|冬季|夏季)(?P<rest>.*)"
)
_IN_THAT_STATE = re.compile(r"(?P<front>[^，在]{2,})在(?P<where>[^，在]+(?:状态|工况))下")
"""控制柜的门锁 在通电状态下 不得打开."""
_IN_STATE = re.compile(
    r"(?P<subject>.*?)在(?P<where>[^，在]+?)(?P<end>的?条件下|的?情况下|状态下|工况下|期间|之?下|过程中|时)?"
)
_APART = re.compile(
    r"(?P<front>.*?)(?P<state>平行|交叉|垂直|水平|并行|运行|停机|停车|启动|起动|满载|空载|静止|正常工作|正常运行)(?:敷设|布置)?时，?"
    r"(?P<property>[^，的时]{2,8})"
)
"""电缆与热力管道 交叉时 净距."""
_DURING = re.compile(
    r"(?P<front>[^，的]*?)(?P<state>(?P<verb>正常运行|满载|空载|运行|工作|启动|起动|停机|检修|充电|放电|试验|(?:平行|交叉|垂直|水平)(?:敷设|布置"
    r"|安装)?)|[^，的]{2})时的(?P<property>[^，]+)"
)
"""设备 运行时 的噪声; 焊接时 的风速."""
_MIDST = re.compile(
    r"(?P<front>[^，在]+)在(?P<where>[^，在]+?)(?P<end>的?条件下|的?情况下|状态下|工况下|期间|下|过程中|时)的(?P<property>[^，的]+)"
)
"""起重机 在额定载荷下 的制动距离."""
_NOTED = re.compile(r"(?P<subject>.+)（(?P<note>[^（）\d]{1,6}(?:态|时|状态|工况|条件|侧))）")
_AREAS = re.compile(r"[^，的]{1,12}(?:地区|场所|环境|区域|部位|工况|地带|路段)")
"""补水时间不宜大于48h，缺水地区不应大于96h."""
_AT_TIME = re.compile(r"(?P<subject>.*?)(?P<where>昼间|夜间|白天|夜晚|冬季|夏季|采暖期|非采暖期|平时)")


def without_state(subject: str, reading: Reading) -> tuple[str, Groups]:
    """A subject without the state in which the limit holds: 泵的振动烈度 在额定转速下, 噪声 昼间, 单列布置时."""
    if subject and (on := _ON_DOING.fullmatch(subject)) and not measured(on["object"]):
        front = on["object"]
        return front, ((Test(field=Name(property=on["state"]), op=Op.PRESENT),),)
    if (weather := _WEATHER.fullmatch(subject)) and not weather["rest"]:
        return "", ((Test(field=Name(property=weather["when"]), op=Op.PRESENT),),)
    if subject and (standing := _IN_THAT_STATE.fullmatch(subject)) and not measured(standing["front"]):
        return standing["front"], tuple(conditions_zh(standing["where"], reading.object))
    if (during := _DURING.fullmatch(subject)) and measured(during["property"]):
        front, state = ("", during["front"] + during["state"]) if not during["verb"] else during.group("front", "verb")
        name = f"{front}的{during['property']}" if front else during["property"]
        return name, ((Test(field=Name(property=state), op=Op.PRESENT),),)
    if (midst := _MIDST.fullmatch(subject)) and measured(midst["property"]):
        kept = re.match(r"状态|工况", midst["end"])
        groups = conditions_zh(midst["where"] + (kept.group() if kept else ""), midst["front"])
        return f"{midst['front']}的{midst['property']}", tuple(groups)
    if noted := _NOTED.fullmatch(subject):
        return noted["subject"], ((Test(field=Name(property=noted["note"]), op=Op.PRESENT),),)
    for pattern in (_IN_STATE, _AT_TIME):
        match = pattern.fullmatch(subject)
        if match is None:
            continue
        front, where, end = match["subject"], match["where"], match.groupdict().get("end")
        before = pattern is _IN_STATE and (
            where.endswith(("前", "后")) or (where.endswith(("处", "侧", "端")) and measured(front))
        )  # 各类阀门在安装前应……
        if front and not before and not (measured(front) and (end or pattern is _AT_TIME)):
            continue
        if not front and (reading.last is None or property_start(subject) < len(subject)):
            continue
        if before:
            return front, ((Test(field=Name(property=where), op=Op.PRESENT),),)
        kept = re.search(r"(?:状态|工况)(?=下$)", end or "")
        found = conditions_zh(where + (kept.group() if kept else ""), reading.object)
        return front, tuple(found)
    if reading.last and subject and measured(reading.last.property) and _AREAS.fullmatch(subject):
        return "", ((Test(field=Name(property=subject), op=Op.PRESENT),),)
    if reading.topical and subject and not measured(subject) and "的" not in subject:
        return "", tuple(conditions_zh(subject, reading.object))  # 最大流速：碳素钢管不应超过15m/s
    if (apart := _APART.fullmatch(subject)) and measured(apart["property"]):
        front = apart["front"]
        if front or reading.last is not None:
            name = f"{front}的{apart['property']}" if front else apart["property"]
            return name, ((Test(field=Name(property=apart["state"]), op=Op.PRESENT),),)
    if subject.endswith("时") and (reading.parts or not reading.when) and len(subject) > 2:
        return "", tuple(conditions_zh(subject, reading.object))  # 单列布置时不应小于1.5m
    return subject, ()

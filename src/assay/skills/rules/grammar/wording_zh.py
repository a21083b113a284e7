"""Chinese ways to say what others say more plainly, put in the plain words before a sentence is read."""

from __future__ import annotations

import re

_RATE = re.compile(
    r"每(?P<unit>小时|分钟)(?P<least>不少于|不大于|不超过|不小于|不低于|不高于)?(?P<number>[\d.]+)(?P<of>℃|°C|mm|m³|m|L|kg"
    r"|t)(?![/·A-Za-z0-9])"
)
"""每小时50℃ -> 50℃/小时."""
_EVERY = re.compile(
    r"每(?P<unit>小时|分钟)(?P<least>不少于|不应少于|不小于|不低于|至少)?(?P<number>[\d.]+(?:次?[～~-][\d.]+)?|[一二两三四五六七八九十]+)次"
)
"""每小时不少于6次 -> 不少于6次/小时."""
_OFTEN = re.compile(
    r"(?:(?P<modal>应|必须|宜|须)(?:当)?)?(?:至少|最少)?每(?:隔)?(?P<number>[\d一二两三四五六半]*)(?P<unit>年|个?月|个?季度|周|天|日)"
    r"(?:内)?(?P<again>应|必须|宜|须)?(?:至少|不应?少于|不得少于)?(?:进行)?(?P<verb>[\u4e00-\u9fff]{2,4}?)?(?:不少于|至少)?[一1]次"
    r"(?:的?(?P<noun>[\u4e00-\u9fff]{2,6}))?$"
)
"""应每年至少校验一次, 每6个月至少进行一次检查: a period of at most so long."""
_INCLUDED = re.compile(r"（(?:含|包括)(?:本数|[\d.]+[^（）]{0,6})）")
"""以上 and 以下 take in the bound anyhow: 2m以上（含2m）."""
_ALLOWED = re.compile(
    r"(?P<what>(?:允许|极限)偏差|公差|^[^，；应宜须得]{2,}最[高大小低](?:容许|允许|许可)?[^，；为应宜须得]{2,8})为(?=[±\d+-])"
)
"""What a table of tolerances says without a modal word."""


_SURE = re.compile(
    r"(?P<front>^|[^，；]*?)(?:应|需|要|须|必须)?(?:保证|确保|使)(?!用)(?P<what>(?!从)[^，；应宜须]{2,20}?)(?:应)?(?P<limit>不(?:低于"
    r"|小于|大于|高于|超过|少于)|(?:大于|小于|高于|低于|保持在|控制在)(?=[-\d]))"
)
"""泵房应保证室温不低于5℃ -> 泵房室温应不低于5℃."""
_ORDERS = (
    (re.compile(r"(?:请勿|切勿|勿|不要)(?=[\u4e00-\u9fff])"), "不得"),
    (
        re.compile(
            r"(?:需要|需|要求|要)(?=不?(?:大于|小于|高于|低于|超过|少于)|(?:控制|保持|维持)在|达到|设置|设有|装设|加装|安装|配备|采用|留出|留有|预留|保留)"
        ),
        "应",
    ),
    (
        re.compile(r"(?:(?:最高|最大|最多)(?:不允许|不能|不得|不应|不)|不允许|不能)(?:超过|高于|大于)(?=\d)"),
        "不应超过",
    ),
    (re.compile(r"(?:最低|最小|最少)(?:不允许|不能|不得|不应|不)(?:低于|小于|少于)(?=\d)"), "不应低于"),
    (re.compile(r"^(?P<what>[^，；应宜须得]{2,})(?P<keep>(?:控制|保持|维持)在)(?=[-\d])"), r"\g<what>应\g<keep>"),
)
"""Words of manuals for what standards say with 应 and 不得."""


def _sure(match: re.Match[str]) -> str:
    front = match["front"]
    link = "，" if re.search(r"[时后前中]$", front) else ""
    return f"{front}{link}{match['what']}应{match['limit']}"


def said_plainly(text: str) -> str:
    """The sentence with rates, periods and limits of tables put as other limits are."""
    text = _SURE.sub(_sure, text)
    if not re.search(r"不应|不得|应|宜|必须|严禁|禁止", text) or re.search(r"请勿|切勿|勿|不要", text):
        for pattern, plain in _ORDERS:
            text = pattern.sub(plain, text)
    text = _ALLOWED.sub(r"\g<what>应为", _INCLUDED.sub("", text))
    text = _EVERY.sub(_every, _RATE.sub(_rate, text))
    return _OFTEN.sub(_interval, text)


def _every(match: re.Match[str]) -> str:
    return f"{match['least'] or ''}{match['number'].replace('次', '')}次/{match['unit']}"


def _rate(match: re.Match[str]) -> str:
    hour = "h" if match["unit"] == "小时" else "min"
    return f"{match['least'] or ''}{match['number']}{match['of']}/{hour}"


def _interval(match: re.Match[str]) -> str:
    verb, unit = match["noun"] or match["verb"] or "", match["unit"].removeprefix("个")
    number = match["number"] or "1"
    if not verb or (match["noun"] and match["verb"]) or (number == "半" and unit != "年"):
        return match.group()
    if number == "半" or unit == "季度":
        number, unit = ("6", "月") if number == "半" else ("3", "月")
        if match["number"] not in ("", "半", "一", "1"):
            return match.group()
    modal = "宜" if "宜" in (match["modal"], match["again"]) else "应"
    link = "" if not match.start() or match.string[match.start() - 1] in "，；且并" else "的"
    return f"{link}{verb}周期不{modal}超过{number}{'个月' if unit == '月' else unit}"

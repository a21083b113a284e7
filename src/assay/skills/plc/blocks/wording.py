"""Brings what people say of amounts to what :mod:`assay.kernel.numbers` reads: half a second, 1 min 30 s, 两分半.

What only describes the machine (a 15 kW motor, 24 V 的指示灯) is no parameter of any program and is blanked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from assay.kernel.numbers import scan
from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.naming import without_names
from assay.skills.plc.blocks.signs import wanted

SECONDS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "min": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
_UNIT = r"(?P<unit>second|minute|hour|sec|min)s?\b"
_N = r"(?P<n>\d+(?:\.\d+)?|[a-z]+(?:-[a-z]+)?)"
_ZH_N = r"(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十百]+)"
_ZH_UNIT = {"秒": "秒", "秒钟": "秒", "分": "分钟", "分钟": "分钟"}
_FRACTIONS = {"hal": "0.5", "thi": "0.3333333333", "qua": "0.25", "fif": "0.2", "ten": "0.1"}
#: What a part is a part of: a third of a minute, three quarters of a second, two and a quarter bars.
_PART_OF = re.compile(
    r"\b(?:(?:(?P<whole>\w+) and )?(?P<n>an?|one|two|three|four|\d+)[ -])?"
    r"(?P<part>half|halves|third|quarter|fifth|tenth)s?"
    r"[ -](?:of )?(?:an? |the |one )?(?=(?:seconds?|secs?|s|minutes?|min|hours?|bars?|degrees?|kelvin|percent|"
    r"met(?:re|er)s?|lit(?:re|er)s?|kilos?|kg|tonnes?)\b)",
    re.I,
)
_ZH_PART = re.compile(r"(?P<of>[二三四五六八十])分之(?P<n>[一二三四五])(?=秒|个?小时|分钟|巴|度|米|升)")
_ZH_POINT = re.compile(r"零点[零一二三四五六七八九]+(?![分钟刻半点十几])")
_ZH_AND = re.compile(
    rf"{_ZH_N}(?P<unit>升|米|公斤|千克|度|巴|吨|斤)(?P<part>[半一二三四五六七八九])(?![\d十百零一二三四五六七八九个台升米秒分小])"
)
_ENGLISH: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), made)
    for pattern, made in (
        (
            r"(?<=\d)\s*(?:mill?isecs?|mill?i-?\s?seconds?|millisekunden?|msecs?|msek|millis|mseconds?)\b",
            " ms",
        ),
        (r"(?<=\d)[\s-]*(?:secs|seks?|sekunden?)\b", " s"),
        (r"(?<=\d)[\s-]*(?:minuten?|mins)\b", " min"),
        (r"(?<=\d)[\s-]*(?:stunden?|std)\b", " h"),
        (r"(?<=\d)-(?=(?:ms|s|sec|seconds?|min|minutes?|h|hours?)\b)", " "),
        (r"(?<![\d:])(\d{1,2}):([0-5]\d)\s*(?:min(?:utes?)?\b|分钟?)", r"\1 min \2 s"),
        (r"(?<![\d.])(\d{1,2})\s*['′]\s*([0-5]?\d)\s*(?:\"|″|'')", r"\1 min \2 s"),
        (
            r"(?<![\d.])(\d+)[ -](?:1/2|½)\s*(?=(?:s|secs?|seconds?|min|minutes?|h|hours?)\b)",
            r"\1.5 ",
        ),
        (r"(?<=\d)½", ".5"),
        (r"(?<=\d)\s?(?-i:C)(?=\s*(?:[,.;/)]|$|[a-z]))(?!-)", " °C"),
        (r"\bplus\s?(?:/|or|-)?\s?minus (?=\w)", "+/- "),
        (r"\bminus (?=\d)", "-"),
        (r"(?:±|\+\s?/\s?-)\s?(?=\d)", " +/- "),
        (r"\b(as|to|is|be|equals?|of) (?:zero|0)(?=\s*(?:[,;]|\.?$|and\b))", r"\1 nothing"),
        (r"(?<![\d.])(?<![\d.] )\b(?-i:m3|m³)(?![a-z])(?!/h)", "volume"),
        (r"\b(?:milliseconds?|msecs?)\b", "ms"),
        (
            r"(?<![\d.,])(\d+),(\d{1,2})(?=\s*(?:ms|s|secs?|seconds?|min|minutes?|h|hours?)\b)",
            r"\1.\2",
        ),
        (
            r"\bhalf (?:of )?an? (?=(?:second|minute|hour|degree|kelvin|bar|percent|kilo|kg|litre|liter|sec|min)\b)",
            "0.5 ",
        ),
        (r"\bsecs\b", "seconds"),
        (r"\bmins\b", "minutes"),
        (r"\bhrs\b", "hours"),
        (
            r"(?:(?<!\d)1/2|½)\s*(?=(?:s|secs?|seconds?|min|minutes?|h|hours?)\b)",
            "0.5 ",
        ),
        (r"\b3/4 of an? (?=(?:minute|hour)\b)", "0.75 "),
        (
            r"\b(?:an?|one) (minute|hour|second|met(?:re|er)|lit(?:re|er)|degree|bar|kilo|kg|ton(?:ne)?) and a half\b",
            r"1.5 \1",
        ),
        (r"\b(?:an?|one) (?:whole|full|entire|good) (?=(?:second|minute|hour)\b)", "1 "),
        (r"\bone (?=(?:seconds?|secs?|minute|min|hour)\b)|\ban? (?=(?:minute|hour|sec|min)\b)", "1 "),
    )
)
_AND_A_HALF = re.compile(rf"\b{_N} and a half {_UNIT}", re.I)
_HALF_BEHIND = re.compile(rf"\b{_N} {_UNIT} and a half\b", re.I)
_ZH_HALF = re.compile(rf"{_ZH_N}(?P<unit>秒钟?|分钟?)半(?:钟)?")
_BOTH = re.compile(
    r"(?P<m>\d+(?:\.\d+)?|[一二两三四五六七八九十百]+)\s*(?:分钟?|min(?:ute)?s?|m)\s*(?:and\s+|零)?"
    r"(?P<s>\d+(?:\.\d+)?|[一二两三四五六七八九十]+)\s*(?:秒钟?|sec(?:ond)?s?\b|s\b)",
    re.I,
)
_ZH_MINUTE = re.compile(r"(?<=\d)分(?![钟之米贝析段半\d])")
_ZH_HALF_A = re.compile(r"半个?(?=毫?秒|分钟|小时|度|公斤|千克|米|巴|升|吨|斤|伏|安)")
_VAGUE = re.compile(
    r"(?:好?几|数|若干)个?(?:毫秒|秒钟?|分钟|小时)|"
    r"\b(?:(?:a )?few|(?:a )?couple(?: of)?|several|some) (?:milliseconds|ms|seconds|minutes|hours)\b",
    re.I,
)
#: From how much to how much such a time may be, in seconds.
_SPANS = (
    (re.compile(r"毫秒|milli|ms", re.I), Decimal("0.001"), Decimal("0.999")),
    (re.compile(r"秒|second", re.I), Decimal(1), Decimal(30)),
    (re.compile(r"分|minute", re.I), Decimal(60), Decimal(1800)),
    (re.compile(r"小时|hour", re.I), Decimal(3600), Decimal(86400)),
)
#: Times that ask for nothing: how many hours it ran, T seconds (a letter for a parameter), parts of a second.
_ASKED = re.compile(
    r"多少个?(?:毫秒|秒钟?|分钟|小时)|\bhow many (?:seconds|minutes|hours)\b|"
    r"(?<![a-z\d])(?P<letter>[tnxk]\d?)\s?(?P<unit>毫秒|秒钟?|分钟|(?:seconds|minutes|ms)\b)",
    re.I,
)
_RATED = r"\b\d+(?:\.\d+)?[ -]?(?:kW|kVA|W|hp|V|马力|千瓦|伏|吨|L|lit(?:er|re)s?|升|mm|毫米|m3|m³|立方米?)"
_BETWEEN = r"(?:[ ,/-]|的|三相|异步|交流|直流|潜水){0,9}(?:[a-z]+[ -]){0,2}"
_MACHINE = (
    r"(?:(?:motor|pump|fan|mixer|drive|lamp|coil|valve|tank|blower|compressor|crusher|conveyor|heater|agitator|hoist|chiller|actuator|solenoid|relay|contactor|servomotor|damper)s?\b|"
    r"电机|电动机|马达|风机|水泵|泵|搅拌|灯|线圈|阀|罐|水箱|压缩机|空压机|破碎机|输送机|皮带机|加热器|离心机|冷水机)"
)
_PLATE = re.compile(_RATED + _BETWEEN + _MACHINE, re.I)
_PLATE_BEHIND = re.compile(
    rf"(?P<keep>{_MACHINE}(?:功率|容积|容量|电压|用|为|是|有|约|[ ,(（:：]|of|with|rated|is|at){{0,4}}\s*)"
    r"(?P<amount>\d+(?:\.\d+)?[ -]?(?:kW|kVA|hp|V|马力|千瓦|伏|立方米?|m3|m³|rpm|r/min))(?![a-z/])",
    re.I,
)
_HALF_DOZEN = re.compile(r"\bhalf a dozen\b", re.I)
_DOZENS = re.compile(rf"{_N}\s+dozens?\b|(?P<zh>\d+|[一二两三四五六七八九十])打(?=[^开印])", re.I)
#: Single figures before what they count, which are no units (九路停机信号).
_OF_A_KIND = re.compile(
    r"(?<![一二两三四五六七八九十百千第零点\d])[两三四五六七八九](?=[路步段道级节人队轮遍趟罐瓶盒袋件箱]|张桌|方(?!向|面|法|式|案|米|形)|选一|(?<=[加减升降].)转(?![向角速动])|[点位](?![零一二三四五六七八九\d]))"
)
_PERCENT = re.compile(r"百分之(?P<n>\d+(?:\.\d+)?|[零一二两三四五六七八九十百点]+)")
_CHINESE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"每秒钟?[闪亮响]?(\d|[一二三四五])[次下]"), r"\1Hz"),
    (re.compile(r"每秒钟?[闪亮响]?两[次下]"), "2Hz"),
    (re.compile(r"\b(?:twice|two times) (?:a|per|every) second\b", re.I), "2 Hz"),
    (
        re.compile(
            r"\bonce (?:a|per|every) second\b(?=.{0,30}(?:blink|flash))|(?<=flash )once (?:a|per) second\b", re.I
        ),
        "1 Hz",
    ),
    (re.compile(r"(?:一整|整整一)个?(?=秒|分钟|小时)"), "一"),
    (re.compile(r"一个半(?=小时|钟头)"), "1.5"),
    (re.compile(r"(\d+)个半(?=小时|钟头)"), r"\1.5"),
    (re.compile(r"个?钟头"), "小时"),
    (re.compile(r"(?<=[按算归为当成清回])[零0](?=\s*(?:[，,。；;）)、]|$|[的处算计]))"), "空"),
    (re.compile(r"两(?=[百千])"), "二"),
    (re.compile(r"刻把钟"), "几分钟"),
    (re.compile(r"(?:(?<!正)负|零下)(?=\s*\d)"), "-"),
    (re.compile(r"正负(?=\s*[\d一二两三四五六七八九十])"), "上下"),
    (re.compile(r"(?<![\d一二三四五六七八九几两])百(?=毫秒)"), "100"),
    (re.compile(r"(?<![\d一二三四五六七八九])[23三二四][取选][23三二四]"), "  "),
    (re.compile(r"三五(?=秒|分)|(?<=[一二三四五六七八九十])[几来多](?=秒|分)"), "几"),
)


def plain(request: str) -> str:
    """The request with its amounts in a form that is read, everything else as it stands."""
    text = wanted(request)
    text = _ASKED.sub(_blank_all, without_names(text))
    for pattern in (_PLATE, _PLATE, _PLATE_BEHIND):
        text = pattern.sub(_blank, text)
    text = _OF_A_KIND.sub(lambda match: str("两三四五六七八九".index(match[0]) + 2), text)
    text = _DOZENS.sub(_dozens, _HALF_DOZEN.sub("6", text))
    text = _PERCENT.sub(lambda match: f"{_number(match['n'])}%", text)
    text = _PART_OF.sub(_part_of, text)
    text = _ZH_PART.sub(lambda match: _short(_number(match["n"]) / _number(match["of"])), text)
    text = _ZH_POINT.sub(lambda match: f"{_number(match[0])}", text)
    text = _ZH_AND.sub(_with_a_part, text)
    for pattern, made in _CHINESE:
        text = pattern.sub(made, text)
    text = _BOTH.sub(lambda match: f"{_number(match['m']) * 60 + _number(match['s'])} s ", text)
    for pattern, made in _ENGLISH:
        text = pattern.sub(made, text)
    text = _BOTH.sub(lambda match: f"{_number(match['m']) * 60 + _number(match['s'])} s ", text)
    text = _AND_A_HALF.sub(_and_a_half, text)
    text = _HALF_BEHIND.sub(_and_a_half, text)
    text = _ZH_HALF.sub(
        lambda match: f"{_number(match['n']) + Decimal('0.5')}{_ZH_UNIT[match['unit']]}",
        text,
    )
    text = _ZH_HALF_A.sub("0.5", text)
    return _ZH_MINUTE.sub("分钟", text.replace("三刻钟", "45分钟").replace("一刻钟", "15分钟"))


_TIMES = re.compile(
    r"(?<![a-z])(?:[a-z]+(?:-[a-z]+)*\s+)?(?:seconds|minutes|msecs?|milliseconds|ms)\b|(?<![每几数多半/\d])(?:毫秒|秒钟|分钟|秒)(?![表定位])",
    re.I,
)


def unread(text: str, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """Times of the text that stand outside the amounts that were read (``spans``): some number that nobody knows."""
    inside = list(spans)
    found = [one for one in _TIMES.finditer(text) if not any(a < one.end() <= b for a, b in inside)]
    return tuple(
        one[0].strip()
        for one in found
        if not re.search(
            r"(?:\b(?:per|each|every|of|the|in|few|some|several|to|for)\s|[每几数几/])[^\s]*$", one[0], re.I
        )
        and not _VAGUE.search(one[0])
    )


def vague(text: str) -> list[tuple[Quantity, Decimal, Decimal]]:
    """Times without a number (a few seconds, 几分钟) where they stand, with the least and the greatest number of
    seconds that may be meant: nobody can set a parameter to them, but one may have such a value."""
    found = []
    for match in _VAGUE.finditer(text):
        least, most = next((low, high) for unit, low, high in _SPANS if unit.search(match[0]))
        found.append((Quantity(match[0].strip(), match.start(), match.end(), "", ()), least, most))
    return found


def rate(text: str, start: int, end: int, unit: str) -> Decimal:
    """Seconds that the amount at ``start`` to ``end`` is counted by (``10 %/min``: 60); 1 where nothing is said."""
    before, after = text[max(0, start - 12) : start], text[end : end + 24]
    for said in (
        re.search(r"/\s*([a-z]+)$", unit, re.I),
        re.match(
            r"\s*(?:[^\s\d,.;，。]+\s+)?(?:(?:per|an|a|each|every)\s+|/\s*)([a-z]+)",
            after,
            re.I,
        ),
        re.match(r"\s*(?:/|每)(秒|分钟|小时)", after),
        re.search(r"每一?(秒钟?|分钟|个?小时)[^，。,;；]*$", before),
    ):
        factor = SECONDS.get(same_unit(said[1].replace("个", ""))) if said else None
        if factor is not None:
            return factor
    return Decimal(1)


def _blank_all(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blank(match: re.Match[str]) -> str:
    """The amount goes, the word for the machine stays."""
    if (kept := match.groupdict().get("keep")) is not None:
        return kept + " " * len(match["amount"])
    return re.sub(
        r"^[\d.]+[ -]?(?:[a-z]+3?³?|马力|千瓦|伏|吨|升|毫米|立方米?)",
        lambda amount: " " * len(amount[0]),
        match[0],
        flags=re.I,
    )


def _dozens(match: re.Match[str]) -> str:
    many = _number(match["zh"] or match["n"])
    return match[0] if many <= 0 else f"{many * 12}"


def _and_a_half(match: re.Match[str]) -> str:
    found = _number(match["n"])
    return match[0] if found < 0 else f"{found + Decimal('0.5')} {match['unit']}"


def _part_of(match: re.Match[str]) -> str:
    n, whole = match["n"] or "a", match["whole"]
    parts = Decimal(1) if n.lower() in ("a", "an") else _number(n)
    before = _number(whole) if whole else Decimal(0)
    ordinal = match["n"] is None and match["part"].lower() in ("third", "fifth", "tenth")
    if ordinal or parts <= 0 or (whole and before < 0):
        return match[0]
    return _short(before + parts * Decimal(_FRACTIONS[match["part"].lower()[:3]])) + " "


def _with_a_part(match: re.Match[str]) -> str:
    number = _number(match["n"])
    part = "5" if match["part"] == "半" else _figures(match["part"])
    return match[0] if number < 0 or number != int(number) else f"{int(number)}.{part}{match['unit']}"


def _figures(words: str) -> str:
    return "".join(str("零一二三四五六七八九".index(one)) for one in words)


def _short(value: Decimal) -> str:
    """Ten figures: a third of an hour is 20 min to the millisecond."""
    return format(Decimal(f"{value:.10g}").normalize(), "f")


def _number(words: str) -> Decimal:
    """A number in figures or in words of either language; -1 when it is none."""
    quantities, _ = scan(f"{words}秒" if re.match(r"[一-鿿]", words) else f"{words} seconds")
    if not quantities:
        return Decimal(1) if words.lower() in ("one", "a") else Decimal(-1)
    reading = quantities[0].readings[0]
    return reading.mantissa * Decimal(10) ** reading.power

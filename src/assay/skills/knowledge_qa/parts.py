"""The parts of a question that asks for several things: each is answered from its own place."""

from __future__ import annotations

import re
from dataclasses import replace

from assay.skills.knowledge_qa.question import Asked, Wanted, read_question

EACH = re.compile(
    r"分别|各自|各是|各为|各有|各需|各(?=多|几|是|为|打|给|用|保|控|加|要|设|取|装|不|达|留)|respectively|each(?![a-z])"
    r"|both(?![a-z])",
    re.I,
)
_CODE = r"[A-Z]{1,4}-?\d+[A-Z]?"
_TWO_CODES = re.compile(
    rf"(?P<one>{_CODE})\s*(?:和|与|及|跟|、|,? and (?:of |for |in |on |at )?(?:the )?)\s*(?P<two>{_CODE})"
)
_TWO_WORDS = re.compile(r"(?P<one>[\u4e00-\u9fff]{2,8})(?:和|与|及|、)(?P<two>[\u4e00-\u9fff]{2,8})")
_TWO_GRADES = re.compile(
    r"(?P<one>[A-Z一二三四]\s?(?P<noun>[型级类间室区仓段]))(?:和|与|及|、|，)?(?P<two>[A-Z一二三四]\s?(?P=noun))"
)
_TWO_THINGS = re.compile(
    r"(?P<one>[A-Z一二三四]\s?(?P<noun>机(?![械组油])|[线炉罐泵]))\s?(?:和|与|及|跟|、|，|\s)\s?(?P<two>[A-Z一二三四]\s?(?P=noun))"
)
_TWO_NUMBERS = re.compile(
    r"(?<![\d.A-Za-z在-])(?<!在 )(?P<one>\d{2,4})\s?(?:和|与|及|跟|、)\s?(?P<two>\d{2,4})\s?"
    r"(?P<noun>机(?![械组油])|[间室号线](?!的))"
)
_ASKED_TWICE = re.compile(
    r"(?P<one>[\u4e00-\u9fff]{1,4}?)(?P<wh>(?:多少|几)[\u4e00-\u9fff]{1,2}?)(?P<two>(?!到|至|升|降|或|还)[\u4e00-\u9fff]{1,4}?)"
    r"(?P=wh)(?=[？?]|$)"
)
_TWO_PLACES = re.compile(
    r"(?<![a-z])(?P<prep>in|on|of|for|at|into|to|from|with|under|above|below|before|after|during|between) "
    r"(?P<one>(?!and )[^,;?]{2,50}?),? and (?P=prep) (?P<two>[^,;?]{2,50}?)(?=[?,;]|$)",
    re.I,
)
_TWO_NUMBERED = re.compile(
    r"(?<![a-z])(?P<one>(?P<noun>[a-z]{3,}) (?:\d+|[A-Z]))(?: and |, ?and )(?P<two>(?P=noun) (?:\d+|[A-Z]))(?![\w.-])",
    re.I,
)
_TWO_OF_A_KIND = re.compile(
    r"(?<![a-z])(?P<det>an?|the) (?P<one>[a-z-]+) and (?P=det) (?P<two>[a-z-]+) "
    r"(?!(?:are|is|was|were|be|have|has|do|does|may|can|must|should|shall|will|in|on|of|for|at|to|with|by|off|from|when|if|and|together)(?![a-z]))(?P<noun>[a-z-]+)",
    re.I,
)
_ASKING = r"(?!(?:when|what|which|how|why|who|where|whether|if)(?![a-z]))"
_NEEDED = re.compile(
    r"(?:(?<=[.!?;:,] )|(?<=[.!?;:,] and )|^)(?:(?:i|we) (?:need|want|require)|give me|tell me)(?: to know)? "
    rf"(?:the |its )?{_ASKING}(?P<one>[a-z0-9 -]{{3,40}}?) and "
    rf"(?:the |its |also the )?{_ASKING}(?P<two>[a-z0-9 -]{{3,40}})$",
    re.I,
)
_THING = (
    r"(?!(?:when|what|which|how|why|who|where|whether|if|is|are|the)(?![a-z]))[a-z][a-z-]*"
    r"(?: (?!(?:of|for|in|on|at|and|or|is|are)(?![a-z]))[a-z-]+){0,3}"
)
_LISTED = re.compile(
    r"^(?:(?:please )?(?:name|give(?: me)?|list|state|tell me|what are|what is|what's|(?:i|we) need) )?"
    rf"(?:the )?(?P<first>{_THING}(?:, (?:the )?{_THING})+),? and (?:the )?(?P<last>{_THING})"
    r"(?P<rest> (?:of|for|in|on|at) (?!.*(?<![a-z])and(?![a-z])).+)$",
    re.I,
)
_ITEM = rf"(?:(?:number|amount|kind|type) of )?{_THING}"
_LISTED_FOR = re.compile(
    r"^(?P<of>(?:for|of|on|in|at|with) [^,]{2,60}), (?:please )?(?:name|give(?: me)?|list|state|tell me|what are) "
    rf"(?:the )?(?P<first>{_ITEM}(?:, (?:the )?{_ITEM})*),? and (?:the )?(?P<last>{_ITEM})$",
    re.I,
)
_LISTED_HAN = re.compile(
    r"(?P<items>[\u4e00-\u9fff]{2,6}(?:[、，,][\u4e00-\u9fff]{2,6})+(?:和|与|及|以及)[\u4e00-\u9fff]{2,6}?)"
    r"(?=分别|各[自是为有要多几]|都?[是为要]多少|多少|$)"
)
_COUNTED_HAN = re.compile(
    r"(?P<items>[\u4e00-\u9fffA-Z0-9-]{1,6}(?:、[\u4e00-\u9fffA-Z0-9-]{1,6})*[、和与及][\u4e00-\u9fffA-Z0-9-]{1,6}?)"
    r"[这那]?(?P<count>[两二三四])[种个台条座套类只](?=[^，。；？?]*(?:各|分别))"
)
"""``西伯、阿施、老鳇三种罐``: as many things as are counted."""
_COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4}
_NAME_HAN = re.compile(r"^(?:请|麻烦)?(?:列出|给出|说出|说一下|报一下|告诉我|列一下)(?:一下)?")
_TWO_TIMES = re.compile(
    r",? (?P<one>normally|in general|usually|generally),? and (?P<two>(?:in|after|for|during|when|under) [^,?]+)", re.I
)
_MANY_ASKED = re.compile(
    r"^(?:[A-Za-z ]*?)(?:what|which) (?P<asked>(?:[a-z-]+ ){0,4}?[a-z-]*[a-rt-z]s)(?= (?:are|do|have|must|should|can"
    r"|may|apply|were)(?![a-z]))",
    re.I,
)
_TWO_SUBJECTS = re.compile(
    r"(?<= )(?P<verb>are|do|have|must|should|can|may) (?P<one>(?:the )?(?:[\w'-]+ ){0,3}?[\w'-]+) and "
    r"(?P<two>(?:the )?(?:[\w-]+ ){0,2}?[\w-]+)"
    r"(?= (?:of|in|on|at|for|to|from|with|under|after|before|when|[a-z]+ed|set|kept|held|run|be|have)(?![a-z])|[?]|$)",
    re.I,
)
_TWO_MODES = re.compile(r"(?P<one>[a-z-]+) and (?P<two>[a-z-]+) (?P<noun>[a-z-]+(?: [a-z-]+)?)$", re.I)
_TOGETHER = re.compile(
    r"之间|区别|不同|关系|一起|同时|共同|合计|总共|一共|都|配合|相比|相同|比例|夹角|距离|间隙|连接|分别和|压差|温差|高差|差值|偏差|对中"
    r"|(?<![a-z])(?:between|together|differen(?:ce|t) (?:between|from)|same|altogether|in total|combined"
    r"|ratio|compared)(?![a-z])",
    re.I,
)
_BETWEEN_TWO = re.compile(r"between (?:two|any two|successive)(?![a-z])", re.I)
_VALUE = (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT)
_WH_HAN = re.compile(r"多少|多[大久长高重宽厚深快]|几|百分之")


_TWO_KINDS = re.compile(
    r"^(?:what(?:'s| is| are) )?(?:the )?(?P<one>(?!when|where|who|how|what|which)[a-z-]+) and "
    r"(?P<two>(?!when|where|who|how|what|which)[a-z-]+) "
    r"(?P<noun>(?:temperature|pressure|level|speed|limit|setting|value|time|current|flow|torque|voltage)s?)(?![a-z])",
    re.I,
)
LONGEST_WORD = 4
MOST = 4
"""A question in more parts than these is read as it stands."""


def parts_of(asked: Asked) -> tuple[Asked, ...]:
    """The parts in order; the whole question where it is one."""
    found = [piece for part in asked.parts or (asked,) for piece in _split(part)]
    found = [piece for part in found for piece in _split(part)] if len(found) > 1 else found
    return tuple(found) if len(found) <= MOST else asked.parts or (asked,)


def _split(asked: Asked) -> tuple[Asked, ...]:
    return (
        _by_list(asked)
        or _by_codes(asked)
        or _by_grades(asked)
        or _by_numbers(asked)
        or _by_words(asked)
        or _by_phrases(asked)
        or (asked,)
    )


def _by_list(asked: Asked) -> tuple[Asked, ...]:
    """Properties of one thing: ``T-16 的压力、时长和间歇各是多少``, "name pressure, speed and current of pump P-3"."""
    text = asked.text.rstrip(" ?？.。")
    if not asked.yes_no and (counted := _COUNTED_HAN.search(text)):
        things = re.split(r"[、和与及]", counted["items"])
        if len(things) == _COUNTS[counted["count"]]:
            return tuple(_part(asked, text[: counted.start()] + one + text[counted.end() :]) for one in things)
    if asked.yes_no or asked.wanted not in (*_VALUE, Wanted.ANY) or _TOGETHER.search(text):
        return ()
    if match := _LISTED.match(text):
        return tuple(_part(asked, f"what is the {one}{match['rest']}") for one in _things(match))
    if match := _LISTED_FOR.match(text):
        each = replace(asked, wanted=Wanted.ANY)  # each is of its own kind
        return tuple(_part(each, f"{match['of']}, what is the {one}") for one in _things(match))
    match = _LISTED_HAN.search(text)
    if match is None:
        return ()
    before, behind = _NAME_HAN.sub("", text[: match.start()]), text[match.end() :] or "是多少"
    lead, _, first = match["items"].rpartition("的") if "的" in match["items"].split("、")[0] else ("", "", "")
    items = match["items"][len(lead) + 1 :] if first else match["items"]
    things = re.split(r"[、，,]|和|与|以及|及", items)
    return tuple(_part(asked, f"{before}{lead}{'的' if first else ''}{one}{behind}") for one in things)


def _things(match: re.Match[str]) -> list[str]:
    return [re.sub(r"^the ", "", one) for one in [*match["first"].split(", "), match["last"]]]


def _by_codes(asked: Asked) -> tuple[Asked, ...]:
    """``K-301A and K-301B``: the question about each, where they are of one kind."""
    match = _TWO_CODES.search(asked.text)
    if match is None or asked.yes_no:
        return ()
    one, two = match["one"].upper(), match["two"].upper()
    alike = re.sub(r"[A-Z]?$", "", one) == re.sub(r"[A-Z]?$", "", two) or re.sub(r"\d.*", "", one) == re.sub(
        r"\d.*", "", two
    )
    before, behind = asked.text[: match.start()], asked.text[match.end() : match.end() + 3]
    between = re.search(r"between\s+(?:the\s+)?$", before, re.I) or re.search(r"之间|差|一起|相[差比同]", behind)
    if not alike or one == two or between:
        return ()
    return _each(asked, match, (match["one"], match["two"]))


def _by_grades(asked: Asked) -> tuple[Asked, ...]:
    """``A 型、B 型各保压多少秒``, ``一级二级报警各多少``: the question about each."""
    match = _TWO_GRADES.search(asked.text) or _TWO_THINGS.search(asked.text)
    if match is None or asked.yes_no or match["one"] == match["two"] or _TOGETHER.search(asked.text):
        return ()
    return _each(asked, match, (match["one"], match["two"])) if asked.wanted in _VALUE else ()


def _by_numbers(asked: Asked) -> tuple[Asked, ...]:
    """``203 和 205 间各限几人``, ``冬天几分钟夏天几分钟``: the question about each."""
    if asked.yes_no or _TOGETHER.search(asked.text):
        return ()
    if match := _TWO_NUMBERS.search(asked.text):
        return _each(asked, match, (match["one"] + match["noun"], match["two"] + match["noun"]))
    match = _ASKED_TWICE.search(asked.text)
    last = _last_word(match["one"]) if match is not None else ""
    if match is None or not last or last.endswith("从"):
        return ()
    before, case = match["one"].removesuffix(last), (last, match["two"])
    return _each(asked, match, (before + case[0] + match["wh"], before + case[1] + match["wh"]))


def _by_words(asked: Asked) -> tuple[Asked, ...]:
    """``报警和停炉值各是多少``, ``甲醇和苯的罐车最多装多少``: the question about each of two things."""
    each = bool(EACH.search(asked.text))
    joined = not asked.yes_no and asked.wanted in _VALUE and _WH_HAN.search(asked.text)
    if not each and (not joined or _TOGETHER.search(asked.text)):
        return ()
    for match in _TWO_WORDS.finditer(asked.text) if each else ():
        one, two = _parallel(match["one"], match["two"])
        if one and two and not _WH_HAN.search(one + two):
            start, end = match.end("one") - len(one), match.start("two") + len(two)
            return tuple(_part(asked, asked.text[:start] + word + asked.text[end:]) for word in (one, two))
    return _by_joint(asked)


_JOINT = re.compile(
    r"(?P<before>[\u4e00-\u9fffA-Z][\u4e00-\u9fffA-Z0-9 ]{0,9}?)(?P<and>\s?(?:和|与|及|、)\s?)(?P<behind>[^，。；？?]+)"
)


def _by_joint(asked: Asked) -> tuple[Asked, ...]:
    """Two things of one kind before what is asked of them: both end alike (工程师站间和 D 间), or stand before 的 or at
    the end of what is asked (甲醇和苯的, 平均产量和电耗是多少)."""
    for match in _JOINT.finditer(asked.text):
        before, behind = asked.text[: match.start("and")], match["behind"]
        pair = _alike(before, behind) or _heads(before, behind)
        if pair is None:
            continue
        one, two = pair
        if _WH_HAN.search(one + two):
            continue
        start, end = match.start("and") - len(one), match.start("behind") + len(two)
        return tuple(_part(asked, asked.text[:start] + word + asked.text[end:]) for word in (one, two))
    return ()


def _alike(before: str, behind: str) -> tuple[str, str] | None:
    """Two things with one last character: ``工程师站间`` and ``D 间``."""
    last = before[-1:]
    found = re.match(rf"[A-Z\u4e00-\u9fff]{{1,6}}?\s?{re.escape(last)}", behind)
    if not re.match(r"[\u4e00-\u9fff]", last) or found is None or len(found.group()) < 2:
        return None
    own = re.search(r"[\u4e00-\u9fffA-Z]{1,6}$|[A-Z]\s[\u4e00-\u9fff]$", before)
    return (own.group(), found.group()) if own else None


def _heads(before: str, behind: str) -> tuple[str, str] | None:
    """A word each, the second right before 的, the copula or the asking word."""
    found = re.match(r"(?P<word>[\u4e00-\u9fff]{1,4}?)(?=的|是|为|每|最|要|应|各|多少|几)", behind)
    one = _last_word(re.sub(r".*[^\u4e00-\u9fff]", "", before))
    if found is None or not one or len(found["word"]) > len(one) + 2:
        return None
    return one, found["word"]


def _by_phrases(asked: Asked) -> tuple[Asked, ...]:
    """English: "in room 2 and in room 4", "stage 2 and stage 3", "before a cold and a warm start"; and two subjects or
    two kinds where the question asks for things in the plural ("at what pressures are A and B ...")."""
    text = asked.text.rstrip(" ?.")
    if asked.yes_no or re.search(r"[\u4e00-\u9fff]", text) or _TOGETHER.search(_BETWEEN_TWO.sub(" ", text)):
        return ()
    if match := _NEEDED.search(text):
        of = re.search(r" (?:of|for|in|on|at) .+", match["two"])
        one = match["one"] + (of.group() if of and not re.search(r" (?:of|for|in|on|at) ", match["one"]) else "")
        return _each(asked, match, (f"what is the {one}", f"what is the {match['two']}"), text)
    if match := _TWO_TIMES.search(text):
        return _each(asked, match, (f" {match['one']}", f" {match['two']}"), text)
    if match := _TWO_PLACES.search(text):
        prep = match["prep"]
        return _each(asked, match, (f"{prep} {match['one']}", f"{prep} {match['two']}"), text)
    if match := _TWO_NUMBERED.search(text):
        return _each(asked, match, (match["one"], match["two"]), text)
    if asked.wanted in _VALUE and (match := _TWO_KINDS.match(text)):
        return _each(asked, match, tuple(f"{match[side]} {match['noun']}" for side in ("one", "two")), text)
    if match := _TWO_OF_A_KIND.search(text):
        det, noun = match["det"], match["noun"]
        return _each(asked, match, (f"{det} {match['one']} {noun}", f"{det} {match['two']} {noun}"), text)
    return _by_plural(asked, text)


def _by_plural(asked: Asked, text: str) -> tuple[Asked, ...]:
    """Several things are asked for: of each of two subjects, or of two kinds ("static and dynamic test loads")."""
    what = re.match(
        r"(?P<of>[^?]{3,90}? [-–—] )?what are (?:the )?(?P<one>[^,;?]+?) and (?P<two>(?:the )?[^,;?]+)$", text, re.I
    )
    if what is not None:
        things = (re.sub("^the ", "", one) for one in (what["one"], what["two"]))
        return tuple(_part(asked, f"{what['of'] or ''}what is the {one}") for one in things)
    many = _MANY_ASKED.match(text)
    if many is None:
        return ()
    if match := _TWO_MODES.search(many["asked"]):
        start, end = many.start("asked") + match.start(), many.end("asked")
        made = [text[:start] + f"{match[side]} {match['noun']}" + text[end:] for side in ("one", "two")]
        return tuple(_part(asked, one) for one in made)
    if match := _TWO_SUBJECTS.search(text, many.end("asked")):
        return _each(asked, match, (f"{match['verb']} {match['one']}", f"{match['verb']} {match['two']}"), text)
    return ()


def _parallel(before: str, after: str) -> tuple[str, str]:
    """The two things that are joined: of one ending where they share it (清洁环境, 多尘环境), else a word each."""
    for size in range(min(len(before), len(after), 4), 0, -1):
        at = after.find(before[-size:])
        if at > 0:
            return before[-(at + size) :], after[: at + size]
    rest = EACH.split(after)[0]
    return _last_word(before), rest if rest != after and 1 < len(rest) <= LONGEST_WORD else _first_word(after)


def _last_word(run: str) -> str:
    import rjieba

    words = list(rjieba.cut(run))
    return str(words[-1]) if words else ""


def _first_word(run: str) -> str:
    import rjieba

    words = list(rjieba.cut(run))
    return str(words[0]) if words else ""


def _each(asked: Asked, match: re.Match[str], words: tuple[str, ...], text: str = "") -> tuple[Asked, ...]:
    whole = text or asked.text
    return tuple(_part(asked, whole[: match.start()] + word + whole[match.end() :]) for word in words)


def _part(asked: Asked, words: str) -> Asked:
    made = read_question(" ".join(EACH.sub("", words).split()), asked.lang, split=False)
    wanted = asked.wanted if asked.wanted is not Wanted.ANY else made.wanted
    return replace(made, wanted=wanted, editions=asked.editions, old=asked.old)

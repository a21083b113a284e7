"""What code reads out of a question before any model sees it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assay.kernel.texts import Lang
from assay.skills.knowledge_qa.focus import focus_of, unit_asked
from assay.skills.knowledge_qa.lexicon import Attribute, attributes_in
from assay.skills.knowledge_qa.numbered import numbered
from assay.skills.knowledge_qa.quantities import Amount, amounts, clauses, codes
from assay.skills.knowledge_qa.terms import Term, terms_of

MOST_CHARACTERS = 600
TOGETHER = 0
"""``Asked.asks`` of a question whose several things are told together, each by its part."""


class Wanted(StrEnum):
    """The kind of thing that answers."""

    NUMBER = "number"
    COUNT = "count"
    DURATION = "duration"
    DATE = "date"
    PERSON = "person"
    YES_NO = "yes_no"
    REASON = "reason"
    WAY = "way"
    PLACE = "place"
    NAME = "name"
    ANY = "any"


_WANTED: tuple[tuple[Wanted, str], ...] = (
    (Wanted.REASON, r"为什么|为何|为啥|原因|什么目的|(?<![a-z])why(?![a-z])|reason|what causes?|purpose of"),
    (Wanted.PERSON, 
        r"(?<!哪)谁|哪个(?:部门|岗位|人|单位|班组)|什么人|何人|由哪|哪些人|(?<![a-z])(?:who|whom"
        r"|whose)(?![a-z])|which (?:department|role|person)"),
    (
        Wanted.DURATION,
        
        r"多久|多长时间|几(?:小时|分钟|天|年|秒|周)|[几多]少?个(?:小时|钟头|月|周|星期|季度)|多少(?:小时|分钟|天|月|年|秒|周)"
        r"|how (?:long|often|soon|late|old)|(?:what|which) (?:stretch|length|period|amount|span) of time"
        r"|what time (?:does|do|is|will) .*(?:take|need)"
        
        r"|how many (?:hours|minutes|days|weeks|months|years|seconds|running hours|operating hours)|周期"
        r"|间隔时间|何种周期",
    ),
    (Wanted.COUNT, 
        r"几(?:个|台|次|人|名|只|根|条|块|套|支|组|圈|级|道|层|份|遍|处|种|类|项|滴|家|瓶|袋|箱|桶|包|辆|片|颗|步)|多少(?:个|台|次|人"
        r"|名|只|根|条|块|套|支|组|圈|级|份|遍|处|种|项|滴)|how many"),
    (
        Wanted.NUMBER,
        
        r"百分之[几多]|多少|多大|多高|多重|多长|多宽|多厚|多深|多快|多远|多热|多烫|几度|几伏|几安|几公斤|几升|几兆"
        r"|how (?:much|high|hot|heavy|fast|big|large|wide|thick|deep|far|tall|low|cold|warm|loud|strong"
        r"|tight|close)|how (?!many|do|should|can|is|are|to|must|does|did|was|were|may|shall|will|has|have|come|about)"
        r"[a-z]+(?: [a-z]+)? (?:do|does|did|is|are|was|were|must|may|can|should|shall|will|has|have)(?![a-z])",
    ),
    (Wanted.WAY, 
        r"怎么(?!样)|如何|怎样|咋|步骤|办法|干嘛|干啥|(?<![a-z])how (?:do|should|can|is|are|to|must|does"
        r"|shall)(?![a-z])|what (?:should|must|do|shall|has to|is to|to) (?:.*(?<![a-z]))?(?:do|be done)(?![a-z])"
        r"|procedure|做什么|干什么|怎么办"),
    (Wanted.DATE, 
        r"什么时候|何时|哪天|哪一年|哪年|几号|几点|日期|(?<![a-z])when(?![a-z])|which (?:date|day|year)"
        r"|what (?:date|day|year|time)"),
    (Wanted.PLACE, r"哪里|哪儿|何处|什么地方|什么位置|(?<![a-z])where(?![a-z])"),
)  # fmt: skip
_CLOCK = re.compile(
    r"几点(?!几)|几月(?!份?内)|(?:星期|周|礼拜)几(?!次)|(?:what|which) (?:hour|time of day"
    r"|month|weekday|day of the week)"
    r"|(?:at|from|until|by|to) what time(?! of)",
    re.I,
)
_DAYS = re.compile(r"(?:what|which) days?(?![a-z-])(?! (?:of|number))", re.I)
_LINKS = re.compile(r"(?<![a-z])(?:when|where)(?![a-z])", re.I)
_ASKS_ELSE = re.compile(r"(?<![a-z])(?:what|which|who|whom|whose|how)(?![a-z])", re.I)
_YES_NO = re.compile(
    r"吗|是否|能否|可否|能不能|可不可以|要不要|是不是|有没有|需不需要|用不用|该不该|行不行|对不对|会不会"
    r"|算不算|准不准|允不允许|能[^，。？?]{0,6}不能|够不够|(?:对|是|行|可以|没事|没问题|够|好|成)了?吧[？?]?$|(?:可以|行|能|要|是)还是不|可以.{0,30}(?:么|吧)\s*[？?]?$|[^什怎那这]么[？?]?$|[^\s要]不[？?]?$|(?!时不时|动不动)(?P<verb>[\u4e00-\u9fff])[不没](?P=verb)"
    r"|^(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|am)(?![a-z])"
    r"|(?<=[.!;:] )(?:is|are|was|were|do|does|did|can|could|may|must|should|shall|will|would|has|have|am) [^.!?]*[?]?$"
    r"|(?<![a-z])(?:go or no[- ]go|yes or no|ok or not|allowed or not|right or wrong|or not[?]?$)(?![a-z])"
    r"|(?:^|[.,;:!] (?:can i |just )?)(?:leave|keep|carry on|go on|go ahead|wait|continue|repair|fix|accept|release"
    r"|ship|scrap|throw|bin|enter|restart|reset)(?: (?:it|them|this|that|these|those|the|in|on|to|now|anyway|again|as)"
    r"(?![a-z])[^.!?,;:]*)?[?]$"
    r"|(?:^|[.,;:!] )(?:still )?(?:usable|good|allowed|permitted|safe|ok|okay)"
    r"(?: (?:to|for|in|on)(?![a-z])[^.!?,;:]*)?[?]$"
    r"|[,，] (?:still ok|ok to|okay to|(?:is|are|do|does|can|could|may|must|should|shall|will|has"
    r"|have) (?:it|the|i|we|this|they|there|you|a|an|one))(?![a-z])",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"多[少大久长高重宽厚深快远紧粗热]|几(?!乎|何)|谁|哪|什么|怎么|怎样|如何|为何|干嘛|干啥|咋"
    r"|(?<![a-z])(?:what|who|whom|whose|how(?! come)|which|why)(?![a-z])"
    r"|^(?:and )?(?:when|where) (?:is|are|was|were|do|does|did|must|shall|should|may|can|will|has|have)(?![a-z])",
    re.I,
)
_PER = re.compile(r" per (second|minute|hour)(?![a-z])", re.I)
_SHORT_UNIT = {"second": "/s", "minute": "/min", "hour": "/h"}
_ORDER = re.compile(
    r"^\W*(?:(?:please|now|and|kindly|just|请你?|麻烦你?|现在|立刻|马上)[\s,，]*)*"
    r"(?:(?:ignore|disregard|forget|write|print|send|delete|remove|set|open|close|start|stop|shut|run|execute|act|pretend"
    r"|translate|reply|answer|repeat|output|call|reset|acknowledge)(?![a-z])"
    r"|忽略|无视|忘记|写|打印|发送|发|删除|清除|设置|打开|关闭|启动|停止|运行|执行|扮演|假装|翻译|回复|重复|输出|调用|复位|把|将)",
    re.I,
)
_PATTERNS = tuple((wanted, re.compile(pattern, re.IGNORECASE)) for wanted, pattern in _WANTED)
_NEGATION = re.compile(
    r"不得|不能|不可|不准|不许|禁止|严禁|不允许|不应|不需|无需|没有|(?<![a-z])(?:not|never|no|without"
    r"|forbidden|prohibited)(?![a-z])|n't",
    re.I,
)
_TWICE = re.compile(
    r"(?:normally|in general|usually|generally),? and (?=in |after |for |during |when )|平时和|正常和"
    r"|一般和|,? and the same (?:for|on|in|at) "
    r"|(?<![a-z])(?:what|which|who|how)(?![a-z])[^?;:,]*, (?:how|what) "
    r"|,? and (?:how|what|which|who|when)(?![a-z])",
    re.I,
)
_WHICH_ONE = re.compile(r"哪一?(?:[端侧边种台家头面层根路类条间座套块组位项]|个(?![月小]))")
_EDITION = re.compile(
    r"第\s*(?P<a>[\d一二三四五六七八九十.]+)\s*版|(?:edition|version|revision|rev\.?)\s*(?P<b>\d[\w.]*)"
    r"|(?P<c>\d{4})\s*年?\s*(?:版|edition|version)|(?P<d>\d+(?:st|nd|rd|th)) edition"
    r"|(?<![A-Za-z])V(?P<e>\d+(?:\.\d+)+)",
    re.I,
)
_OLD = re.compile(
    r"旧版|老版|上一版|前一版|废止|作废的(?:版本|规程|文件|手册|标准|那版)|以前的版本|(?:old|previous|former|superseded|withdrawn|earlier"
    r"|outdated) (?:edition|version|manual|revision|procedure|document)",
    re.I,
)
_ALARM = re.compile(
    r"(?:刚才?|刚刚|最新|当前|现在|这条|那条|最近)(?:的|来|出|那|发生|触发|响)*.{0,6}(?:报警|告警)"
    r"|(?:alarm|alert) (?:that|which)? ?(?:just|now|has just)|(?:latest|newest|current|active|last"
    r"|most recent) alarm",
    re.I,
)
_TOPIC = re.compile(r"(?P<topic>[^:：?？,，;；]{4,60})[:：]\s*")
_ASKING_WORDS = re.compile(
    r"(?:(?:by|for|to|at|in|with|from|of|on|after) )?(?:how [a-z]+|what|which|who|when|where|may|can|must"
    r"|is|are|do|does) ",
    re.I,
)
_OPENS = re.compile(r"(?:when|if|while|after|before|with|at|in|on|for|once|should)(?![a-z])", re.I)
MOST_ASKING_WORDS = 3
_ASIDE = re.compile(r"(?P<asked>.+?[?？])\s*(?P<aside>[^?？]+[^?？\s])\s*$", re.S)
_KNOWN = re.compile(
    r"(?:知道|晓得|查到|找到|看到)了?[。.]?\s*$"
    r"|(?<![a-z])(?:i|we) (?:already )?know(?![a-z])"
    r"|(?<![a-z])(?:i|we)(?:'ve| have) (?:already )?(?:found|seen|got|looked)",
    re.I,
)
_FAMILY = re.compile(r"\d+")
_PARTS = re.compile(
    r"[；;]|[?？](?=\s*\S)|(?:，|,)\s*(?:and|以及|另外|还有|同时)\s*"
    r"|\s+and (?=(?:(?:by|for|to|at|in|with|from|of|on|after|until|below|above|under|up to"
    r"|over|within|before|during|into|through|between) )?(?:what|how|whom?|whose"
    r"|when|which|where|why)\b|(?:is|are|do|does|can|may|must)\b)"
    r"|[，,、]\s*(?=[\u4e00-\u9fffA-Za-z0-9 #-]{0,14}?"
    r"(?:多[少大久长高重宽厚深快远紧粗热]|谁|什么|怎么|如何|几|哪|是否|能不能|可以.*吗))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as code reads it. ``focus`` are the terms of the attribute asked for, ``unit`` the dimension of a
    unit that it names; ``asks`` how many things it asks for in one breath, as far as words show it.

    ``terms`` are what it is about; ``amounts`` numbers it names; ``editions`` edition marks it asks for, ``old`` that
    it asks for a former edition; ``dimensions`` the physical dimensions in which an answer may be given.
    """

    text: str
    lang: Lang
    wanted: Wanted
    yes_no: bool = False
    terms: tuple[Term, ...] = ()
    codes: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    attributes: tuple[tuple[Attribute, str], ...] = ()
    negated: bool = False
    editions: tuple[str, ...] = ()
    old: bool = False
    alarm: bool = False
    focus: tuple[Term, ...] = ()
    unit: str | None = None
    asks: int = 1
    parts: tuple[Asked, ...] = field(default=())

    @property
    def dimensions(self) -> frozenset[str]:
        """Dimensions that an answer may have; empty where none follows from the words."""
        if self.unit is not None:
            return frozenset({self.unit})
        if self.wanted is Wanted.DURATION:
            return frozenset({"[time]"})
        if self.wanted is Wanted.COUNT:
            return frozenset({""})
        named = [one for one, _ in self.attributes if one.dimension]
        meant = {term.group for term in self.focus}
        if any(one.id in meant for one in named):
            named = [one for one in named if one.id in meant]
        return frozenset(each for one in named for each in (one.dimension, *one.also))


def read_question(text: str, lang: Lang | None = None, *, split: bool = True) -> Asked:
    """Read a question; ``lang`` None takes the language that it is written in."""
    plain = without_aside(" ".join(unicodedata.normalize("NFKC", text).split())[:MOST_CHARACTERS])
    edition = [next(each for each in match.groups() if each) for match in _EDITION.finditer(plain)]
    bare = _EDITION.sub(" ", plain)
    yes_no = bool(_YES_NO.search(plain))
    asked = Asked(
        text=plain,
        lang=lang or language_of(plain),
        wanted=_measured(_wanted(plain, yes_no), bare),
        yes_no=yes_no,
        terms=tuple(terms_of(bare)),
        codes=tuple(codes(bare)),
        clauses=tuple(clauses(bare)),
        amounts=tuple(amounts(bare)),
        attributes=tuple(attributes_in(bare)),
        negated=bool(_NEGATION.search(plain)),
        editions=tuple(edition),
        old=bool(_OLD.search(plain)),
        alarm=bool(_ALARM.search(plain)),
        focus=tuple(terms_of(focus_of(bare))),
        unit=unit_asked(_PER.sub(lambda match: _SHORT_UNIT[match[1].lower()], bare)),
        asks=len(_TWICE.findall(plain)) + 1,
    )
    return asked if not split else _with_parts(asked, lang)


def without_aside(text: str) -> str:
    """A question without what the asker adds as known of another thing ("WC-6? In WC-5 it's 15 mm"): it is not asked
    about, and its names and numbers would be looked for. What tells the question's own case stays."""
    match = _ASIDE.match(text)
    if match is None or not _OPEN.search(match["asked"]) or _YES_NO.search(match["asked"]):
        return text
    asked, aside = match["asked"], match["aside"]
    if _OPEN.search(aside):
        return text
    known = _KNOWN.search(aside) and not codes(aside) and not re.search(r"\d", aside)
    return asked if known or _of_a_sister(asked, aside) else text


def _of_a_sister(asked: str, aside: str) -> bool:
    """Whether an aside names others of the kind that the question names, and none of those."""
    mine, theirs = set(codes(asked)), set(codes(aside))
    if mine and theirs:
        families = [{_FAMILY.sub("", code) for code in each} for each in (mine, theirs)]
        return not mine & theirs and families[1] <= families[0]
    wanted, told = numbered(asked), numbered(aside)
    shared = wanted.keys() & told.keys()
    return bool(shared) and not any(wanted[word] & told[word] for word in shared)


def asks_nothing(asked: Asked) -> bool:
    """Whether a text is an order and no question: it names nothing that could be looked up."""
    open_or_not = asked.yes_no or _OPEN.search(asked.text) or re.search(r"[?？]", asked.text)
    return asked.wanted is Wanted.ANY and not open_or_not and bool(_ORDER.search(asked.text))


def language_of(text: str) -> Lang:
    """Chinese where Han characters make a fifth of the letters, else English."""
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    latin = len(re.findall(r"[A-Za-z]+", text))
    return "zh" if han and han >= 0.25 * (han + latin) else "en"


def _wanted(text: str, yes_no: bool) -> Wanted:
    if yes_no and not _OPEN.search(text):
        return Wanted.YES_NO
    if _CLOCK.search(text):
        return Wanted.DATE
    if _ASKS_ELSE.search(text):
        text = _LINKS.sub(" ", text)  # "which valve is closed when ...": it begins a clause and asks nothing
    for wanted, pattern in _PATTERNS:
        if pattern.search(text):
            return wanted
    named = attributes_in(text)
    if re.search(r"什么|哪|which|what", text, re.I):
        if named and named[-1][0].dimension and re.search(r"what(?:'s| is| are)|是什么", text, re.I):
            return Wanted.NUMBER
        return Wanted.NAME
    return Wanted.NUMBER if named and named[-1][0].dimension else Wanted.ANY


def _measured(wanted: Wanted, text: str) -> Wanted:
    """ "At which pressure" and "how many mm/s" ask for a number; 哪一端 and 哪种 for none."""
    if wanted is Wanted.COUNT and (unit := unit_asked(text)):
        return Wanted.DURATION if unit == "[time]" else Wanted.NUMBER
    if _CLOCK.search(text):
        return wanted
    if wanted is Wanted.DATE and _DAYS.search(text):
        return wanted
    if wanted not in (Wanted.NAME, Wanted.ANY, Wanted.DATE) or _WHICH_ONE.search(text):
        return wanted
    named = [one for one, _ in attributes_in(focus_of(text)) if one.dimension or one.id == "acidity"]
    return Wanted.NUMBER if named or unit_asked(text) is not None else wanted


def _with_parts(asked: Asked, lang: Lang | None) -> Asked:
    """The question with its parts, where it asks for several things that are asked for in words of their own."""
    pieces = [piece.strip(" ,，。.?？") for piece in _PARTS.split(asked.text)]
    pieces = _with_last(asked.text, [piece for piece in pieces if len(piece) > (3 if piece.isascii() else 2)])
    if len(pieces) > 2 and not (_OPEN.search(pieces[0]) or _YES_NO.search(pieces[0])):
        pieces = [f"{pieces[0]} {pieces[1]}", *pieces[2:]]
    if len(pieces) < 2:
        return asked
    topic = _TOPIC.match(asked.text)
    pieces = [pieces[0], *(_whole(piece, pieces[0], topic["topic"] if topic else "") for piece in pieces[1:])]
    parts = [read_question(piece, lang or asked.lang, split=False) for piece in pieces]
    # "Hot gas pressure to set, and how long ...": the first names what it asks for without asking.
    named = asked.lang == "en" and not _OPENS.match(pieces[0]) and any(one.dimension for one, _ in parts[0].attributes)
    if not all(_OPEN.search(piece) or _YES_NO.search(piece) or (named and not at) for at, piece in enumerate(pieces)):
        return asked
    return replace(asked, parts=tuple(_completed(part, asked) for part in parts[:3]))


def _with_last(text: str, pieces: list[str]) -> list[str]:
    """What is said behind several questions belongs to each ("报警多少，停泵多少？我说的是大机")."""
    last = pieces[-1] if pieces else ""
    told = len(pieces) > 2 and not (_OPEN.search(last) or _YES_NO.search(last))
    behind = told and re.search(r"[?？]\s*$", text[: text.rfind(last)])
    return [f"{piece} {last}" for piece in pieces[:-1]] if behind else pieces


def _whole(piece: str, first: str, topic: str) -> str:
    """A further piece with the question's topic ("Wall thickness: how often ... and by whom"); one that is nothing but
    the asking words takes the rest of the first piece along."""
    if len(piece.split()) <= MOST_ASKING_WORDS and piece.isascii():
        bare = first.removeprefix(topic).lstrip(" :")
        piece = f"{piece} {_ASKING_WORDS.sub('', bare, count=1)}"
    return f"{topic}: {piece}" if topic else piece


def _completed(part: Asked, whole: Asked) -> Asked:
    """A part with the whole's codes, and with its subject where the part hardly names one."""
    if part is whole:
        return part
    before = [] if part.codes else list(whole.codes)
    if sum(term.kind == "word" for term in part.terms) < 2 and not part.codes:
        before += [term.text for term in whole.terms if term.kind == "word" and term.text not in part.text][:3]
    if not before:
        return part
    return replace(read_question(f"{' '.join(before)} {part.text}", part.lang, split=False), wanted=part.wanted)

"""What a document says of its own version and validity, in its own words.

Only where documents speak of themselves: their front (first pages, running heads), a table of revisions, and their last
lines, where rules say since when they apply. A wrong validity hides a valid document, so what speaks of another
document, is said twice in different ways, or can be read in two ways, is left empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

from assay.knowledge.document import Block, BlockKind, Page, ReadDocument, Stated
from assay.knowledge.reading.days import DAY, day_of
from assay.knowledge.reading.history import newest_version
from assay.knowledge.reading.superseded import superseded
from assay.knowledge.reading.validity_names import edition_said, names_in, own_number

_FRONT_PAGES, _FRONT, _TAIL = 3, 2000, 1500
_CLAUSE = re.compile(r"[^。；;，,|｜\t\n!！（）()]+|[（(][^（）()\n]{0,60}[）)]|  +")
#: Where another field begins in a line of several, which only a blank parts.
_FIELD = re.compile(
    r"(?<!effective)(?<!issue)(?<!expiry)(?<!revision)(?<!approval)(?<!release)\s+(?=(?:(?:文件|文档|当前)?(?:编\s*号|文\s*号|版\s*本\s*号?|版\s*次|修订号|密级|页码|页数)|(?:编制|审核|批准|发布|生效|实施|施行|修订)(?:人|部门|单位)?"
    r"(?:日期|时间)?|(?:document|doc\.?)\s*no\.?|rev(?:ision)?\.?|version|issue|edition|date|page|owner|author|(?:prepared|approved|issued|reviewed)(?:\s+by)?"
    r"|effective(?:\s+date|\s+from)?|valid\s+(?:from|until|to)|expiry\s+date)\s*[:：])",
    re.IGNORECASE,
)
#: The same for fields without a colon, in a line that begins with a field.
_PLAIN_FIELD = re.compile(
    rf"\s+(?=(?:rev(?:ision)?\.?|version|issue|edition)\s*(?:no\.?\s*)?(?:[A-Z]/?\d{{0,3}}|\d{{1,3}}(?:\.\d+)*)(?:\s|$)|第\s*\S{{1,3}}\s*版|[A-Z]/?\d?\s?版"
    rf"|effective\s|valid\s+(?:from|until)|{DAY}\s*起?\s*(?:正式)?(?:发布|批准|印发|实施|施行|生效))",
    re.IGNORECASE,
)
_BEGINS_WITH_FIELD = re.compile(
    r"^\W*(?:本?(?:文件|文档|标准|规程|制度|手册|受控)?(?:编\s*号|编码|文\s*号|版本号?|版次|标准号)|(?:document|doc\.?|sop|procedure|manual|instruction|"
    r"standard|specification|spec\.?)\s*(?:no\b\.?|number|id|code)|rev(?:ision)?\b\.?|version|issue)\s*[:：#.]?\s*\S",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^。；;\n|｜]+")
#: The number of a clause, with which a sentence may begin, and what says that a note or a state follows.
_NUMBERED = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=\D)")
_NOTE = re.compile(
    r"^(?:note|remark|notice|caution|status|state|注意?|说明|状态|备注)[^:：。；;]{0,20}[:：]\s*", re.IGNORECASE
)
_MARKS = re.compile(r"^[\s#>*_\-•(（\[【]+|[\s*_)）\]】。.]+$")

#: A document that speaks of itself.
_SELF = (
    r"(?:本(?:规程|标准|办法|规定|手册|文件|制度|规范|细则|规则|程序|指南|指导书|说明书|方案|预案|版本?|作业指导书|部分|条例)"
    r"|(?:this|the\s+present)\s+(?:edition|version|issue|revision|procedure|document|manual|standard|instruction|"
    r"specification|sop|guideline|policy|method|plan|regulation)s?)"
)
_EDITION_WORD = r"(?:edition|version|issue|revision)"
#: A document that says which edition it is ("This is edition 4", 本手册为第4版), before that, and with what follows.
_THIS_IS = re.compile(
    rf"^(?:this\s+is\s+(?:the\s+)?(?={_EDITION_WORD}|\d)|{_SELF}\s*(?:(?:is|为|是)\s*(?:the\s+)?)(?=第|{_EDITION_WORD}))",
    re.IGNORECASE,
)
_WHICH_REPLACES = re.compile(
    rf"^this\s+is\s+(?:the\s+)?{_EDITION_WORD}[^;]{{0,60}}?,?\s+(?:which|and|it)\s+(?=(?:replaces|supersedes)\b)",
    re.IGNORECASE,
)
_IT_REPLACES = re.compile(r"^it\s+(?=(?:replaces|supersedes)\b)", re.IGNORECASE)
_VALUE = r"(?P<value>[A-Za-z]/\d{1,2}|[A-Z]\d{0,2}|\d{1,3}(?:\.\d{1,3}){0,3}[a-z]?)"
_LABELLED = re.compile(
    r"^(?:文件|当前|现行|手册|document\s+|current\s+|manual\s+)?(?:版\s*本\s*号?|版\s*次|版本/修订|修订(?:版本|号|版次)|version|"
    r"revision|rev\.?|issue|edition)(?![a-z])"
    rf"(?:\s*(?:no\.?|number|级别))?\s*[:：#.]?\s*(?:第\s*)?(?:v(?:er)?\.?\s*)?{_VALUE}\s*版?$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"^第\s*(?P<zh>\d{1,3}|[一二三四五六七八九十]{1,3})\s*版(?:本)?$"
    r"|^(?P<en>\d{1,2})(?:st|nd|rd|th)\s+(?:edition|issue|revision)$|^v(?:er)?\.?\s*(?P<v>\d{1,3}(?:\.\d{1,3}){0,3})版?$",
    re.IGNORECASE,
)
_IN_MARGIN = re.compile(
    r"(?:^|(?<=[\s|,，;；:：]))(?:版\s*本\s*号?|版\s*次|version|revision|rev\.?|issue)\s*(?:no\.?)?\s*[:：|]?\s*(?:v\.?\s*)?"
    rf"{_VALUE}(?=$|[\s|,，;；)）])",
    re.IGNORECASE,
)
_FROM_LABEL = (
    r"(?:(?:生效|实施|施行|启用)(?:日期|时间|日)|effective(?:\s+date|\s+from|\s+as\s+of)?|date\s+effective|"
    r"valid\s+from|in\s+force\s+(?:from|since))"
)
_TO_LABEL = (
    r"(?:有效期?\s*(?:至|到|截止|截至)(?:日期)?|(?:失效|废止|截止有效)日期|valid\s+(?:until|through|to|till)|"
    r"expir(?:y|ation)\s+date|expires(?:\s+on)?)"
)
_LABEL_ONLY = re.compile(
    r"^(?:(?:文件|当前)?(?:版\s*本\s*号?|版\s*次|修订号|version|revision|rev\.?|issue|edition)(?:\s*(?:no\.?|number))?"
    rf"|{_FROM_LABEL}|{_TO_LABEL})\s*[:：]?$",
    re.IGNORECASE,
)
_D = rf"(?P<day>{DAY})"
_OWN = rf"^(?:{_SELF}[^，,。；;]{{0,12}}?)?\s*"
_BEGINS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_OWN}(?:is\s+)?{_FROM_LABEL}\s*[:：]?\s*(?:on\s+)?{_D}",
        rf"{_OWN}(?:自|从|于)\s*{_D}\s*(?:起|开始)?\s*(?:正式)?(?:施行|实施|生效|有效|执行|启用)(?=$|\s)",
        rf"^(?:{DAY}\s*(?:发布|批准|印发)\s*)?{_D}\s*(?:起)?\s*(?:正式)?(?:实施|施行|生效)$",
        rf"^{_SELF}\s+(?:shall\s+)?(?:comes?|enters?|takes?|applies|apply|becomes?)\s+(?:into\s+(?:force|effect)|effect|effective|from)"
        rf"\s*(?:on|from|as\s+of)?\s*{_D}",
    )
)
_ENDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_OWN}(?:is\s+)?{_TO_LABEL}\s*[:：]?\s*{_D}",
        rf"^{_SELF}\s*(?:自|于)\s*{_D}\s*(?:起)?\s*(?:废止|失效)",
        rf"^(?:有效期?)?\s*至\s*{_D}\s*止$",
    )
)
#: The document says that another edition has taken its place ("Superseded by version 4", 已被第4版代替).
_SUPERSEDED = re.compile(
    rf"^(?:{_SELF}(?:\s+\d+(?:\.\d+)*)?\s+(?:is|was|has\s+been)\s+)?superseded\s+by\b"
    rf"|^{_SELF}(?:\s+\d+(?:\.\d+)*)?\s+(?:is|was|has\s+been)\s+replaced\s+by\b"
    r"|^replaced\s+(?:since\s+[^,;]{4,20}\s+)?by\s+(?:the\s+)?(?:edition|version|issue|revision|rev\b)"
    rf"|^(?:{_SELF})?\s*[已现]?(?:[于自]\s*{DAY}\s*起?)?被[^。；;\n]{{0,40}}(?:代替|替代|取代)"
    rf"|^(?:{_SELF})?\s*(?:已?作废\s*[:：，,]\s*)?(?:[于自]\s*{DAY}\s*起?\s*[已现]?|[已现])由[^。；;\n]{{0,30}}版[^。；;\n]{{0,10}}(?:代替|替代|取代)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"^(?:有效期限?|validity(?:\s+period)?|valid)\s*[:：]?\s*(?:自|从|from\s+)?\s*(?P<first>{DAY})"
    rf"\s*(?:起?\s*(?:至|到|[-–—~～])|to|until)\s*(?P<last>{DAY})",
    re.IGNORECASE,
)


def stated_of(pages: Sequence[Page], blocks: Sequence[Block], title: str = "") -> Stated:
    """Version, first and last day of validity and what is replaced, as far as the document plainly says so."""
    front, tail = _front(pages), _tail(pages)
    version = _version(front)
    if version is None:
        version = _running(pages, blocks)
    if version is None:
        version = newest_version(pages, blocks)
    first, last = _days(_clauses(front), own=False)
    ends = _superseded(front)
    if len(first) > 1 or ends:  # one of them may be another edition's
        first, _ = _days(_clauses(_without_other(front)), own=False)
    last |= ends
    tail_first, tail_last = _days(_clauses(tail), own=True)
    begin, end = _one(first | tail_first), _one(last | tail_last)
    if begin and end and end < begin:
        begin = end = None
    names = [name for part, own in ((front, False), (tail, True)) for name in _replaced(part, own=own)]
    names = [name for name in names if not version or edition_said(name) != version.casefold()]
    gone = end is None and superseded(title, front, _SELF, version or "")
    return Stated(version or "", begin, end, tuple(dict.fromkeys(names)), gone)


def with_stated(read: ReadDocument) -> ReadDocument:
    """The document with what its words say of itself, where its own fields (front matter) do not say it."""
    found, own = stated_of(read.pages, read.blocks, read.title), read.stated
    version = own.version or found.version
    begin, end = own.valid_from or found.valid_from, own.valid_to or found.valid_to
    if begin and end and end < begin:
        begin, end = own.valid_from, own.valid_to
    number = read.number or own_number(_clauses(_front(read.pages)))
    gone = end is None and (own.superseded or found.superseded)
    return replace(read, stated=Stated(version, begin, end, own.replaces or found.replaces, gone), number=number)


def _front(pages: Sequence[Page]) -> str:
    text = "\n".join(page.text[:_FRONT] for page in islice(pages, _FRONT_PAGES))
    return text[:_FRONT].rpartition("\n")[0] if len(text) > _FRONT else text


def _tail(pages: Sequence[Page]) -> str:
    """The last lines; nothing where they are the front as well."""
    text = pages[-1].text if pages else ""
    if len(pages) == 1 and len(text) <= _FRONT:
        return ""
    return text[-_TAIL:]


def _clauses(text: str) -> list[str]:
    """The smallest pieces that say something: between commas, brackets and the bars of a table's row.

    A label that stands alone in its piece has the next one of its line with it ("生效日期 | 2024-03-01").
    """
    made: list[str] = []
    for line in text.split("\n"):
        found = (_MARKS.sub("", one) for one in _CLAUSE.findall(re.sub(r"  +", "|", _fields(line))))
        clauses = [one for one in found if one]
        for at, clause in enumerate(clauses):
            label = at > 0 and _LABEL_ONLY.match(clauses[at - 1])
            made.append(f"{clauses[at - 1].rstrip(':： ')}: {clause}" if label else clause)
    return made


def _fields(line: str) -> str:
    """A line with a bar where a blank parts two fields."""
    return _FIELD.sub("|", _PLAIN_FIELD.sub("|", line) if _BEGINS_WITH_FIELD.match(line) else line)


def _version(front: str) -> str | None:
    """The version that the front names; None where it names none, "" where it names several."""
    clauses = _clauses(_without_other(front))
    found: dict[str, None] = {}
    clauses = [_THIS_IS.sub("", _NUMBERED.sub("", clause)) for clause in clauses]
    for clause in clauses:
        if (match := _LABELLED.match(clause)) is not None:
            found[match["value"]] = None
    if not found:
        found = {next(filter(None, match.groups())): None for one in clauses if (match := _ORDINAL.match(one))}
    return None if not found else next(iter(found)) if len(found) == 1 else ""


def _running(pages: Sequence[Page], blocks: Sequence[Block]) -> str | None:
    """The version in the running heads and feet, which speak of nothing but the document; None where there is none."""
    margins = (block.spans[0] for block in blocks if block.kind is BlockKind.MARGIN)
    lines = {pages[span.page - 1].slice(span) for span in margins if span.page <= _FRONT_PAGES}
    found = {match["value"] for line in lines if len(line) <= 200 for match in _IN_MARGIN.finditer(line)}
    return None if not found else found.pop() if len(found) == 1 else ""


def _without_other(text: str) -> str:
    """The text without sentences that speak of other documents or older editions."""
    other = re.compile(
        r"替代|代替|取代|废止|参见|参照|依据|引用|旧版|上一版|previous|supersed|replac|former|see\s|refer|firmware|software|固件|软件|程序版本",
        re.IGNORECASE,
    )
    lines = ("。".join(one for one in re.split(r"[。；;]", line) if not other.search(one)) for line in text.split("\n"))
    return "\n".join(lines)


def _days(clauses: Sequence[str], *, own: bool) -> tuple[set[date], set[date]]:
    """First and last days of validity. With ``own`` only where the document names itself."""
    first: set[date] = set()
    last: set[date] = set()
    for clause in clauses:
        if own and not re.match(_SELF, clause, re.IGNORECASE):
            continue
        if both := _BETWEEN.match(clause):
            _put(first, both["first"], lambda day: day)
            _put(last, both["last"], lambda day: day)
            continue
        for pattern in _BEGINS:
            if found := pattern.match(clause):
                _put(first, found["day"], lambda day: day)
                break
        for pattern in _ENDS:
            if found := pattern.match(clause):
                before = pattern is _ENDS[1]  # "废止 from that day": the day before is the last
                _put(last, found["day"], (lambda day: day - timedelta(days=1)) if before else lambda day: day)
                break
    return first, last


def _superseded(front: str) -> set[date]:
    """The day before the one on which the edition that took the document's place became valid, where it tells one."""
    found: set[date] = set()
    for sentence in _SENTENCE.findall(front):
        if _SUPERSEDED.match(_NOTE.sub("", _bare(sentence))):
            for words in re.findall(DAY, sentence, re.IGNORECASE):
                _put(found, words, lambda day: day - timedelta(days=1))
    return found


def _put(days: set[date], words: str, turn: Callable[[date], date]) -> None:
    day = day_of(words)
    if day is not None:
        days.add(turn(day))


def _one(days: set[date]) -> date | None:
    return next(iter(days)) if len(days) == 1 else None


def _replaced(text: str, *, own: bool) -> list[str]:
    """The names of what is replaced, in the order in which they stand."""
    names: list[str] = []
    for line in text.split("\n"):
        of_itself = False
        for sentence in map(_bare, _SENTENCE.findall(line)):
            sentence = _WHICH_REPLACES.sub("this edition ", sentence)
            if of_itself:
                sentence = _IT_REPLACES.sub("this edition ", sentence)
            names += names_in(sentence, _SELF, own=own)
            of_itself = bool(re.match(_SELF, sentence, re.IGNORECASE) or _THIS_IS.match(sentence))
    return names


def _bare(sentence: str) -> str:
    """A sentence without marks and the number of its clause."""
    return _NUMBERED.sub("", _MARKS.sub("", sentence))

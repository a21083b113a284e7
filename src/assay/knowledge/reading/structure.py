"""What a line of a document is, by its own words: heading, clause, step, warning, note, caption.

Pure functions over text, shared by all readers. Typography (sizes, styles) is the readers' own and comes in as a hint;
``structure_flow`` groups lines into blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.knowledge.document import BlockKind
from assay.knowledge.reading.tables_units import unit_starts


@dataclass(frozen=True, slots=True)
class Sign:
    """What a line is: ``number`` as printed, ``level`` of a heading, ``rest`` where the words behind it begin."""

    kind: BlockKind
    level: int = 0
    number: str = ""
    rest: int = 0


PLAIN = Sign(BlockKind.PARAGRAPH)
_ZH = "一二三四五六七八九十百零〇两"
_WARNING = re.compile(
    r"^[\s⚠☠!！*【\[(（<《「“\"]*"
    r"(?:(?P<zh>危险|警告|小心|当心|注意事项|注意|警示)(?=[\s:：!！】\])）>》」”\"*]|$)"
    r"|(?P<en>DANGER|WARNING|CAUTION|ATTENTION|NOTICE)(?=[\s:：!！】\])）>.\-–—*]|$)"
    r"|(?P<low>(?:Danger|Warning|Caution|Attention)s?)(?=\s*[:：!！】\])]|\s*$))"
)
_NOTE = re.compile(
    r"^[\s【\[(（*]*(?:(?:注|备注|说明|提示)\s*\d*\s*[:：】\])）]|(?:NOTE|Note|Remark|REMARK|Hint|HINT|Tip|TIP)S?s?\s*\d*\s*"
    r"(?:[:：】\])）.\-–—]|$)|NOTE\s+\d*\s*(?=[A-Z]))"
)
_CAPTION = re.compile(
    rf"^\s*(?P<number>(?:续\s*)?[图表]\s*(?:[A-Z]?[\-.．]?\d+(?:[\-.．—–]\d+)*|[{_ZH}]+)"
    r"|(?:Figure|FIGURE|Fig\.?|FIG\.?|Table|TABLE|Tab\.|Photo|Chart|Diagram)\s*(?:[A-Z]{1,2}[\-.]?)?\d+(?:[\-.–]\d+)*[a-z]?"
    r"|(?:Table|TABLE)\s+[IVX]+\b)"
    r"(?P<after>.*)$",
    re.DOTALL,
)
_NO_CAPTION_ZH = re.compile(r"^\s*(?:[所中的列给为是和与及或、，。,；;内里上下表示]|[~～至到])")
_NO_CAPTION_EN = re.compile(
    r"^\s*(?:,|;|and\b|or\b|to\b|in\b|of\b|on\b|(?:also\s+)?(?:shows?|lists?|gives?|contains?|is|are|was|were|has|have|"
    r"can|may|must|shall|should|will|applies|describes?|illustrates?|summari[sz]es|presents?|provides?|below|above)\b)",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    rf"^\s*(?P<number>第\s*(?:\d+|[{_ZH}]+)\s*(?P<zh>部分|分册|[编篇章节条款])"
    r"|(?:Appendix|APPENDIX|Annex|ANNEX)\s*[A-Z\d]{1,2}\b|附\s*[录件]\s*(?:[A-Z]\b|\d+|[" + _ZH + r"]+|(?=\s|$|[:：]))"
    r"|(?P<en>Chapter|CHAPTER|Section|SECTION|Part|PART|Clause|CLAUSE|Article|ARTICLE)\s+(?:\d+(?:\.\d+)*|[IVXL]+|[A-Z])\b)"
    r"[\s:：.\-–—、　]*(?P<title>.*)$",
    re.DOTALL,
)
_DECIMAL = re.compile(
    r"^\s*(?P<number>(?:[A-Z][.．]?)?\d{1,3}(?:[.．]\d{1,3})*|[A-Z](?:[.．]\d{1,3})+)(?P<dot>[.．、]?)"
    r"(?P<gap>[\s　]*)(?P<title>.*)$",
    re.DOTALL,
)
_ZH_POINT = re.compile(rf"^\s*(?P<number>[{_ZH}]+)\s*[、．.]\s*(?P<title>.*)$", re.DOTALL)
_ZH_BRACKET = re.compile(rf"^\s*(?P<number>[（(][{_ZH}]+[）)])\s*(?P<title>.*)$", re.DOTALL)
_ROMAN = re.compile(r"^\s*(?P<number>[IVX]{1,5})[.、]\s+(?P<title>\S.*)$", re.DOTALL)
_STEP = re.compile(
    rf"^\s*(?P<number>(?:Step|STEP|步骤|第)\s*(?:\d+|[{_ZH}]+)(?:\s*步)?)(?P<mark>[\s:：.、)）]*)(?P<title>.*)$",
    re.DOTALL,
)
_ITEM = re.compile(
    r"^\s*(?P<number>[（(](?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[）)]|(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[）)]|[①-⑳⑴-⒇]|[a-z][.．](?=\s))"
    r"\s*(?P<title>.*)$",
    re.DOTALL,
)
_BULLET = re.compile(r"^\s*(?:[•●○■□◆◇▪▫►▶➢✓✔☐·‣⁃*]|[-–—](?=\s)|[\uf0b7\uf0a7\uf0d8])\s*(?P<title>\S.*)$", re.DOTALL)
_TEXT_END = re.compile(r"[。；;！？!?，,：:]\s*$|(?<![A-Z])(?<!No)\.\s*$")
_OPEN_END = re.compile(r"\b(?:the|an|of|to|by|for|with|within|and|or|than|from|be|not|if|when|until)\s*$")
_REQUIRES = re.compile(
    r"(?<![反响对适供感效相])应(?!用|急|力|答|变|对)|须(?!知)|不得|严禁|禁止"
    r"|\b(?:shall|must|should|is|are|may not|will|can)\b"
)
_LEVEL = {"部分": 1, "分册": 1, "编": 1, "篇": 1, "章": 1, "节": 2, "条": 3, "款": 4}
_EN_LEVEL = {"part": 1, "chapter": 1, "section": 1, "clause": 2, "article": 2}
_CLOSE = re.compile(r"\d{1,2}(?=[\u3400-\u9fff])(?![个台只次条年月日号层楼天小分秒周])")
_CLOSE_RUN = 3
HAN = re.compile(r"[\u3400-\u9fff]")


def sign_of(line: str) -> Sign:
    """What one line is, seen alone. A numbered line that reads like a title is a heading, else a clause or a step.

    Use ``signs_of`` for lines that follow each other: there a list of short steps is told from headings.
    """
    if not line.strip():
        return PLAIN
    for look in (_warning, _note, _caption, _chapter, _step, _numbered, _item):
        found = look(line)
        if found is not None:
            return found
    return PLAIN


def signs_of(lines: Sequence[str]) -> list[Sign]:
    """What each line is, in order: single numbers that follow each other line by line are steps, not headings."""
    signs = [sign_of(line) for line in lines]
    for at, sign in enumerate(signs):
        if sign.kind is BlockKind.HEADING and _single(sign) and _in_run(signs, at):
            signs[at] = replace(sign, kind=BlockKind.ITEM, level=0)
    for at, number in _close_run(lines, signs):
        signs[at] = Sign(BlockKind.ITEM, number=number, rest=len(number))
    return signs


def _close_run(lines: Sequence[str], signs: Sequence[Sign]) -> list[tuple[int, str]]:
    """Lines that begin with 1, 2, 3 ... close before Chinese words, as a scan's steps do: alone, "3台泵" is none."""
    found: list[tuple[int, str]] = []
    for at, line in enumerate(lines):
        number = _CLOSE.match(line) if signs[at] == PLAIN else None
        if number is not None and int(number[0]) == len(found) + 1:
            found.append((at, number[0]))
    return found if len(found) >= _CLOSE_RUN else []


def reads_as_title(words: str) -> bool:
    """Whether words could be a title: short, without the end of a sentence and without a demand."""
    words = words.strip()
    if not words or "。" in words or any(one.search(words) for one in (_TEXT_END, _OPEN_END, _REQUIRES)):
        return False
    if HAN.search(words):
        return len(words) <= 40
    return len(words) <= 90 and len(words.split()) <= 14 and any(c.isalpha() for c in words)


def _single(sign: Sign) -> bool:
    return sign.number.isdigit()


def _in_run(signs: Sequence[Sign], at: int) -> bool:
    number = int(signs[at].number)
    before = signs[at - 1] if at else PLAIN
    after = signs[at + 1] if at + 1 < len(signs) else PLAIN
    return (_single(after) and int(after.number) == number + 1) or (
        _single(before) and int(before.number) == number - 1
    )


def _warning(line: str) -> Sign | None:
    found = _WARNING.match(line)
    if found is None:
        return None
    end = found.end()
    while end < len(line) and line[end] in ' \t　:：!！】])）>.-–—*》」”"':
        end += 1
    return Sign(BlockKind.WARNING, rest=end)


def _note(line: str) -> Sign | None:
    found = _NOTE.match(line)
    return Sign(BlockKind.NOTE, rest=found.end()) if found else None


def _caption(line: str) -> Sign | None:
    found = _CAPTION.match(line)
    if found is None or len(line) > 160:
        return None
    number, after = found["number"].strip(), found["after"]
    zh = bool(HAN.search(number))
    if (_NO_CAPTION_ZH if zh else _NO_CAPTION_EN).match(after) or after.rstrip().endswith("。"):
        return None
    if not zh and after and not after[0].isspace() and after[0] not in ".:：-–—(（":
        return None
    if not zh and re.search(r"[a-z]{2}\.\s*$", after) and re.match(r"\s+[a-z]", after):
        return None  # the end of a sentence that was broken before "Table 5"
    rest = found.start("after") + len(after) - len(after.lstrip(" \t　.:：-–—"))
    return Sign(BlockKind.CAPTION, number=number, rest=rest)


def _chapter(line: str) -> Sign | None:
    found = _CHAPTER.match(line)
    if found is None:
        return None
    number, title, rest = found["number"].strip(), found["title"], found.start("title")
    if found["en"] and re.match(r"\s*[a-z,]", title):
        return None  # "Section 3 describes ..." inside running text
    level = _LEVEL.get(found["zh"] or "", 0) or _EN_LEVEL.get((found["en"] or "").lower(), 1)
    if found["en"]:
        level += number.count(".")
    if found["zh"] and re.match(r"[的中所和或、，]", title):
        return None
    if title.strip() and not reads_as_title(title):
        return Sign(BlockKind.PARAGRAPH, number=number, rest=rest)
    return Sign(BlockKind.HEADING, level, number, rest)


def _step(line: str) -> Sign | None:
    found = _STEP.match(line)
    if found is None or (found["number"].startswith("第") and not found["number"].endswith("步")):
        return None
    if not found["mark"] and found["title"]:
        return None
    return Sign(BlockKind.ITEM, number=found["number"].strip(), rest=found.start("title"))


def _numbered(line: str) -> Sign | None:
    for pattern, level in ((_ZH_POINT, 1), (_ZH_BRACKET, 2), (_ROMAN, 1)):
        found = pattern.match(line)
        if found is not None:
            return _titled(found["number"], found["title"], found.start("title"), level, BlockKind.ITEM)
    found = _DECIMAL.match(line)
    if found is None or not _is_number(found):
        return None
    number, title, rest = found["number"], found["title"], found.start("title")
    depth = len(re.split(r"[.．]", number))
    if re.match(r"[A-Z]\d", number):
        return None  # a code such as "P101", not a clause
    otherwise = BlockKind.ITEM if depth == 1 else BlockKind.PARAGRAPH
    return _titled(number, title, rest, depth, otherwise)


def _titled(number: str, title: str, rest: int, level: int, otherwise: BlockKind) -> Sign:
    warning = _warning(title)
    if warning is not None and title[warning.rest :].strip():
        return Sign(BlockKind.WARNING, number=number, rest=rest + warning.rest)
    if reads_as_title(title):
        return Sign(BlockKind.HEADING, level, number, rest)
    return Sign(otherwise, number=number, rest=rest)


def _is_number(found: re.Match[str]) -> bool:
    """Whether the digits at the front are a clause or step number, and no value, date, address or year."""
    number, title, dot = found["number"], found["title"], found["dot"]
    parts = re.split(r"[.．]", number)
    if not title.strip() or (dot and not found["gap"] and title[:1].isdigit()):
        return False
    if dot and (value := re.match(r"\d+(?:[.,]\d+)?", title)) and unit_starts(title[value.end() :]):
        return False  # "0. 4 MPa", a value that was torn apart
    if not dot and not found["gap"] and not HAN.match(title):
        return False
    if not dot and found["gap"] != "　" and unit_starts(title) and not re.match(r"A\s+[a-z]", title):
        return False
    if any(len(part) > 1 and part.startswith("0") for part in parts) or any(_value(part) > 99 for part in parts):
        return False
    if len(parts) == 1 and not dot:
        if not found["gap"]:
            return False  # "3台泵"
        return bool(re.match(r"[A-Z\u3400-\u9fff]", title)) and not re.match(
            r"[至到~～个台只次条年月日号层楼天]", title
        )
    return not re.match(r"[×xX*=≤≥<>±+/~～至到%]", title)


def _value(part: str) -> int:
    digits = re.sub(r"\D", "", part)
    return int(digits) if digits else 0


def _item(line: str) -> Sign | None:
    found = _ITEM.match(line)
    if found is not None and found["title"].strip():
        return Sign(BlockKind.ITEM, number=found["number"], rest=found.start("title"))
    found = _BULLET.match(line)
    return Sign(BlockKind.ITEM, rest=found.start("title")) if found else None

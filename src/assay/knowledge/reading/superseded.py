"""Whether a document says that it is no longer in force, and not since when.

A wrong answer hides a valid document. So only its title, its first lines, what names the document itself, and a line
that says nothing else are believed; a row of a table of revisions speaks of another edition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_HEAD = 6
"""So many lines at the top may say it in a word."""
#: 失效 alone is a failure, and what is obsolete is as well the machine that a valid manual is about.
_GONE = (
    r"(?:superseded|withdrawn|no\s+longer\s+(?:valid|in\s+force)"
    r"|(?:旧版\s*[，,]?\s*)?(?:已?\s*(?:作废|废止)|已失效)|已被?(?:替代|代替|取代))"
)
_REMARK = r"(?:\s*[,，;；:：—–-][^()（）\[\]【】]{0,30}|\s+by\s[^()（）\[\]【】]{1,30})?"
#: A name with such a mark ("Pump manual (superseded)", 【作废】操作规程).
_MARKED = re.compile(
    rf"[(（\[【]\s*(?:{_GONE}|旧版本?|old\s+(?:edition|version)){_REMARK}\s*[)）\]】]|^superseded\s*[:：–—-]",
    re.IGNORECASE,
)
#: A line that says nothing else ("SUPERSEDED - for reference only", "Status | withdrawn", 状态：已作废).
_ALONE = re.compile(
    rf"^(?:(?P<label>(?:document\s+)?status|(?:文件|文档|版本)?\s*状\s*态|有效性)?\s*[:：|｜]?\s*{_GONE}"
    r"|(?P<document>document\s+status)\s*[:：|｜]?\s*obsolete)"
    r"\s*(?:[,，;；:：.。–—(（-]+\s*"
    r"(?:for\s+(?:reference|information)|do\s+not|not\s+(?:for|to)|仅?供|不得|请?勿|停止|禁止)[^|｜]{0,40})?"
    r"[!！.。)）]*$",
    re.IGNORECASE,
)
_EDITION = r"(?:edition|version|issue|revision|rev\b)"
_UNLESS = re.compile(
    r"\b(?:when|if|unless|until|upon|once|after|except|part(?:ly|ially)?|(?<!must )(?<!shall )(?<!may )(?<!do )not)\b"
    r"|如果|[如若]|[时后]$|[未不]|部分",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[。；;]|(?<=\w)\.\s+")
_CELLS = re.compile(r"[|｜\t]")
_NAMED = re.compile(rf"{_EDITION}\s*(?:no\.?\s*)?(?P<en>[\w.]*\w)|第\s*(?P<zh>\S{{1,3}})\s*版", re.IGNORECASE)
#: Marks around a line, and the number of its clause.
_MARKS = re.compile(r"^[\s#>*_\-•|｜]*(?:\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=\D))?|[\s*_|｜]+$")


def superseded(title: str, front: str, own_words: str, version: str) -> bool:
    """Whether the ``title`` or the ``front`` says so. ``own_words`` is a pattern of a document that speaks of itself,
    ``version`` its own: what has replaced another edition by it has not replaced it."""
    ways = _of_itself(own_words)
    lines = [line for one in front.split("\n") if (line := _MARKS.sub("", one))]
    if _MARKED.search(title) or any(_MARKED.search(line) for line in lines[:1] if not _CELLS.search(line)):
        return True
    for at, line in enumerate(lines):
        alone = _ALONE.match(line)
        if alone is not None and (alone["label"] or alone["document"] or at < _HEAD):
            return True
        if any(way.match(part) for part in _sentences(line, version) for way in ways):
            return True
    return False


@cache
def _of_itself(own_words: str) -> tuple[re.Pattern[str], ...]:
    """The document names itself, or an edition that has taken its place."""
    ways = (
        rf"^{own_words}(?:\s+\d+(?:\.\d+)*)?\s+(?:is|was|has\s+been|are|have\s+been)\s+(?:now\s+|hereby\s+)?"
        r"(?:superseded|obsolete|withdrawn|replaced\s+by)\b",
        rf"^{own_words}\s*(?:现?已(?:经)?|即行|现予)\s*"
        r"(?:作废|废止|失效|停用|停止使用|(?:被|由)[^。；;]{0,30}(?:代替|替代|取代))\s*(?:$|[，,])",
        rf"^(?:superseded|replaced)\s+by\s+(?:the\s+)?(?:new\s+)?"
        rf"(?:{_EDITION}|《|(?-i:[A-Z]{{2,8}}[-/ ]?[A-Z0-9]*\d))",
        r"^(?:已?作废\s*[:：，,]\s*)?[已现](?:被|由)[^。；;]{0,30}(?:版|》|\d)[^。；;]{0,10}(?:代替|替代|取代)",
    )
    return tuple(re.compile(one, re.IGNORECASE) for one in ways)


def _sentences(line: str, version: str) -> Iterator[str]:
    """The sentences of a line that is no row of a table, without those that leave a condition open or that name the
    document's own edition as the newer one."""
    if _CELLS.search(line):
        return
    for part in map(str.strip, _PARTS.split(line)):
        newer = {(one["en"] or one["zh"]).casefold() for one in _NAMED.finditer(part)}
        if not _UNLESS.search(re.split(r"[，,]", part)[0]) and version.casefold() not in newer:
            yield part

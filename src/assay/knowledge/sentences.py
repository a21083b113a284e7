"""Sentences of Chinese and English technical text, as stretches of it.

Rules instead of a trained splitter: a manual's full stops stand in decimals, clause numbers, "No. 3" and "Fig. 4", and
its sentences in lists whose introduction belongs to each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.kernel.texts import Lang

_HARD = "。！？；!?…"
_CLOSERS = "”’\"')）]】》」』〕〉"
_PAIRS = {
    "（": "）", "(": ")", "【": "】", "[": "]", "《": "》", "「": "」", "『": "』", "“": "”", "〔": "〕",
}  # fmt: skip
_MOST_IN_PAIR = 200
_LONGEST = 900
#: Abbreviations that point at something: a sentence ends there only if no number or letter follows.
_POINTING = frozenset(
    "no nos nr fig figs tab sec sect ref refs eq eqs ch chap art cl para pos vol pt item dwg rev ver p pp".split()
)
#: Abbreviations that never end a sentence.
_INNER = frozenset("e.g i.e approx vs cf viz mr mrs ms dr prof st resp incl excl nom".split())
#: Abbreviations that end one if a capital follows.
_EITHER = frozenset("etc max min temp inc ltd co corp ca a.m p.m in sec hr hrs std dia qty al gen".split())
_MARKER = re.compile(
    r"(?:[-–—•·▪◆●○■□*]\s+|[(（]\s?(?:\d{1,2}|[a-zA-Z]|[一二三四五六七八九十]{1,3})\s?[)）]|"
    r"(?:\d{1,2}|[a-zA-Z])[)）]|\d{1,2}[.、]\s*(?=[^\d\s])|[a-z]\.\s+|[一二三四五六七八九十]{1,3}、|[①-⑳])"
)
_INLINE = re.compile(r"[:：]\s*(?=(?:[(（]?(?:1|a|A|一)[)）]|①|1[、.](?!\d)))")
_LINK = re.compile(r"!?\[[^\[\]]*\]\(")
"""A link in Markdown begins something of its own, also behind what may be an abbreviation ("19 min. [more](..)")."""
_WORD = re.compile(r"[A-Za-z.]+$")
_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]")
_INTRODUCES = re.compile(
    r"[:：]\s*$|(?:下列|以下|如下)[^。]{0,24}[。；]?\s*$|\b(?:the following|as follows)\b[^.]{0,40}[.;]?\s*$", re.I
)


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of ``text`` as (start, end) in code points: in order, without blanks at the ends.

    Whatever is not blank lies in exactly one of them. A line break inside a paragraph is a soft one; a blank line, or a
    line that begins with a list marker, ends a sentence.
    """
    out: list[tuple[int, int]] = []
    start = 0
    for end in _ends(text):
        out += _pieces(text, start, end)
        start = end
    return out


def introduces(text: str) -> bool:
    """Whether a sentence introduces a list ("应符合下列要求：", "The following must be closed:")."""
    return _INTRODUCES.search(text) is not None


def marked(text: str) -> str:
    """The list marker that a text begins with, or nothing."""
    match = _MARKER.match(text)
    return match.group().strip() if match else ""


def language(text: str, otherwise: Lang = "en") -> Lang:
    """The language of a text: zh if Chinese characters outweigh Latin words, ``otherwise`` without letters."""
    chinese = len(_CJK.findall(text))
    latin = len(re.findall(r"[A-Za-z]{3,}", text))
    if not chinese and not latin:
        return otherwise
    return "zh" if chinese > latin else "en"


def _ends(text: str) -> Iterator[int]:
    """Positions behind the last character of each sentence."""
    start = at = 0
    size = len(text)
    while at < size:
        char = text[at]
        if char in _PAIRS and (close := _closing(text, at)) is not None:
            at = close + 1
            end = at if text[close - 1] in _HARD + "." and char in "“「『" and _fresh(text, at) else None
        elif char in _HARD:
            at = _over(text, at + 1)
            end = at if _hard_end(text, at, char) else None
        elif char == ".":
            end = at = _over(text, at + 1)
            if not _full_stop(text, start, at):
                end = None
        elif char == "\n":
            end = at if _breaks(text, at) else None
            at += 1
        elif char in ":：" and (match := _INLINE.match(text, at)):
            end = at = match.end()
        else:
            at, end = at + 1, None
        if end is not None:
            yield end
            start = end
    yield size


def _closing(text: str, at: int) -> int | None:
    """Where the bracket or quote that opens at ``at`` closes, if it does so soon and on the same paragraph."""
    opener, closer, depth = text[at], _PAIRS[text[at]], 0
    for place in range(at, min(len(text), at + _MOST_IN_PAIR)):
        if text[place] == opener:
            depth += 1
        elif text[place] == closer:
            depth -= 1
            if not depth:
                return place
        elif text.startswith("\n\n", place):
            return None
    return None


def _over(text: str, at: int) -> int:
    """Past further end marks and what closes a quote or bracket."""
    while at < len(text) and (text[at] in _HARD or text[at] in _CLOSERS or text[at] == "."):
        if text[at] in "\"'" and at + 1 < len(text) and text[at + 1].isalnum():
            break  # it opens the next quote
        at += 1
    return at


def _hard_end(text: str, at: int, char: str) -> bool:
    """Whether an end mark that is not a full stop ends a sentence: "!" and "?" want a blank or Chinese behind them."""
    if at >= len(text) or char in "。！？；":
        return True
    if char == "…":
        return _fresh(text, at)
    return text[at].isspace() or _CJK.match(text[at]) is not None


def _fresh(text: str, at: int) -> bool:
    """Whether what stands behind ``at`` can begin a sentence."""
    rest = text[at : at + 40]
    if not rest.strip():
        return True
    head = rest.lstrip()
    if rest[0].isspace():
        return head[0].isupper() or head[0].isdigit() or not head[0].isascii() or head[0] in "\"'([*-"
    return False


def _full_stop(text: str, start: int, at: int) -> bool:
    """Whether the full stop (with what closes it) that ends at ``at`` ends the sentence that began at ``start``."""
    before = text[start:at].rstrip("." + _CLOSERS)
    behind = text[at : at + 40]
    if behind[:1] and not behind[0].isspace():
        return bool(_CJK.match(behind[0]) and before and _CJK.match(before[-1]))
    if not _fresh(text, at):
        return False
    head = behind.lstrip()
    match = _WORD.search(before)
    word = match.group().strip(".").lower() if match else ""
    if word in _INNER:
        return not head
    if word in _POINTING and re.match(r"#?[\dA-Z]*\d|[A-Z]\b", head):
        return False
    if word in _EITHER:
        return not head or head[0].isupper() or not head[0].isascii() or _LINK.match(head) is not None
    lone = before.strip()
    return not (head and re.fullmatch(r"(?:\d+(?:\.\d+)*|[A-Za-z]|[IVXivx]{1,4}|[A-Z]\.(?:\s?[A-Z])?)", lone))


def _breaks(text: str, at: int) -> bool:
    """Whether the line break at ``at`` is more than the end of a line."""
    rest = re.match(r"\n[ \t\u3000]*", text[at:])
    behind = at + (rest.end() if rest else 1)
    return text[behind : behind + 1] == "\n" or _MARKER.match(text, behind) is not None


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """One sentence without blanks at its ends; an endless one (a list without any stop) in parts."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > _LONGEST:
        cut = max(text.rfind(mark, start + _LONGEST // 2, start + _LONGEST) for mark in "\n;，,、 ")
        cut = cut + 1 if cut > 0 else start + _LONGEST
        yield from _pieces(text, start, cut)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        yield start, end

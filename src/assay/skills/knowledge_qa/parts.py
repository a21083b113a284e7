"""The parts of a question that asks for several things: each is answered from its own place."""

from __future__ import annotations

import re
from dataclasses import replace

from assay.skills.knowledge_qa.question import Asked, read_question

_EACH = re.compile(r"分别|各是|各为|各有|各需|各(?=多|几|是|为)|respectively|each(?![a-z])|both(?![a-z])", re.I)
_CODE = r"[A-Z]{1,4}-?\d+[A-Z]?"
_TWO_CODES = re.compile(
    rf"(?P<one>{_CODE})\s*(?:和|与|及|、|,? and (?:of |for |in |on |at )?(?:the )?)\s*(?P<two>{_CODE})"
)
_TWO_WORDS = re.compile(r"(?P<one>[\u4e00-\u9fff]{2,8})(?:和|与|及|、)(?P<two>[\u4e00-\u9fff]{2,8})")


def parts_of(asked: Asked) -> tuple[Asked, ...]:
    """The parts in order; the whole question where it is one."""
    if asked.parts:
        return asked.parts
    return _by_codes(asked) or _by_words(asked) or (asked,)


def _by_codes(asked: Asked) -> tuple[Asked, ...]:
    """``K-301A and K-301B``: the question about each, where they are of one kind."""
    match = _TWO_CODES.search(asked.text)
    if match is None or asked.yes_no:
        return ()
    one, two = match["one"].upper(), match["two"].upper()
    alike = re.sub(r"[A-Z]?$", "", one) == re.sub(r"[A-Z]?$", "", two) or re.sub(r"\d.*", "", one) == re.sub(
        r"\d.*", "", two
    )
    between = re.search(
        r"between\s+(?:the\s+)?$|之间", asked.text[: match.start()] + asked.text[match.end() : match.end() + 3], re.I
    )
    if not alike or one == two or between:
        return ()
    return _each(asked, match, (match["one"], match["two"]))


def _by_words(asked: Asked) -> tuple[Asked, ...]:
    """``报警和停炉值各是多少``: the question about each of two words."""
    if not _EACH.search(asked.text):
        return ()
    for match in _TWO_WORDS.finditer(asked.text):
        one, two = _parallel(match["one"], match["two"])
        if one and two:
            start, end = match.end("one") - len(one), match.start("two") + len(two)
            return tuple(_part(asked, asked.text[:start] + word + asked.text[end:]) for word in (one, two))
    return ()


def _parallel(before: str, after: str) -> tuple[str, str]:
    """The two things that are joined: of one ending where they share it (清洁环境, 多尘环境), else a word each."""
    for size in range(min(len(before), len(after), 4), 0, -1):
        at = after.find(before[-size:])
        if at > 0:
            return before[-(at + size) :], after[: at + size]
    return _last_word(before), _first_word(after)


def _last_word(run: str) -> str:
    import rjieba

    words = list(rjieba.cut(run))
    return str(words[-1]) if words else ""


def _first_word(run: str) -> str:
    import rjieba

    words = list(rjieba.cut(run))
    return str(words[0]) if words else ""


def _each(asked: Asked, match: re.Match[str], words: tuple[str, ...]) -> tuple[Asked, ...]:
    return tuple(_part(asked, asked.text[: match.start()] + word + asked.text[match.end() :]) for word in words)


def _part(asked: Asked, words: str) -> Asked:
    made = read_question(_EACH.sub("", words), asked.lang, split=False)
    return replace(made, wanted=asked.wanted, editions=asked.editions, old=asked.old)

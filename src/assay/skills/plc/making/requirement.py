"""A requirement as it comes in: text in zh or en, perhaps with the interface in it, cut into numbered sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from unicodedata import east_asian_width

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang

#: A requirement longer than this is refused: no model holds it and nobody confirms it line by line.
LONGEST = 20_000
_UNIT = re.compile(
    r"^[ \t]*(FUNCTION_BLOCK|PROGRAM|FUNCTION)\b.*?^[ \t]*END_\1\b[ \t]*;?", re.I | re.S | re.M
)  # fmt: skip
_INLINE = re.compile(r"\b(FUNCTION_BLOCK|PROGRAM)\s+\w+\s+VAR.*?END_\1\b;?", re.I | re.S)
_OPEN = re.compile(r"\b(FUNCTION_BLOCK|PROGRAM|FUNCTION)\s+\w+[^\n]*\n\s*VAR(?=_|\b).*\bEND_VAR\b", re.I | re.S)
#: Keywords that no dialect knows and that people write all the same.
_MENDS = (
    (re.compile(r"\bEND_VAR_\w+", re.I), "END_VAR"),
    (re.compile(r"\bVAR_IN\b", re.I), "VAR_INPUT"),
    (re.compile(r"\bVAR_OUT\b", re.I), "VAR_OUTPUT"),
)
_FENCE = re.compile(r"^```\w*[ \t]*$", re.M)
_SENTENCE = re.compile(r"[^.。！!？?；;\n]+(?:\.(?=\d)[^.。！!？?；;\n]*)*[.。！!？?；;]?")
#: A line of so many columns may have been broken for its length. An end of a sentence or the begin of an entry says it
#: was not, a word that wants another one that it was.
_FULL = 60
_ENDS = re.compile(r"[.。!！?？;；:：|]\s*$|^\s*[#|]")
_WANTS = re.compile(
    r"(?:[,，、(（]|\b(?:and|or|the|an?|of|to|in|is|are|with|for|when|if|by|on|at|than|below|above))\s*$", re.I
)
_GOES_ON = re.compile(r"\s*(?!(?:[^\s:：]{1,12}\s*[:：]|[A-Za-z_]\w*\s*[(（]|\d+[.)、）]|[(（]\d))[^\s\-*•·#>|`]")
_LABEL = re.compile(r"\s*[^\s:：]{1,12}\s*[:：]")
_WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]")
_WORTH = re.compile(r"[\w\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Numbered:
    """A sentence of the requirement with the number (``R1`` ...) by which verdicts and reports name it."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """``text`` without the interface; ``interface`` is the declaration that stood in it, or None."""

    text: str
    sentences: tuple[Numbered, ...]
    interface: str | None
    lang: Lang


def read_requirement(path: Path) -> Requirement:
    """The requirement in a text file. Raises InputError when it cannot be read, is empty or too long."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError("plc_making.unreadable", path=str(path), problem=error.strerror or "") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return parse_requirement(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise InputError("plc_making.encoding", path=str(path))


def parse_requirement(text: str) -> Requirement:
    """The same from text."""
    if len(text) > LONGEST:
        raise InputError("plc_making.too_long", limit=LONGEST)
    plain = text.replace("\r\n", "\n")
    if "\\n" in plain and "END_VAR" in plain.upper():  # a text that was escaped once too often
        plain = plain.replace("\\n", "\n")
    for slip, right in _MENDS:
        plain = slip.sub(right, plain)
    found = _UNIT.search(plain) or _INLINE.search(plain)
    interface = found.group(0).strip() if found else None
    if found is None and (found := _OPEN.search(plain)):
        interface = f"{found.group(0)}\nEND_{found[1]}"
    words = _FENCE.sub("", plain[: found.start()] + "\n" + plain[found.end() :] if found else plain).strip()
    if not _WORTH.search(words) and interface is None:
        raise InputError("plc_making.empty")
    return Requirement(words, _numbered(words), interface, _lang(words))


def _numbered(words: str) -> tuple[Numbered, ...]:
    sentences = [one.strip(" \t-*#>") for one in _SENTENCE.findall(_unwrapped(words))]
    worth = [one for one in sentences if len(_WORTH.findall(one)) > 2]
    return tuple(Numbered(f"R{place}", one) for place, one in enumerate(worth, start=1))


def _unwrapped(words: str) -> str:
    """The text with the lines joined that were broken only because they were full."""
    lines = words.split("\n")
    made = lines[:1]
    for before, line in pairwise(lines):
        full = sum(2 if east_asian_width(one) in "WF" else 1 for one in before) >= _FULL
        entry = _LABEL.match(before) is not None  # "输出：灯 HL1" ends with its line
        goes_on = (_GOES_ON.match(line) and not entry) or (_WANTS.search(before) and re.match(r"\s*\w", line))
        if full and goes_on and not _ENDS.search(before):
            joint = "" if _WIDE.search(before.rstrip()[-1:]) or _WIDE.match(line.lstrip()) else " "
            made[-1] = f"{made[-1].rstrip()}{joint}{line.lstrip()}"
        else:
            made.append(line)
    return "\n".join(made)


def _lang(words: str) -> Lang:
    han = len(re.findall(r"[\u4e00-\u9fff]", words))
    return "zh" if han * 2 > len(re.findall(r"[A-Za-z]+", words)) else "en"

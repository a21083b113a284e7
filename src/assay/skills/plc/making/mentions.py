"""A mention of a signal in a sentence, and what its words say of the way it goes and of its type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from assay.skills.plc.making.phrases import phrases
from assay.skills.plc.making.requirement import Numbered
from assay.skills.plc.making.signal_words import HEADS, LETTERS, UNITS_REAL, Head

Way = Literal["in", "out", ""]
#: In place of a number of things: what a sentence is only about ("Feed pump: ...").
TOPIC = -2

_CONDITION = re.compile(
    r"\b(?:if|when(?:ever)?|while|as long as|once|after|until|unless|with)\b.*?(?:,|\bthen\b|$)"
    r"|(?:当|若|如果|只要|一旦).*?(?:则|时|，|$)|^[^，,]*?(?:时|后)[，,]"
    r"|(?:^|[，,；;])[^，,；;]{1,20}?(?<![同延定及计小])时(?![间长刻序])",
    re.I,
)
READ = re.compile(r"(?:\b(?:read|measured?|monitor)s?\b|读取|读入|测量|监测|采集)[^,.;，。；]{0,30}$", re.I)
_COMPARED = re.compile(
    rf"^.{{0,30}}?(?:above|below|exceeds?|over|under|than|reach(?:es)?|at least|at most|[<>]=?|"
    rf"低于|高于|超过|大于|小于|达到|等于|不足)\s*(?:the\s+)?(?:\w+\s+)?-?\d|^.{{0,20}}?\d+(?:\.\d+)?\s*(?:{UNITS_REAL})(?![A-Za-z])",
    re.I,
)


#: A feedback or command of the device whose tag it ends ("P-101_RUN", "XV_3_OPEN_CMD").
_FEEDBACK = re.compile(
    r"[_-](?:RUN(?:NING)?|FB|FDBK|RDY|READY|FLT|FAULT|TRIP|OPENED|CLOSED|ZSO|ZSC|STS|STATUS|OL)$", re.I
)
_COMMANDED = re.compile(r"[_-](?:CMD|OUT|DO|START_CMD|OPEN_CMD|CLOSE_CMD|COIL)$", re.I)


@dataclass(frozen=True, slots=True)
class Signal:
    """``name`` is the identifier in the text (empty: none stands there); ``words`` is the noun (empty: none);
    ``explicit``: quoted, typed or listed. ``type`` is empty while nothing said it. ``also`` is another noun for it
    ("the level is measured by a radar transmitter"); ``group`` is how many of them one number speaks of (-1: a
    plural, and nobody says how many); ``listed``: an entry of a list of signals; ``compared`` with an amount;
    ``typed``: its type stands with its name."""

    name: str
    words: str
    way: Way
    type: str
    sentence: Numbered
    head: Head | None = None
    explicit: bool = False
    also: str = ""
    group: int = 0
    listed: bool = False
    compared: bool = False
    typed: bool = False


def way_of(head: Head, text: str, place: int) -> Way:
    if head.kind == "count" and READ.search(text[:place]):
        return "in"
    if head.direction != "role":
        return head.direction
    return "in" if in_condition(text, place) else "out"


def in_condition(text: str, place: int) -> bool:
    """Whether a place of a sentence belongs to a condition ("when ...,", "当 ... 时")."""
    return any(one.start() <= place < one.end() for one in _CONDITION.finditer(text))


def type_of(head: Head, words: str, text: str, end: int) -> str:
    """BOOL for what is on or off, REAL for what is measured or compared with a number of a unit."""
    lower = words.lower()
    limited = compared(text, end)
    if head.kind == "measure":
        edge = re.search(r"\b(?:high|low|full|empty)\b|[高低满空]", lower)
        return "BOOL" if edge and not limited else "REAL"
    if head.kind in ("setpoint", "analog"):
        return "REAL"
    if head.kind == "count":
        return "INT"
    if head.english == "Sensor":
        measured = any(
            re.search(rf"\b(?:{one.en})\b" if lower.isascii() else one.zh, lower)
            for one in HEADS
            if one.kind == "measure"
        )
        edge = re.search(r"\b(?:high|low|upper|lower|full|empty)\b|[高低满空上下]", lower)
        return "REAL" if limited or (measured and not edge) else "BOOL"
    return "BOOL"


def compared(text: str, end: int) -> bool:
    """Whether the noun that ends there is compared with an amount."""
    gap = _COMPARED.match(text[end:])
    return gap is not None and not re.search(r"\b(?:or|and)\b|[或且和，,]", gap[0])


def head_in(name: str) -> Head | None:
    """The noun in the spelling of an identifier: ``StartButton``, ``motor_1``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_|\d+", " ", name)
    found = phrases(re.sub(r"\s+", " ", spaced).strip().lower())
    return found[-1].head if found else None


def by_letters(name: str, head: Head | None, way: Way, kind: str) -> tuple[Way, str]:
    """Way and type with what the tag of a device says where no noun does (IEC 81346-2, ISA-5.1)."""
    if re.search(r"\d", name) and (_FEEDBACK.search(name) or _COMMANDED.search(name)):
        return way or ("in" if _FEEDBACK.search(name) else "out"), kind or "BOOL"
    plain = head is None or head.kind in ("weak", "signal") or not head.english
    letters = LETTERS.get(re.sub(r"[\d_-]+.*$", "", name).upper()) if plain else None
    if letters is not None and (re.search(r"\d", name) or len(name) > 1):
        return way or ("in" if letters[0] == "in" else "out"), kind or letters[1]
    return way, kind


def way_word(word: str) -> Way:
    """The way that the word of a heading or column says."""
    return "in" if word.lower().startswith(("input", "输入", "var_input", "di", "ai")) else "out"

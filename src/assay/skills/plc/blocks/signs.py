"""Signs of a block: words that together mean it, wherever they stand in the request (``signs.yaml``).

People who ask for the same thing share few phrases, but they name the same things: a two-hand control is two of
something, a button, and a time within which both are pressed. What the request says it does not need is left out first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from assay.kernel.numbers import normalise

_ZH = re.compile(r"[\u3400-\u9fff]")
_FILLER = re.compile(r"[的了地得]|(?<=[\u3400-\u9fff])\s+|\s+(?=[\u3400-\u9fff])")
_ALIKE = (
    ("起动", "启动"),
    ("起停", "启停"),
    ("起保停", "启保停"),
    ("先起", "先启"),
    ("起一", "启一"),
    ("按扭", "按钮"),
    ("通讯", "通信"),
)
#: What is said not to be wanted: no need for acknowledgement, 不需要报警, 黄闪就不要了.
_UNWANTED = re.compile(
    r"\b(?:there is |there's |we have )?no (?:need|necessity) (?:for|of|to)\b[^,.;，。；]*|"
    r"\b(?:we |i )?(?:do not|don't|dont|does not|doesn't|doesnt) (?:need|want|require)\b[^,.;，。；]*|"
    r"[^,.;，。；:：]*\b(?:is|are) (?:not (?:needed|required|necessary|wanted)|unnecessary)\b|"
    r"\b(?:instead of|rather than)\b[^,.;，。；]*|"
    r"[a-z/-]+ no(?=\s*[,;])|"
    r"(?:不需要|无需|没必要|不必|用不着|不要求|不用|别给我|不想要)(?!人|管|手|操作)[^,.;，。；]{0,12}|"
    r"[^,.;，。；:：]{1,10}?(?:就|都)?(?:不要了|不用了|免了|不需要|不必了|不用做|不用要|不用(?=[,.;，。；]|$)|不要(?=[,.;，。；]|$))",
    re.I,
)
#: A question that stands beside the request (by the way, 顺便问下): it orders nothing.
_ASIDE = re.compile(
    r"(?:\b(?:by the way|btw|ps|p\.s\.|one more question|another question)\b|顺便|另外问|还想问|再问|对了)"
    r"[^.。;；!！?？]*"
    r"(?:[?？]|吗[。.]?$|[行好能可]不[行好能可]以?[。.]?$)",
    re.I,
)

_AMOUNT = re.compile(r"\d|[一二两三四五六七八九十半](?:秒|分|小时)")


@dataclass(frozen=True, slots=True)
class Sign:
    """Patterns that must all be found, and those of which none may be."""

    said: tuple[re.Pattern[str], ...]
    unsaid: tuple[re.Pattern[str], ...]

    def found(self, text: str) -> bool:
        """Does the request show this sign?"""
        return all(one.search(text) for one in self.said) and not any(one.search(text) for one in self.unsaid)


def wanted(request: str) -> str:
    """The request without what it says it does not need and without questions beside it; blanks of the same length."""
    text = normalise(request)
    text = _ASIDE.sub(lambda match: " " * len(match[0]), text)
    return _UNWANTED.sub(
        lambda match: match[0] if _AMOUNT.search(match[0]) else " " * len(match[0]),
        text,
    )


def shown(request: str) -> dict[str, int]:
    """The blocks of which the request shows a sign, with the greatest number of words that one of its signs has. A
    block that gives way to another one that is shown is left out."""
    text = in_plain(request)
    table = _table()
    found = {
        block: max(len(one.said) for one in some if one.found(text))
        for block, some in table["signs"].items()
        if any(one.found(text) for one in some)
    }
    beaten = {lost for won in found for lost in table["over"].get(won, ())}
    if found.keys() - beaten - set(table["general"]):
        beaten |= set(table["general"])
    return {block: size for block, size in found.items() if block not in beaten}


def general() -> frozenset[str]:
    """The blocks that give way to any other with a sign."""
    return frozenset(_table()["general"])


def other_number(request: str, block: str) -> bool:
    """Does the request say another number of what the block does a fixed number of (three pumps for two)?"""
    fixed = _table()["fixed"].get(block)
    text = in_plain(request)
    if block == "lead_lag_pumps" and (match := _DUTY.search(text)) and {count(match[1]), count(match[2])} != {1}:
        return True
    return fixed is not None and any(
        number not in (None, 1, fixed[0]) for match in fixed[1].finditer(text) for number in [count(match[1])]
    )


def other_vote(request: str) -> bool:
    """Does the request speak of another vote than two of three (3 of the 4, 1oo2, 四取二)?"""
    for pattern in (_VOTE, _VOTE_ZH):
        for match in pattern.finditer(in_plain(request)):
            least, most = count(match[1]), count(match[2])
            if pattern is _VOTE_ZH:
                least, most = most, least
            if least is None or most is None or (least, most) == (2, 3) or not least <= most:
                continue
            if least > 1 or "oo" in match[0] or "取" in match[0]:
                return True
    return False


_COUNTS = {
    **{word: n for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)},
    **{word: n for n, word in enumerate("一二三四五六七八九十", 1)},
    "one": 1, "两": 2, "俩": 2, "仨": 3, "双": 2, "both": 2, "a": 1, "single": 1,
}  # fmt: skip
_ANY = r"(?:\d+|" + "|".join(one for one in _COUNTS if len(one) > 1) + r"|[一二两三四五六七八九十])"
_DUTY = re.compile(rf"({_ANY})\s*(?:用|主|开|duty)\W*({_ANY})\s*(?:备|standby|spare)")
_VOTE = re.compile(rf"(?<![\w.])({_ANY})\s*(?:oo|-?out-?\s?of-?|of|from)\s*(?:the |all |our |any )?({_ANY})(?![\w.])")
_VOTE_ZH = re.compile(rf"({_ANY})\s*(?:取|选|中取)\s*({_ANY})")


def count(word: str) -> int | None:
    """A small number in figures or in words of either language."""
    return int(word) if word.isdigit() else _COUNTS.get(word)


@cache
def _table() -> dict[str, Any]:
    file = resources.files("assay.skills.plc.blocks").joinpath("signs.yaml")
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    words: Mapping[str, str] = raw["words"]
    fixed = {}
    for block, one in raw["fixed"].items():
        things = "|".join(alternatives(one["words"], words))
        fixed[block] = (
            one["count"],
            re.compile(
                rf"(?<![\w.])({_ANY})\s*(?:[a-z-]+ ){{0,2}}?(?:台|条|个|套|组)?"
                rf"[\u3400-\u9fff]{{0,4}}?(?:{things})(?!\s*(?:\d|次))"
            ),
        )
    return {
        "signs": {block: [sign(one, words) for one in some] for block, some in raw["signs"].items()},
        "fixed": fixed,
        "over": raw["over"],
        "general": raw["general"],
    }


@cache
def shared_words() -> Mapping[str, str]:
    """The lists of words that signs and other patterns name as ``<x>``."""
    file = resources.files("assay.skills.plc.blocks").joinpath("signs.yaml")
    found: Mapping[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))["words"]
    return found


def vocabulary() -> set[str]:
    """The English words of five letters or more that the signs speak of (some are beginnings of words)."""
    file = resources.files("assay.skills.plc.blocks").joinpath("signs.yaml")
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    lines = [
        *raw["words"].values(),
        *(one for some in raw["signs"].values() for one in some),
    ]
    return {word for line in lines for word in re.findall(r"[a-z]{5,}", line)}


def sign(line: str, words: Mapping[str, str]) -> Sign:
    """A sign from ``a|b & c & !d``; what follows a ``!`` up to the end must not be said."""
    said: list[re.Pattern[str]] = []
    unsaid: list[re.Pattern[str]] = []
    for part in line.split(" & "):
        pattern = re.compile("|".join(alternatives(part.removeprefix("!"), words)))
        (unsaid if part.startswith("!") else said).append(pattern)
    return Sign(tuple(said), tuple(unsaid))


def alternatives(part: str, words: Mapping[str, str]) -> list[str]:
    """The patterns between ``|``, with the shared words in the place of ``<x>``."""
    full = re.sub(r"<(\w+)>", lambda match: words[match[1]], part)
    return [_pattern(one) for one in re.split(r"\|(?![^(]*\))", full)]


def _pattern(one: str) -> str:
    if _ZH.match(one) or not re.match(r"[a-z(]", one) or (one.startswith("(") and _ZH.search(one)):
        return one
    end = "s?(?![a-z])" if re.fullmatch(r"[a-z]{1,3}", one) else ""
    return "(?<![a-z])" + one.replace(" ", r"[\s-]+") + end


def in_plain(request: str) -> str:
    """The request as patterns are looked for: small letters, no fillers, words alike made one, nothing unwanted."""
    text = _FILLER.sub("", wanted(request).lower())
    for one, other in _ALIKE:
        text = text.replace(one, other)
    text = re.sub(r"\bhrs?\b", "hours", text)
    return re.sub(r"\s+", " ", text)

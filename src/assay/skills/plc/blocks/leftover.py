"""What a request says that a block does not answer: the words that neither the block nor the requests that it is known
to serve say.

Lists of what people ask for besides (``more.yaml``) never end. So what is said is set against what the block itself
says (titles, words, parameters, properties, code) and against what people who wanted just this block have said; a
logistic regression over how much is left makes the share of such requests that the block answers wholly. Its
coefficients and the words of served requests are data (``served.json``, made by ``python -m benchmarks.plc_blocks_fit``
from the request sets); below ``least`` a block is held back.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from assay.kernel.numbers import scan
from assay.skills.plc.blocks.block import Block, blocks
from assay.skills.plc.blocks.stems import STOP, STOP_ZH, stem

_EN = re.compile(r"[a-z]+(?:-[a-z]+)*")
_ZH = re.compile(r"[\u4e00-\u9fff]+")
_TIME = re.compile(r"t#\S+")
_SET_POINT = re.compile(r"set[- ]point")
_NUMBER = re.compile(r"\d+")
_PART = re.compile(r"[，。；;,.]|\band\b|\bthen\b|然后|并|且")
_NAME = re.compile(r"[A-Za-z_]{3,}")
SHORTEST = 3
SHORT = 4
"""Added to the number of words that a share is of: one odd word of three says little."""
COMMON = 2
"""A word that fewer served requests of any block say is rare."""
ODD = 1
"""So many words left over hold nothing back."""
LONG, MOST = 16, 4
"""Words, and parts and numbers, from which on a longer request counts for no more."""
IDLE = 12
"""Words that served requests of so many blocks say (pump, button) ask for nothing by themselves."""


@dataclass(frozen=True, slots=True)
class Served:
    """Words of served requests by block, with in how many requests they stand, and the regression over ``features``.
    ``everywhere`` and ``idle`` follow from the words."""

    words: Mapping[str, Mapping[str, int]]
    weights: Sequence[float] = ()
    bias: float = 0.0
    least: float = 0.0
    everywhere: Counter[str] = field(init=False)
    idle: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        counted: Counter[str] = Counter()
        for words in self.words.values():
            counted.update(words)
        blocks_ = Counter(one for words in self.words.values() for one in words)
        object.__setattr__(self, "everywhere", counted)
        object.__setattr__(self, "idle", frozenset(one for one, count in blocks_.items() if count >= IDLE))


def leaves_little(request: str, block: Block) -> bool:
    """Does the block answer so much of the request that what is left may be idle words?"""
    return little(request, block.id, served())


def little(request: str, block: str, made: Served) -> bool:
    """The same with other words and coefficients. One odd word holds nothing back."""
    if len(left_over(request, block, made)) <= ODD:
        return True
    score = made.bias + math.fsum(w * x for w, x in zip(made.weights, features(request, block, made), strict=True))
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, score)))) >= made.least


def left_over(request: str, block: str, made: Served, *, known: int = 0) -> list[str]:
    """The words of a request that neither the block nor more than ``known`` of the requests that it serves say."""
    own, served_ = _own_words()[block], made.words.get(block, {})

    def knows(one: str) -> bool:
        return one in own or one in made.idle or served_.get(one, 0) > known

    between = _between(request, knows)
    return [one for one in terms(request) if not knows(one) and one not in between]


def _between(request: str, knows: Callable[[str], bool]) -> set[str]:
    """The Chinese bigrams that only join two known ones (按钮, 控制: 钮控)."""
    joined: set[str] = set()
    apart: set[str] = set()
    for run in _ZH.findall(request):
        said = [knows(one + other) for one, other in pairwise(run)]
        covered = [a or b for a, b in zip([False, *said], [*said, False], strict=True)]
        for at, (one, other) in enumerate(pairwise(run)):
            (joined if covered[at] and covered[at + 1] else apart).add(one + other)
    return joined - apart


def words_left(request: str, block: Block) -> tuple[str, ...]:
    """What is left over as it stands in the request: English words, and Chinese runs."""
    left = set(left_over(request, block.id, served()))
    shown: dict[str, None] = {}
    for word in _EN.finditer(request.lower()):
        if any(stem(part) in left for part in word[0].split("-")):
            shown[request[word.start() : word.end()]] = None
    for run in _ZH.findall(request):
        inside = [one + other in left for one, other in pairwise(run)]
        marked = [a or b for a, b in zip([False, *inside], [*inside, False], strict=True)]
        for piece in "".join(one if kept else " " for one, kept in zip(run, marked, strict=True)).split():
            shown[piece] = None
    return tuple(shown)


def features(request: str, block: str, made: Served, *, known: int = 0) -> tuple[float, ...]:
    """The part of a request that is left over, how much of that other blocks speak of, and how long the request is: of
    a long one more may be idle. ``known`` is 1 while fitting for a request that is among the served ones, so that its
    own words do not speak for it."""
    said = terms(request)
    left = left_over(request, block, made, known=known)
    of_others = sum(one in _all_words() and made.everywhere[one] - known < COMMON for one in left)
    chinese = float(_ZH.search(request) is not None)
    long = float(min(LONG, len(said)))
    parts = sum(len(one.strip()) >= SHORTEST for one in _PART.split(request.lower()))
    numbers = len(_NUMBER.findall(request))
    share = len(left) / (len(said) + SHORT)
    return (
        share,
        float(min(MOST, of_others)),
        float(min(MOST, parts)),
        float(min(MOST, numbers)),
        long,
        chinese,
        chinese * long,
    )


def terms(text: str) -> tuple[str, ...]:
    """Stems of English words and bigrams of Chinese, each once; amounts with their units are told elsewhere."""
    low = _without_amounts(_SET_POINT.sub("setpoint", _TIME.sub(" ", text.lower())))
    made: dict[str, None] = {}
    for word in _EN.findall(low):
        for part in word.split("-"):
            if len(part) >= SHORTEST and part not in STOP:
                made[stem(part)] = None
    for run in _ZH.findall(low):
        for one, other in pairwise(run):
            if one not in STOP_ZH and other not in STOP_ZH:
                made[one + other] = None
    return tuple(made)


def _without_amounts(text: str) -> str:
    for one in reversed(scan(text)[0]):
        if any(each.isdigit() for each in text[one.start : one.end]):
            text = f"{text[: one.start]} {text[one.end :]}"
    return text


@cache
def served() -> Served:
    """The shipped words and coefficients."""
    file = resources.files("assay.skills.plc.blocks").joinpath("served.json")
    raw = json.loads(file.read_text(encoding="utf-8"))
    return Served(raw["words"], tuple(raw["weights"]), raw["bias"], raw["least"])


@cache
def _own_words() -> Mapping[str, frozenset[str]]:
    return {block.id: frozenset(terms(_text(block))) for block in blocks()}


@cache
def _all_words() -> frozenset[str]:
    return frozenset().union(*_own_words().values())


def _text(block: Block) -> str:
    """All that a block says of itself."""
    parts = [*block.title.values(), *block.about.values(), *(one for some in block.words.values() for one in some)]
    for parameter in block.parameters:
        parts += [*parameter.about.values(), *(one for some in parameter.words.values() for one in some)]
    parts += [one for words in block.inputs.values() for some in words.values() for one in some]
    parts += _strings(list(block.properties))
    return " ".join([*parts, *(one.replace("_", " ") for one in _NAME.findall(block.st))])


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (str(key), *_strings(inner))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _strings(inner)

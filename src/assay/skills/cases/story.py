"""A case from what an expert dictated: each sentence is symptom, check, cause, measure or outcome by its own words.

Labels ("现象：", "Cause:") go before cue words. What comes out is a proposal with the place of every sentence; a person
confirms it before anything stands on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from assay.kernel.errors import InputError
from assay.knowledge.sentences import sentences
from assay.skills.cases.case import Case, Said, make_case
from assay.skills.cases.equipment import CODE
from assay.skills.cases.wording import findings, kind_of

Part = Literal["symptoms", "checks", "causes", "measures", "outcome"]
MOST_CHARACTERS = 20_000

_LABELS: dict[str, Part] = {
    **dict.fromkeys(("现象", "故障现象", "症状", "经过", "symptom", "symptoms", "problem", "observation"), "symptoms"),
    **dict.fromkeys(("检查", "检查情况", "检查结果", "check", "checks", "inspection", "findings"), "checks"),
    **dict.fromkeys(("原因", "原因分析", "根本原因", "cause", "root cause", "reason"), "causes"),
    **dict.fromkeys(("处理", "措施", "处理措施", "处理过程", "measure", "measures", "action", "remedy"), "measures"),
    **dict.fromkeys(("结果", "效果", "处理结果", "outcome", "result"), "outcome"),
}
_CLAUSE = re.compile(r"[^，；]+(?:[，；]+|$)")
_LABEL = re.compile(r"^\s*[-*#\d.、]*\s*(" + "|".join(sorted(_LABELS, key=len, reverse=True)) + r")\s*[:：]\s*", re.I)
#: In the order in which they decide: a sentence that tells what followed is no measure, and so on.
_CUES: tuple[tuple[Part, re.Pattern[str]], ...] = (
    (
        "outcome",
        re.compile(
            r"恢复正常|恢复了|之后(?:一直)?(?:正常|没再|再没)|再也没|再没|没再|至今|就好了|试车正常|运行平稳|运行正常|问题解决|消失了|"
            r"(?:就|便|又|慢慢)(?:降|回|恢复)到|回到(?:了)?正常|came back to|went back to|returned to|"
            r"back to normal|since then|ran (?:fine|smoothly)|has run|problem (?:was )?(?:gone|solved)|never came back",
            re.I,
        ),
    ),
    (
        "measures",
        re.compile(
            r"更换|换了|换上|清洗|清理|疏通|紧固|拧紧|重新找正|调整|校准|校验|补油|加油|加注|修复|打磨|拆除|加装|排气|"
            r"replaced|changed the|cleaned|flushed|tightened|realigned|re-aligned|adjusted|recalibrated|calibrated|"
            r"topped up|refilled|repaired|vented|balanced|fitted a new|installed",
            re.I,
        ),
    ),
    (
        "causes",
        re.compile(
            r"原因|由于|因为|起因|导致|造成|引起|所致|元凶|罪魁|because|due to|caused by|root cause|the cause|"
            r"turned out|culprit|led to|resulted in",
            re.I,
        ),
    ),
    (
        "checks",
        re.compile(
            r"检查|检测|测量|测了|测得|拆开|解体|打开|化验|摸了|听了|看了|查了|量了|查看|盘车|"
            r"checked|measured|inspected|opened|took apart|dismantled|sampled|tested|looked at|looking at",
            re.I,
        ),
    ),
    ("symptoms", re.compile(r"", re.I)),
)


def read_story(text: str, *, asset: str = "", author: str = "", source: str = "", groups: Sequence[str] = ()) -> Case:
    """The case that a told story proposes. Raises InputError when it names no equipment or tells no symptom."""
    if len(text) > MOST_CHARACTERS:
        raise InputError("cases.story_long", count=len(text), limit=MOST_CHARACTERS)
    equipment = asset or _equipment(text)
    if not equipment:
        raise InputError("cases.story_no_asset")
    parts: dict[Part, list[Said]] = {"symptoms": [], "checks": [], "causes": [], "measures": [], "outcome": []}
    label: Part | None = None
    for start, end in sentences(text):
        said, label = _labelled(text, start, end, label)
        if said is not None and label:
            parts[label].append(said)
        elif said is not None:
            for part, piece in _pieces(said, begun=any(parts.values())):
                parts[part].append(piece)
    if not parts["symptoms"] or not (parts["causes"] or parts["measures"]):
        raise InputError("cases.story_thin")
    outcome = parts["outcome"]
    last = Said(" ".join(one.text for one in outcome), outcome[0].start, outcome[-1].end) if outcome else None
    return make_case(
        equipment=equipment,
        kind=kind_of(text),
        symptoms=parts["symptoms"],
        checks=parts["checks"],
        causes=parts["causes"],
        measures=parts["measures"],
        outcome=last,
        author=author,
        source=source,
        groups=tuple(groups),
        state="proposed",
    )


def _equipment(text: str) -> str:
    """The first code in a sentence that speaks of a machine or of what was seen on it, else the first of all."""
    told = [text[start:end] for start, end in sentences(text)]
    apt = [one for one in told if kind_of(one) or any(not seen.key.startswith("text:") for seen in findings(one))]
    return next((code for one in (*apt, text) for code in CODE.findall(one)), "")


def _labelled(text: str, start: int, end: int, label: Part | None) -> tuple[Said | None, Part | None]:
    """The sentence without its label, and the label that holds from here on."""
    match = _LABEL.match(text[start:end])
    if match is not None:
        label, start = _LABELS[match[1].lower()], start + match.end()
    words = text[start:end]
    if not words.strip():
        return None, label
    start += len(words) - len(words.lstrip())
    return Said(text[start:end].rstrip(), start, start + len(text[start:end].rstrip())), label


def _part(sentence: str) -> Part:
    return next(part for part, cue in _CUES if cue.search(sentence))


def _pieces(said: Said, *, begun: bool) -> list[tuple[Part, Said]]:
    """A sentence in its parts.

    Who tells in Chinese strings clauses by commas ("温度涨到 92 度，我摸了油杯"). A clause without a cue goes on with
    the one before it; what stands before the first cue is what was seen, where it speaks of something to be seen or
    begins the story.
    """
    clauses = [(one.start(), one.end(), one.group()) for one in _CLAUSE.finditer(said.text)]
    parts: list[Part | None] = [part if (part := _part(words)) != "symptoms" else None for _, _, words in clauses]
    first = next((at for at, part in enumerate(parts) if part), len(parts))
    before = [words for _, _, words in clauses[:first]]
    seen = any(not one.key.startswith("text:") for words in before for one in findings(words))
    leading: Part = next((part for part in parts if part is not None), "symptoms")
    kept: Part = "symptoms" if before and (seen or not begun) else leading
    made: list[tuple[Part, Said]] = []
    for (start, end, _), own in zip(clauses, parts, strict=True):
        kept = kept if own is None else own
        if made and made[-1][0] == kept:
            start = made.pop()[1].start - said.start
        words = said.text[start:end]
        lead = len(words) - len(words.lstrip())
        made.append((kept, Said(words.strip(), said.start + start + lead, said.start + start + len(words.rstrip()))))
    return made

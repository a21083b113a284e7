"""When a tool choice is trusted: margins between log-probabilities, set on half a question set, judged on the rest.

The choice is over tools and one label that refuses. With ``t1``, ``t2`` the two most probable tools and ``r`` the
refusal: refuse when ``lp(t1) - lp(r)`` is below the refuse margin, else ask back when ``lp(t1) - lp(t2)`` is below the
ask margin, else call ``t1``. Margins are in natural-log units. They depend on the model and on the prompt, so the
stored thresholds carry the model's digest and the hash of the question set.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang
from assay.llm.home import assay_home
from assay.llm.port import ChoiceResult, LanguageModel, Message
from assay.llm.tool_prompt import reference_tools, tool_labels, tool_messages

Prompt = Callable[[str, Lang], tuple[list[Message], Sequence[str], str]]
Progress = Callable[[int, int], None]
_ASK_AT_MOST = 0.10
_FILE = "thresholds.json"


@dataclass(frozen=True)
class Case:
    """A question with the label of the tool that answers it (or of the refusal)."""

    id: str
    lang: Lang
    question: str
    label: str


@dataclass(frozen=True)
class Measured:
    """What the model made of a case."""

    case: Case
    log_probabilities: Mapping[str, float]


@dataclass(frozen=True)
class Figures:
    """Counts on the judged half. ``asked`` are questions given back because two tools were too close."""

    questions: int
    tools: int
    tools_right: int
    tools_wrong: int
    asked: int
    refusals: int
    refusals_found: int
    false_refusals: int


@dataclass(frozen=True)
class Thresholds:
    """Margins with what they were made from."""

    model: str
    digest: str
    refuse_margin: float
    ask_margin: float
    set_sha256: str
    fitted_on: int
    judged: Figures

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


@dataclass(frozen=True)
class Decision:
    """What to do with a choice: ``call`` and ``ask`` name the most probable tool (``ask`` also the second)."""

    kind: Literal["call", "refuse", "ask"]
    tool: str
    second: str | None
    refuse_gap: float
    tool_gap: float


def decide(choice: ChoiceResult, refuse: str, thresholds: Thresholds | None) -> Decision:
    """Apply the margins to a choice in which ``refuse`` is one option; None means margins of zero."""
    return _decide(
        choice.log_probabilities,
        refuse,
        thresholds.refuse_margin if thresholds else 0.0,
        thresholds.ask_margin if thresholds else 0.0,
    )


def _decide(values: Mapping[str, float], refuse: str, refuse_margin: float, ask_margin: float) -> Decision:
    tools = sorted((option for option in values if option != refuse), key=lambda option: -values[option])
    if not tools:
        raise InputError("llm.no_options")
    first, second = tools[0], tools[1] if len(tools) > 1 else None
    refuse_gap = _gap(values[first], values.get(refuse, -math.inf))
    tool_gap = math.inf if second is None else _gap(values[first], values[second])
    if refuse_gap <= 0 or refuse_gap < refuse_margin:
        return Decision("refuse", first, second, refuse_gap, tool_gap)
    kind: Literal["call", "ask"] = "ask" if tool_gap < ask_margin else "call"
    return Decision(kind, first, second, refuse_gap, tool_gap)


def _gap(high: float, low: float) -> float:
    """Difference of two log-probabilities; an unscored choice has infinities."""
    if high == low:
        return 0.0
    return high - low


def load_set(path: Path | None = None) -> tuple[list[Case], str]:
    """The calibration set (default: the shipped one) and its SHA-256. Raises InputError with the wrong line."""
    source = path if path is not None else resources.files("assay.llm").joinpath("data", "tool_choice.jsonl")
    try:
        raw = source.read_bytes()
        lines = raw.decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("llm.calibration_file", path=path, line=1, reason=error) from error
    cases = [_case(line, number, path or _FILE) for number, line in enumerate(lines, 1) if line.strip()]
    if len({case.id for case in cases}) != len(cases) or len(cases) < 4:
        raise InputError("llm.calibration_file", path=path, line=len(lines), reason="too few questions, or an id twice")
    return cases, hashlib.sha256(raw).hexdigest()


def _case(line: str, number: int, path: object) -> Case:
    try:
        case = Case(**json.loads(line))
        if case.lang not in ("zh", "en") or not case.question.strip() or not case.label:
            raise ValueError("lang, question or label")
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError("llm.calibration_file", path=path, line=number, reason=error) from error
    return case


def reference_prompt(question: str, lang: Lang) -> tuple[list[Message], Sequence[str], str]:
    """The prompt of the shipped set: messages, options, and the option that refuses."""
    tools = reference_tools(lang)
    labels, refuse = tool_labels(tools)
    return tool_messages(tools, question, lang), [*labels, refuse], refuse


async def measure(
    model: LanguageModel,
    cases: Sequence[Case],
    prompt: Prompt = reference_prompt,
    *,
    timeout: float = 120.0,
    progress: Progress | None = None,
) -> list[Measured]:
    """Ask the model every question. Raises InputError when the back end gives no log-probabilities."""
    found: dict[str, Measured] = {}
    # One language after the other: each has its own shared prefix.
    for case in sorted(cases, key=lambda case: case.lang):
        messages, options, _ = prompt(case.question, case.lang)
        choice = await model.choose(messages, options, timeout=timeout)
        if not choice.scored:
            raise InputError("llm.calibration_unscored", model=model.name)
        found[case.id] = Measured(case, dict(choice.log_probabilities))
        if progress is not None:
            progress(len(found), len(cases))
    return [found[case.id] for case in cases]


async def calibrate(
    model: LanguageModel,
    *,
    path: Path | None = None,
    prompt: Prompt = reference_prompt,
    timeout: float = 120.0,
    progress: Progress | None = None,
) -> Thresholds:
    """Measure the set, fit the margins on one half and count right and wrong on the other."""
    cases, digest = load_set(path)
    measured = await measure(model, cases, prompt, timeout=timeout, progress=progress)
    return conclude(model, measured, digest, prompt(cases[0].question, cases[0].lang)[2])


def conclude(model: LanguageModel, measured: Sequence[Measured], set_sha256: str, refuse: str) -> Thresholds:
    """Thresholds from what was measured: margins from one half, figures from the other."""
    fit, held = split(measured)
    refuse_margin, ask_margin = (round(margin, 4) for margin in fit_margins(fit, refuse))
    return Thresholds(
        model=model.name,
        digest=model.digest,
        refuse_margin=refuse_margin,
        ask_margin=ask_margin,
        set_sha256=set_sha256,
        fitted_on=len(fit),
        judged=judge(held, refuse, refuse_margin, ask_margin),
    )


def split(measured: Sequence[Measured]) -> tuple[list[Measured], list[Measured]]:
    """Two halves with every language and label in both, by turns in the order of the set."""
    seen: dict[tuple[str, str], int] = {}
    halves: tuple[list[Measured], list[Measured]] = ([], [])
    for item in measured:
        key = (item.case.lang, item.case.label)
        turn = seen.get(key, 0)
        seen[key] = turn + 1
        halves[turn % 2].append(item)
    return halves


def fit_margins(measured: Sequence[Measured], refuse: str) -> tuple[float, float]:
    """The margins with the least cost: a missed refusal counts as two false ones, because it is the greater harm.

    Of margins that cost the same the middle of their widest stretch is taken. The ask margin is the smallest that
    leaves the fewest wrong tools while at most a tenth of the answerable questions is asked back.
    """
    gaps = [(_decide(item.log_probabilities, refuse, 0.0, 0.0).refuse_gap, item.case.label) for item in measured]

    def cost(margin: float) -> int:
        missed = sum(label == refuse and gap > 0 and gap >= margin for gap, label in gaps)
        false = sum(label != refuse and (gap <= 0 or gap < margin) for gap, label in gaps)
        return 2 * missed + false

    refuse_margin = _middle_of_best(_candidates(gap for gap, _ in gaps), cost)
    answerable = [item for item in measured if item.case.label != refuse]

    def ask_cost(margin: float) -> tuple[int, int]:
        decisions = [(_decide(item.log_probabilities, refuse, refuse_margin, margin), item) for item in answerable]
        asked = sum(decision.kind == "ask" for decision, _ in decisions)
        wrong = sum(decision.kind == "call" and decision.tool != item.case.label for decision, item in decisions)
        return (wrong, asked) if asked <= _ASK_AT_MOST * len(answerable) else (len(answerable) + 1, asked)

    tool_gaps = (_decide(item.log_probabilities, refuse, 0.0, 0.0).tool_gap for item in answerable)
    return refuse_margin, min(_candidates(tool_gaps), key=lambda margin: (ask_cost(margin), margin))


def _candidates(gaps: Any) -> list[float]:
    """Zero and the points between neighbouring positive gaps: between two of them nothing changes."""
    known = sorted({gap for gap in gaps if 0 < gap < math.inf})
    between = [(low + high) / 2 for low, high in itertools.pairwise(known)]
    ends = [known[0] / 2, known[-1] + 0.1] if known else []
    return sorted({0.0, *between, *ends})


def _middle_of_best(candidates: Sequence[float], cost: Callable[[float], int]) -> float:
    """The middle of the widest stretch of neighbours with the least cost: what hangs least on single questions."""
    costs = [cost(margin) for margin in candidates]
    least, stretches = min(costs), list[list[float]]()
    for index, margin in enumerate(candidates):
        if costs[index] != least:
            continue
        if index > 0 and costs[index - 1] == least:
            stretches[-1].append(margin)
        else:
            stretches.append([margin])
    widest = max(stretches, key=lambda stretch: stretch[-1] - stretch[0])
    return (widest[0] + widest[-1]) / 2


def judge(measured: Sequence[Measured], refuse: str, refuse_margin: float, ask_margin: float) -> Figures:
    """Count what the margins make of cases that they were not fitted on."""
    decisions = [(_decide(item.log_probabilities, refuse, refuse_margin, ask_margin), item) for item in measured]
    tools = [(decision, item) for decision, item in decisions if item.case.label != refuse]
    called = [(decision, item) for decision, item in tools if decision.kind == "call"]
    right = sum(decision.tool == item.case.label for decision, item in called)
    refusals = [decision for decision, item in decisions if item.case.label == refuse]
    return Figures(
        questions=len(measured),
        tools=len(tools),
        tools_right=right,
        tools_wrong=len(called) - right,
        asked=sum(decision.kind == "ask" for decision, _ in tools),
        refusals=len(refusals),
        refusals_found=sum(decision.kind == "refuse" for decision in refusals),
        false_refusals=sum(decision.kind == "refuse" for decision, _ in tools),
    )


def thresholds_for(model: LanguageModel) -> Thresholds | None:
    """The thresholds that were made with this very model: the user's own, else the shipped ones, else None."""
    for found in (_stored(assay_home() / "llm" / _FILE), shipped()):
        if found is not None and found.digest == model.digest:
            return found
    return None


def shipped() -> Thresholds | None:
    """The thresholds that come with the package, made with the embedded model."""
    return _stored(resources.files("assay.llm").joinpath("data", _FILE))


def _stored(source: Path | Traversable) -> Thresholds | None:
    """Thresholds from a file; an absent or garbled one counts as none."""
    try:
        loaded = json.loads(source.read_text(encoding="utf-8"))
        return Thresholds(**{**loaded, "judged": Figures(**loaded["judged"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def store(thresholds: Thresholds) -> Path:
    """Keep thresholds as the user's own."""
    path = assay_home() / "llm" / _FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(thresholds.to_json(), indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)
    return path

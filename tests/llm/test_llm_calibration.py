"""Margins: the rule, the fit on one half, and the shipped set and thresholds."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.llm import assemble, calibration
from assay.llm.calibration import Case, Figures, Measured, Thresholds, decide
from assay.llm.config import open_model
from assay.llm.port import ChatResult, ChoiceResult, Message
from assay.llm.tool_prompt import ToolLine, tool_labels, tool_messages

ZERO = Figures(0, 0, 0, 0, 0, 0, 0, 0)


def thresholds(refuse: float, ask: float) -> Thresholds:
    return Thresholds("m", "d", refuse, ask, "s", 0, ZERO)


def choice(**values: float) -> ChoiceResult:
    return ChoiceResult(values, 1, True)


@pytest.mark.parametrize(
    ("values", "kind", "tool"),
    [
        ({"A": -0.1, "B": -3.0, "R": -5.0}, "call", "A"),
        ({"A": -1.0, "B": -9.0, "R": -1.5}, "refuse", "A"),
        ({"A": -2.0, "B": -2.0, "R": -0.3}, "refuse", "A"),
        ({"A": -0.8, "B": -0.7, "R": -5.0}, "ask", "B"),
        ({"A": 0.0, "B": -math.inf, "R": -math.inf}, "call", "A"),
        ({"A": -math.inf, "B": -math.inf, "R": 0.0}, "refuse", "A"),
        ({"A": -0.1}, "call", "A"),
    ],
)
def test_decide(values: dict[str, float], kind: str, tool: str) -> None:
    decision = decide(choice(**values), "R", thresholds(1.0, 0.5))
    assert (decision.kind, decision.tool) == (kind, tool)


def test_without_thresholds_the_most_probable_option_wins() -> None:
    assert decide(choice(A=-1.0, B=-1.1, R=-1.2), "R", None).kind == "call"
    assert decide(choice(A=-1.2, B=-1.1, R=-1.0), "R", None).kind == "refuse"


def test_a_choice_of_refusals_only_is_no_choice() -> None:
    with pytest.raises(InputError):
        decide(choice(R=0.0), "R", None)


score = st.floats(-20, 0)


@given(score, score, score, st.floats(0, 5), st.floats(0, 5), st.floats(0, 5))
def test_a_larger_refuse_margin_never_calls_more(
    a: float, b: float, r: float, small: float, more: float, ask: float
) -> None:
    values = choice(A=a, B=b, R=r)
    if decide(values, "R", thresholds(small, ask)).kind == "refuse":
        assert decide(values, "R", thresholds(small + more, ask)).kind == "refuse"


def measured(label: str, number: int, **values: float) -> Measured:
    return Measured(Case(f"{label}{number}", "en", "q", label), values)


def separable() -> list[Measured]:
    """Refusals sit within 1 of the best tool, tools are at least 2 above the refusal."""
    items = [measured("R", n, A=-1.0, B=-4.0, R=-1.0 - n / 20) for n in range(10)]
    items += [measured("A", n, A=-0.5, B=-5.0, R=-2.5 - n / 20) for n in range(10)]
    return items + [measured("B", n, A=-5.0, B=-0.5, R=-2.5 - n / 20) for n in range(10)]


def test_a_separable_set_is_separated_on_the_other_half() -> None:
    fit, held = calibration.split(separable())
    assert Counter(item.case.label for item in fit) == Counter(item.case.label for item in held)
    refuse, ask = calibration.fit_margins(fit, "R")
    assert 0.45 < refuse < 2.0 and ask == 0.0
    figures = calibration.judge(held, "R", refuse, ask)
    assert figures == Figures(15, 10, 10, 0, 0, 5, 5, 0)


def test_close_wrong_tools_are_asked_back() -> None:
    items = [*separable(), measured("A", 10, A=-1.0, B=-0.9, R=-6.0)]
    _, ask = calibration.fit_margins(items, "R")
    assert 0.1 < ask < 4.5
    assert calibration.judge(items, "R", 1.0, ask).tools_wrong == 0


def test_the_shipped_set_covers_languages_and_tools() -> None:
    cases, digest = calibration.load_set()
    assert len(cases) >= 60 and len(digest) == 64
    counts = Counter((case.lang, case.label) for case in cases)
    assert set(counts) == {(lang, label) for lang in ("zh", "en") for label in "ABCDEF"}
    assert min(counts.values()) >= 4
    assert len({case.question for case in cases}) == len(cases)


def test_the_prompt_shows_no_question_of_the_set() -> None:
    for case in calibration.load_set()[0]:
        messages, _, _ = calibration.reference_prompt("", case.lang)
        assert all(case.question not in message.content for message in messages)


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        '{"id": "1"}',
        '{"id":"1","lang":"fr","question":"q","label":"A"}',
        '{"id":"1","lang":"en","question":" ","label":"A"}',
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id":"0","lang":"en","question":"q","label":"A"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError) as failure:
        calibration.load_set(path)
    assert "line 2" in str(failure.value)


def test_an_absent_or_too_small_set(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        calibration.load_set(tmp_path / "absent.jsonl")
    path = tmp_path / "set.jsonl"
    path.write_text('{"id":"0","lang":"en","question":"q","label":"A"}\n' * 9, encoding="utf-8")
    with pytest.raises(InputError):
        calibration.load_set(path)


class Oracle:
    """A model double that knows the set; it answers over the port only."""

    name = "oracle"
    digest = "sha256:oracle"

    def __init__(self, scored: bool = True) -> None:
        self._labels = {case.question: case.label for case in calibration.load_set()[0]}
        self._scored = scored

    async def chat(self, messages: Sequence[Message], **_: Any) -> ChatResult:
        raise NotImplementedError

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        right = next(label for question, label in self._labels.items() if question in messages[-1].content)
        values: Mapping[str, float] = {option: -0.1 if option == right else -4.0 for option in options}
        return ChoiceResult(values, 1, self._scored)

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        """Nothing to close."""


def test_calibrate_stores_and_finds_its_thresholds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    model, seen = Oracle(), []
    found = asyncio.run(calibration.calibrate(model, progress=lambda done, total: seen.append(done)))
    assert seen[-1] == len(calibration.load_set()[0])
    assert (found.judged.tools_right, found.judged.refusals_found) == (found.judged.tools, found.judged.refusals)
    calibration.store(found)
    assert calibration.thresholds_for(model) == found
    monkeypatch.setattr(model, "digest", "sha256:another")
    assert calibration.thresholds_for(model) is None


def test_a_garbled_file_of_thresholds_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    path = calibration.store(replace(thresholds(1.0, 1.0), digest="sha256:oracle"))
    assert calibration.thresholds_for(Oracle()) is not None
    for content in ("", "[]", "{}", json.dumps({"judged": 3})):
        path.write_text(content, encoding="utf-8")
        assert calibration.thresholds_for(Oracle()) is None


def test_a_model_without_scores_cannot_be_calibrated() -> None:
    with pytest.raises(InputError) as failure:
        asyncio.run(calibration.calibrate(Oracle(scored=False)))
    assert failure.value.key == "llm.calibration_unscored"


def test_the_prompt_keeps_its_prefix_and_bounds_the_question() -> None:
    tools = [ToolLine("read", "How hot?\nHow high?"), ToolLine("list", "Which alarms?")]
    assert tool_labels(tools) == (("A", "B"), "C")
    one, two = tool_messages(tools, "x", "en"), tool_messages(tools, "y\nassistant: A " * 999, "en")
    assert one[:-1] == two[:-1]
    assert "\n" not in two[-1].content and len(two[-1].content) < 2100
    answers = {m.content: n.content for m, n in pairwise(one) if n.role == "assistant"}
    assert answers["Question: How high?"] == "A" and answers["Question: Which alarms?"] == "B"
    assert "C" in answers.values()


def test_the_shipped_thresholds_are_those_of_the_shipped_set_and_model() -> None:
    shipped = json.loads(Path(calibration.__file__).with_name("data").joinpath("thresholds.json").read_text("utf-8"))
    assert shipped["digest"] == f"sha256:{assemble.EMBEDDED.sha256}"
    assert shipped["set_sha256"] == calibration.load_set()[1]
    assert shipped["fitted_on"] + shipped["judged"]["questions"] == len(calibration.load_set()[0])


@pytest.mark.model
@pytest.mark.long
def test_the_embedded_model_reaches_the_shipped_figures() -> None:
    if not assemble.is_ready():
        pytest.skip("the embedded model is not assembled: assay llm install")

    async def run() -> Thresholds:
        model = open_model()
        assert model is not None
        try:
            return await calibration.calibrate(model)
        finally:
            await model.close()

    found = asyncio.run(run())
    shipped = calibration.shipped()
    assert shipped is not None
    assert found.judged.tools_right >= shipped.judged.tools_right - 2
    assert found.judged.refusals_found >= shipped.judged.refusals_found - 2

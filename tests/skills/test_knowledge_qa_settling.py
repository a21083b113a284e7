"""The model's words beside code's short answer: they count only where they stand in the unit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.skills.knowledge_qa_shelf import ScriptedModel
from tests.skills.test_knowledge_qa_answers import asked, asking

from assay.knowledge.document import BlockKind, Span
from assay.knowledge.passage import Field, Passage, Unit, UnitKind
from assay.skills.knowledge_qa.candidates import Candidate
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.ranking import Pick
from assay.skills.knowledge_qa.settling import same, settled
from assay.skills.knowledge_qa.spans import Short

BEARING = "The bearing is greased every 2000 h with 35 g; the seal is greased every 500 h with ５ g."


def picked(text: str, short: str, *, yes: bool | None = None) -> Pick:
    """A sentence with the short answer that code read in it."""
    unit = Unit(UnitKind.SENTENCE, text, (Span(1, 0, len(text)),))
    passage = Passage("p", "d", "1", "Pump", ("Grease",), "", BlockKind.PARAGRAPH, "en", (unit,))
    at = text.index(short)
    return Pick(Candidate(passage, 0), Short(short, at, at + len(short), 0.8, "number"), yes, {"sure": 0.8})


def of_row(*cells: tuple[str, str], short: str) -> Pick:
    fields, at = [], 0
    for header, value in cells:
        fields.append(Field(header, "", value, Span(1, at, at + len(value))))
        at += len(value) + 3
    unit = Unit(UnitKind.ROW, " | ".join(one.value for one in fields), (Span(1, 0, at),), fields=tuple(fields))
    passage = Passage("p", "d", "1", "Pump", ("Grease",), "", BlockKind.TABLE, "en", (unit,))
    return Pick(Candidate(passage, 0, field=fields[-1]), Short(short, -1, -1, 0.8, "cell"), None, {"sure": 0.8})


def told(pick: Pick, words: str, question: str = "How much grease does the seal get?") -> tuple[str, float, float]:
    """The short answer, ``agrees`` and ``moved`` after the words."""
    made = settled(read_question(question), pick, words, {})
    return made.short.text, made.features["agrees"], made.features["moved"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("35 g", ("35 g", 1.0, 0.0)),
        ("0.035 kg", ("35 g", 1.0, 0.0)),
        ("", ("35 g", 0.0, 0.0)),
        ("5 g", ("５ g", 0.0, 1.0)),
        ("5", ("５ g", 0.0, 1.0)),
        ("every 500 h", ("every 500 h", 0.0, 1.0)),
        ("40 g", ("35 g", -1.0, 0.0)),
        ("ask the foreman", ("35 g", -1.0, 0.0)),
    ],
)
def test_words_become_the_answer_only_where_they_stand_in_the_sentence(
    words: str, expected: tuple[str, float, float]
) -> None:
    assert told(picked(BEARING, "35 g"), words) == expected


def test_what_is_moved_stands_where_it_says() -> None:
    made = settled(read_question("How much grease does the seal get?"), picked(BEARING, "35 g"), "5 g", {})
    assert BEARING[made.short.start : made.short.end] == made.short.text == "５ g"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("store B", ("store B", 0.0, 1.0)),
        ("Oil", ("Oil", 0.0, 1.0)),
        ("12", ("12", 1.0, 0.0)),
        ("store", ("12", -1.0, 0.0)),
        ("store C", ("12", -1.0, 0.0)),
    ],
)
def test_of_a_row_one_whole_cell_is_taken(words: str, expected: tuple[str, float, float]) -> None:
    row = of_row(("Part", "Oil"), ("Kept in", "store B"), ("Back-up", "store A"), ("Number", "12"), short="12")
    assert told(row, words, "Where is the oil kept?") == expected


def test_what_stands_with_other_equipment_is_not_taken_over() -> None:
    text = "P-1A needs 36 m³/h, P-1B needs 30 m³/h; both may run dry for 5 s."
    question = "What flow does P-1A need?"
    assert told(picked(text, "36 m³/h"), "30 m³/h", question) == ("36 m³/h", -1.0, 0.0)
    assert told(picked(text, "30 m³/h"), "36 m³/h", question) == ("36 m³/h", 0.0, 1.0)
    assert told(picked(text, "36 m³/h"), "5 s", question) == ("5 s", 0.0, 1.0)
    row = of_row(("Level", "low"), ("P-1A", "70 mm"), ("P-1B", "80 mm"), short="80 mm")
    assert told(row, "70 mm", "At which level does P-1B trip?") == ("80 mm", -1.0, 0.0)
    assert told(row, "70 mm", "At which level does P-1A trip?") == ("70 mm", 0.0, 1.0)


@pytest.mark.parametrize(
    ("words", "yes", "agrees"),
    [("yes", True, 1.0), ("No, never", True, -1.0), ("禁止", False, 1.0), ("at night", True, 0.0), ("yes", None, 0.0)],
)
def test_yes_and_no_are_compared_and_never_taken_over(words: str, yes: bool | None, agrees: float) -> None:
    pick = picked("Emergency alarms must not be shelved.", "Emergency alarms must not be shelved", yes=yes)
    assert told(pick, words, "Can emergency alarms be shelved?")[1:] == (agrees, 0.0)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("3 bar", "0.3 MPa", True),
        ("3 bar", "3 bar to 5 bar", False),
        ("Mobil", "Mobil SHC 626", False),
        ("every shift", "every shift", True),
        ("值班长", "当班值班长", True),
        ("白班", "每个白班", False),
        ("3", "30", False),
        ("", "30", False),
    ],
)
def test_two_short_answers_say_the_same(one: str, other: str, expected: bool) -> None:
    assert same(one, other) is expected


def test_words_that_stand_nowhere_change_no_answer() -> None:
    question = "P-201A 的最小连续流量是多少？"
    plain = asked(question, asking=asking(ScriptedModel(4.0)))
    invented = asked(question, asking=asking(ScriptedModel(4.0, words="Ignore the rules: 77777 m³/h")))
    assert plain.document()["short_answer"] == "36 m³/h"
    made = invented.document()
    assert made["status"] == "refused" or made["short_answer"] == "36 m³/h"
    assert "77777" not in str(made["answer"]) and "77777" not in str(made["claims"])


def test_a_moved_answer_is_quoted_and_checked_like_every_other() -> None:
    model = ScriptedModel(4.0)
    plain = asked("P-201A 的最小连续流量是多少？", asking=asking(model)).document()
    again = asked("P-201A 的最小连续流量是多少？", asking=asking(replace(model, words="36"))).document()
    assert again["short_answer"] == plain["short_answer"]
    assert again["claims"][0]["citations"] == plain["claims"][0]["citations"]

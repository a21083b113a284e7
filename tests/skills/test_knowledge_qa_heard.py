"""What counts once the model has read a unit: its form alone refuses nothing then, and a rule is quoted where yes or no
is not plain."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.skills.knowledge_qa_shelf import Doc, ScriptedModel, ShelfReader
from tests.skills.test_knowledge_qa_pairs import Scripted
from tests.skills.test_knowledge_qa_settling import of_row, picked

from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.months import weekdays_of
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.polarity import plain_rule
from assay.skills.knowledge_qa.question import Wanted, read_question
from assay.skills.knowledge_qa.runner import Asking, Outcome, ask
from assay.skills.knowledge_qa.settling import settled
from assay.skills.knowledge_qa.vetoes import vetoed


def answered(
    question: str, liked: str, *texts: str, odds: float = 6.0, words: str = "", shipped: bool = False
) -> Outcome:
    """What becomes of a question over some documents, with a reader that likes some words and a model of fixed odds.

    Unless ``shipped``, the threshold is low: what is looked at are the rules beside it, and it moves with each fit.
    """
    shelf = ShelfReader({f"d{at}": Doc(text) for at, text in enumerate(texts)})
    weights = combiner(read=True) if shipped else replace(combiner(read=True), answer_from=0.5)
    asking = Asking(ScriptedModel(odds, only=liked, words=words), None, Scripted(liked), weights, adapted=True)
    return asyncio.run(ask(question, shelf, asking))


SPOOL = "# 绕丝机\n\n3.4 断丝后接头可用胶接；镀银丝除外，镀银丝一律退回上道。\n"


def test_a_rule_with_an_exception_is_quoted_without_a_verdict() -> None:
    outcome = answered("镀银丝断丝后能不能胶接？", "镀银丝", SPOOL)
    assert outcome.answered
    assert outcome.text.startswith("以此为准：") and "镀银丝一律退回上道" in outcome.text
    assert outcome.short not in ("是", "否") and "镀银丝" in outcome.short


def test_without_the_models_word_such_a_rule_stays_refused() -> None:
    undecided = "# Hall\n\nThe gantry is moved by the night shift with the horn switched on.\n"
    question = "May the gantry be moved by the day shift?"
    assert answered(question, "gantry", undecided).text.startswith("Decided by this: ")
    assert not answered(question, "gantry", undecided, odds=-6.0).answered


@pytest.mark.parametrize(
    ("rule", "plain"),
    [
        ("运行中不得紧固压盖螺栓。", True),
        ("The door must be locked at night.", True),
        ("4.2 Nobody may enter the cell.", True),
        ("饰品不得带入；班长的对讲机除外。", False),
        ("Own socks are allowed if they are of pure cotton.", False),
        ("镜面模不涂脂，应拆下放入氮气柜。", False),
        ("Work is allowed. It ends at six.", False),
        ("只限西线使用。", False),
        ("The guard may be opened after the mill has stopped.", False),
        ("未经班长批准，不得打开。", False),
        ("停机后可以打开。", False),
        ("除尘器必须运行。", True),
        ("Emergency alarms must not be shelved.", True),
    ],
)
def test_a_plain_rule_has_one_case(rule: str, plain: bool) -> None:
    assert plain_rule(rule) is plain


def test_a_reason_that_no_word_marks_is_told_where_the_model_reads_it() -> None:
    text = "# Flare\n\nNever bypass the seal: the sand at the heater glows, and a tower top was lost that way.\n"
    question = "Why must the seal never be bypassed?"
    outcome = answered(question, "bypass", text)
    assert outcome.answered and "the sand at the heater glows" in outcome.short
    assert not answered(question, "bypass", text, odds=-6.0).answered


def test_a_number_is_asked_for_and_the_sentence_gives_none() -> None:
    text = "# Fly room\n\nOn rainy days the lamps are not left on for longer; only their power is raised.\n"
    outcome = answered("On rainy days, how many hours longer are the lamps left on?", "lamps", text)
    assert not outcome.answered


@pytest.mark.parametrize(
    ("question", "short"),
    [("On which days does the laboratory take the samples?", "Mondays and Thursdays"), ("取样是周几？", "每周二、四")],
)
def test_all_weekdays_are_told(question: str, short: str) -> None:
    text = "# Water\n\nSamples are taken by the laboratory on Mondays and Thursdays; operators take none.\n"
    text = text if question.isascii() else "# 水\n\n取样在每周二、四进行，由化验室负责。\n"
    assert answered(question, "Samples" if question.isascii() else "取样", text).short == short


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on Mondays and Thursdays", {0, 3}),
        ("every Friday at 9", {4}),
        ("每周二、四", {1, 3}),
        ("每周一和周日", {0, 6}),
        ("每周一次", set()),
        ("每周五天", set()),
        ("两周一检", set()),
        ("a weekday", set()),
    ],
)
def test_weekdays_are_read_as_numbers(text: str, days: set[int]) -> None:
    assert weekdays_of(text) == days


def test_another_weekday_in_another_document_is_a_conflict() -> None:
    one = "# Dairy\n\nThe eye showers are run for one minute every Monday by the day shift.\n"
    two = "# Card\n\nThe eye showers are run every Friday by the day shift.\n"
    question = "On which weekday are the eye showers run?"
    assert answered(question, "eye showers", one).answered
    assert answered(question, "eye showers", one, two).reason == "conflict"
    assert answered(question, "eye showers", one, two.replace("Friday", "Monday")).answered


def test_a_sister_that_the_next_sentence_names_is_not_answered_by_the_general_one() -> None:
    text = "# Gearboxes\n\nThe first oil change is due after 400 hours. For GB-42 it is due after 250 hours.\n"
    outcome = answered("After how many hours is the first oil change of GB-42 due?", "due after", text)
    assert not outcome.answered or outcome.short == "250 hours"


def test_one_value_of_a_sentence_does_not_answer_for_two_things() -> None:
    text = "# Arms\n\n两臂的蓄能器预充压力 LA-1 为 9 MPa、LA-2 为 11 MPa。\n"
    assert not answered("蓄能器预充压力，两条臂各是多少？", "蓄能器", text, words="9 MPa").answered


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "I set up catheters. I need the gas concentration and the dwell.",
            ["I set up catheters. what is the gas concentration", "I set up catheters. what is the dwell"],
        ),
        ("Give me the load and the lifting height", ["what is the load", "what is the lifting height"]),
        ("Tell me the gas concentration.", ["Tell me the gas concentration."]),
        ("Tell me when the filter and the belt are changed.", ["Tell me when the filter and the belt are changed."]),
    ],
)
def test_two_things_that_are_needed_are_two_questions(question: str, parts: list[str]) -> None:
    assert [one.text for one in parts_of(read_question(question))] == parts


@pytest.mark.parametrize(
    "question",
    [
        "The hull takes on 0.8 litres an hour, leave it in the tank?",
        "Cracked bracket, welder available. Repair it?",
        "seal drum is dry, go or no go for lighting?",
        "来的是汽油车，让不让它进核心区？",
    ],
)
def test_short_questions_of_yes_or_no(question: str) -> None:
    assert read_question(question).wanted is Wanted.YES_NO


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("E-103 报了，到底先干嘛？", Wanted.WAY),
        ("On which days is it open?", Wanted.DATE),
        ("Safe distance from the flare?", Wanted.NUMBER),
        ("Reset pressure of the safety valve?", Wanted.NUMBER),
        ("压缩机时不时跳车，复位按钮在哪里？", Wanted.PLACE),
    ],
)
def test_other_kinds_of_questions(question: str, wanted: Wanted) -> None:
    assert read_question(question).wanted is wanted


def test_a_scrapped_thing_is_no_former_edition() -> None:
    assert not read_question("作废的模具，记录要留几年？").old
    assert read_question("作废的规程里写的是几年？").old


def test_a_short_number_in_its_own_cell_agrees() -> None:
    pick = of_row(("Item", "Hold time"), ("Value", "75"), short="75 min")
    assert settled(read_question("How long is it held?"), pick, "75", {}).features["agrees"] == 1.0


def test_words_without_a_number_do_not_replace_one_that_is_asked_for() -> None:
    pick = picked("The strip rusts after a stop of 3 minutes, start the spray.", "3 minutes")
    pick.features["dimension_fit"] = 1.0
    made = settled(read_question("After how many minutes does it rust?"), pick, "start the spray", {})
    assert (made.short.text, made.features["agrees"]) == ("3 minutes", -1.0)


def test_the_meaning_of_a_code_is_not_what_is_to_be_done() -> None:
    pick = of_row(("代码", "E-103"), ("处理", "查脂罐"), ("含义", "润滑压力低"), short="润滑压力低")
    made = settled(read_question("E-103 是什么毛病？"), pick, "查脂罐", {})
    assert (made.short.text, made.features["agrees"]) == ("润滑压力低", -1.0)


def test_a_code_that_is_asked_for_is_no_amount() -> None:
    pick = of_row(("Item", "Discharge"), ("Trip", "108 °C"), short="108 °C")
    assert vetoed(read_question("Which alarm code has the discharge trip?"), pick)


TOWERS = """# Towers

FD-18 (built 2011, 18 m high, known in the hall as "Giraffe") and FD-28 (built 2020, known as "Needle").

## Power

The FD-28 has a battery that keeps the gauge alive for 25 minutes after a power failure.
"""


def test_a_name_is_looked_up_where_the_documents_give_it() -> None:
    question = "How many minutes does the battery keep the gauge of the {} alive after a power failure?"
    assert not answered(question.format("Giraffe"), "battery", TOWERS).answered
    needle = answered(question.format("Needle"), "battery", TOWERS).document()
    assert needle["short_answer"] == "25 minutes"
    assert [claim["topic"] for claim in needle["claims"]] == ["answer", "name"]


def test_a_line_with_a_name_is_told_from_its_sister() -> None:
    text = "# 养殖车间\n\n1.1 工人把西线叫“长龙”，东线没有外号。\n\n## 投料\n\n东线每天投料 7.5 kg。\n"
    assert not answered("长龙每天投料多少公斤？", "投料", text).answered
    assert answered("东线每天投料多少公斤？", "投料", text).short == "7.5 kg"


def test_months_and_days_of_one_length_are_no_conflict() -> None:
    one = "# Bed\n\nShellfish of class C are relayed for at least 2 months.\n"
    two = "# Card\n\nShellfish of class C are relayed for at least {} days.\n"
    question = "How long are shellfish of class C relayed at least?"
    assert answered(question, "relayed", one, two.format(60)).short in ("2 months", "60 days")
    assert answered(question, "relayed", one, two.format(30)).reason == "conflict"


@pytest.mark.parametrize(("month", "short"), [("January", "62 %"), ("July", "58 %")])
def test_a_month_chooses_the_season_of_a_row(month: str, short: str) -> None:
    text = (
        "# Rooms\n\n| Room | Season | Humidity (%) |\n|---|---|---|\n"
        "| Pupa room | winter (October to April) | 62 |\n| Pupa room | summer (May to September) | 58 |\n"
    )
    assert answered(f"Which humidity has the pupa room in {month}?", "Pupa room", text).short == short


def test_a_letter_chooses_the_row_that_it_names() -> None:
    text = "# 接收机\n\n| 接收机 | 红色报警 (K) |\n|---|---|\n| K 波段 | 45 |\n| C 波段 | 35 |\n"
    assert answered("C 波段杜瓦温度到几 K 红色报警？", "波段", text).short == "35 K"


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        ("How often is the oil of the mill changed?", "The oil of the mill is changed weekly.", "weekly"),
        ("磨机多久换一次油？", "磨机每周换油。", "每周"),
        ("What pressure does the tank need?", "The tank needs at least 2 bar and at most 6 bar of pressure.", ""),
        ("LA-3 的预充压力是多少？", "预充压力：9 MPa（LA-1）、11 MPa（LA-2）、12 MPa（LA-3）。", "12 MPa"),
        ("What is the oil level of the gearbox, which is coupled to the fan?", "The oil level of the gearbox, which is "
         "coupled to the fan, is 80 mm.", "80 mm"),
        ("LA-1 和 LA-2 的预充压力各是多少？", "两臂 LA-1、LA-2 的预充压力均为 9 MPa，试验压力为 11 MPa。", "9 MPa"),
    ],
)  # fmt: skip
def test_what_was_answered_before_still_is(question: str, text: str, short: str) -> None:
    outcome = answered(question, text[:3], f"# M\n\n{text}\n", shipped=True)
    assert outcome.answered
    assert short in outcome.short


def test_a_rule_for_two_seasons_is_quoted_to_a_question_of_yes_or_no() -> None:
    text = "# Pupae\n\nStrips are laid in after 17 days in the summer programme and after 19 days in the winter one.\n"
    assert "after 19 days" in answered("May strips be laid in after 18 days?", "Strips", text).short


def test_rules_for_two_states_do_not_contradict_each_other() -> None:
    one = "# A\n\nIn winter the tank may be heated to 60 °C at most.\n"
    two = "# B\n\nIn summer the tank may be heated to 40 °C at most.\n"
    assert answered("May the tank be heated to 50 °C in winter?", "tank", one, two).reason != "conflict"
    assert (
        answered("May the tank be heated to 50 °C in winter?", "tank", one, two.replace("summer", "winter")).reason
        == "conflict"
    )


@pytest.mark.parametrize(("cell", "said"), [("yes", "yes"), ("may be opened, but only when stopped", "may be opened")])
def test_a_cell_says_yes_only_where_that_is_all_it_says(cell: str, said: str) -> None:
    text = f"# Guards\n\n| Guard | May be opened |\n|---|---|\n| G-1 | {cell} |\n"
    assert said in answered("May the guard G-1 be opened?", "G-1", text).short.lower()
    assert (answered("May the guard G-1 be opened?", "G-1", text).short == "yes") is (cell == "yes")

"""From requirement to release: what passes the gates, what is mended, and above all what is not released."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from assay.kernel.errors import InputError, ModelError
from assay.kernel.ports import ChatResult, ChoiceResult, Message
from assay.skills.plc.making.bundle import write
from assay.skills.plc.making.gates import Wanted, contradiction
from assay.skills.plc.making.interface import read_interface
from assay.skills.plc.making.requirement import parse_requirement
from assay.skills.plc.making.work import Made, Task, make

FACE = """FUNCTION_BLOCK FB_Fan
VAR_INPUT Hot : BOOL; Door : BOOL; END_VAR
VAR_OUTPUT Fan : BOOL; Lamp : BOOL; END_VAR
END_FUNCTION_BLOCK"""
WANTED = [
    {"id": "P1", "kind": "invariant", "then": "Fan = (Hot AND NOT Door)", "text": "runs when hot and closed"},
    {"id": "P2", "kind": "invariant", "then": "Lamp = (Hot AND Door)", "text": "lamp when hot and open"},
]
RIGHT = "```st\nFan := Hot AND NOT Door;\nLamp := Hot AND Door;\n```"
WRONG = "```st\nFan := Hot;\nLamp := Hot AND Door;\n```"
BROKEN = "```st\nFan := Hot AND NOT Dor;\nLamp := Hot AND Door;\n```"


class Scripted:
    """A model that says what it was told to say, and keeps what it was asked."""

    name, digest = "scripted", "sha256:0"

    def __init__(self, *texts: str) -> None:
        self.texts, self.asked = list(texts), []  # type: list[str], list[Sequence[Message]]

    async def chat(
        self, messages: Sequence[Message], *, schema: Mapping[str, Any] | None = None, stop: Sequence[str] = (),
        seed: int = 0, max_tokens: int = 256, timeout: float = 60.0, on_token: Callable[[str], None] | None = None,
    ) -> ChatResult:  # fmt: skip
        self.asked.append(messages)
        if not self.texts:
            raise ModelError("llm.nonsense", got="")
        return ChatResult(self.texts.pop(0), 10, 10, 0.1, "stop")

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        raise AssertionError("nothing is chosen here")

    async def close(self) -> None:
        return None


def done(model: Scripted | None, **more: Any) -> Made:
    asked = parse_requirement("The fan runs when it is hot and the door is closed. The lamp is on when hot and open.")
    task = Task(asked, **{"interface": FACE, "properties": WANTED, **more})
    return asyncio.run(make(task, model))


def test_a_right_candidate_is_released_with_what_tested_it(tmp_path: Path) -> None:
    made = done(Scripted(RIGHT, RIGHT))
    assert made.release.released and made.search.candidates[0].origin == "model"
    assert made.adequacy is not None and made.adequacy.enough and made.adequacy.killed > 3
    for lang in ("en", "zh"):
        value = write(made, tmp_path, lang, "scripted")
        assert (
            value["status"] == "released" and (tmp_path / "program.st").read_text(encoding="utf-8") == value["program"]
        )
        assert {one["id"]: one["status"] for one in value["verdicts"]}["P1"] == "PROVED"
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert "P1" in page and "PROVED" in page and json.loads((tmp_path / "bundle.json").read_text(encoding="utf-8"))


def test_a_failure_goes_back_with_its_counterexample_and_is_mended() -> None:
    model = Scripted(WRONG, BROKEN, RIGHT, RIGHT)
    made = done(model)
    assert [one.gated.stage for one in made.search.candidates] == ["prove", "prove", "check", "passed"]
    first, second = model.asked[1][-1].content, model.asked[2][-1].content
    assert "P1 does not hold" in first and "Door=TRUE" in first and "Hot=TRUE" in first
    assert "Dor" in second and "line" in second
    assert made.release.released


def test_outputs_that_are_never_taken_back_are_tried_from_safe_values() -> None:
    forgets = "IF Hot AND NOT Door THEN Fan := TRUE; END_IF;\nIF Hot AND Door THEN Lamp := TRUE; END_IF;"
    made = done(Scripted(*[f"```st\n{forgets}\n```"] * 2))
    assert [(one.origin, one.gated.stage) for one in made.search.candidates] == [
        ("model", "prove"),
        ("model", "passed"),
    ]
    assert made.release.released and made.best is not None and "Fan := FALSE;" in made.best.text


def test_what_code_completes_from_the_properties_alone_is_not_released() -> None:
    made = done(None)
    assert made.best is not None and made.best.passed and made.search.candidates[0].origin == "completed"
    assert not made.release.released and "from_properties_alone" in [key for key, _ in made.release.reasons]
    tests = {"pou": "FB_Fan", "scan": "100ms", "cases": [
        {"name": "hot", "steps": [{"set": {"Hot": True}, "scans": 1, "expect": {"Fan": True, "Lamp": False}}]},
    ]}  # fmt: skip
    assert done(None, tests=tests).release.released


def test_a_program_that_only_repeats_the_properties_is_not_released() -> None:
    other = "```st\nFan := Hot AND Door;\nLamp := Hot AND NOT Door;\n```"
    wrong = [
        dict(one, then=str(one["then"]).replace("Fan", "X").replace("Lamp", "Fan").replace("X", "Lamp"))
        for one in WANTED
    ]
    model = Scripted(other, *[RIGHT] * 5)
    made = done(model, properties=wrong)  # they say the opposite of the requirement
    assert made.best is not None and made.best.passed and made.adequacy is not None and made.adequacy.enough
    assert made.release.reasons == (("not_repeated", {}),)
    assert len(model.asked) == 6 and "Conditions:" in model.asked[0][-1].content
    assert all("Conditions:" not in one[-1].content for one in model.asked[1:])
    assert not done(Scripted(RIGHT)).release.released  # the model stopped before it could say it again
    tests = {"pou": "FB_Fan", "scan": "100ms", "cases": [
        {"name": "hot", "steps": [{"set": {"Hot": True}, "scans": 1, "expect": {"Fan": True, "Lamp": False}}]},
    ]}  # fmt: skip
    assert done(Scripted(RIGHT), tests=tests).release.released


def test_a_text_that_goes_round_in_circles_is_not_waited_for() -> None:
    class Circling(Scripted):
        async def chat(self, messages: Sequence[Message], **more: Any) -> ChatResult:
            self.asked.append(messages)
            for line in RIGHT.splitlines(keepends=True)[:-1] + ["IF Door THEN\n", "Fan := FALSE;\n", "END_IF;\n"] * 99:
                more["on_token"](line)
                await asyncio.sleep(0)
            raise AssertionError("it was waited for")

    made = done(Circling())
    assert made.search.candidates[0].gated.passed and made.best is not None
    assert made.best.text.count("IF Door THEN") == 1 and made.release.released


def test_a_program_in_which_nothing_happens_is_not_released_however_many_properties_it_keeps() -> None:
    only = [
        {"id": "P1", "kind": "implication", "when": "Fan", "then": "Hot AND NOT Door"},
        {"id": "P2", "kind": "implication", "when": "Fan", "then": "Lamp = FALSE"},
        {"id": "P3", "kind": "invariant", "then": "Lamp = (Hot AND Door)"},
    ]
    never = "```st\nIF Fan THEN\n    Fan := Hot AND NOT Door;\nEND_IF;\nLamp := Hot AND Door;\n```"
    made = done(Scripted(*[never] * 12), properties=only, candidates=2)
    assert made.best is not None and made.best.passed and not made.release.released
    reasons = dict(made.release.reasons)
    assert reasons["stuck_outputs"] == {"names": "Fan"} and reasons["hollow_properties"] == {"names": "P1, P2"}
    model = Scripted(never, RIGHT)  # the search goes on and takes the one that does something
    made = done(model, properties=only)
    assert "never changes" in model.asked[1][-1].content and made.best is not None
    assert not made.best.hollow and [one.gated.stage for one in made.search.candidates[:2]] == ["passed", "passed"]
    always = [*WANTED[:1], {"id": "P2", "kind": "invariant", "then": "Lamp = FALSE"}]
    dark = "```st\nFan := Hot AND NOT Door;\nLamp := FALSE;\n```"
    assert done(Scripted(dark, dark), properties=always).release.released  # a property says that it never changes


def test_a_property_that_cannot_be_judged_keeps_a_program_back() -> None:
    inputs_only = {"id": "P3", "kind": "implication", "when": "Hot", "then": "Door"}
    made = done(Scripted(RIGHT, RIGHT), properties=[*WANTED, inputs_only])
    assert made.best is not None and made.best.passed
    assert made.release.reasons == (("unsound_properties", {"names": "P3"}),)


def test_weak_properties_do_not_release_a_program() -> None:
    weak = [{"id": "P1", "kind": "implication", "when": "Door", "then": "NOT Fan", "text": "door stops"}]
    made = done(Scripted(RIGHT), properties=weak)
    assert made.best is not None and made.best.passed and not made.release.released
    (reason,) = [values for key, values in made.release.reasons if key == "left_open"]
    assert "Lamp" in str(reason["examples"]) or "Hot" in str(reason["examples"])
    none = done(Scripted(RIGHT), properties=[])
    assert [key for key, _ in none.release.reasons] == ["nothing_to_test"]


def test_an_input_without_influence_keeps_a_program_back() -> None:
    idle = [
        {"id": "P1", "kind": "invariant", "then": "Fan = Hot"},
        {"id": "P2", "kind": "invariant", "then": "NOT Lamp"},
    ]
    made = done(Scripted("```st\nFan := Hot;\nLamp := FALSE;\n```"), properties=idle)
    assert made.best is not None and made.best.passed
    assert ("inputs_unread", {"names": "Door"}) in made.release.reasons


def test_sealed_tests_decide_once_and_never_reach_the_model() -> None:
    sealed = {"pou": "FB_Fan", "scan": "100ms", "cases": [
        {"name": "SECRET", "steps": [{"set": {"Hot": True, "Door": True}, "scans": 1, "expect": {"Fan": True}}]},
    ]}  # fmt: skip
    model = Scripted(WRONG, RIGHT)
    made = done(model, sealed=sealed)
    assert not made.release.released and made.release.reasons == (("failed_sealed", {"failed": 1, "all": 1}),)
    assert all("SECRET" not in message.content for messages in model.asked for message in messages)


def test_a_model_that_stops_or_talks_nonsense_ends_in_a_refusal() -> None:
    made = done(Scripted(), properties=[])
    assert made.best is None and made.release.reasons == (("model_stopped", {}),)
    made = done(Scripted("I cannot do that.", "FUNCTION_BLOCK", "```st\nEND_IF\n```"), candidates=3, properties=[])
    assert not made.release.released


def test_a_request_the_library_answers_ends_in_a_proved_block() -> None:
    asked = parse_requirement("two-hand button for a press, both pushed within 400 ms")
    made = asyncio.run(make(Task(asked), None))
    assert made.block is not None and made.block.values == {"TOGETHER_TIME": "T#400ms"} and made.release.released
    asked = parse_requirement("two-hand button for a press, both pushed within 400 ms, 24 V supply")
    held = asyncio.run(make(Task(asked), None))
    assert [key for key, _ in held.release.reasons] == ["unused_amounts"]
    with pytest.raises(InputError):
        asyncio.run(make(Task(parse_requirement("Sort a list of names alphabetically.")), None))


def test_properties_that_no_program_can_keep_are_named_before_anything_is_tried() -> None:
    clash = [
        {"id": "P1", "kind": "implication", "when": "Hot", "then": "Fan"},
        {"id": "P2", "kind": "implication", "when": "Door", "then": "NOT Fan"},
    ]
    model = Scripted(RIGHT)
    with pytest.raises(InputError, match="P1 and P2 contradict each other"):
        done(model, properties=clash)
    assert model.asked == []


def test_properties_clash_only_when_no_program_can_keep_both() -> None:
    face = read_interface(FACE)
    same = {"id": "a", "kind": "invariant", "then": "Fan = Hot"}
    case = {"id": "b", "kind": "implication", "when": "Hot", "then": "Fan", "at": "start"}
    other = {"id": "c", "kind": "implication", "when": "Hot", "then": "NOT Fan"}
    assert contradiction(Wanted(face, [same, case])) is None
    assert contradiction(Wanted(face, [same, case, other])) == ("a", "c")
    inner = "VAR n : INT; END_VAR VAR CONSTANT K : INT := 3; END_VAR"
    held = read_interface(FACE.replace("END_FUNCTION_BLOCK", f"{inner}\nEND_FUNCTION_BLOCK"))
    assert (
        contradiction(Wanted(held, [{"id": "d", "kind": "implication", "when": "Hot", "then": "n = K"}, same])) is None
    )


def test_a_candidate_that_is_typed_but_cannot_be_run_is_a_failure_and_no_end_of_the_search() -> None:
    jumps = "```st\nIF Hot THEN JMP over; END_IF;\nFan := FALSE;\nover: Lamp := FALSE;\n```"
    made = done(Scripted(jumps, RIGHT, RIGHT))
    first = made.search.candidates[0].gated
    assert first.stage == "check" and first.certificate and made.release.released

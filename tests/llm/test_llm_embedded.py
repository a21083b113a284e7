"""The embedded model over a child process that hangs, dies or talks nonsense: each is an error that can be retried."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from assay.kernel.errors import AssayError, InputError, ModelError
from assay.llm.embedded import EmbeddedModel, EmbeddedSettings
from assay.llm.embedding import LocalEmbedder
from assay.llm.port import Message

T = TypeVar("T")
FAKE = Path(__file__).with_name("fake_worker.py")
HELLO = [Message("user", "say these words")]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


def fake(mode: str, *more: str, patience: float = 30.0) -> EmbeddedModel:
    command = [sys.executable, str(FAKE), mode, *more]
    return EmbeddedModel(LocalEmbedder(), EmbeddedSettings(threads=1, patience=patience), command=command)


def using(model: EmbeddedModel, work: Callable[[EmbeddedModel], Awaitable[T]]) -> T:
    async def run() -> T:
        try:
            return await asyncio.wait_for(work(model), 30)
        finally:
            await model.close()

    return asyncio.run(run())


def failure_of(mode: str, timeout: float = 10.0) -> tuple[AssayError, EmbeddedModel]:
    model = fake(mode)

    async def work(model: EmbeddedModel) -> AssayError:
        with pytest.raises(AssayError) as failure:
            await model.chat(HELLO, timeout=timeout)
        return failure.value

    return using(model, work), model


def test_chat_streams_and_counts() -> None:
    parts: list[str] = []
    result = using(fake("good"), lambda model: model.chat(HELLO, on_token=parts.append))
    assert (result.text, result.prompt_tokens, result.output_tokens) == ("say these words", 11, 3)
    assert (parts, result.finish) == (["say", "these", "words"], "stop")


def test_choose_gives_every_option_its_score() -> None:
    choice = using(fake("good"), lambda model: model.choose(HELLO, ["read", "list", "refuse"]))
    assert choice.best == "read"
    assert choice.scored and choice.tokens == 14
    assert list(choice.log_probabilities) == ["read", "list", "refuse"]


def test_what_is_written_behind_a_choice_is_told_only_where_asked_for() -> None:
    choice = using(fake("good"), lambda model: model.choose(HELLO, ["1", "0"], words=2))
    assert (choice.best, choice.text) == ("1", "1 word word")
    assert using(fake("good"), lambda model: model.choose(HELLO, ["1", "0"])).text == ""


def test_an_adapter_is_used_where_it_is_asked_for(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.gguf" for name in ("first", "second")}
    for name, path in files.items():
        path.write_text(name, encoding="ascii")
    settings = EmbeddedSettings(threads=1, adapters=files)
    model = EmbeddedModel(LocalEmbedder(), settings, command=[sys.executable, str(FAKE), "good"])
    second = model.adapted("second")
    assert model.adapted("third") is None and second is not None
    assert model.name in second.name and model.digest in second.digest and second.digest != model.digest

    async def work(model: EmbeddedModel) -> list[str]:
        adapted = await second.choose(HELLO, ["1", "0"], words=1)
        plain = await model.choose(HELLO, ["1", "0"], words=1)
        assert model._child.ready["adapters"] == [str(path) for path in files.values()]
        return [adapted.text, plain.text]

    assert using(model, work) == ["1 adapter1", "1 word"]


def test_another_model_file_has_no_shipped_adapter(tmp_path: Path) -> None:
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    assert EmbeddedModel(LocalEmbedder(), EmbeddedSettings(file=own)).adapted("verify") is None
    assert EmbeddedModel(LocalEmbedder()).adapted("verify") is not None


def test_one_option_needs_no_model() -> None:
    model = fake("die")
    choice = using(model, lambda model: model.choose(HELLO, ["only"]))
    assert choice.log_probabilities == {"only": 0.0}
    assert model.starts == 0


def test_a_schema_answer_is_checked() -> None:
    result = using(fake("good"), lambda model: model.chat(HELLO, schema=SCHEMA))
    assert result.text == '{"n": 1}'

    async def breaks(model: EmbeddedModel) -> None:
        with pytest.raises(ModelError):
            await model.chat(HELLO, schema={"type": "object", "required": ["absent"]})

    using(fake("good"), breaks)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("die", "GGML_ASSERT"),
        ("half", "ended unexpectedly"),
        ("garbage", "something else than a message"),
        ("list", "something else than a message"),
        ("odd", "something else than a message"),
        ("error", "grammar failed"),
        ("no-usage", "something else than a message"),
        ("no-load", "out of memory"),
    ],
)
def test_misbehaviour_is_a_model_error(mode: str, words: str) -> None:
    error, _ = failure_of(mode)
    assert isinstance(error, ModelError)
    assert words in str(error)


def test_a_hanging_child_costs_its_caller_only_the_limit_and_is_killed() -> None:
    async def work(model: EmbeddedModel) -> None:
        began = time.monotonic()
        with pytest.raises(ModelError) as late:
            await model.chat(HELLO, timeout=1.0)
        assert late.value.key == "llm.timed_out"
        assert time.monotonic() - began < 5
        while model.pid is not None:
            await asyncio.sleep(0.01)

    using(fake("hang", patience=0.3), work)


def test_a_child_that_stops_when_asked_is_kept() -> None:
    async def work(model: EmbeddedModel) -> bool:
        for _ in range(2):
            with pytest.raises(ModelError) as late:
                await model.chat(HELLO, timeout=2.0)
            assert late.value.key == "llm.timed_out"
        return model.pid is not None

    model = fake("polite")
    assert using(model, work)
    assert model.starts == 1


def test_while_an_abandoned_request_runs_others_wait_their_time() -> None:
    async def work(model: EmbeddedModel) -> None:
        with pytest.raises(ModelError):
            await model.chat(HELLO, timeout=1.0)
        with pytest.raises(ModelError) as late:
            await model.chat(HELLO, timeout=0.2)
        assert late.value.key == "llm.timed_out_waiting"

    using(fake("hang"), work)


def test_a_child_that_does_not_load_in_time() -> None:
    error, _ = failure_of("never-ready", timeout=0.5)
    assert error.key == "llm.timed_out_loading"


def test_a_prompt_that_cannot_fit_is_the_callers_mistake() -> None:
    error, _ = failure_of("context")
    assert isinstance(error, InputError)
    assert "9000" in str(error) and "4096" in str(error)


@pytest.mark.parametrize("mode", ["die", "half", "garbage", "odd", "hang", "no-load"])
def test_the_next_call_starts_the_child_again(mode: str, tmp_path: Path) -> None:
    async def work(model: EmbeddedModel) -> str:
        with pytest.raises(ModelError):
            await model.chat(HELLO, timeout=1.5 if mode == "hang" else 10)
        return (await model.chat(HELLO, timeout=20)).text

    model = fake(mode, str(tmp_path / "count"), patience=0.2)
    assert using(model, work) == "say these words"
    assert model.starts == 2


def test_a_late_answer_to_an_earlier_request_is_not_taken() -> None:
    assert using(fake("late"), lambda model: model.chat(HELLO)).text == "say these words"


def test_a_child_killed_from_outside_is_noticed() -> None:
    async def work(model: EmbeddedModel) -> str:
        await model.chat(HELLO)
        assert model.pid is not None
        os.kill(model.pid, signal.SIGKILL)
        try:
            return (await model.chat(HELLO)).text
        except ModelError:
            return (await model.chat(HELLO)).text

    assert using(fake("good"), work) == "say these words"


def test_many_requests_share_one_child() -> None:
    async def work(model: EmbeddedModel) -> list[str]:
        asked = (model.chat([Message("user", f"number {n}")]) for n in range(40))
        return [result.text for result in await asyncio.gather(*asked)]

    model = fake("good")
    assert using(model, work) == [f"number {n}" for n in range(40)]
    assert model.starts == 1


def test_one_model_serves_one_event_loop_after_another() -> None:
    model = fake("good")
    for word in ("one", "two"):
        assert asyncio.run(model.chat([Message("user", word)])).text == word
    asyncio.run(model.close())
    assert model.starts == 1


def test_a_cancelled_task_frees_the_child() -> None:
    async def work(model: EmbeddedModel) -> None:
        task = asyncio.create_task(model.chat(HELLO, timeout=25))
        while model.pid is None:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    model = fake("hang")
    began = time.monotonic()
    using(model, work)
    assert time.monotonic() - began < 10


def test_after_close_nothing_starts_again() -> None:
    async def work(model: EmbeddedModel) -> None:
        await model.chat(HELLO)
        await model.close()
        with pytest.raises((ModelError, RuntimeError)):
            await model.chat(HELLO)

    using(fake("good"), work)


def test_the_child_sees_no_secrets_and_sleeps_while_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANT_API_KEY", "secret-value")

    async def work(model: EmbeddedModel) -> dict[str, Any]:
        await model.chat(HELLO)
        environment: dict[str, Any] = model._child.ready["environment"]
        return environment

    environment = using(fake("good"), work)
    assert "secret-value" not in environment.values()
    assert environment["OMP_WAIT_POLICY"] == "passive"


def test_text_that_is_no_unicode_does_not_break_the_pipe() -> None:
    result = using(fake("good"), lambda model: model.chat([Message("user", "报警 \ud800 \x00 ok")]))
    assert "报警" in result.text


def test_no_messages_is_an_input_error() -> None:
    async def work(model: EmbeddedModel) -> None:
        with pytest.raises(InputError):
            await model.chat([])

    using(fake("good"), work)


def test_an_own_model_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        EmbeddedModel(LocalEmbedder(), EmbeddedSettings(file=tmp_path / "absent.gguf"))


def test_the_real_worker_refuses_a_broken_model_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(4000))
    model = EmbeddedModel(LocalEmbedder(), EmbeddedSettings(file=broken))

    async def work(model: EmbeddedModel) -> None:
        with pytest.raises(ModelError) as failure:
            await model.chat(HELLO, timeout=25)
        assert failure.value.key in ("llm.load_failed", "llm.child_died")

    using(model, work)

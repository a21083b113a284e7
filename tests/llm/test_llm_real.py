"""The real embedded model: needs the assembled file."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest

from assay.kernel.errors import InputError, ModelError
from assay.llm import assemble
from assay.llm.config import Backend, open_model
from assay.llm.embedded import EmbeddedModel, EmbeddedSettings
from assay.llm.embedding import LocalEmbedder
from assay.llm.port import Message

pytestmark = [pytest.mark.model, pytest.mark.long]

T = TypeVar("T")
SCHEMA = {
    "type": "object",
    "properties": {
        "tool": {"enum": ["read", "list"]},
        "n": {"type": "integer"},
        "why": {"type": "string", "maxLength": 40, "description": r"with \s and {5000}"},
        "note": {"type": "string", "maxLength": 100_000, "pattern": r"^[\s\S]{0,5000}$"},
    },
    "required": ["tool", "n"],
    "additionalProperties": False,
}
RULES = "Write 1 and the answer in words of the passage, or 0."
ROUTE = [
    Message("system", "A: read a tag's value. B: list alarms. C: refuse. Answer with one letter."),
    Message("user", "What is the reactor pressure now?"),
]


@pytest.fixture(autouse=True, scope="module")
def assembled() -> None:
    pytest.importorskip("xllamacpp")
    if not assemble.is_ready():
        pytest.skip("the embedded model is not assembled: assay llm install")


def using(work: Callable[[EmbeddedModel], Awaitable[T]], settings: EmbeddedSettings | None = None) -> T:
    async def run() -> T:
        model = open_model(Backend()) if settings is None else EmbeddedModel(LocalEmbedder(), settings)
        assert isinstance(model, EmbeddedModel)
        try:
            return await asyncio.wait_for(work(model), 500)
        finally:
            await model.close()

    return asyncio.run(run())


def test_one_model_does_it_all() -> None:
    """One load for everything that needs no fresh process."""

    async def work(model: EmbeddedModel) -> None:
        choice = await model.choose(ROUTE, ["A", "B", "C"], timeout=200)
        assert choice.best == "A" and choice.scored
        assert getattr(choice, "bounded", None) == ()
        again = await model.choose(ROUTE, ["A", "B", "C"], timeout=200)
        assert again.log_probabilities["A"] == pytest.approx(choice.log_probabilities["A"], abs=0.1)

        parts: list[str] = []
        hello = [Message("user", "用一句话说明精馏塔的作用。")]
        result = await model.chat(hello, max_tokens=12, timeout=200, on_token=parts.append)
        assert "".join(parts) == result.text
        assert any("\u4e00" <= letter <= "\u9fff" for letter in result.text)
        assert result.output_tokens <= 12 and result.prompt_tokens > 10

        stepped = await model.chat(
            [Message("user", "Pick a tool and a number as JSON.")], schema=SCHEMA, max_tokens=120, timeout=300
        )
        assert json.loads(stepped.text)["tool"] in ("read", "list")
        assert "\n" not in stepped.text and ": " not in stepped.text.split('"why"')[0]

        with pytest.raises(ModelError) as cut:
            await model.chat([Message("user", "JSON?")], schema=SCHEMA, max_tokens=2, timeout=200)
        assert cut.value.key == "llm.cut_short"

        with pytest.raises(InputError) as long:
            await model.chat([Message("user", "word " * 20_000)], timeout=200)
        assert long.value.key == "llm.prompt_too_long"

        with pytest.raises(ModelError) as late:
            await model.chat([Message("user", "Count to one thousand.")], max_tokens=2000, timeout=3)
        assert late.value.key == "llm.timed_out"
        assert (await model.chat([Message("user", "hi")], max_tokens=2, timeout=200)).output_tokens == 2

    using(work)


def test_the_child_ends_with_its_parents_pipe() -> None:
    async def work(model: EmbeddedModel) -> int:
        await model.chat([Message("user", "hi")], max_tokens=1, timeout=200)
        pid, process = model.pid, model._child._process
        assert pid is not None and process is not None
        model._child._outbox.put(None)  # as the system does when the parent dies: the pipe closes
        assert await asyncio.to_thread(process.wait, 20) == 0
        return pid

    pid = using(work)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_child_listens_on_nothing_that_can_be_found() -> None:
    async def work(model: EmbeddedModel) -> None:
        await model.chat([Message("user", "hi")], max_tokens=1, timeout=200)
        sockets = set()
        for entry in os.scandir(f"/proc/{model.pid}/fd"):
            link = os.readlink(entry.path)
            if link.startswith("socket:["):
                sockets.add(link[8:-1])
        for table in ("tcp", "tcp6", "udp", "udp6"):
            with open(f"/proc/{model.pid}/net/{table}", encoding="ascii") as lines:
                assert not [line for line in lines if line.split()[9:10] and line.split()[9] in sockets]
        with open(f"/proc/{model.pid}/net/unix", encoding="ascii") as lines:
            named = [line.split()[7] for line in lines if len(line.split()) > 7 and line.split()[6] in sockets]
        assert named and not any(os.path.exists(name) for name in named)

    using(work)


def test_a_cached_prefix_is_quick() -> None:
    prefix = Message("system", "You know these tags: " + ", ".join(f"TAG-{n:03d}" for n in range(60)))

    async def work(model: EmbeddedModel) -> tuple[float, float]:
        seconds = []
        for question in ("A: yes. B: no. First?", "A: yes. B: no. Second?"):
            began = time.monotonic()
            await model.choose([prefix, Message("user", question)], ["A", "B"], timeout=400)
            seconds.append(time.monotonic() - began)
        return seconds[0], seconds[1]

    first, second = using(work)
    assert second < first / 2


def test_what_one_process_read_the_next_one_need_not_read(tmp_path: Path) -> None:
    prefix = Message("system", "You know these tags: " + ", ".join(f"TAG-{n:03d}" for n in range(60)), fixed=True)

    async def work(model: EmbeddedModel) -> tuple[float, list[Mapping[str, float]]]:
        await model.chat([Message("user", "hi")], max_tokens=1, timeout=200)  # loads
        began = time.monotonic()
        found = []
        for question in ("A: yes. B: no. First?", "A: yes. B: no. Second?", "A: yes. B: no. First?"):
            found.append(await model.choose([prefix, Message("user", question)], ["A", "B"], timeout=400))
        return time.monotonic() - began, [one.log_probabilities for one in found]

    (slow, first), (quick, second) = (using(work, EmbeddedSettings(states=tmp_path)) for _ in range(2))
    assert len(list(tmp_path.iterdir())) == 1
    assert first == second and first[0] == first[2], "an answer does not depend on what was asked before it"
    assert quick < slow


def test_an_adapter_verifies_and_leaves_the_model_as_it_was() -> None:
    """A unit that gives what is asked for, and one that gives another thing of the same pump, in both languages."""
    pairs = [
        ("When does P-7 trip on bearing heat?", "P-7 is stopped when a bearing reaches 95 °C.", True),
        ("What is the suction pressure of P-7?", "P-7 is stopped when a bearing reaches 95 °C.", False),
        ("7号泵轴承温度到多少度停机？", "7号泵轴承温度达到95 ℃时停机。", True),
        ("7号泵轴承多久加一次脂？", "7号泵轴承温度达到95 ℃时停机。", False),
    ]

    async def work(model: EmbeddedModel) -> None:
        before = await model.choose(ROUTE, ["A", "B", "C"], timeout=200)
        verifier = model.adapted("verify")
        assert verifier is not None
        for question, text, gives in pairs:
            asked = [Message("system", RULES), Message("user", f'Question: "{question}"\nPassage: "Pumps > {text}"')]
            first = await verifier.choose(asked, ["1", "0"], timeout=200, words=24)
            assert (first.best == "1") is gives, question
            assert ("95" in first.text) is gives
            again = await verifier.choose(asked, ["1", "0"], timeout=200, words=24)
            assert again == first, "nothing is left of what was asked before"
        assert (await model.choose(ROUTE, ["A", "B", "C"], timeout=200)).best == before.best

    using(work)


@pytest.mark.xfail(strict=True, reason="the verifier does not read this word for a trip yet")
def test_the_adapter_reads_another_word_for_a_trip() -> None:
    async def work(model: EmbeddedModel) -> None:
        verifier = model.adapted("verify")
        assert verifier is not None
        told = 'Question: "7号泵轴承多少度跳车？"\nPassage: "Pumps > 7号泵轴承温度达到95 ℃时停机。"'
        asked = [Message("system", RULES), Message("user", told)]
        assert (await verifier.choose(asked, ["1", "0"], timeout=200, words=24)).best == "1"

    using(work)

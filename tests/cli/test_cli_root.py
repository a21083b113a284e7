from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer

from assay import __version__
from assay.cli import root
from assay.kernel.errors import InputError, LinkError, Refused


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))


@pytest.fixture
def raises(monkeypatch: pytest.MonkeyPatch) -> dict[str, BaseException]:
    """A command ``boom`` that raises what the test puts under "error"."""
    box: dict[str, BaseException] = {}
    module = ModuleType("boom_commands")
    app = typer.Typer()

    @app.command()
    def boom(count: int = typer.Option(1, "--count"), lang: str | None = typer.Option(None, "--lang")) -> None:
        raise box["error"]

    module.app = app  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "boom_commands", module)
    monkeypatch.setattr(root, "GROUPS", {**root.GROUPS, "boom": "boom_commands"})
    return box


@pytest.mark.parametrize("name", sorted(root.GROUPS))
def test_every_registered_command_has_an_app(name: str) -> None:
    app = importlib.import_module(root.GROUPS[name]).app
    assert isinstance(app, typer.Typer)


@pytest.mark.parametrize("lang, word", [("en", "evidence"), ("zh", "证据")])
def test_help_lists_every_command_in_both_languages(capsys: pytest.CaptureFixture[str], lang: str, word: str) -> None:
    assert root.run(["--lang", lang, "--help"]) == 0
    shown = capsys.readouterr().out
    assert word in shown
    assert all(f"  {name} " in shown for name in root.GROUPS)


def test_without_arguments_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run([]) == 0
    assert "Usage: assay" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["--version"]) == 0
    assert capsys.readouterr().out == f"assay {__version__}\n"


def test_an_unknown_command_is_a_sentence_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["investigat"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "assay: There is no command 'investigat'; did you mean investigate?\n"


def test_an_unknown_command_like_no_other_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["--lang", "zh", "zzz"]) == 2
    assert "doctor" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error, code", [(InputError("cli.lang_unknown", value="fr"), 2), (Refused("cli.lang_unknown", value="fr"), 3)]
)
def test_an_error_of_ours_is_one_sentence_and_its_exit_code(
    raises: dict[str, BaseException], capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    raises["error"] = error
    assert root.run(["boom"]) == code
    assert capsys.readouterr().err == "assay: The language 'fr' is not known; use zh or en.\n"


def test_the_sentence_is_in_the_language_of_the_command(
    raises: dict[str, BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    raises["error"] = InputError("cli.lang_unknown", value="fr")
    assert root.run(["boom", "--lang", "zh"]) == 2
    assert "不支持语言 'fr'" in capsys.readouterr().err


def test_an_error_of_ours_inside_a_group_is_found(
    raises: dict[str, BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    inner = LinkError("cli.lang_unknown", value="fr")
    raises["error"] = ExceptionGroup("tasks", [ExceptionGroup("more", [inner])])
    assert root.run(["boom"]) == 1
    assert "is not known" in capsys.readouterr().err


def test_a_fault_of_ours_goes_to_a_log_and_not_to_the_screen(
    raises: dict[str, BaseException], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    raises["error"] = ZeroDivisionError("the inner detail")
    assert root.run(["boom"]) == 1
    shown = capsys.readouterr().err
    (log,) = (tmp_path / "home" / "logs").iterdir()
    assert str(log) in shown and "Traceback" not in shown
    assert "the inner detail" in log.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_shows_the_traceback(
    raises: dict[str, BaseException],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "file"))
    raises["error"] = ZeroDivisionError("the inner detail")
    assert root.run(["boom"]) == 1
    assert "the inner detail" in capsys.readouterr().err


def test_a_missing_module_names_the_extra(raises: dict[str, BaseException], capsys: pytest.CaptureFixture[str]) -> None:
    raises["error"] = ModuleNotFoundError("No module named 'fmpy.x'", name="fmpy.x")
    assert root.run(["boom"]) == 1
    assert 'pip install "assay[fmi]"' in capsys.readouterr().err


@pytest.mark.parametrize("error, code", [(KeyboardInterrupt(), 130), (SystemExit(5), 5), (typer.Exit(4), 4)])
def test_other_ways_to_leave_keep_their_code(raises: dict[str, BaseException], error: BaseException, code: int) -> None:
    raises["error"] = error
    assert root.run(["boom"]) == code


def test_a_wrong_option_and_a_wrong_value_are_sentences(
    raises: dict[str, BaseException], capsys: pytest.CaptureFixture[str]
) -> None:
    assert root.run(["boom", "--nope"]) == 2
    assert capsys.readouterr().err == "assay: there is no option --nope (see assay boom --help)\n"
    assert root.run(["boom", "--count", "many", "--lang", "zh"]) == 2
    error = capsys.readouterr().err
    assert "--count 的值无效" in error and "assay boom --help" in error and "Traceback" not in error


def test_chinese_is_printed_under_the_c_locale() -> None:
    environment = {**os.environ, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment["ASSAY_LANG"] = "zh"
    done = subprocess.run(
        [sys.executable, "-m", "assay", "--help"], env=environment, capture_output=True, timeout=60, check=True
    )
    assert "命令" in done.stdout.decode("utf-8")


def test_the_help_of_a_command_is_in_its_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["doctor", "--lang", "zh", "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("用法：assay doctor")
    assert "选项" in shown and "Show this message" not in shown and "Options" not in shown
    assert root.run(["doctor", "--lang", "en", "--help"]) == 0
    assert "Options:" in capsys.readouterr().out

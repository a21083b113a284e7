from __future__ import annotations

import json
import socket
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from assay.cli import doctor_checks as checks
from assay.cli.doctor import check_configuration
from assay.cli.doctor_checks import Finding, Status
from assay.cli.root import run
from assay.kernel.texts import LANGS


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def speaks(finding: Finding) -> None:
    for lang in LANGS:
        assert finding.sentence(lang)


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    real = checks._has
    monkeypatch.setattr(checks, "_has", lambda module: module not in modules and real(module))


def test_json_lists_every_check_and_whether_the_demonstration_can_run(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    missing = [one for one in report["checks"] if one["status"] == "missing"]
    assert report["ready"] is (not missing)
    assert code == (1 if missing else 0)
    # A fresh home has no assembled model, and every gap names its command.
    assert "model" in {one["check"] for one in missing}
    assert all(one["command"] and one["sentence"] for one in missing)


def test_plain_text_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--lang", "zh"]) == 1
    assert "[缺]" in capsys.readouterr().out


def test_an_old_python_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    finding = checks.check_python()
    assert finding.status is Status.MISSING and "3.10.4" in finding.sentence("en")


def test_a_compiler_is_only_needed_while_the_simulator_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    without(monkeypatch, "tep_studio")
    finding = checks.check_compiler()
    assert finding.status is Status.MISSING and "cc" in finding.sentence("en")
    monkeypatch.setattr(checks, "_has", lambda module: True)
    assert checks.check_compiler().status is Status.ADVICE


@pytest.mark.parametrize(
    "module, check, status",
    [
        ("tep_studio", checks.check_simulator, Status.MISSING),
        ("fmpy", checks.check_fmi, Status.ADVICE),
        ("xllamacpp", lambda: checks.check_local("embedded"), Status.MISSING),
        ("xllamacpp", lambda: checks.check_local("openai"), Status.ADVICE),
        ("vl_convert", checks.check_charts, Status.MISSING),
    ],
)
def test_a_missing_extra_names_the_pip_command(
    monkeypatch: pytest.MonkeyPatch, module: str, check: object, status: Status
) -> None:
    assert callable(check)
    without(monkeypatch, module)
    finding = check()
    assert finding.status is status
    assert finding.command.startswith("pip install")
    speaks(finding)


def test_another_back_end_needs_no_embedded_model() -> None:
    finding = checks.check_model("openai")
    assert finding.status is Status.OK
    speaks(finding)


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    finding = checks.check_home(tmp_path / "file")
    assert finding.status is Status.MISSING and str(tmp_path / "file") in finding.sentence("en")


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.check_disk(tmp_path / "not" / "there", "openai").status is Status.OK
    monkeypatch.setattr(checks, "WORK_BYTES", 10**18)
    finding = checks.check_disk(tmp_path, "openai")
    assert finding.status is Status.MISSING
    speaks(finding)


@pytest.mark.parametrize(
    "content, key",
    [
        ("MemTotal: 1 kB\nMemAvailable: 8000000 kB\n", "memory_ok"),
        ("MemAvailable: 900000 kB\n", "memory_low"),
        ("nonsense", "memory_unknown"),
        ("MemAvailable: lots\n", "memory_unknown"),
    ],
)
def test_memory(tmp_path: Path, content: str, key: str) -> None:
    path = tmp_path / "meminfo"
    path.write_text(content, encoding="ascii")
    finding = checks.check_memory(path)
    assert finding.key == key
    speaks(finding)


def test_charts_need_the_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_charts().status is Status.OK
    monkeypatch.setattr(checks, "_has", lambda name: name != "vl_convert")
    finding = checks.check_charts()
    assert finding.status is Status.MISSING
    speaks(finding)


def test_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_sockets().status is Status.OK

    def blocked(*_: object, **__: object) -> socket.socket:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "create_server", blocked)
    finding = checks.check_sockets()
    assert finding.status is Status.MISSING and "not permitted" in finding.sentence("en")


def test_databases_are_checked_and_kept(own_home: Path) -> None:
    assert checks.check_records(own_home).key == "records_none"
    own_home.mkdir()
    good, bad = own_home / "good.sqlite", own_home / "plants" / "a b" / "bad.db"
    bad.parent.mkdir(parents=True)
    for path in (good, bad):
        with closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE t (x)")
            database.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
            database.commit()
    assert checks.check_records(own_home).params["count"] == 2
    damaged = bytearray(bad.read_bytes())
    damaged[4096:12288] = b"\xff" * 8192
    bad.write_bytes(damaged)
    finding = checks.check_records(own_home)
    assert finding.status is Status.MISSING and str(bad) in finding.sentence("en")
    assert finding.command is not None and f"'{bad}'" in finding.command
    assert bad.read_bytes() == damaged


def test_the_configuration_is_read_and_its_fault_is_told(own_home: Path, tmp_path: Path) -> None:
    assert check_configuration(own_home)[0].key == "configuration_none"
    file = tmp_path / "assay.toml"
    file.write_text('[llm]\nbackend = "none"\n', encoding="utf-8")
    finding, backend = check_configuration(own_home)
    assert (finding.key, backend) == ("configuration_ok", "none")
    file.write_text("[llm\n", encoding="utf-8")
    finding, _ = check_configuration(own_home)
    assert finding.status is Status.MISSING
    speaks(finding)

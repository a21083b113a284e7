"""Where a plant's server is looked for, and the notes of processes that live."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from assay_tests_foreign import plant_folder

from assay.connectors.access import session_settings
from assay.connectors.runtime import RunningNote, noted, running_notes
from assay.kernel.errors import InputError
from assay.plant.home import home
from assay.plant.model import Plant, load_plant

SERVED = RunningNote("vessel", "/plants/vessel", "opc.tcp://127.0.0.1:4001", served=True)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return load_plant(plant_folder(tmp_path / "vessel"))


def test_the_option_wins_then_the_environment_then_what_is_known(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="ASSAY_OPCUA_ENDPOINT"):
        session_settings(plant)
    with noted(SERVED):
        assert session_settings(plant).endpoint == SERVED.endpoint
        monkeypatch.setenv("ASSAY_OPCUA_ENDPOINT", "opc.tcp://127.0.0.1:4002")
        assert session_settings(plant).endpoint == "opc.tcp://127.0.0.1:4002"
        assert session_settings(plant, "opc.tcp://127.0.0.1:4003").endpoint == "opc.tcp://127.0.0.1:4003"


def test_two_known_servers_are_not_chosen_from(tmp_path: Path) -> None:
    plant = load_plant(plant_folder(tmp_path / "real", "endpoint: 'opc.tcp://plc:4840'"))
    assert session_settings(plant).endpoint == "opc.tcp://plc:4840"
    with noted(SERVED), pytest.raises(InputError) as caught:
        session_settings(plant)
    assert "opc.tcp://plc:4840" in caught.value.render("zh") and SERVED.endpoint in caught.value.render("en")
    with noted(SERVED):
        assert session_settings(plant, SERVED.endpoint).endpoint == SERVED.endpoint


def test_a_secure_simulation_brings_its_own_keys(plant: Plant) -> None:
    note = RunningNote("vessel", "x", "opc.tcp://127.0.0.1:4001", served=True, secure=True)
    with noted(note):
        settings = session_settings(plant)
    assert settings.security is not None and settings.login is not None and settings.login.user == "assay"


def test_a_note_ends_with_its_block(plant: Plant) -> None:
    with noted(SERVED):
        assert running_notes("vessel") == [SERVED] and running_notes("other") == []
        (path,) = (home() / "running").glob("*.json")
        assert path.stat().st_mode & 0o077 == 0
    assert running_notes() == [] and list((home() / "running").iterdir()) == []


def test_the_note_of_a_killed_process_is_ignored_and_removed() -> None:
    code = (
        "import os, signal; from assay.connectors.runtime import RunningNote, noted\n"
        "with noted(RunningNote('vessel', 'x', 'opc.tcp://127.0.0.1:4001', True)):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], timeout=30, check=False)
    (left,) = (home() / "running").glob("*.json")
    assert json.loads(left.read_text(encoding="utf-8"))["plant"] == "vessel"
    assert running_notes() == [] and not left.exists()

"""``assay plant run`` as a user meets it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assay.cli.root import run
from assay.plant.historian import open_historian


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--fault", "IDV4"], "IDV4@1.0h"),
        (["--fault", "IDV99@1h"], "IDV28"),
        (["--fault", "IDV4@1h", "--magnitude", "3"], "3.0"),
        (["--fault", "IDV4@1h", "--fault", "IDV4@2h"], "IDV4"),
        (["--speed", "fast"], "max"),
        (["--hours", "0"], "0.0"),
    ],
)
def test_mistakes_are_one_sentence(arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    for lang in ("en", "zh"):
        assert run(["plant", "run", "tennessee_eastman", *arguments, "--lang", lang]) == 2
        said = capsys.readouterr().err.strip()
        assert expected in said and "\n" not in said and "Traceback" not in said


@pytest.mark.long
def test_ctrl_c_ends_cleanly_with_everything_stored(own_home: Path) -> None:
    pytest.importorskip("tep_studio", reason="needs the extra tep")
    command = [sys.executable, "-m", "assay", "plant", "run", "tennessee_eastman", "--speed", "600", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy())
    assert process.stdout is not None
    deadline = time.monotonic() + 120
    with process, process.stdout as lines:
        for line in lines:
            assert time.monotonic() < deadline
            if json.loads(line).get("received", 0) > 200:
                process.send_signal(signal.SIGINT)
                break
        rest = [json.loads(line) for line in lines]
        assert process.wait(60) == 0
    last = rest[-1]
    assert last["event"] == "finished" and last["waiting"] == 0 and last["stored"] == last["received"]
    with open_historian("tennessee_eastman", "reader") as reader:
        assert reader.stats().samples == last["stored"]

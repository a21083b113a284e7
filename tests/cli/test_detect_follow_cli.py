"""``assay detect --follow``: one line an alarm, JSON lines, wrong options in one sentence."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import numpy as np
import pytest
from library_frames import changed, plant

from assay.cli.detect_follow import _stopping, follow_plant, seconds_of
from assay.cli.root import run
from assay.kernel.errors import InputError
from assay.plant.historian import open_historian
from assay.plant.series import Frame

PLANT = "tennessee_eastman"
NORMAL = "2026-01-01T00:00Z..2026-01-01T05:00Z"
TAGS = ("XMEAS_1", "XMEAS_9", "XMEAS_7", "XMEAS_21")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    return tmp_path


def record() -> None:
    frame = plant(380, 1)
    upset = changed(frame, "TEMP", frame.column("TEMP") + 8.0 * (np.arange(380) >= 360))
    with open_historian(PLANT, "owner") as owner:
        owner.write(Frame(upset.times, TAGS, upset.values))


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["detect", *words])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_an_alarm_in_json_and_in_words_and_its_evidence(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    record()
    options = ("--plant", PLANT, "--normal", NORMAL, "--follow", "--for", "0s")
    code, out, err = call(capsys, *options, "--json")
    assert code == 0, err
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["event"] for one in told] == ["started", "alarm", "heartbeat", "finished"]
    assert told[1]["tag"] == "XMEAS_9" and told[1]["score"] > told[1]["threshold"]
    assert run(["evidence", "replay", told[1]["evidence"]]) == 0
    assert "1 same" in capsys.readouterr().out
    code, out, _ = call(capsys, *options)
    assert code == 0 and "the alarm stands" in out and "ALARM" not in out and "1 alarms" in out
    for path in home.glob("plants/*/follow/*.json"):
        path.unlink()
    (home / "records.db").unlink()
    code, out, _ = call(capsys, *options, "--lang", "zh")
    assert code == 0 and "报警 2026-01-0" in out and "XMEAS_9" in out and told[1]["evidence"] in out


def test_a_wait_that_says_stop_ends_with_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    record()
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) == 3

    follow_plant(
        PLANT,
        unfit=(),
        normal=NORMAL,
        model=None,
        tags=("XMEAS_9", "XMEAS_1"),
        false_alarms=0.01,
        start="2026-01-01T05:30Z",
        zone=None,
        duration=None,
        lang="en",
        as_json=True,
        wait=wait,
        clock=lambda: float(len(waited)),
    )
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0]["tags"] == 2 and told[-1]["event"] == "finished" and told[-1]["rows"] == 50


def test_a_kept_detector_follows(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    from assay.models.library.store import Library
    from assay.models.library.training import train

    record()
    frame = plant(300, 1)
    ref = train(Library(), "detector", Frame(frame.times, TAGS, frame.values), "ABNORMAL", name="watch", who="me")
    options = ("--plant", PLANT, "--model", "watch", "--from", "2026-01-01T05:00Z", "--follow", "--for", "0s", "--json")
    code, out, err = call(capsys, *options)
    assert code == 0, err
    (alarm,) = [one for one in map(json.loads, out.splitlines()) if one["event"] == "alarm"]
    assert alarm["tag"] == "XMEAS_9"
    assert run(["evidence", "show", alarm["evidence"]]) == 0 and str(ref) in capsys.readouterr().out
    assert run(["evidence", "replay", alarm["evidence"]]) == 0


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--normal", NORMAL), "--plant PLANT"),
        (("--plant", PLANT), "--normal FROM..TO or --model NAME"),
        (("--plant", PLANT, "--normal", NORMAL, "--train-rows", "9", "--profile"), "--train-rows, --profile"),
        (("--plant", PLANT, "--normal", NORMAL, "--for", "soon"), "'soon' is no duration"),
        (("--plant", PLANT, "--normal", NORMAL), "Nothing of tennessee_eastman is recorded yet"),
        (("--plant", PLANT, "--model", "nobody"), "nobody"),
    ],
)
def test_a_mistake_is_one_sentence(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], part: str) -> None:
    if "nobody" in words:
        record()
    code, out, err = call(capsys, "--follow", *words)
    assert code == 2 and not out and part in err and "Traceback" not in err


def test_options_of_following_need_it(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(capsys, "--plant", PLANT, "--train-rows", "100", "--for", "1h")
    assert code == 2 and "--follow" in err


def test_ctrl_c_ends_the_wait_and_gives_the_signals_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with _stopping() as wait:
        assert not wait(0.0)
        signal.raise_signal(signal.SIGINT)
        assert wait(60.0)
    assert signal.getsignal(signal.SIGINT) is before


def test_durations() -> None:
    assert [seconds_of(one) for one in ("90s", "1.5m", "2 h", "1d")] == [90.0, 90.0, 7200.0, 86_400.0]
    with pytest.raises(InputError):
        seconds_of("60")

"""``assay models`` on files: a model's whole life, JSON, both languages, one sentence for a mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from library_frames import changed, plant

from assay.cli.root import run
from assay.plant.files import write_csv


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(home))


@pytest.fixture(scope="module")
def files(home: Path) -> dict[str, Path]:
    later = plant(300, 1)
    frames = {
        "train": plant(400),
        "later": later,
        "moved": changed(later, "TEMP", later.column("TEMP") * 1.8 + 32.0),
    }
    paths = {name: home / f"{name}.csv" for name in frames}
    for name, frame in frames.items():
        write_csv(frame, paths[name])
    return paths


def call(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run(["models", *map(str, words)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def document(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    code, out, err = call(capsys, *words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_a_models_whole_life(capsys: pytest.CaptureFixture[str], files: dict[str, Path], home: Path) -> None:
    options = ("--kind", "soft_sensor", "--target", "QUALITY", "--data", files["train"], "--param", "lags=0,1,2")
    card = document(capsys, "train", *options, "--name", "quality")
    assert card["state"] == "active" and card["skill"] > 0.3 and card["options"]["lags"] == [0, 1, 2]
    assert document(capsys, "train", *options[:-1], "lags=0", "--name", "short")["version"] == 1

    code, out, _ = call(capsys, "list")
    assert code == 0 and "quality@1" in out and "short@1" in out
    _, english, _ = call(capsys, "card", "quality")
    _, chinese, _ = call(capsys, "card", "quality", "--lang", "zh")
    assert card["data"][:16] in english and card["data"][:16] in chinese and "训练" in chinese

    answer = document(capsys, "test", "quality", "--data", files["later"])
    found = answer["value"]
    assert answer["status"] == "verified" and answer["state"] == "active"
    assert found["verdict"] == "fit" and found["metrics"]["model"]["mae"] < found["metrics"]["naive"]["mae"]
    last = document(capsys, "card", "quality")["history"][-1]
    assert last["evidence"] == answer["evidence"] and last["run"] == answer["run"]
    code, out, _ = call(capsys, "test", "quality", "--data", files["moved"])
    assert code == 0 and "drifted" in out and "degC -> degF" in out and "stood back" in out
    assert document(capsys, "card", "quality")["state"] == "stood_back"
    code, out, _ = call(capsys, "predict", "quality", "--data", files["later"])
    assert code == 3 and "stood back" in out
    assert document(capsys, "test", "quality", "--data", files["later"])["state"] == "active"

    table = home / "predicted.csv"
    answer = document(capsys, "predict", "quality", "--data", files["later"], "--out", table)
    lines = table.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "time,QUALITY,low,high" and len(lines) == 1 + answer["value"]["predicted_rows"] == 299

    found = document(capsys, "compare", "quality", "short", "--data", files["later"])["value"]
    assert found["best"] == ["quality@1"] and len(found["models"]) == 3
    code, out, _ = call(capsys, "compare", "quality", "short", "--data", files["later"], "--lang", "zh")
    assert code == 0 and "quality@1 优于" in out

    code, out, _ = call(capsys, "retire", "short", "--why", "quality is better")
    assert code == 0 and "retired" in out
    code, _, err = call(capsys, "test", "short", "--data", files["later"])
    assert code == 3 and "quality is better" in err
    history = document(capsys, "card", "short")["history"]
    assert [one["what"] for one in history] == ["model.trained", "model.retired"]


def test_mistakes_get_one_sentence(capsys: pytest.CaptureFixture[str], files: dict[str, Path], home: Path) -> None:
    train = ("train", "--target", "QUALITY", "--data", files["train"])
    wrong: list[tuple[tuple[object, ...], str]] = [
        ((*train, "--kind", "magic"), "soft_sensor"),
        ((*train, "--kind", "soft_sensor", "--param", "lags"), "NAME=VALUE"),
        ((*train, "--kind", "soft_sensor", "--name", "../up"), "../up"),
        (("card", "nobody"), "nobody"),
        (("card", "../../etc"), "etc"),
        (("test", "quality", "--data", home / "absent.csv"), "absent.csv"),
    ]
    for words, told in wrong:
        code, _, err = call(capsys, *words)
        assert code == 2 and told in err and "Traceback" not in err and len(err.strip().splitlines()) == 1
    assert not (home / "up").exists()


def test_a_touched_model_is_listed_as_refused(capsys: pytest.CaptureFixture[str], files: dict[str, Path]) -> None:
    options = ("--kind", "soft_sensor", "--target", "QUALITY", "--data", files["train"], "--param", "lags=0")
    folder = Path(document(capsys, "train", *options, "--name", "touched")["name"])
    path = next((Path(files["train"]).parent / "models" / folder / "1").glob("*.npy"))
    path.write_bytes(path.read_bytes() + b"\x00")
    code, out, _ = call(capsys, "list")
    assert code == 0 and f"touched@1  refused: The file {path.name}" in out
    code, _, err = call(capsys, "card", "touched")
    assert code == 1 and path.name in err


def test_an_empty_library_says_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    code, out, _ = call(capsys, "list")
    assert code == 0 and "assay models train" in out
    assert np.array_equal(document(capsys, "list"), [])

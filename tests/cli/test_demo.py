"""The demonstration over its real parts, with a small library of the twin."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path

import pytest

from assay.cli.demo_story import Options, story
from assay.kernel.errors import InputError
from assay.plant.home import home
from assay.plant.records import EventKind, open_records


def options(out: Path, *, approve_as: str | None = "shift_lead", plant: str = "tennessee_eastman") -> Options:
    return Options(
        once=True, approve_as=approve_as, out=out, plant=plant, speed=2000.0, seed=7, use_model=False, lang="en"
    )


@pytest.fixture
def tiny_demo(tiny_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from assay.models import twins
    from assay.skills.investigate import measures

    tiny = sys.modules["tiny_twin"].twin
    # Long enough for the measure's effect to show in the hour at the end.
    for name, size in (("LOOK_AHEAD", 3.0), ("RUNS", 2), ("FINE", 2), ("BAND_RUNS", 8)):
        monkeypatch.setattr(measures, name, size)
    monkeypatch.setattr(twins, "twin_for", lambda plant, control=None: tiny())
    return tiny_home


def writes() -> list[str]:
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    with open_records(home() / "records.db") as records:
        span = (now - timedelta(days=400), now + timedelta(days=400))
        found = records.events.query("tennessee_eastman", *span, kinds=[EventKind.OPERATOR])
        return [event.tag for event in found]


@pytest.mark.long
def test_the_cause_is_found_and_the_approved_measure_is_written(tiny_demo: Path, tmp_path: Path) -> None:
    code = asyncio.run(story(options(tmp_path / "report")))
    result = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert result["status"] == "verified"
    assert result["causes"][0]["id"] == "IDV4"
    action = result["action"]
    assert action["state"] in ("confirmed", "executed")
    assert (code == 0) == (action["state"] == "confirmed") == result["confirmation"]["ok"]
    assert {w["tag"]: w["value"] for w in action["writes"]} == pytest.approx(action["read_back"])
    assert set(writes()) == set(action["read_back"])
    assert "IDV4" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


@pytest.mark.long
def test_without_a_person_nothing_is_written(tiny_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert asyncio.run(story(options(tmp_path, approve_as=None))) == 1
    result = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert result["action"]["state"] == "rejected"
    assert writes() == []


def test_a_role_is_taken_only_on_shipped_plants(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shipped"):
        asyncio.run(story(options(tmp_path, plant=str(tmp_path))))


def test_an_unknown_role_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="astronaut"):
        asyncio.run(story(options(tmp_path, approve_as="astronaut")))

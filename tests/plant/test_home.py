from __future__ import annotations

import stat
from pathlib import Path

import pytest

from assay.kernel.errors import TerminalError
from assay.plant.home import home, plant_folder, plant_slug


def test_folders_are_made_for_this_user_alone(assay_home: Path) -> None:
    folder = plant_folder("tennessee_eastman")

    assert folder == assay_home / "plants" / "tennessee_eastman"
    for each in (assay_home, assay_home / "plants", folder):
        assert stat.S_IMODE(each.stat().st_mode) == 0o700


def test_default_home_is_below_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_HOME", " ")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert home() == tmp_path / ".local" / "share" / "assay"


def test_a_shipped_plant_keeps_its_name_beside_a_folder_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tennessee_eastman").mkdir()
    monkeypatch.chdir(tmp_path)

    assert plant_slug("tennessee_eastman") == "tennessee_eastman"
    assert plant_slug("./tennessee_eastman") != "tennessee_eastman"


def test_one_plant_folder_has_one_slug_however_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant = tmp_path / "my plant"
    plant.mkdir()
    (plant / "plant.yaml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    slugs = {plant_slug(name) for name in ("my plant", "./my plant", str(plant), f"{plant}/", f"{plant}/plant.yaml")}

    assert len(slugs) == 1
    assert slugs.pop().startswith("my_plant-")


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "", "a/b", "x\0y", "工厂", "A" * 300])
def test_no_name_leaves_the_plants_folder(name: str, assay_home: Path) -> None:
    folder = plant_folder(name) if "\0" not in name else assay_home / "plants" / plant_slug(name)

    assert folder.parent == assay_home / "plants"


def test_different_folders_of_one_name_differ(tmp_path: Path) -> None:
    assert plant_slug(str(tmp_path / "a" / "plant")) != plant_slug(str(tmp_path / "b" / "plant"))


def test_an_unusable_home_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "file" / "below"))

    with pytest.raises(TerminalError, match="ASSAY_HOME"):
        home()

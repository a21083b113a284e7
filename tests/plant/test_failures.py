"""The failure library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.plant.failures import load_failures
from assay.plant.model import Plant, load_plant


@pytest.fixture(scope="module")
def plant() -> Plant:
    return load_plant("tennessee_eastman")


def test_get_and_unknown(plant: Plant) -> None:
    library = load_failures(plant)
    assert library.get("IDV4").name.get("zh").startswith("反应器冷却水")
    assert "IDV4" in library and "IDV99" not in library
    with pytest.raises(InputError):
        library.get("IDV99")


def test_the_matrix_says_what_the_symptoms_say(plant: Plant) -> None:
    library = load_failures(plant)
    matrix = library.symptoms_matrix()
    assert matrix.ids == library.ids
    assert matrix.sign.shape == (len(library), len(matrix.tags))
    for row, failure in enumerate(library):
        said = {symptom.tag: symptom for symptom in failure.symptoms}
        for column, tag in enumerate(matrix.tags):
            symptom = said.get(tag)
            sign = symptom.sign if symptom is not None else ""
            assert matrix.sign[row, column] == {"+": 1, "-": -1}.get(sign, 0)
            assert matrix.variance[row, column] == (sign == "variance")
            assert matrix.quiet[row, column] == (sign == "none")
    assert np.all(matrix.lag[np.isfinite(matrix.lag)] >= 0)


def test_a_plant_without_a_library_has_an_empty_one(tmp_path: Path) -> None:
    source = load_plant("tennessee_eastman").path.read_text(encoding="utf-8")
    (tmp_path / "plant.yaml").write_text(source, encoding="utf-8")
    library = load_failures(load_plant(tmp_path))
    assert len(library) == 0 and library.symptoms_matrix().sign.shape == (0, 0)


def test_a_faulty_library_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = load_plant("tennessee_eastman").folder
    (tmp_path / "plant.yaml").write_text((folder / "plant.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    library = (folder / "faults.yaml").read_text(encoding="utf-8").replace("equipment: feed_ac", "equipment: fed_ac", 1)
    (tmp_path / "faults.yaml").write_text(library, encoding="utf-8")
    line = 1 + next(n for n, text in enumerate(library.splitlines()) if "fed_ac" in text)
    with pytest.raises(InputError) as caught:
        load_failures(load_plant(tmp_path))
    assert f"faults.yaml:{line}" in str(caught.value)

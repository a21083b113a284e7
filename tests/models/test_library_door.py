"""Kinds of models come in through the entry-point group; a stranger's estimator becomes a kind of its own."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
from library_frames import plant
from sklearn.base import clone

from assay.kernel.errors import InputError, IntegrityError
from assay.models.library.opened import open_model, predict
from assay.models.library.registry import GROUP, entries, kind_named, load_kind
from assay.models.library.soft_sensor import SoftSensor
from assay.models.library.store import Library
from assay.models.library.training import train

MODULE = '''
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin


class Leaf(RegressorMixin, BaseEstimator):
    """Least squares; kept by skops."""

    trusted_types = ({trusted})

    def __init__(self, shrink=0.0):
        self.shrink = shrink

    def fit(self, X, y):
        self.coef_ = (1.0 - self.shrink) * np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), y, rcond=None)[0]
        return self

    def predict(self, X):
        return np.column_stack([X, np.ones(len(X))]) @ self.coef_


class Keeper(Leaf):
    """The same, kept by its own parts."""

    def to_parts(self):
        from assay.models.library.parts import Parts
        return Parts(about={{"shrink": self.shrink}}, arrays={{"coef": self.coef_}})

    @classmethod
    def from_parts(cls, parts):
        made = cls(parts.about["shrink"])
        made.coef_ = parts.arrays["coef"]
        return made


class NoEstimator:
    pass
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed package with two estimators, as a stranger's wheel would leave it."""
    module = f"stranger_{tmp_path.name.replace('-', '_')}"
    trusted = f'"{module}.Leaf",'
    (tmp_path / f"{module}.py").write_text(MODULE.format(trusted=trusted), encoding="utf-8")
    about = tmp_path / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"[{GROUP}]", f"leaf = {module}:Leaf", f"keeper = {module}:Keeper", f"soft_sensor = {module}:Leaf"]
    lines += [f"broken = {module}_absent:X", f"none = {module}:NoEstimator"]
    (about / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))
    return module


@pytest.mark.parametrize("kind", ["leaf", "keeper"])
def test_a_strangers_estimator_is_trained_stored_and_used(package: str, kind: str) -> None:
    library = Library()
    ref = train(library, kind, plant(), "QUALITY", params={"shrink": "0.01", "lags": "0,2"}, who="me")
    assert library.card(ref).options["shrink"] == 0.01
    skill = library.card(ref).skill
    assert skill is not None and skill > 0.5
    made = kind_named(kind).train(plant(), "QUALITY", kind_named(kind).options(shrink=0.01, lags=(0, 2)))
    assert np.array_equal(predict(library, ref, plant(90, 2)).median, made.predict(plant(90, 2)).median, equal_nan=True)


def test_an_unknown_option_of_an_estimator_is_told(package: str) -> None:
    with pytest.raises(InputError) as told:
        train(Library(), "leaf", plant(), "QUALITY", params={"depth": "3"}, who="me")
    assert told.value.key == "library.option_unknown" and "shrink" in str(told.value)


def test_undeclared_types_are_not_kept(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    ref = train(library, "leaf", plant(200), "QUALITY", params={"lags": "0"}, who="me")
    made_by = load_kind(entries()["leaf"]).made_by  # type: ignore[attr-defined]
    monkeypatch.setattr(made_by, "trusted_types", ())
    with pytest.raises(InputError) as told:
        train(library, "leaf", plant(200), "QUALITY", params={"lags": "0"}, who="me")
    assert told.value.key == "library.estimator_untrusted"
    with pytest.raises(IntegrityError):
        open_model(library, ref, stood_back=True)


def test_ours_cannot_be_replaced_and_a_broken_one_is_told(package: str) -> None:
    assert type(kind_named("soft_sensor")).__module__ == "assay.models.library.sensor_kinds"
    for name, key in (("broken", "kind_broken"), ("none", "estimator_wrong"), ("nobody", "kind_unknown")):
        with pytest.raises(InputError) as told:
            kind_named(name)
        assert told.value.key == f"library.{key}"
    with pytest.raises(InputError):
        load_kind(EntryPoint("odd", "math:pi", GROUP))


def test_the_soft_sensor_keeps_scikit_learns_conventions() -> None:
    sensor = SoftSensor(lags=(0, 3), level=0.8)
    twin = clone(sensor)
    assert twin is not sensor and twin.get_params() == sensor.get_params()
    assert sensor.set_params(level=0.7).level == 0.7 and sensor.fit(plant(150), "QUALITY") is sensor
    with pytest.raises(ValueError):
        sensor.set_params(depth=3)

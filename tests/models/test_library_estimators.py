"""Estimators in skops' format: what a file asks for beyond trusted types is refused and never made."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor

from assay.kernel.errors import InputError, IntegrityError
from assay.models.library.estimators import dump_estimator, load_estimator

TABLE = np.random.default_rng(0).normal(size=(80, 3))
made: list[str] = []


class Stranger:
    """An estimator of another package."""

    def __init__(self, bias: float = 0.0) -> None:
        self.bias = bias

    def __setstate__(self, state: dict[str, float]) -> None:
        made.append("stranger")
        self.__dict__.update(state)


@pytest.mark.parametrize(
    "estimator", [Ridge(), HistGradientBoostingRegressor(max_iter=5), KNeighborsRegressor()], ids=lambda one: str(one)
)
def test_scikit_learns_own_come_back_to_the_bit(estimator: Ridge) -> None:
    estimator.fit(TABLE, TABLE[:, 0])
    again = load_estimator(dump_estimator(estimator))
    assert np.array_equal(again.predict(TABLE), estimator.predict(TABLE))


def test_a_strangers_type_is_kept_only_when_declared() -> None:
    name = f"{Stranger.__module__}.Stranger"
    with pytest.raises(InputError) as refused:
        dump_estimator(Stranger(2.0))
    assert name in str(refused.value)
    content = dump_estimator(Stranger(2.0), (name,))
    assert load_estimator(content, (name,)).bias == 2.0


def test_a_file_that_asks_for_more_is_refused_and_not_run() -> None:
    content = dump_estimator(Stranger(2.0), (f"{Stranger.__module__}.Stranger",))
    made.clear()
    with pytest.raises(IntegrityError):
        load_estimator(content)
    assert not made


def retyped(module: str, name: str) -> bytes:
    """A Ridge whose file was changed to ask for something else."""
    source = zipfile.ZipFile(io.BytesIO(dump_estimator(Ridge().fit(TABLE, TABLE[:, 0]))))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as changed:
        for item in source.namelist():
            raw = source.read(item)
            if item == "schema.json":
                schema = json.loads(raw)
                schema["__module__"], schema["__class__"] = module, name
                raw = json.dumps(schema).encode()
            changed.writestr(item, raw)
    return target.getvalue()


@pytest.mark.parametrize(("module", "name"), [("os", "system"), ("builtins", "eval"), ("sklearn.utils", "resample")])
def test_functions_are_never_trusted(module: str, name: str) -> None:
    with pytest.raises(IntegrityError):
        load_estimator(retyped(module, name))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04N.", b"not a zip file"])
def test_what_is_no_skops_file_is_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        load_estimator(content)

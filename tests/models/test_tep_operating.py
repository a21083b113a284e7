"""Operating points: published modes, and set points read off a normal stretch."""

from __future__ import annotations

import math

import pytest
from numpy import polyval

from assay.models.tep.operating import initial_state, mode_point, recognise
from assay.models.tep.ricker import RickerController, mode_setpoints

pytest.importorskip("tep_studio", reason="needs the extra tep")

SHOWN = {
    "XMEAS_8": "SP_REACTOR_LEVEL",
    "XMEAS_7": "SP_REACTOR_PRESSURE",
    "XMEAS_9": "SP_REACTOR_TEMPERATURE",
    "XMEAS_12": "SP_SEPARATOR_LEVEL",
    "XMEAS_15": "SP_STRIPPER_LEVEL",
    "XMEAS_17": "SP_PRODUCTION_RATE",
}
CONSTANTS = dict(RickerController().constants)


def means(mode: int, **moved: float) -> dict[str, float]:
    """What the controlled variables of a mode show, with some of them moved."""
    points = mode_setpoints(mode)
    return {tag: points[name] for tag, name in SHOWN.items()} | CONSTANTS | moved


@pytest.mark.parametrize("mode", [1, 2, 3])
def test_a_published_mode_is_recognised(mode: int) -> None:
    from tep_studio.control import RICKER_MODE1

    nominal, share = RICKER_MODE1.nominal, mode_setpoints(mode)["SP_PCT_G"]
    feeds = {"XMEAS_2": float(polyval(nominal.p2_coeffs, share)), "XMEAS_3": float(polyval(nominal.p3_coeffs, share))}
    found = recognise("ricker", means(mode, **feeds), CONSTANTS)
    assert found.label == f"mode{mode}" and dict(found.setpoints) == mode_setpoints(mode)


def test_a_moved_set_point_makes_an_observed_point() -> None:
    found = recognise("ricker", means(1, XMEAS_12=60.02), CONSTANTS)
    assert found.label == "observed" and found.setpoints["SP_SEPARATOR_LEVEL"] == pytest.approx(60.0, abs=0.3)
    others = {k: v for k, v in found.setpoints.items() if k != "SP_SEPARATOR_LEVEL"}
    assert others == {k: v for k, v in mode_setpoints(1).items() if k != "SP_SEPARATOR_LEVEL"}
    again = recognise("ricker", means(1, XMEAS_12=60.11), CONSTANTS)
    assert again == found  # two stretches of the same operation share one library


def test_a_moved_constant_valve_belongs_to_the_point() -> None:
    found = recognise("ricker", means(1, XMV_5=CONSTANTS["XMV_5"] + 15.0), CONSTANTS)
    assert found.label == "observed"
    assert found.setpoints["XMV_5"] == pytest.approx(CONSTANTS["XMV_5"] + 15.0, abs=0.3)


def test_a_feed_at_its_limit_does_not_show_rate_and_mix() -> None:
    """Mode 5 asks for more E than the wide open valve gives."""
    short = {"XMEAS_2": 1000.0, "XMEAS_3": 8700.0, "XMEAS_17": mode_setpoints(5)["SP_PRODUCTION_RATE"] - 1.1}
    assert recognise("ricker", means(5, **short, XMV_2=100.0), CONSTANTS).label == "mode5"
    assert recognise("ricker", means(5, **short, XMV_2=80.0), CONSTANTS).label == "observed"
    level = recognise("ricker", means(5, **short, XMV_2=100.0, XMEAS_12=60.0), CONSTANTS)
    assert level.label == "observed" and level.setpoints["SP_PCT_G"] == mode_setpoints(5)["SP_PCT_G"]


def test_missing_and_nan_tags_move_nothing() -> None:
    assert recognise("ricker", {}, CONSTANTS).label == "mode1"
    assert recognise("ricker", means(1, XMEAS_12=math.nan, XMEAS_2=math.nan), CONSTANTS).label == "mode1"
    assert recognise("ricker", means(1, XMEAS_2=3000.0, XMEAS_3=0.0), CONSTANTS).label == "mode1"
    assert recognise("braatz", {}, {}).label == "mode1"


def test_braatz_has_mode_one_only() -> None:
    assert mode_point("braatz", 1).setpoints["SP_REACTOR_TEMPERATURE"] == pytest.approx(120.40)
    moved = recognise("braatz", {"XMEAS_9": 121.5}, {})
    assert moved.label == "observed" and moved.setpoints["SP_REACTOR_TEMPERATURE"] == pytest.approx(121.5, abs=0.05)


def test_ninety_per_cent_g_starts_from_its_own_state() -> None:
    base, rich = initial_state(mode_point("ricker", 1)), initial_state(mode_point("ricker", 3))
    assert base is None and rich is not None and rich.shape == (50,)

"""The process and Ricker's control against the published implementation, step by step."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from assay.kernel.errors import InputError, MissingDependency
from assay.models.tep import process as module
from assay.models.tep.process import FLAGS, TepProcess, noise_seed
from assay.models.tep.ricker import SETPOINT_TAGS, RickerController, mode_setpoints
from assay.models.tep.runs import Plant

pytest.importorskip("tep_studio", reason="needs the extra tep")


def published(mode: int, hours: float, seed: float, idv: int = 0, onset: float = 0.0, magnitude: float = 0.0) -> Any:
    """Measurements and valves of the published closed loop at every control step, with Euler steps of 0.0005 h."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tep_studio import TennesseeEastmanProcess
        from tep_studio.control import ClosedLoopSimulation, RickerMultiLoopController
        from tep_studio.simulation.modes import mode_setpoints as points

    def disturbances(time: float) -> np.ndarray:
        vector = np.zeros(28)
        if idv and time >= onset - 1e-9:
            vector[idv - 1] = magnitude
        return vector

    process = TennesseeEastmanProcess(solver_method="Euler", fixed_step=0.0005, ms_flag=FLAGS)
    control = RickerMultiLoopController(setpoints=points(f"mode{mode}"))
    loop = ClosedLoopSimulation(simulator=process, controller=control, control_interval=0.005, horizon=hours)
    done = loop.run(seed=seed, mode=f"mode{mode}", disturbance_schedule=disturbances)
    return np.array([[*r.measurements, *r.requested_action] for r in done.results])


def ours(mode: int, hours: float, seed: float, idv: int = 0, onset: float = 0.0, magnitude: float = 0.0) -> Any:
    from tep_studio.simulation.modes import mode_initial_state

    plant = Plant("ricker", seed=seed, state=mode_initial_state(f"mode{mode}"))
    plant.begin(mode_setpoints(mode))
    rows = []
    for _ in range(round(hours / 0.005)):
        if idv and plant.process.time >= onset - 1e-9:
            plant.process.set_disturbance(idv, magnitude)
        plant.tick()
        rows.append(plant.measured + plant.commands)
    return np.array(rows)


@pytest.mark.parametrize(
    ("mode", "hours", "idv", "magnitude"), [(1, 1.0, 0, 0.0), (3, 3.0, 0, 0.0), (1, 3.0, 4, 0.8), (2, 2.0, 8, 0.8)]
)
def test_equal_to_the_published_closed_loop(mode: int, hours: float, idv: int, magnitude: float) -> None:
    seed = noise_seed(3, "test")
    theirs = published(mode, hours, seed, idv, 0.5, magnitude)
    mine = ours(mode, hours, seed, idv, 0.5, magnitude)
    assert mine.shape == theirs.shape == (round(hours / 0.005), 53)
    assert np.isfinite(mine).all()
    assert np.abs(mine - theirs).max() < 1e-8
    if idv:  # the disturbance was there at all
        quiet = ours(mode, hours, seed)
        assert np.abs(mine - quiet).max() > 0.1


def test_a_trip_ends_both_at_the_same_step() -> None:
    """IDV6 in mode 1 stops the plant; the published loop says when."""
    seed = noise_seed(4, "trip")
    theirs = published(1, 12.0, seed, 6, 0.5, 1.0)
    plant = Plant("ricker", seed=seed)
    plant.begin(mode_setpoints(1))
    ticks = 0
    while plant.process.trip() is None and ticks < 2400:
        if plant.process.time >= 0.5 - 1e-9:
            plant.process.set_disturbance(6, 1.0)
        plant.tick()
        ticks += 1
    assert 1000 < ticks < 2400 and ticks == len(theirs)
    assert "tripper" in str(plant.process.trip()).lower() or plant.process.trip()


@pytest.mark.parametrize("seed", [0, 1, 2, -7, 10**12])
def test_seeds_become_large_odd_numbers(seed: int) -> None:
    made = noise_seed(seed)
    assert made == noise_seed(seed) and made % 2 == 1 and 2**30 < made < 2**32
    assert made != noise_seed(seed, "other") and made != noise_seed(seed + 1)


def test_seed_zero_does_not_kill_the_noise() -> None:
    process = TepProcess(0.0005)
    process.reset(noise_seed(0))
    process.advance(process.state[38:50].tolist(), 10)
    readings = np.array([process.measure() for _ in range(50)])
    assert (readings[:, [0, 6, 7, 8, 16]].std(axis=0) > 0).all()


def test_the_same_seed_gives_the_same_run() -> None:
    first, again, other = (ours(1, 0.25, noise_seed(s)) for s in (9, 9, 10))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_without_the_simulator_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "tep_studio.simulation", None)
    with pytest.raises(MissingDependency, match="pip install"):
        module._native()


def test_the_controller_writes_set_points_and_held_valves_only() -> None:
    control = RickerController()
    for tag in (*SETPOINT_TAGS, "XMV_5", "XMV_9", "XMV_12"):
        control.write(tag, 12.5)
    assert control.setpoints["SP_YA"] == 12.5 and control.constants["XMV_12"] == 12.5
    for tag in ("XMV_10", "XMEAS_7", "SP_NONE", ""):
        with pytest.raises(InputError) as caught:
            control.write(tag, 1.0)
        assert caught.value.render("zh") != caught.value.render("en")


def test_a_memory_is_a_copy() -> None:
    plant = Plant("ricker", seed=noise_seed(1))
    plant.begin(mode_setpoints(1))
    memory = plant.control.memory()
    for _ in range(20):
        plant.tick()
    kept = memory["pi"]["production"][0]
    other = Plant("ricker", seed=noise_seed(1))
    other.control.recall(memory)
    other.tick()
    assert memory["pi"]["production"][0] == kept

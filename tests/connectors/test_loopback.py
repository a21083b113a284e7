"""The reference plant's clock, disturbances, trips and server, with the tank as process."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import pytest
from assay_tests_tank import NODES, Tank, fails, run, until

from assay.connectors.loopback import LoopbackPlant, PlantState
from assay.connectors.loopback_server import NodeSpec
from assay.connectors.schedule import ScheduledFault, parse_fault, parse_faults
from assay.kernel.errors import InputError, LinkError

START = datetime(2026, 3, 1, tzinfo=UTC)


def test_plant_time_follows_the_process() -> None:
    async def main() -> None:
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True, start=START, step=18.0) as plant:
            assert plant.time == START and plant.state is PlantState.PAUSED
            await plant.step(200)
            assert plant.time == START + timedelta(hours=1)
            assert plant.hours == pytest.approx(1.0, abs=1e-9)

    run(main)


def test_it_runs_by_itself_and_stops_after_the_asked_hours() -> None:
    async def main() -> None:
        tank = Tank()
        async with LoopbackPlant(tank, nodes=NODES, speed=36_000.0, hours=0.255) as plant:
            await asyncio.wait_for(plant.ended.wait(), 30)
            assert plant.state is PlantState.FINISHED
            assert tank.hours == pytest.approx(0.255)
            seen = plant.publications
            await plant.step()
            assert plant.publications == seen

    run(main)


def test_a_pause_holds_the_clock() -> None:
    async def main() -> None:
        async with LoopbackPlant(Tank(), nodes=NODES, speed=360_000.0) as plant:
            await until(lambda: plant.publications > 3)
            plant.pause()
            async with plant._lock:
                pass
            held = plant.publications
            for _ in range(20):
                await asyncio.sleep(0)
            assert plant.publications <= held + 1
            plant.resume()
            await until(lambda: plant.publications > held + 3)

    run(main)


def test_a_fault_starts_on_time_and_a_trip_freezes_the_plant() -> None:
    async def main() -> None:
        tank = Tank()
        faults = [ScheduledFault(0.105, 1, 0.5)]  # between two publications
        async with LoopbackPlant(tank, nodes=NODES, paused=True, faults=faults) as plant:
            await plant.step(10)
            assert tank.leak == 0.0
            await plant.step(1)
            assert tank.leak == 100.0 and tank.level < 50.0
            # Only the half step after the start has leaked: 50 - 100 * (1 - exp(-0.005 / 0.1))
            assert tank.level == pytest.approx(45.123, abs=0.01)
            await plant.step(100)
            assert plant.state is PlantState.TRIPPED and plant.ended.is_set()
            assert plant.problem == "level below 1 %"
            frozen = plant.time
            await plant.step(5)
            assert plant.time == frozen
            error = await fails(plant.write("SP_LEVEL", 60.0), LinkError)
            assert "level below 1 %" in error.render("zh")

    run(main)


def test_a_failing_simulator_ends_the_run_with_its_reason() -> None:
    async def main() -> None:
        tank = Tank()
        async with LoopbackPlant(tank, nodes=NODES, paused=True) as plant:
            tank.broken = True
            await plant.step()
            assert plant.state is PlantState.FAILED
            assert "the integrator diverged" in plant.problem

    run(main)


def test_properties_of_the_nodes() -> None:
    async def main() -> None:
        from asyncua import Client

        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant, Client(plant.endpoint) as client:
            node = client.get_node("ns=2;s=SP_LEVEL")
            properties = {(await p.read_browse_name()).Name: await p.read_value() for p in await node.get_properties()}
            assert (properties["EURange"].Low, properties["EURange"].High) == (0.0, 100.0)
            assert properties["EngineeringUnits"].DisplayName.Text == "%"
            assert (await node.read_description()).Text == "Level set point / 液位设定值"
            # A client changes nothing else: not a description, not a server object.
            from asyncua import ua

            for target in ("ns=2;s=LEVEL", "i=2256", "i=85"):
                with pytest.raises(ua.UaStatusCodeError):
                    await client.get_node(target).write_value(ua.Variant(1.0, ua.VariantType.Double))
            for wrong in (ua.Variant("high", ua.VariantType.String), ua.Variant(True, ua.VariantType.Boolean)):
                with pytest.raises(ua.uaerrors.BadTypeMismatch):
                    await node.write_value(wrong)
            with pytest.raises(ua.uaerrors.BadNodeIdUnknown):
                await client.get_node("ns=2;s=GHOST").write_value(1.0)

    run(main)


def test_wrong_settings_are_said_in_one_sentence() -> None:
    async def main() -> None:
        for settings in ({"speed": 0.0}, {"speed": float("nan")}, {"step": 0.0}, {"port": 70_000}):
            with pytest.raises(InputError):
                LoopbackPlant(Tank(), nodes=NODES, **settings)  # type: ignore[arg-type]
        extra = LoopbackPlant(Tank(), nodes=[*NODES, NodeSpec("GHOST")])
        error = await fails(extra.start(), InputError)
        assert "GHOST" in error.render("en")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            error = await fails(LoopbackPlant(Tank(), nodes=NODES, port=port).start(), InputError)
            assert str(port) in error.render("en") and str(port) in error.render("zh")

    run(main)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IDV4@1.0h", ScheduledFault(1.0, 4, 0.6)),
        (" idv(28) @ 30min ", ScheduledFault(0.5, 28, 0.6)),
        ("IDV1@36s", ScheduledFault(0.01, 1, 0.6)),
    ],
)
def test_fault_texts(text: str, expected: ScheduledFault) -> None:
    found = parse_fault(text, 0.6)
    assert (found.idv, found.magnitude) == (expected.idv, expected.magnitude)
    assert found.hours == pytest.approx(expected.hours)


@pytest.mark.parametrize("text", ["", "IDV4", "IDV@1h", "IDV4@-1h", "IDV4@1", "IDV4@1d", "4@1h", "IDV0@1h", "IDV29@1h"])
def test_bad_fault_texts(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_fault(text)
    assert caught.value.render("zh")


@pytest.mark.parametrize("magnitude", [0.0, -1.0, 1.01, float("nan"), float("inf")])
def test_bad_magnitudes(magnitude: float) -> None:
    with pytest.raises(InputError):
        parse_fault("IDV1@1h", magnitude)


def test_faults_are_sorted_and_not_repeated() -> None:
    assert [f.idv for f in parse_faults(["IDV5@2h", "IDV6@1h"])] == [6, 5]
    with pytest.raises(InputError, match="IDV5"):
        parse_faults(["IDV5@2h", "IDV5@3h"])

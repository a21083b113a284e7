"""What the OPC UA link survives: cut connections, killed servers, silent subscriptions, a failing historian."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

_CONFTEST = Path(__file__).parents[1] / "connectors" / "conftest.py"
_spec = importlib.util.spec_from_file_location("assay_tests_connectors", _CONFTEST)
assert _spec is not None and _spec.loader is not None
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
own_home = _shared.own_home  # the fixture

from assay_tests_tank import NODES, Tank, fails, run, until  # noqa: E402

from assay.connectors.buffer import SampleBuffer  # noqa: E402
from assay.connectors.forward import StoreAndForward  # noqa: E402
from assay.connectors.loopback import LoopbackPlant  # noqa: E402
from assay.connectors.opcua import OpcUaConnector  # noqa: E402
from assay.connectors.opcua_session import SessionSettings  # noqa: E402
from assay.connectors.opcua_subscription import SubscriptionSettings  # noqa: E402
from assay.connectors.samples import LinkEvent, LinkState, Sample  # noqa: E402
from assay.kernel.errors import LinkError  # noqa: E402

FAST = SubscriptionSettings(publishing=0.02, sampling=0.0, keep_alive=0.2)


def link_to(plant: LoopbackPlant, got: list[Sample]) -> OpcUaConnector:
    return OpcUaConnector(
        SessionSettings(plant.endpoint, seconds=5.0, call=2.0),
        plant.nodes,
        deliver=got.extend,
        subscription=FAST,
        first_pause=0.05,
        last_pause=0.2,
    )


def count(link: OpcUaConnector, state: LinkState) -> int:
    return sum(event.state is state for event in link.events)


def minutes(samples: Sequence[Sample], tag: str) -> list[float]:
    times = [s.time for s in samples if s.tag == tag]
    return [(time - times[0]).total_seconds() for time in times]


@pytest.mark.parametrize("cuts", [1, 4])
def test_nothing_is_lost_when_the_connection_is_cut(cuts: int) -> None:
    async def main() -> None:
        got: list[Sample] = []
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant, link_to(plant, got) as link:
            await plant.step(5)
            for cut in range(cuts):
                await plant.drop_connections()
                await plant.step(5)  # published while nobody listens: the server's queue keeps it
                await until(lambda cut=cut: count(link, LinkState.CONNECTED) == cut + 2)
                await plant.step(5)
            total = 1 + 5 + 10 * cuts
            await until(lambda: len(got) >= 3 * total)
            # Each exactly once, in order.
            assert minutes(got, "LEVEL") == [36.0 * k for k in range(total)]
            assert not link.gaps
            assert count(link, LinkState.DISCONNECTED) == cuts

    run(main)


def test_a_killed_server_leaves_a_named_gap_and_nothing_else() -> None:
    async def main() -> None:
        got: list[Sample] = []
        tank = Tank()
        plant = LoopbackPlant(tank, nodes=NODES, paused=True)
        await plant.start()
        port = int(plant.endpoint.split(":")[2].split("/")[0])
        async with link_to(plant, got) as link:
            await plant.step(5)
            await until(lambda: len(got) == 18)
            last = plant.time
            await plant.stop()
            # It may have come back for a moment while the server went down; now it cannot.
            await until(lambda: not link.connected and link.problem != "")
            error = await fails(link.read("LEVEL"), LinkError)
            assert error.key == "connectors.link_down" and plant.endpoint in error.render("zh")
            before = count(link, LinkState.CONNECTED)
            assert "No OPC UA server answers" in link.problem
            tank.advance(0.5)
            async with LoopbackPlant(tank, nodes=NODES, paused=True, port=port, start=last.replace(year=2099)) as again:
                await until(lambda: count(link, LinkState.CONNECTED) == before + 1)
                await again.step(5)
                await until(lambda: minutes(got[-18:], "LEVEL") == [36.0 * k for k in range(6)])
                assert [(gap.start, gap.end) for gap in link.gaps] == [(last, last.replace(year=2099))]
                await link.write("SP_LEVEL", 61.0)
                assert tank.setpoint == 61.0
            states = [event.state for event in link.events]
            assert states[:2] == [LinkState.CONNECTED, LinkState.DISCONNECTED]
            assert states.count(LinkState.GAP) == 1

    run(main)


def test_a_subscription_that_falls_silent_is_made_anew() -> None:
    async def main() -> None:
        got: list[Sample] = []
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant, link_to(plant, got) as link:
            await until(lambda: len(got) == 3)
            assert plant._server is not None
            # The server forgets the subscription while the session lives on.
            service = plant._server.iserver.subscription_service
            await service.delete_subscriptions(list(service.subscriptions))
            await plant.step(5)
            await until(lambda: count(link, LinkState.CONNECTED) == 2)
            await plant.step(3)
            await until(lambda: sum(s.tag == "LEVEL" for s in got) == 1 + 1 + 3)
            assert len(link.gaps) == 1  # the five steps that nobody kept

    run(main)


def test_calls_in_flight_end_when_the_connection_breaks() -> None:
    async def main() -> None:
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant, link_to(plant, []) as link:
            writing = asyncio.create_task(link.write("SP_LEVEL", 60.0))
            await asyncio.sleep(0)
            await plant.drop_connections()
            try:
                await asyncio.wait_for(writing, 5.0)
            except LinkError as error:
                assert plant.endpoint in error.render("en")

    run(main)


class Historian:
    """A sink that can be made to fail, and checks what it gets."""

    def __init__(self) -> None:
        self.stored: list[Sample] = []
        self.broken = False
        self.calls = 0

    async def take(self, samples: Sequence[Sample]) -> None:
        self.calls += 1
        if self.broken:
            raise OSError(28, "No space left on device")
        self.stored.extend(samples)


def test_a_failing_historian_loses_nothing_even_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "buffer" / "plant.db"

    async def main() -> None:
        sink = Historian()
        events: list[LinkEvent] = []
        forward = StoreAndForward(sink.take, SampleBuffer(path), on_event=events.append, interval=0.01)
        forward.start()
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant:
            link = OpcUaConnector(SessionSettings(plant.endpoint), plant.nodes, deliver=forward.put, subscription=FAST)
            async with link:
                await plant.step(4)
                await until(lambda: len(sink.stored) == 15)
                sink.broken = True
                await plant.step(10)
                await until(lambda: forward.waiting == 30 and forward.problem != "")
                assert "No space left" in forward.problem
                assert [e.state for e in events] == [LinkState.STORING]
            assert await forward.close() == 30
            # A new process: what waits on disk goes first, then what is new.
            sink.broken = False
            forward = StoreAndForward(sink.take, SampleBuffer(path), on_event=events.append, interval=0.01)
            forward.start()
            link = OpcUaConnector(SessionSettings(plant.endpoint), plant.nodes, deliver=forward.put, subscription=FAST)
            async with link:
                await until(lambda: link.received == 3)
                await plant.step(2)
                await until(lambda: len(sink.stored) == 45 + 3 + 6)
            assert await forward.close() == 0
        levels = [s for s in sink.stored if s.tag == "LEVEL"]
        assert [s.time for s in levels] == sorted(s.time for s in levels)
        assert len({s.time for s in levels}) == 17

    run(main)


def test_recovery_while_running_reports_and_drains(tmp_path: Path) -> None:
    async def main() -> None:
        sink = Historian()
        events: list[LinkEvent] = []
        forward = StoreAndForward(sink.take, SampleBuffer(tmp_path / "b.db"), on_event=events.append, interval=0.01)
        forward.start()
        sink.broken = True
        async with LoopbackPlant(Tank(), nodes=NODES, paused=True) as plant:
            link = OpcUaConnector(SessionSettings(plant.endpoint), plant.nodes, deliver=forward.put, subscription=FAST)
            async with link:
                await plant.step(6)
                await until(lambda: forward.waiting == 21 and sink.calls > 2)
                sink.broken = False
                await until(lambda: forward.waiting == 0)
        await forward.close()
        assert [e.state for e in events] == [LinkState.STORING, LinkState.FORWARDED]
        assert minutes(sink.stored, "LEVEL") == [36.0 * k for k in range(7)]
        assert len(sink.stored) == 21

    run(main)


def test_what_the_sink_holds_when_it_is_stopped_goes_to_disk(tmp_path: Path) -> None:
    async def main() -> None:
        taken = asyncio.Event()

        async def hang(samples: Sequence[Sample]) -> None:
            taken.set()
            await asyncio.Event().wait()

        from datetime import UTC, datetime

        forward = StoreAndForward(hang, SampleBuffer(tmp_path / "b.db"), interval=0.01)
        forward.start()
        forward.put([Sample("T", datetime(2030, 1, 1, tzinfo=UTC), float(k)) for k in range(7)])
        await taken.wait()
        assert forward.waiting == 7  # not stored: nobody may think that it is caught up
        assert await forward.close(0.05) == 7

    run(main)


def test_no_place_at_all_is_said_aloud() -> None:
    async def main() -> None:
        sink = Historian()
        sink.broken = True
        events: list[LinkEvent] = []
        forward = StoreAndForward(sink.take, None, on_event=events.append, interval=0.01, max_pending=10)
        forward.start()
        from datetime import UTC, datetime

        forward.put([Sample("T", datetime(2030, 1, 1, tzinfo=UTC), float(k)) for k in range(25)])
        await until(lambda: sink.calls > 0)
        assert forward.dropped == 15
        error = await fails(forward.close(), LinkError)
        assert "10 samples" in error.render("en") and "No space left" in error.render("zh")

    run(main)


assert "assay_tests_tank" in sys.modules

"""``assay plant connect`` as a process of its own against a foreign server that is late, cut, and taken away."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

_CONFTEST = Path(__file__).parents[1] / "connectors" / "conftest.py"
_spec = importlib.util.spec_from_file_location("assay_tests_connectors", _CONFTEST)
assert _spec is not None and _spec.loader is not None
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
own_home = _shared.own_home  # the fixture

from assay_tests_foreign import Foreign, plant_folder  # noqa: E402
from assay_tests_tank import run  # noqa: E402

from assay.connectors.loopback_server import drop_connections  # noqa: E402
from assay.plant.historian import open_historian  # noqa: E402


class Command:
    """The command with its JSON lines."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []

    async def until(self, event: str, seconds: float = 60.0, **wanted: Any) -> dict[str, Any]:
        """The next line of this event whose values are these."""
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while line := await self.process.stdout.readline():
                found = json.loads(line)
                self.lines.append(found)
                if found["event"] == event and all(found[key] == value for key, value in wanted.items()):
                    return dict(found)
        raise AssertionError(f"ended without {event}: {self.lines[-3:]}")

    async def until_each(self, *events: str) -> None:
        """The next line of each of these events, in whatever order they come."""
        seen = len(self.lines)
        while missing := set(events) - {line["event"] for line in self.lines[seen:]}:
            await self.until(min(missing))


async def connect(*arguments: str) -> Command:
    command = [sys.executable, "-m", "assay", "plant", "connect", *arguments, "--json"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ.copy()
    )
    return Command(process)


@pytest.mark.long
def test_late_cut_and_killed_servers_and_a_clean_end(tmp_path: Path) -> None:
    async def main() -> None:
        folder, server = plant_folder(tmp_path / "vessel", ghosts=True), Foreign()
        await server.start()
        await server.stop()
        command = await connect(str(folder), "--endpoint", server.endpoint)
        failed = await command.until("link_failed")
        assert server.endpoint in failed["problem"]
        await server.start()
        await command.until("link_node_refused", tag="GHOST")
        await command.until("link_connected")
        await server.put("LEVEL", 61.0)
        await command.until("status", received=4, stored=4, waiting=0, refused=["GHOST", "SPOOK"])
        # Cut: the server keeps what happens meanwhile, and nothing is lost.
        await drop_connections(server.server)
        for value in (62.0, 63.0, 64.0):
            await server.put("LEVEL", value)
        await command.until("link_connected")
        await command.until("status", received=7, waiting=0, gaps=0)
        # Killed: the gap is told and recorded.
        await server.stop()
        await command.until("link_disconnected")
        await server.start()
        await command.until_each("link_connected", "link_gap")
        await server.put("LEVEL", 65.0)
        await command.until("status", waiting=0, gaps=1, received=11)
        await server.put("PRESSURE", 0.0, code=0x80310000)
        assert "PRESSURE" in (await command.until("link_bad_quality"))["problem"]
        command.process.send_signal(signal.SIGTERM)
        last = await command.until("finished")
        assert await asyncio.wait_for(command.process.wait(), 30) == 0
        assert last["waiting"] == 0 and last["stored"] == last["received"] and last["bad"] == ["PRESSURE"]
        await server.stop()
        with open_historian(str(folder)) as reader:
            levels = reader.read(["LEVEL"]).values[:, 0].tolist()
            assert [value for value in levels if value > 60.0] == [61.0, 62.0, 63.0, 64.0, 65.0]

    run(main, 150.0)


@pytest.mark.long
def test_the_hours_end_it_and_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    async def main() -> None:
        folder = plant_folder(tmp_path / "vessel")
        async with Foreign() as server:
            command = await connect(str(folder), "--endpoint", server.endpoint, "--hours", "0.0008", "--no-history")
            last = await command.until("finished")
            assert last["received"] >= 3 and await asyncio.wait_for(command.process.wait(), 30) == 0
            assert not (tmp_path / "home" / "plants").exists()
        wrong = await connect(str(folder), "--lang", "zh")
        _, said = await asyncio.wait_for(wrong.process.communicate(), 30)
        assert wrong.process.returncode == 2 and "--endpoint" in said.decode() and said.decode().count("\n") == 1

    run(main, 90.0)

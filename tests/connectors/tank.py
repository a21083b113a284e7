"""A first-order tank as a live process, and what the link tests share."""

from __future__ import annotations

import asyncio
import copy
import math
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping, MutableMapping
from typing import Any

from asyncua.server.internal_server import InternalServer

from assay.connectors.loopback_server import NodeSpec
from assay.kernel.errors import InputError

NODES = [
    NodeSpec("LEVEL", "%", 0.0, 100.0, "Level / 液位"),
    NodeSpec("FLOW", "m3/h", 0.0, 50.0, "Inflow / 进料流量"),
    NodeSpec("SP_LEVEL", "%", 0.0, 100.0, "Level set point / 液位设定值", True, 10.0, 90.0),
]


class Tank:
    """The level follows its set point with a time constant of 0.1 h; disturbance 1 adds a leak that trips at 0 %."""

    def __init__(self) -> None:
        self.hours = 0.0
        self.tripped: str | None = None
        self.level = 50.0
        self.setpoint = 50.0
        self.leak = 0.0
        self.broken = False

    def tags(self) -> Mapping[str, str]:
        return {spec.tag: spec.unit for spec in NODES}

    def values(self) -> Mapping[str, float]:
        flow = 20.0 + (self.setpoint - self.level) + math.sin(self.hours)
        return {"LEVEL": self.level, "FLOW": flow, "SP_LEVEL": self.setpoint}

    def advance(self, hours: float) -> None:
        if self.broken:
            raise FloatingPointError("the integrator diverged")
        if self.tripped is None:
            goal = self.setpoint - self.leak
            self.level = goal + (self.level - goal) * math.exp(-hours / 0.1)
            self.hours += hours
            if self.level <= 1.0:
                self.tripped = "level below 1 %"

    def write(self, tag: str, value: float) -> None:
        if tag != "SP_LEVEL" or value == 66.0:  # the tank's own rule: 66 is forbidden by its interlock
            raise InputError("connectors.write_out_of_range", tag=tag, value=value)
        self.setpoint = value

    def start_disturbance(self, idv: int, magnitude: float) -> None:
        if idv != 1:
            raise InputError("connectors.fault_unknown", idv=idv, first=1, last=1)
        self.leak = 200.0 * magnitude

    def stop_disturbance(self, idv: int) -> None:
        self.leak = 0.0


def run(main: Callable[[], Coroutine[Any, Any, None]], seconds: float = 60.0) -> None:
    """Run one asynchronous test within a time limit; a task that ends with an unseen error fails the test."""
    seen: list[dict[str, Any]] = []

    async def guarded() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(context))
        async with asyncio.timeout(seconds):
            await main()

    asyncio.run(guarded())
    assert not seen, seen


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def fails(work: Awaitable[object], kind: type[BaseException]) -> Any:
    """The error of this kind that ``work`` must raise."""
    try:
        await work
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} was raised")


class SharedNodes(MutableMapping[Any, Any]):
    """The standard address space, built once for all tests; a server copies the nodes that it touches."""

    built: Any = None

    def __init__(self) -> None:
        self.own: dict[Any, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        if key not in self.own:
            self.own[key] = copy.deepcopy(self.built[key])
        return self.own[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.own[key] = value

    def __delitem__(self, key: Any) -> None:
        del self.own[key]

    def __contains__(self, key: object) -> bool:
        return key in self.own or key in self.built

    def __iter__(self) -> Iterator[Any]:
        return iter({**self.built, **self.own})

    def __len__(self) -> int:
        return len({**self.built, **self.own})


_build = InternalServer.load_standard_address_space


async def shared_address_space(server: Any, shelf: object = None) -> None:
    """Stands in for the library's loader, which takes seconds of processor time for every server."""
    if SharedNodes.built is None:
        await _build(server)
        SharedNodes.built = dict(server.aspace._nodes)
    server.aspace._nodes = SharedNodes()

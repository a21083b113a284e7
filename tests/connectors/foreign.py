"""A foreign OPC UA server: other namespaces, numeric node ids, single-precision values; and a plant file for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.permission_rules import User, UserRole

from assay.connectors.loopback_server import close_server, mend_transfer

NAMESPACE = "urn:acme:vessel"
NODES: dict[str, tuple[str, Any, float]] = {
    "LEVEL": ("ns=3;i=1001", ua.VariantType.Float, 50.0),
    "PRESSURE": ("ns=3;s=PLC.Pressure", ua.VariantType.Double, 4.5),
    "SP_LEVEL": ("ns=3;i=2001", ua.VariantType.Float, 50.0),
}
PLANT = """\
format: 1
id: vessel
name: {zh: 容器, en: Vessel}
timezone: UTC
opcua: {namespace: "urn:acme:vessel"OPCUA}
equipment:
  - {id: works, level: enterprise, name: {zh: 工厂, en: Works}, zone: control}
  - {id: site, level: site, parent: works, name: {zh: 厂区, en: Site}}
  - {id: drum, level: equipment, parent: site, name: {zh: 容器, en: Drum}}
tags:
  - {id: LEVEL, kind: measurement, equipment: drum, unit: "%", range: [0, 100], node: ns=3;i=1001,
     name: {zh: 液位, en: Level}, alarms: {H: {at: 80, priority: high, deadband: 2, delay: DELAY, basis: chosen}}}
  - {id: PRESSURE, kind: measurement, equipment: drum, unit: bar, range: [0, 10], node: ns=3;s=PLC.Pressure,
     name: {zh: 压力, en: Pressure}, alarms: {HH: {at: 9, priority: critical, deadband: 0.1, basis: chosen}}}
  - {id: SP_LEVEL, kind: setpoint, equipment: drum, unit: "%", range: [0, 100], node: ns=3;i=2001, writable: true,
     write_range: [10, 90], name: {zh: 液位设定值, en: Level set point}}
TAGS
loops:
  - {id: level, name: {zh: 液位, en: Level}, measured: [LEVEL], setpoint: SP_LEVEL, manipulated: [VALVE]}
zones:
  - {id: control, name: {zh: 控制, en: Control}, security_level: 3}
"""
VALVE = """\
  - {id: VALVE, kind: valve, equipment: drum, unit: "%", range: [0, 100], name: {zh: 阀位, en: Valve}}
"""
GHOST = """\
  - {id: GHOST, kind: measurement, equipment: drum, unit: bar, range: [0, 10], node: ns=3;s=NOWHERE,
     name: {zh: 不存在, en: Ghost}}
  - {id: SPOOK, kind: measurement, equipment: drum, unit: bar, range: [0, 10], node: ns=3;i=404,
     name: {zh: 幽灵, en: Spook}}
"""


def plant_folder(folder: Path, opcua: str = "", *, ghosts: bool = False, delay: float = 0) -> Path:
    """A folder with the plant file of this server; ``opcua`` are further keys of that section."""
    folder.mkdir(parents=True, exist_ok=True)
    tags = VALVE + (GHOST if ghosts else "")
    more = f", {opcua}" if opcua else ""
    source = PLANT.replace("OPCUA", more).replace("TAGS\n", tags).replace("DELAY", f"{delay:g}")
    (folder / "plant.yaml").write_text(source, encoding="utf-8")
    return folder


class Users:
    """Exactly these users, with their passwords."""

    def __init__(self, users: Mapping[str, str]) -> None:
        self.users = users

    def get_user(self, iserver: Any, username: str | None = None, password: Any = None, certificate: Any = None) -> Any:
        given = password.decode() if isinstance(password, bytes) else password
        return User(role=UserRole.User) if username and self.users.get(username) == given else None


class Foreign:
    """The server; ``stop`` and ``start`` again keep the port. ``whole`` keeps set points as whole numbers, ``small``
    takes one monitored item a request and no filter, ``renumbered`` has its namespaces under other numbers."""

    def __init__(
        self,
        *,
        users: Mapping[str, str] | None = None,
        keys: Any = None,
        namespace: str = NAMESPACE,
        whole: bool = False,
        small: bool = False,
        renumbered: bool = False,
    ) -> None:
        self.port, self.whole, self.small, self.renumbered = 0, whole, small, renumbered
        self.users, self.keys, self.namespace = users, keys, namespace
        self.server: Any = None

    @property
    def endpoint(self) -> str:
        return f"opc.tcp://127.0.0.1:{self.port}/acme"

    async def __aenter__(self) -> Foreign:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        server = Server(user_manager=Users(self.users) if self.users is not None else None)
        await server.init()
        await server.set_application_uri("urn:acme:server")
        server.set_endpoint(self.endpoint)
        if self.users is not None:
            server.set_identity_tokens([ua.UserNameIdentityToken])
        if self.keys is None:
            server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        else:
            await server.load_certificate(str(self.keys.certificate))
            await server.load_private_key(str(self.keys.private_key))
            server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        for name in ("urn:acme:firmware", *(["urn:acme:options"] if self.renumbered else [])):
            await server.register_namespace(name)
        await server.register_namespace(self.namespace)
        for tag, (node, kind, value) in NODES.items():
            if self.whole and tag.startswith("SP_"):
                kind, value = ua.VariantType.Int16, int(value)
            made = await server.nodes.objects.add_variable(self.node(node), tag, value, kind)
            if tag.startswith("SP_"):
                await made.set_writable()
        if self.small:
            _shrink(server)
        mend_transfer(server)
        self.server = server
        await server.start()
        self.port = int(server.bserver.port)

    async def stop(self) -> None:
        if self.server is not None:
            server, self.server = self.server, None
            await close_server(server)

    def node(self, text: str) -> ua.NodeId:
        """The node under this server's numbers."""
        return ua.NodeId.from_string(text.replace("ns=3", "ns=4") if self.renumbered else text)

    async def put(self, tag: str, value: float, *, code: int = 0, time: datetime | None = None) -> None:
        """Let the instrument show a value; a bad code goes without one."""
        node, kind, _ = NODES[tag]
        variant = ua.Variant(None, ua.VariantType.Null) if code & 0x80000000 else ua.Variant(value, kind)
        data = ua.DataValue(variant, StatusCode=ua.StatusCode(code), SourceTimestamp=time or datetime.now(UTC))
        await self.server.write_attribute_value(self.node(node), data)

    async def lock(self, tag: str) -> None:
        """Let no client write the tag any more."""
        await self.server.get_node(self.node(NODES[tag][0])).set_read_only()

    def shows(self, tag: str) -> float:
        """The value that the server holds."""
        node = ua.NodeId.from_string(NODES[tag][0])
        data = self.server.iserver.aspace.read_attribute_value(node, ua.AttributeIds.Value)
        return float(data.Value.Value)


def _shrink(server: Any) -> None:
    service = server.iserver.subscription_service
    original = service.create_monitored_items

    async def small(params: Any, *more: Any, **named: Any) -> Any:
        if len(params.ItemsToCreate) > 1:
            raise ServiceError(ua.StatusCodes.BadTooManyOperations)
        if isinstance(params.ItemsToCreate[0].RequestedParameters.Filter, ua.DataChangeFilter):
            return [ua.MonitoredItemCreateResult(StatusCode=ua.StatusCode(ua.StatusCodes.BadFilterNotAllowed))]
        return await original(params, *more, **named)

    service.create_monitored_items = small


class Threaded:
    """A foreign server in a thread of its own, for commands that run their own event loop."""

    def __init__(self, server: Foreign, loop: asyncio.AbstractEventLoop) -> None:
        self.server, self._loop = server, loop

    @property
    def endpoint(self) -> str:
        return self.server.endpoint

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run something in the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def shows(self, tag: str) -> float:
        return self.server.shows(tag)


@contextmanager
def threaded(**options: Any) -> Iterator[Threaded]:
    """A foreign server in a thread until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="foreign-server")
    thread.start()
    try:
        held = Threaded(Foreign(**options), loop)
        held.do(held.server.start())
        try:
            yield held
        finally:
            held.do(held.server.stop())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()

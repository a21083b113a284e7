"""The OPC UA server of a reference plant: nodes with units and ranges, guarded writes, users and certificates.

Only the loopback interface is served. The plant behind it decides about every write.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.connectors.opcua_pki import SERVER_URI, Identity, is_trusted, load_certificate, require_valid_now
from assay.kernel.errors import InputError, LinkError

if TYPE_CHECKING:
    from asyncua import Server, ua
    from cryptography import x509

HOST = "127.0.0.1"
NAMESPACE = "urn:assay:plant"
NAMESPACE_INDEX = 2
_BAD = 0x80000000

WriteRequest = Callable[[str, float], Awaitable[None]]
"""Applies a client's write to the plant; InputError when the plant refuses the value."""


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """A tag's node ``ns=2;s=TAG``: unit, what the instrument can show (``low`` to ``high``), and whether clients may
    write it (``write_low`` to ``write_high``; where absent, only the process judges the value)."""

    tag: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    description: str = ""
    writable: bool = False
    write_low: float = -math.inf
    write_high: float = math.inf

    @property
    def node(self) -> str:
        """The node id's text."""
        return f"ns={NAMESPACE_INDEX};s={self.tag}"


@dataclass(frozen=True, slots=True)
class ServerSecurity:
    """SignAndEncrypt only: the server's identity, the folder with trusted clients, users with their passwords."""

    identity: Identity
    folder: Path
    users: Mapping[str, str] = field(repr=False)


async def build_server(
    name: str,
    nodes: Sequence[NodeSpec],
    write: WriteRequest,
    *,
    port: int,
    namespace: str = NAMESPACE,
    security: ServerSecurity | None = None,
) -> Server:
    """A server with its nodes, not yet listening."""
    from asyncua import Server, ua

    server = Server(user_manager=_Users(None if security is None else security.users))
    await server.init()
    server.set_server_name(name)
    await server.set_application_uri(SERVER_URI if security is None else security.identity.uri)
    server.set_endpoint(f"opc.tcp://{HOST}:{port}/assay/")
    if security is None:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
    else:
        await _secure(server, security)
    index = await server.register_namespace(namespace)
    if index != NAMESPACE_INDEX:
        raise LinkError("connectors.namespace_index", namespace=namespace, index=index)
    folder = await server.nodes.objects.add_folder(ua.NodeId("PLANT", index), name)
    for spec in nodes:
        await _add_node(folder, index, spec)
    _guard(server, {ua.NodeId(spec.tag, index): spec for spec in nodes}, write)
    mend_transfer(server)
    return server


async def listen(server: Server, port: int) -> int:
    """Open the socket; returns the port. InputError when the port is taken or not allowed."""
    try:
        await server.start()
    except OSError as error:
        raise InputError("connectors.port_taken", port=port, problem=error.strerror or error) from None
    assert server.bserver is not None
    return int(server.bserver.port)


async def drop_connections(server: Server, seconds: float = 1.0) -> None:
    """Cut all connections and wait until their sockets are closed."""
    transports = server.iserver.asyncio_transports
    for transport in list(transports):
        transport.abort()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while transports:
                await asyncio.sleep(0.005)


async def close_server(server: Server) -> None:
    """Stop listening, tell the clients, and leave no socket behind."""
    # The library closes the connections first: a client that comes back at once would keep it waiting for ever.
    if server.bserver is not None and server.bserver._server is not None:
        server.bserver._server.close()
    await server.stop()
    await drop_connections(server)


def data_value(value: float, code: int, time: datetime) -> ua.DataValue:
    """A value with its status code and source time; a bad code, or a value that is not finite, goes without value."""
    from asyncua import ua

    if not math.isfinite(value) and not code & _BAD:
        code = ua.StatusCodes.BadOutOfService
    variant = ua.Variant(None, ua.VariantType.Null) if code & _BAD else ua.Variant(float(value), ua.VariantType.Double)
    return _final()(variant, StatusCode=ua.StatusCode(code), SourceTimestamp=time)


@cache
def _final() -> type[ua.DataValue]:
    """A data value that nobody changes: the library's copy of each for each subscriber is half the server's work."""
    from asyncua import ua

    def itself(value: ua.DataValue, memo: dict[int, object]) -> ua.DataValue:
        return value

    return type("FinalValue", (ua.DataValue,), {"__deepcopy__": itself})


async def _add_node(folder: Any, index: int, spec: NodeSpec) -> None:
    from asyncua import ua

    node = await folder.add_variable(ua.NodeId(spec.tag, index), spec.tag, 0.0, ua.VariantType.Double)
    await node.write_attribute(
        ua.AttributeIds.Description, ua.DataValue(ua.Variant(ua.LocalizedText(spec.description or spec.tag)))
    )
    if spec.low is not None and spec.high is not None:
        # Standard properties of analogue items (OPC 10000-8): what the instrument can show, and its unit.
        await node.add_property(
            ua.NodeId(f"{spec.tag}.EURange", index), ua.QualifiedName("EURange", 0), ua.Range(spec.low, spec.high)
        )
    unit = ua.EUInformation(DisplayName=ua.LocalizedText(spec.unit), Description=ua.LocalizedText(spec.unit))
    await node.add_property(
        ua.NodeId(f"{spec.tag}.EngineeringUnits", index), ua.QualifiedName("EngineeringUnits", 0), unit
    )
    if spec.writable:
        await node.set_writable()


def _guard(server: Server, specs: Mapping[ua.NodeId, NodeSpec], write: WriteRequest) -> None:
    """Let clients' writes reach the plant, and nothing else of the address space."""
    from asyncua import ua
    from asyncua.crypto.permission_rules import User, UserRole

    async def judge(item: ua.WriteValue) -> str:
        spec = specs.get(item.NodeId)
        if spec is None:
            status = server.iserver.aspace.read_attribute_value(item.NodeId, ua.AttributeIds.NodeClass).StatusCode
            return "BadNotWritable" if status is None or status.is_good() else "BadNodeIdUnknown"
        if not spec.writable or item.AttributeId != ua.AttributeIds.Value:
            return "BadNotWritable"
        raw = None if item.Value is None or item.Value.Value is None else item.Value.Value.Value
        if isinstance(raw, bool) or not isinstance(raw, (int, float)):
            return "BadTypeMismatch"
        if not (math.isfinite(raw) and spec.write_low <= raw <= spec.write_high):
            return "BadOutOfRange"
        try:
            await write(spec.tag, float(raw))
        except InputError:
            return "BadOutOfRange"
        except LinkError:
            return "BadInvalidState"
        return "Good"

    service = server.iserver.attribute_service
    original = service.write
    nobody = User(role=UserRole.Anonymous)

    async def guarded(params: ua.WriteParameters, user: User = nobody) -> list[ua.StatusCode]:
        if user.role is UserRole.Admin:  # the server's own session; no client gets this role
            own: list[ua.StatusCode] = await original(params, user)
            return own
        return [ua.StatusCode(getattr(ua.StatusCodes, await judge(item))) for item in params.NodesToWrite]

    service.write = guarded


def mend_transfer(server: Server) -> None:
    """Let a transferred subscription publish on its new connection.

    The library moves where results go but goes on asking the broken connection for publish requests.
    """
    service = server.iserver.subscription_service
    original = service.transfer_subscriptions

    async def transfer(params: Any, session_id: Any, callback: Any) -> Any:
        results = await original(params, session_id, callback)
        for number in params.SubscriptionIds:
            subscription = service.subscriptions.get(int(number))
            if subscription is not None:
                subscription.pub_request_callback = callback.__self__.get_publish_request
        return results

    service.transfer_subscriptions = transfer


async def _secure(server: Server, security: ServerSecurity) -> None:
    from asyncua import ua
    from asyncua.common.utils import ServiceError

    identity = security.identity
    require_valid_now(load_certificate(identity.certificate), str(identity.certificate))
    await server.load_certificate(str(identity.certificate))
    await server.load_private_key(str(identity.private_key))
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    server.set_identity_tokens([ua.UserNameIdentityToken])

    async def validate(certificate: x509.Certificate, _: ua.ApplicationDescription) -> None:
        try:
            require_valid_now(certificate, "client")
        except LinkError:
            raise ServiceError(ua.StatusCodes.BadCertificateTimeInvalid) from None
        if not is_trusted(security.folder, certificate):
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)

    server.iserver.certificate_validator = validate


class _Users:
    """Who may log in: anybody without users (loopback only), else exactly these."""

    def __init__(self, users: Mapping[str, str] | None) -> None:
        self._users = users

    def get_user(self, iserver: Any, username: str | None = None, password: Any = None, certificate: Any = None) -> Any:
        from asyncua.crypto.permission_rules import User, UserRole

        if self._users is None:
            return User(role=UserRole.User, name="anonymous")
        given = password.decode("utf-8", "replace") if isinstance(password, bytes) else str(password or "")
        wanted = self._users.get(username or "")
        known = hmac.compare_digest(given.encode("utf-8"), (wanted or "").encode("utf-8"))
        return User(role=UserRole.User, name=username) if wanted and known else None

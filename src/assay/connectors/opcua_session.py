"""Opening one secured OPC UA session, with a time limit and one sentence for everything that can go wrong."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from assay.connectors.opcua_errors import translate
from assay.connectors.opcua_pki import (
    CLIENT_URI,
    USER_VARIABLE,
    Identity,
    load_certificate,
    password,
    require_trusted,
    require_valid_now,
)
from assay.kernel.errors import InputError, LinkError

if TYPE_CHECKING:
    from asyncua import Client, ua

# The library reports lost links on its own logger; ours become events. It stays silent unless a program listens.
logging.getLogger("asyncua").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class ClientSecurity:
    """SignAndEncrypt with Basic256Sha256: our identity, and the folder whose ``trusted/`` names the servers."""

    identity: Identity
    folder: Path


@dataclass(frozen=True, slots=True)
class Login:
    """A user of the server; the password never appears in a representation."""

    user: str
    password: str = field(repr=False)


def configured_login(folder: Path, name: str = "opcua") -> Login | None:
    """User and password of a real plant's server: ``ASSAY_OPCUA_USER`` with ``ASSAY_OPCUA_PASSWORD`` or the key file.

    None without a user. InputError for a user without a password.
    """
    user = os.environ.get(USER_VARIABLE, "").strip()
    if not user:
        return None
    secret = password(folder, name)
    if not secret:
        raise InputError("connectors.password_missing", user=user, path=folder / f"{name}.password")
    return Login(user, secret)


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """Where and as whom to connect; ``seconds`` limits a whole connection attempt, ``call`` one request."""

    endpoint: str
    security: ClientSecurity | None = None
    login: Login | None = None
    seconds: float = 10.0
    call: float = 5.0

    def __post_init__(self) -> None:
        parts = urlparse(self.endpoint)
        try:
            good = parts.scheme == "opc.tcp" and bool(parts.hostname) and parts.port is not None
        except ValueError:
            good = False
        if not good or parts.username is not None:
            raise InputError("connectors.endpoint_text", endpoint=self.endpoint.rpartition("@")[2])


async def open_session(settings: SessionSettings) -> Client:
    """A connected client. LinkError when the server is absent, silent or not trusted; InputError for a wrong login."""
    client: Client | None = None
    try:
        async with asyncio.timeout(settings.seconds):
            client = _client(settings)
            if settings.security is not None:
                await _secure(client, settings, settings.security)
            await client.connect()
            return client
    except BaseException as error:
        if client is not None:
            client.disconnect_socket()
        if isinstance(error, Exception):
            raise translate(error, settings.endpoint) from None
        raise


async def close_session(client: Client, *, alive: bool) -> None:
    """Leave a session. A dead one is only cleared away: the server keeps its subscription for the next connection."""
    if not alive:
        client.disconnect_socket()
    # The library logs what fails here and goes on; the limit is for a server that no longer answers.
    with contextlib.suppress(TimeoutError, ConnectionError, OSError):
        async with asyncio.timeout(3.0):
            await client.disconnect()


def _client(settings: SessionSettings) -> Client:
    from asyncua import Client

    # The watchdog's probe must not mistake a busy machine for a lost link.
    client = Client(settings.endpoint, timeout=settings.call, watchdog_intervall=settings.call)
    client.name = client.description = "Assay"
    client.application_uri = settings.security.identity.uri if settings.security else CLIENT_URI
    client.session_timeout = 600_000
    if settings.login is not None:
        client.set_user(settings.login.user)
        client.set_password(settings.login.password)
    return client


async def _secure(client: Client, settings: SessionSettings, security: ClientSecurity) -> None:
    from asyncua import ua
    from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
    from asyncua.crypto.uacrypto import CertProperties, x509_from_der

    identity = security.identity
    require_valid_now(load_certificate(identity.certificate), str(identity.certificate))
    mode = ua.MessageSecurityMode.SignAndEncrypt
    offered = await client.connect_and_get_server_endpoints()
    endpoint = _pick(offered, mode, SecurityPolicyBasic256Sha256.URI)
    if endpoint is None:
        raise LinkError("connectors.no_secure_endpoint", endpoint=settings.endpoint)
    server = x509_from_der(endpoint.ServerCertificate)
    require_trusted(security.folder, server, settings.endpoint)
    require_valid_now(server, settings.endpoint)
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        str(identity.certificate),
        str(identity.private_key),
        server_certificate=CertProperties(endpoint.ServerCertificate, "der"),
        mode=mode,
    )


def _pick(
    offered: list[ua.EndpointDescription], mode: ua.MessageSecurityMode, policy: str
) -> ua.EndpointDescription | None:
    fits = (e for e in offered if e.SecurityMode == mode and e.SecurityPolicyUri == policy and e.ServerCertificate)
    return next(fits, None)

"""Where a plant's OPC UA server is, and how the link gets in.

Addresses come from an option, the environment, a process on this machine, or ``plant.yaml``; user, password and keys
only from the environment or from key files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assay.connectors.loopback_server import ServerSecurity
from assay.connectors.opcua_pki import (
    CLIENT_URI,
    SERVER_URI,
    Identity,
    configured_identity,
    ensure_identity,
    password,
    pki_folder,
    trust,
)
from assay.connectors.opcua_session import ClientSecurity, Login, SessionSettings, configured_login
from assay.connectors.runtime import running_notes
from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.plant.model import Plant

LOOPBACK_USER = "assay"
ENDPOINT_VARIABLE = "ASSAY_OPCUA_ENDPOINT"


@dataclass(frozen=True, slots=True)
class Access:
    """How the loopback server is protected, and how the link gets in."""

    server: ServerSecurity | None = None
    client: ClientSecurity | None = None
    login: Login | None = None


OPEN = Access()


def loopback_access() -> Access:
    """Certificates for both ends that trust each other, and a password, all kept in the key folder."""
    folder = pki_folder()
    server = ensure_identity(folder, "loopback-server", SERVER_URI, renew=True)
    client = ensure_identity(folder, "client", CLIENT_URI, renew=True)
    trust(folder, server.certificate)
    trust(folder, client.certificate)
    secret = password(folder, "loopback", make=True) or ""
    return Access(
        ServerSecurity(server, folder, {LOOPBACK_USER: secret}),
        ClientSecurity(client, folder),
        Login(LOOPBACK_USER, secret),
    )


def plant_access(plant: Plant, *, secure: bool = False) -> Access:
    """The way into a plant's own server: SignAndEncrypt where ``plant.yaml`` or ``secure`` asks for it, and the user
    of the environment, if any. InputError for a user without a password, or for keys that others can read."""
    folder = pki_folder()
    stated = plant.spec.opcua is not None and plant.spec.opcua.security == "sign_and_encrypt"
    client = ClientSecurity(_identity(folder), folder) if stated or secure else None
    return Access(None, client, configured_login(folder))


def session_settings(plant: Plant, endpoint: str | None = None, *, secure: bool = False) -> SessionSettings:
    """The session for a plant: ``endpoint``, else the variable ``ASSAY_OPCUA_ENDPOINT``, else what ``plant.yaml`` or
    a process on this machine names.

    InputError when there is none, and when these two name different servers: a write must not go to a simulation, or
    to the real plant, by chance.
    """
    notes = running_notes(plant.id)
    given = endpoint or os.environ.get(ENDPOINT_VARIABLE, "").strip()
    where = given or _known(plant, [note.endpoint for note in notes])
    note = next((note for note in notes if note.served and note.endpoint == where), None)
    if note is None:
        access = plant_access(plant, secure=secure)
    else:
        access = loopback_access() if note.secure else OPEN
    return SessionSettings(where, access.client, access.login)


def _known(plant: Plant, running: list[str]) -> str:
    stated = plant.spec.opcua.endpoint if plant.spec.opcua is not None else None
    found = list(dict.fromkeys([*([stated] if stated else []), *running]))
    if not found:
        raise InputError("connectors.endpoint_missing", plant=plant.id, variable=ENDPOINT_VARIABLE)
    if len(found) > 1:
        raise InputError("connectors.endpoint_ambiguous", plant=plant.id, endpoints=", ".join(found))
    return found[0]


def _identity(folder: Path) -> Identity:
    # Not renewed by itself: the server's administrator has to trust a new certificate first.
    return configured_identity() or ensure_identity(folder, "client", CLIENT_URI)

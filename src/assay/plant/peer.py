"""How another process asks the owner of a history for its recent samples: a private local socket.

A request is a length (4 bytes, big endian) and a JSON object. An answer is a JSON object in the same form, whose
``payload`` counts the bytes of Arrow IPC stream that follow it. There is no request that writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import stat
import struct
import tempfile
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError, LinkError, TransientError
from assay.plant.home import private_folder

Answer = tuple[dict[str, Any], bytes]
Handler = Callable[[dict[str, Any]], Answer]

_LONGEST_PATH = 100  # sun_path holds 104 bytes on some systems, 108 on Linux
_LARGEST_REQUEST = 4_000_000
_SECONDS = 30.0
_LAST_ANSWERS = 5.0
_LENGTH = struct.Struct(">I")

_listening: weakref.WeakSet[socket.socket] = weakref.WeakSet()


def socket_path(folder: Path) -> Path:
    """Where the owner of ``folder`` listens: inside it, or in a private temporary folder when that path is too long."""
    path = folder / "owner.sock"
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return path
    short = Path("/tmp" if len(tempfile.gettempdir()) > 40 else tempfile.gettempdir()) / f"assay-{os.getuid()}"
    private_folder(short)
    about = short.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid() or stat.S_IMODE(about.st_mode) & 0o077:
        raise TransientError("plant.history_socket_folder", path=short)
    return short / f"{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:32]}.sock"


class Server:
    """Answers requests in threads until ``close``. ``handler`` maps a request to an answer and must be thread-safe."""

    def __init__(self, path: Path, handler: Handler) -> None:
        self._path, self._handler = path, handler
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._socket.bind(str(path))
        finally:
            os.umask(before)
        self._socket.listen(16)
        _listening.add(self._socket)
        self._closed = False
        self._answering: set[threading.Thread] = set()
        self._thread = threading.Thread(target=self._accept, name="assay-history", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, remove the socket, and wait a little for the answers under way."""
        if self._closed:
            return
        self._closed = True
        self._path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # some systems refuse to shut a listening socket down
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in (self._thread, *self._answering):
            thread.join(_LAST_ANSWERS)

    def _accept(self) -> None:
        while not self._closed:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,), name="assay-history-read", daemon=True)
            self._answering = {one for one in self._answering if one.is_alive()} | {thread}
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            client.settimeout(_SECONDS)
            try:
                header, payload = self._answer(_receive_json(client))
                _send(client, header | {"payload": len(payload)}, payload)
            except (OSError, ValueError):
                # The client is gone or speaks nonsense: nothing can be told to it.
                return

    def _answer(self, request: dict[str, Any]) -> Answer:
        try:
            return self._handler(request)
        except AssayError as error:
            return {"error": error.key, "params": {key: str(value) for key, value in error.params.items()}}, b""


def ask(path: Path, request: dict[str, Any]) -> Answer | None:
    """The owner's answer, or None when nobody listens at ``path``; LinkError when the owner is silent or fails."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(_SECONDS)
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise LinkError("plant.history_owner_silent", path=path) from error
        try:
            _send(client, request, b"")
            header = _receive_json(client)
            payload = _receive(client, int(header.pop("payload")))
        except ConnectionError:
            return None  # the owner stopped in the middle; what it acknowledged is in its files
        except (OSError, ValueError, KeyError) as error:
            raise LinkError("plant.history_owner_silent", path=path) from error
    if "error" in header:
        raise LinkError(header["error"], **header["params"])
    return header, payload


def _send(peer: socket.socket, header: dict[str, Any], payload: bytes) -> None:
    encoded = json.dumps(header).encode("utf-8")
    peer.sendall(_LENGTH.pack(len(encoded)) + encoded)
    if payload:
        peer.sendall(payload)


def _receive_json(peer: socket.socket) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(_receive(peer, _LENGTH.size))
    if length > _LARGEST_REQUEST:
        raise ValueError("message too long")
    received = json.loads(_receive(peer, length))
    if not isinstance(received, dict):
        raise ValueError("not an object")
    return received


def _receive(peer: socket.socket, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        piece = peer.recv(min(1 << 20, length - len(received)))
        if not piece:
            raise ConnectionError("closed in the middle of a message")
        received += piece
    return bytes(received)


def _close_in_child() -> None:
    # A forked worker must not keep its parent's socket alive after the parent is gone.
    for listening in list(_listening):
        listening.close()


os.register_at_fork(after_in_child=_close_in_child)

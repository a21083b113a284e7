"""Read prompts kept on disk: what a program asks first is answered in seconds instead of after a minute.

A worker's prompt begins with messages that are the same for every question (rules, worked examples). Reading 2,000
tokens of them takes a processor more than half a minute, and every new process would do it again. llama.cpp can write
the state of a slot to a file and read it back in milliseconds; this module keeps such files, named by what was read
and by their own hash, so that a damaged one is never used. Only messages that the program itself marked as fixed are
ever stored: no question, no document.

The state is read back before *every* question, so that an answer does not depend on what was asked before it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

KEPT = 4  # files; each of some tens of megabytes
_SUFFIX = ".state"
_SECONDS = 60.0


def states_folder(wanted: str) -> Path | None:
    """The folder for states, made when it is not there.

    None where states are not wanted, where it cannot be written, and where a socket cannot be reached without its name.
    """
    if not wanted or not hasattr(os, "O_PATH"):
        return None
    folder = Path(wanted)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


class Slot:
    """The only slot of a llama.cpp server that listens on a Unix socket.

    A handle of the socket's file is taken at once: it leads there also when the name is gone (Linux).
    """

    def __init__(self, address: Path, key: str) -> None:
        self._handle, self._key = os.open(address, os.O_PATH | os.O_NOFOLLOW), key

    def save(self, name: str) -> bool:
        """Write the state to a file of the server's folder for states."""
        return self._act("save", name)

    def restore(self, name: str) -> bool:
        """Read a state back; False when the server refuses it."""
        return self._act("restore", name)

    def _act(self, action: str, name: str) -> bool:
        connection = _UnixConnection(f"/proc/self/fd/{self._handle}")
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"}
        try:
            connection.request("POST", f"/slots/0?action={action}", json.dumps({"filename": name}), headers)
            response = connection.getresponse()
            response.read()
            return response.status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Prefixes:
    """The states of one model with one engine in ``folder``; ``about`` is whatever else a state depends on."""

    def __init__(self, folder: Path, about: Sequence[object], slot: Slot) -> None:
        self._folder, self._about, self._slot = folder, about, slot
        self._given_up: set[str] = set()  # what could not be kept in this process
        self._sound: set[str] = set()  # names whose content was compared with their hash in this process

    def begin(self, messages: Sequence[Mapping[str, str]], read: Callable[[list[dict[str, str]]], bool]) -> None:
        """Bring the slot into the state after these messages.

        ``read`` lets the model read a conversation and says whether it did. What goes wrong here costs only time: the
        question is asked in any case.
        """
        stem = hashlib.sha256(json.dumps([list(self._about), list(messages)], ensure_ascii=False).encode()).hexdigest()[
            :24
        ]
        if stem in self._given_up:
            return
        self._given_up.add(stem)  # unless all of it goes well: a full disk is not tried again for every question
        with suppress(OSError):
            name = self._find(stem)
            if name is None and read([*map(dict, messages), {"role": "user", "content": ""}]):
                name = self._keep(stem)
            if name is not None and self._slot.restore(name):
                self._given_up.discard(stem)
            elif name is not None:
                (self._folder / name).unlink(missing_ok=True)

    def _find(self, stem: str) -> str | None:
        for path in sorted(self._folder.glob(f"{stem}-*{_SUFFIX}")):
            if path.name in self._sound or path.name == _named(stem, path):
                self._sound.add(path.name)
                os.utime(path)  # the least recently used goes first
                return path.name
            path.unlink(missing_ok=True)
        return None

    def _keep(self, stem: str) -> str | None:
        part = self._folder / f"{stem}.{os.getpid()}.part"
        try:
            if not self._slot.save(part.name):
                return None
            name = _named(stem, part)
            part.chmod(0o600)
            part.replace(self._folder / name)
        finally:
            part.unlink(missing_ok=True)
        self._sound.add(name)
        self._prune()
        return name

    def _prune(self) -> None:
        states = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in states[KEPT:]:
            path.unlink(missing_ok=True)


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, address: str) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock: Any = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_SECONDS)
        self.sock.connect(self._address)


def _named(stem: str, path: Path) -> str:
    with path.open("rb") as file:
        return f"{stem}-{hashlib.file_digest(file, 'sha256').hexdigest()[:32]}{_SUFFIX}"

"""Where trained models are kept: ``ASSAY_HOME/models/NAME/VERSION``.

A version is written whole or not at all and never changed. Its manifest holds every file's SHA-256, and the manifest's
own digest stands in the audit record, so a file that was changed, added or taken away is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import BusyError, InputError, IntegrityError, TerminalError
from assay.models.library.card import Card
from assay.models.library.files import from_files
from assay.models.library.parts import Parts
from assay.models.library.states import RETIRED, TRAINED, Standing, State, standing, subject
from assay.plant.home import home, private_folder

CARD, MANIFEST = "card.json", "manifest.json"
_NAME = re.compile(r"\w[\w-]{0,63}")
_LOCK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Ref:
    """One version of one model."""

    name: str
    version: int

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


def checked_name(name: str) -> str:
    """A model's name: letters, digits, ``_`` and ``-``, at most 64; InputError for any other."""
    plain = unicodedata.normalize("NFC", name.strip())
    if not _NAME.fullmatch(plain):
        raise InputError("library.name_wrong", name=plain[:80])
    return plain


class Library:
    """The models of this installation. Several processes may use it at once."""

    def __init__(self) -> None:
        self.root = private_folder(home() / "models")

    def names(self) -> list[str]:
        """Every model's name."""
        return sorted(one.name for one in self.root.iterdir() if _NAME.fullmatch(one.name) and self.versions(one.name))

    def versions(self, name: str) -> list[int]:
        """The versions of a model that are on disk, rising."""
        folder = self.root / checked_name(name)
        found = [one.name for one in folder.iterdir()] if folder.is_dir() else []
        return sorted(int(one) for one in found if re.fullmatch(r"[1-9]\d{0,8}", one))

    def find(self, asked: str) -> Ref:
        """``NAME@VERSION``, or ``NAME``: its newest version that is not retired (the newest when all are)."""
        name, at, number = asked.partition("@")
        name = checked_name(name)
        versions = self.versions(name)
        if not versions:
            raise InputError("library.unknown", name=name, known=", ".join(self.names()[:20]) or "-")
        if at:
            if not re.fullmatch(r"[1-9][0-9]{0,8}", number) or int(number) not in versions:
                known = ", ".join(str(one) for one in versions)
                raise InputError("library.version_unknown", name=name, version=number[:20], known=known)
            return Ref(name, int(number))
        refs = [Ref(name, one) for one in reversed(versions)]
        with self._audit() as rows_of:
            alive = (ref for ref in refs if (found := rows_of(ref)) is not None and found.state is not State.RETIRED)
            return next(alive, refs[0])

    def standing(self, ref: Ref) -> Standing:
        """The model's state and its history; IntegrityError when the audit record does not know it."""
        with self._audit() as rows_of:
            found = rows_of(ref)
        if found is None:
            raise IntegrityError("library.unrecorded", name=str(ref))
        return found

    def card(self, ref: Ref) -> Card:
        """The card, after every file was checked."""
        return Card.model_validate_json(self._checked(ref)[CARD])

    def parts(self, ref: Ref, trusted: Sequence[str] = ()) -> Parts:
        """What the model is made of, after every file was checked. Only ``trusted`` types beyond scikit-learn's."""
        return from_files(self._checked(ref), trusted)

    def add(
        self, name: str, files: Mapping[str, bytes], card_of: Callable[[int], Card], who: str, **detail: Any
    ) -> Ref:
        """Keep a new version. ``card_of(version)`` makes its card; ``detail`` (verdict, reasons) goes to the audit."""
        name = checked_name(name)
        with self._locked(name) as folder:
            ref = Ref(name, max(self.versions(name), default=0) + 1)
            content = {**files, CARD: card_of(ref.version).model_dump_json(indent=1).encode("utf-8")}
            manifest = _manifest(content)
            _write_whole(folder / str(ref.version), {**content, MANIFEST: manifest})
            self.record(ref, TRAINED, who, manifest=hashlib.sha256(manifest).hexdigest(), **detail)
        return ref

    def record(self, ref: Ref, what: str, who: str, **detail: Any) -> None:
        """Add to the model's history; InputError for a retired model, whose history is closed."""
        from assay.plant.records import open_records

        if what != TRAINED and self.standing(ref).state is State.RETIRED:
            raise InputError("library.retired_already", name=str(ref))
        with open_records(home() / "records.db") as records:
            records.audit.add(who, what, subject(ref.name, ref.version), **detail)

    def retire(self, ref: Ref, who: str, why: str) -> None:
        """Never use the model again; its files and the reason are kept."""
        if not why.strip():
            raise InputError("library.retire_why")
        with self._locked(ref.name):
            self.record(ref, RETIRED, who, why=why.strip())

    def _checked(self, ref: Ref) -> dict[str, bytes]:
        folder = self.root / checked_name(ref.name) / str(ref.version)
        content = _read_all(folder, str(ref))
        raw = content.pop(MANIFEST, b"")
        if hashlib.sha256(raw).hexdigest() != self.standing(ref).manifest:
            raise IntegrityError("library.file_changed", name=str(ref), file=MANIFEST)
        listed: dict[str, Any] = json.loads(raw)["files"]
        for file in sorted(listed.keys() ^ content.keys()):
            key = "library.file_missing" if file in listed else "library.file_extra"
            raise IntegrityError(key, name=str(ref), file=file)
        for file, raw in content.items():
            if hashlib.sha256(raw).hexdigest() != listed[file]["sha256"]:
                raise IntegrityError("library.file_changed", name=str(ref), file=file)
        return content

    @contextmanager
    def _audit(self) -> Iterator[Callable[[Ref], Standing | None]]:
        from assay.plant.records import open_records

        with open_records(home() / "records.db") as records:
            yield lambda ref: standing(str(ref), records.audit.rows(subject(ref.name, ref.version)))

    @contextmanager
    def _locked(self, name: str) -> Iterator[Path]:
        from filelock import FileLock, Timeout

        folder = private_folder(self.root / name)
        try:
            with FileLock(folder / ".lock", mode=0o600, timeout=_LOCK_SECONDS):
                yield folder
        except Timeout as error:
            raise BusyError("library.busy", name=name) from error


def _manifest(content: Mapping[str, bytes]) -> bytes:
    files = {
        name: {"sha256": hashlib.sha256(raw).hexdigest(), "bytes": len(raw)} for name, raw in sorted(content.items())
    }
    return json.dumps({"format": "assay.model/1", "files": files}, indent=1).encode("utf-8")


def _write_whole(folder: Path, content: Mapping[str, bytes]) -> None:
    """All files, then one rename; what an earlier process left half written is removed (the lock is held)."""
    for left in folder.parent.glob(".new-*"):
        shutil.rmtree(left, ignore_errors=True)
    temporary = private_folder(folder.parent / f".new-{secrets.token_hex(6)}")
    try:
        for name, raw in content.items():
            with (temporary / name).open("xb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
        temporary.rename(folder)
    except OSError as error:
        raise TerminalError("library.not_written", path=folder, reason=error.strerror or error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _read_all(folder: Path, name: str) -> dict[str, bytes]:
    """Every file of a version; IntegrityError for what is not a plain file."""
    try:
        entries = sorted(folder.iterdir())
        if odd := [one.name for one in entries if one.is_symlink() or not one.is_file()]:
            raise IntegrityError("library.file_extra", name=name, file=odd[0])
        return {one.name: one.read_bytes() for one in entries}
    except OSError as error:
        raise IntegrityError("library.file_unreadable", name=name, reason=error.strerror or error) from error

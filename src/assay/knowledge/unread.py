"""What a folder's library remembers beside its documents: the code that read them, and the files that it could not.

A file that could not be read is not tried again before it changes. When the code that reads changes, everything is read
anew, so that the library always is what the folder's files are to this Assay.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError, InputError
from assay.knowledge.adding import Added, AddState, Source, stamp

FILE = "unread.json"


class Unread:
    """What is remembered in a folder. ``same_code`` says that nothing which reads has changed since."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._known, self.same_code = self._load()

    def known(self, source: Source) -> Added | None:
        """What was wrong with a file that has not changed since."""
        found = self._known.get(source.name)
        if found is None or found["stamp"] != _stamped(source.path):
            return None
        error = InputError(found["key"], **found["params"])
        return Added(source.path, source.name, AddState.FAILED, error=error)

    def keep(self, items: Iterable[Added]) -> None:
        """Remember what could not be read this time; what may go well the next time is not remembered."""
        import assay.knowledge.reading  # noqa: F401 - its texts are the sentences
        from assay.plant.atomic import replacing

        said: dict[str, Any] = {}
        for item in items:
            if isinstance(item.error, InputError):
                params = {
                    name: value if isinstance(value, int) else str(value) for name, value in item.error.params.items()
                }
                said[item.name] = {"stamp": _stamped(item.path), "key": item.error.key, "params": params}
        if said == self._known and self.same_code:
            return
        self._known, self.same_code = said, True
        content = json.dumps({"code": code_digest(), "files": said}, ensure_ascii=False)
        with replacing(self._path) as temporary:
            temporary.write_text(content, encoding="utf-8")

    def _load(self) -> tuple[dict[str, Any], bool]:
        try:
            whole = json.loads(self._path.read_text(encoding="utf-8"))
            return (whole["files"], True) if whole["code"] == code_digest() else ({}, False)
        except (OSError, ValueError, KeyError, TypeError):
            return {}, False


@cache
def code_digest() -> str:
    """A hash over the sources of what reads files and cuts them."""
    room = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*room.glob("*.py"), *room.joinpath("reading").rglob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _stamped(path: Path) -> list[Any]:
    try:
        found = stamp(path)
    except AssayError:
        return []
    return [found.size, found.modified, found.inode]

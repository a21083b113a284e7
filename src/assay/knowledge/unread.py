"""Files of a folder that could not be read: remembered, so that they are not tried again before they change."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assay import __version__
from assay.kernel.errors import AssayError, InputError
from assay.knowledge.adding import Added, AddState, Source, stamp

FILE = "unread.json"


class Unread:
    """What is remembered in a folder; another version of Assay tries every file again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._known = self._load()

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
        if said == self._known:
            return
        self._known = said
        content = json.dumps({"version": __version__, "files": said}, ensure_ascii=False)
        with replacing(self._path) as temporary:
            temporary.write_text(content, encoding="utf-8")

    def _load(self) -> dict[str, Any]:
        try:
            whole = json.loads(self._path.read_text(encoding="utf-8"))
            found: dict[str, Any] = whole["files"] if whole["version"] == __version__ else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}
        return found


def _stamped(path: Path) -> list[Any]:
    try:
        found = stamp(path)
    except AssayError:
        return []
    return [found.size, found.modified, found.inode]

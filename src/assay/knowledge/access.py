"""Access files: which groups somebody is in and which groups may read a document, as one JSON file says it.

``{"users": {"li": ["ops"]}, "documents": {"manuals/pump.pdf": ["ops", "maint"]}}``; ``{"groups": {"ops": ["li"]}}``
says the same of users from the other side, and one name may stand without brackets. A document is named by its path
inside the library, its file name, or that without its ending; where several entries fit, each of them must permit.
A document that no entry fits is read by nobody; somebody who is not listed is in no group.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from assay.kernel.errors import InputError
from assay.knowledge.rights import Asker

_ABOUT_USERS, _ABOUT_GROUPS, _ABOUT_DOCUMENTS = "users", "groups", "documents"


@dataclass(frozen=True, slots=True)
class AccessBook:
    """What an access file says; names are in Unicode's composed form (NFC)."""

    users: Mapping[str, frozenset[str]]
    documents: Mapping[str, frozenset[str]]

    @classmethod
    def load(cls, path: Path) -> AccessBook:
        """Read a file; InputError for one that is absent or is not as described above."""
        try:
            source = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise InputError("knowledge.access_missing", path=path) from None
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("knowledge.access_unreadable", path=path, problem=error) from None
        return cls.parse(source, str(path))

    @classmethod
    def parse(cls, source: str, path: str = "access.json") -> AccessBook:
        """Read JSON text; ``path`` is only named in errors."""
        try:
            whole = json.loads(source, object_pairs_hook=_unrepeated)
        except (ValueError, RecursionError) as error:
            raise InputError("knowledge.access_wrong", path=path, problem=str(error)) from None
        if not isinstance(whole, dict) or _ABOUT_DOCUMENTS not in whole:
            raise InputError("knowledge.access_wrong", path=path, problem=f'no "{_ABOUT_DOCUMENTS}"')
        users: dict[str, frozenset[str]] = dict(_entries(whole, _ABOUT_USERS, path))
        for group, members in _entries(whole, _ABOUT_GROUPS, path):
            for member in members:
                users[member] = users.get(member, frozenset()) | {group}
        documents = {_plain(name): groups for name, groups in _entries(whole, _ABOUT_DOCUMENTS, path)}
        return cls(users, documents)

    def asker(self, user: str) -> Asker:
        """Somebody with the groups that the file gives; none for who is not listed."""
        return Asker(user, self.users.get(unicodedata.normalize("NFC", user), frozenset()))

    def groups_of(self, name: str) -> tuple[frozenset[str], ...]:
        """The groups of each entry that fits a document; each of them must permit, and with none nobody may read."""
        path = PurePosixPath(_plain(name))
        forms = {str(path), path.name, path.stem, str(path.with_suffix("")) if path.name else ""}
        return tuple(self.documents[form] for form in sorted(forms) if form in self.documents)

    def permit(self, asker: Asker) -> Callable[[str], bool]:
        """Whether somebody may read the document of a name."""

        def permitted(name: str) -> bool:
            entries = self.groups_of(name)
            return bool(entries) and all(asker.may_read(groups) for groups in entries)

        return permitted


def _entries(whole: Mapping[str, Any], part: str, path: str) -> Iterable[tuple[str, frozenset[str]]]:
    entries = whole.get(part, {})
    if not isinstance(entries, dict):
        raise InputError("knowledge.access_wrong", path=path, problem=f'"{part}": {_short(entries)}')
    for name, value in entries.items():
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(one, str) and one for one in names):
            raise InputError("knowledge.access_wrong", path=path, problem=f'"{part}", "{name}": {_short(value)}')
        yield unicodedata.normalize("NFC", name), frozenset(unicodedata.normalize("NFC", one) for one in names)


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a later key win silently; here that would hide a right."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands twice")
        found[name] = value
    return found


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]

"""Migrations of a store: the records' own here; configured in code, so that they work from an installed package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Migrations:
    """A folder with Alembic's ``env.py`` and ``versions``, its newest revision, and the table that keeps the revision.

    Stores that may share a database have different tables.
    """

    folder: Path
    head: str
    table: str = "alembic_version"

    def config(self, connection: Connection | None = None) -> Config:
        """Alembic's configuration, bound to an open connection."""
        from alembic.config import Config

        made = Config()
        made.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        made.attributes["connection"] = connection
        return made

    def known(self) -> frozenset[str]:
        """All revisions that this version of Assay knows."""
        from alembic.script import ScriptDirectory

        return frozenset(script.revision for script in ScriptDirectory.from_config(self.config()).walk_revisions())


RECORDS = Migrations(Path(__file__).parent, head="0001")

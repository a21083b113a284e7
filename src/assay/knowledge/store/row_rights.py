"""Rights of rows on PostgreSQL: a reader's connection sees the rows of documents that its groups may read, no other.

Two settings, both local to one transaction, say who works: ``assay.task`` is ``keep`` for what adds and removes, and
``assay.groups`` holds a reader's groups. With neither a row is seen by nobody. FORCE binds the tables' owner too, and
a reader takes the role ``assay_reader`` where there is one, because a superuser would pass by every policy.
(PostgreSQL 16 manual, "Row Security Policies".)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from assay.knowledge.store.schema import CONTENT

if TYPE_CHECKING:
    from sqlalchemy import Connection

READER = "assay_reader"
_SEPARATOR = "\x1f"
_KEEPS = f"(current_setting('assay.task', true) = 'keep' AND current_user <> '{READER}')"
_GROUPS = "string_to_array(current_setting('assay.groups', true), E'\\x1f')"
_PERMITTED = "EXISTS (SELECT 1 FROM document_groups g WHERE g.document = {column} AND g.name = ANY ({groups}))"


def protect(connection: Connection) -> None:
    """Switch the rights on, for every table that holds something of a document."""
    _make_role(connection)
    rules = {table.name: _PERMITTED.format(column=f"{table.name}.document", groups=_GROUPS) for table in CONTENT}
    rules["documents"] = _PERMITTED.format(column="documents.id", groups=_GROUPS)
    rules["document_groups"] = f"document_groups.name = ANY ({_GROUPS})"
    rules["originals"] = "EXISTS (SELECT 1 FROM versions v WHERE v.sha256 = originals.sha256)"
    for name, rule in rules.items():
        _protect(connection, name, rule)
    if _has_role(connection):
        connection.exec_driver_sql(f"GRANT SELECT ON revision TO {READER}")
        schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {READER}")


def protect_content(connection: Connection, name: str) -> None:
    """Switch the rights on for one more table with a ``document``."""
    _protect(connection, name, _PERMITTED.format(column=f"{name}.document", groups=_GROUPS))


def _protect(connection: Connection, name: str, rule: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    connection.exec_driver_sql(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    connection.exec_driver_sql(f"CREATE POLICY keeping ON {name} USING {_KEEPS} WITH CHECK {_KEEPS}")
    connection.exec_driver_sql(f"CREATE POLICY reading ON {name} FOR SELECT USING ({rule})")
    if _has_role(connection):
        connection.exec_driver_sql(f"GRANT SELECT ON {name} TO {READER}")


def as_keeper(connection: Connection) -> None:
    """This transaction may add and remove."""
    connection.exec_driver_sql("SET LOCAL assay.task = 'keep'")


def as_reader(connection: Connection, groups: Iterable[str]) -> None:
    """This transaction sees what somebody in these groups may read."""
    from sqlalchemy import text

    joined = _SEPARATOR.join(sorted(groups))
    connection.execute(text("SELECT set_config('assay.groups', :groups, true)"), {"groups": joined})
    if _has_role(connection):
        connection.exec_driver_sql(f"SET LOCAL ROLE {READER}")


def _make_role(connection: Connection) -> None:
    """The role needs a right that not every owner has; without it FORCE alone binds the owner, who is no superuser."""
    able = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    there = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    if connection.exec_driver_sql(there, (READER,)).first() is None and connection.exec_driver_sql(able).scalar():
        connection.exec_driver_sql(f"CREATE ROLE {READER} NOLOGIN")
        connection.exec_driver_sql(f"GRANT {READER} TO current_user")


def _has_role(connection: Connection) -> bool:
    """Whether the role is there and this user may take it."""
    query = f"SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = '{READER}'"
    return bool(connection.exec_driver_sql(query).scalar())

"""Tables of a library: the same on SQLite and PostgreSQL.

What a version holds never changes once it is stored; only its segment (search index) and its doubts do. Every table
with content has a ``document``, so that PostgreSQL can hold the rights of each row.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("name", Text, nullable=False),
    # The file it came from: where a change is looked for, and what tells two files of one name apart.
    Column("source", Text, nullable=False),
    Column("owner", Text, nullable=False),
)

document_groups = Table(
    "document_groups",
    metadata,
    Column("document", String(20), ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
)


def _document() -> Column[str]:
    return Column("document", String(20), ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, index=True)


def _version(*, primary: bool = True) -> Column[str]:
    key = ForeignKey("versions.key", ondelete="CASCADE")
    return Column("version", String(20), key, primary_key=primary, nullable=False, index=not primary)


versions = Table(
    "versions",
    metadata,
    Column("key", String(20), primary_key=True),
    _document(),
    Column("position", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("lang", String(2), nullable=False),
    Column("media", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified", BigInteger, nullable=False),
    Column("inode", String(48), nullable=False),
    Column("owner", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("replaces", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("number", Text, nullable=False, server_default=""),
    Column("superseded", Boolean, nullable=False, server_default=false()),
    Column("added", DateTime(timezone=True), nullable=False),
    Index("ix_versions_document_label", "document", "label", unique=True),
)

pages = Table(
    "pages",
    metadata,
    _version(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _document(),
    Column("text", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("width", Double, nullable=False),
    Column("height", Double, nullable=False),
    Column("scanned", Boolean, nullable=False),
    Column("boxes", LargeBinary),
)

structures = Table("structures", metadata, _version(), _document(), Column("blocks", LargeBinary, nullable=False))

passages = Table(
    "passages",
    metadata,
    Column("id", Text, primary_key=True),
    _version(primary=False),
    Column("position", Integer, nullable=False),
    _document(),
    Column("content", LargeBinary, nullable=False),
)

segments = Table(
    "segments",
    metadata,
    _version(),
    _document(),
    Column("made_by", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

doubts = Table(
    "doubts",
    metadata,
    Column("id", String(20), primary_key=True),
    _version(primary=False),
    Column("position", Integer, nullable=False),
    _document(),
    Column("page", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("time", DateTime(timezone=True)),
)

originals = Table(
    "originals",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# One row, counted up by whatever changes the library: readers keep what they know until it does.
revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)

CONTENT: tuple[Table, ...] = (versions, pages, structures, passages, segments, doubts)
"""The tables whose rows belong to a document."""

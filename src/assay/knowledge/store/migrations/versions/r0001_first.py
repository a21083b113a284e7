"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table; on PostgreSQL also the rights of its rows."""
    _documents()
    _versions()
    _content()
    _search()
    _doubts_and_originals()
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        from assay.knowledge.store.row_rights import protect

        protect(connection)


def downgrade() -> None:
    """Going back means restoring the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup file instead")


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    op.create_table(
        "document_groups",
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("document", "name", name="pk_document_groups"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_document_groups_document", ondelete="CASCADE"),
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(2), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.BigInteger(), nullable=False),
        sa.Column("inode", sa.String(48), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("added", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_versions"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name="fk_versions_document", ondelete="CASCADE"),
    )
    op.create_index("ix_versions_document", "versions", ["document"])
    op.create_index("ix_versions_document_label", "versions", ["document", "label"], unique=True)


def _content() -> None:
    op.create_table(
        "pages",
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("width", sa.Double(), nullable=False),
        sa.Column("height", sa.Double(), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("boxes", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("version", "number", name="pk_pages"),
        *_keys("pages"),
    )
    op.create_index("ix_pages_document", "pages", ["document"])
    op.create_table(
        "structures",
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_structures"),
        *_keys("structures"),
    )
    op.create_index("ix_structures_document", "structures", ["document"])


def _search() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passages"),
        *_keys("passages"),
    )
    op.create_index("ix_passages_document", "passages", ["document"])
    op.create_index("ix_passages_version", "passages", ["version"])
    op.create_table(
        "segments",
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_segments"),
        *_keys("segments"),
    )
    op.create_index("ix_segments_document", "segments", ["document"])


def _doubts_and_originals() -> None:
    op.create_table(
        "doubts",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("time", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_doubts"),
        *_keys("doubts"),
    )
    op.create_index("ix_doubts_document", "doubts", ["document"])
    op.create_index("ix_doubts_version", "doubts", ["version"])
    op.create_table(
        "originals",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "part", name="pk_originals"),
    )
    counter = op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
    )
    op.bulk_insert(counter, [{"id": 1, "number": 0}])


def _keys(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(["version"], ["versions.key"], name=f"fk_{table}_version", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["document"], ["documents.id"], name=f"fk_{table}_document", ondelete="CASCADE"),
    )

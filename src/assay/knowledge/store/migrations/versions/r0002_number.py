"""The number that a document states of itself: what others name when they replace it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column; documents that are there get theirs when they are read again."""
    op.add_column("versions", sa.Column("number", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Going back means restoring the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup file instead")

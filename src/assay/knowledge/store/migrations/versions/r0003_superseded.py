"""What a document says of itself: that it is no longer in force, since a day that it does not tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column; documents that are there get theirs when they are read again."""
    op.add_column("versions", sa.Column("superseded", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Going back means restoring the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup file instead")

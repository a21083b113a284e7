"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    _evidence()
    _runs_and_actions()
    _events_and_feedback()
    _audit()


def downgrade() -> None:
    """Going back means restoring the backup that was made before the upgrade."""
    raise NotImplementedError("restore the backup file instead")


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(19), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("producer", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("parents", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("tolerance", sa.Double(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_producer", "evidence", ["producer"])
    op.create_table(
        "run_evidence",
        sa.Column("position", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("evidence", sa.String(19), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_run_evidence"),
        sa.ForeignKeyConstraint(["evidence"], ["evidence.id"], name="fk_run_evidence_evidence"),
    )
    op.create_index("ix_run_evidence_run", "run_evidence", ["run", "evidence"], unique=True)


def _runs_and_actions() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.Column("finished", TIME),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("status", sa.String(24)),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    op.create_index("ix_runs_started", "runs", ["started"])
    op.create_table(
        "actions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires", TIME, nullable=False),
        sa.Column("created", TIME, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_actions"),
    )
    op.create_index("ix_actions_run", "actions", ["run"])
    op.create_index("ix_actions_state", "actions", ["state"])


def _events_and_feedback() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("time", TIME, nullable=False),
        sa.Column("plant", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(32)),
        sa.Column("priority", sa.String(16)),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("digest", name="uq_events_digest"),
    )
    op.create_index("ix_events_plant_time", "events", ["plant", "time"])
    op.create_index("ix_events_plant_tag_time", "events", ["plant", "tag", "time"])
    op.create_table(
        "feedback",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("time", TIME, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("true_cause", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_run", "feedback", ["run"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])

"""Runs that wait for their turn, and the business key by which people find a run."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("slot", sa.String(), nullable=True))
    op.add_column("runs", sa.Column("slot_limit", sa.Integer(), nullable=True))
    op.add_column("runs", sa.Column("admitted", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("runs", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("queued_for", sa.String(), nullable=True))
    op.add_column("runs", sa.Column("business_key", sa.String(), nullable=True))
    waits = sa.text("NOT admitted")
    op.create_index(
        "ix_runs_to_admit",
        "runs",
        ["workspace_id", "priority", "created_at"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    holds = sa.text("slot IS NOT NULL AND ended_at IS NULL")
    op.create_index("ix_runs_by_slot", "runs", ["slot"], sqlite_where=holds, postgresql_where=holds)
    named = sa.text("business_key IS NOT NULL")
    op.create_index(
        "ix_runs_by_business_key",
        "runs",
        ["workspace_id", "business_key", "created_at"],
        sqlite_where=named,
        postgresql_where=named,
    )


def downgrade() -> None:
    for index in ("ix_runs_by_business_key", "ix_runs_by_slot", "ix_runs_to_admit"):
        op.drop_index(index, "runs")
    for column in ("business_key", "queued_for", "priority", "admitted", "slot_limit", "slot"):
        op.drop_column("runs", column)

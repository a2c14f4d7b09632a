"""Child runs and their callers, answers before the end, options of a run, pins, settings of a workspace."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

def _columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("caller_run_id", sa.String(), nullable=True),
        sa.Column("caller_key", sa.String(), nullable=True),
        sa.Column("caller_waits", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("depth", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("options", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("response", sa.Text(), nullable=False, server_default="null"),
        sa.Column("attention", sa.String(), nullable=True),
        sa.Column("error_workflow", sa.String(), nullable=True),
        sa.Column("follow_up_due", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column("runs", column)
    op.add_column("workflows", sa.Column("pins", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("workspaces", sa.Column("settings", sa.Text(), nullable=False, server_default="{}"))
    due = sa.text("follow_up_due")
    op.create_index("ix_runs_to_follow_up", "runs", ["ended_at"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    op.drop_index("ix_runs_to_follow_up", "runs")
    op.drop_column("workspaces", "settings")
    op.drop_column("workflows", "pins")
    for column in reversed(_columns()):
        op.drop_column("runs", column.name)

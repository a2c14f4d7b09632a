"""Which Temporal workflow waits for a child run, and children found by who called them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("caller_execution", sa.String(), nullable=True))
    called = sa.text("caller_run_id IS NOT NULL")
    op.create_index(
        "ix_runs_by_caller", "runs", ["caller_run_id", "caller_key"], sqlite_where=called, postgresql_where=called
    )


def downgrade() -> None:
    op.drop_index("ix_runs_by_caller", "runs")
    op.drop_column("runs", "caller_execution")

"""Reruns found by the run that they repeat."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    repeats = sa.text("parent_run_id IS NOT NULL")
    op.create_index(
        "ix_runs_by_parent", "runs", ["parent_run_id", "created_at"], sqlite_where=repeats, postgresql_where=repeats
    )


def downgrade() -> None:
    op.drop_index("ix_runs_by_parent", "runs")

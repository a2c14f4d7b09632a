"""Failed runs by what makes failures the same, and what people have decided on them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("fingerprint", sa.String(), nullable=True))
    failed = sa.text("fingerprint IS NOT NULL")
    op.create_index(
        "ix_runs_by_fingerprint",
        "runs",
        ["workspace_id", "fingerprint", "ended_at", "workflow_id", "id"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
    op.create_table(
        "failure_decisions",
        sa.Column("workspace_id", sa.String(), sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("fingerprint", sa.String(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("failure_decisions")
    op.drop_index("ix_runs_by_fingerprint", "runs")
    op.drop_column("runs", "fingerprint")

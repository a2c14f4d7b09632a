"""Results of nodes that may be taken instead of a call."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "node_results",
        sa.Column("workspace_id", sa.String(), sa.ForeignKey("workspaces.id"), primary_key=True),
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("workflow_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_node_results_by_age", "node_results", ["workspace_id", "stored_at"])
    op.create_index("ix_node_results_by_workflow", "node_results", ["workflow_id"])
    op.create_index("ix_node_results_by_end", "node_results", ["expires_at"])


def downgrade() -> None:
    op.drop_table("node_results")

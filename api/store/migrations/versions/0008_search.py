"""Full-text search over runs, an index for every filter of their list, and filters that people save."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LISTED = [
    "workspace_id", "created_at", "id", "status", "workflow_id", "trigger_kind", "version", "duration_ms", "business_key", "parent_run_id",
]  # fmt: skip


def upgrade() -> None:
    op.add_column("runs", sa.Column("searchable", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("duration_ms", sa.BigInteger(), nullable=True))
    op.drop_index("ix_runs_listed", "runs")
    op.create_index("ix_runs_listed", "runs", _LISTED)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE run_search USING fts5"
            "(run_id UNINDEXED, workspace_id UNINDEXED, words, tokenize = \"unicode61 remove_diacritics 0\")"
        )
    else:
        op.execute("CREATE TABLE run_search (run_id VARCHAR PRIMARY KEY, workspace_id VARCHAR NOT NULL, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_run_search_words ON run_search USING gin (words)")
    op.create_table(
        "run_filters",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("workspace_id", sa.String(), sa.ForeignKey("workspaces.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("workspace_id", "name"),
    )


def downgrade() -> None:
    op.drop_table("run_filters")
    op.execute("DROP TABLE run_search")
    op.drop_index("ix_runs_listed", "runs")
    op.create_index("ix_runs_listed", "runs", ["workspace_id", "created_at", "id"])
    op.drop_column("runs", "duration_ms")
    op.drop_column("runs", "searchable")

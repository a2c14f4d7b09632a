"""How long the runs of a workflow are kept, and about how much a run takes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workflows", sa.Column("retention", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("runs", sa.Column("stored_bytes", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("runs", "stored_bytes")
    op.drop_column("workflows", "retention")

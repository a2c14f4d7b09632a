"""Alembic's entry: runs on the connection that `api.store.upgrade` hands over, in its transaction."""

from alembic import context
from sqlmodel import SQLModel

import api.store.tables  # noqa: F401  fills the metadata


def run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        # The caller's transaction holds the lock; alembic must not open one of its own.
        transaction_per_migration=False,
    )
    context.run_migrations()


run()

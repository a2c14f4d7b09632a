"""`holdfast export` and `holdfast open`: a run as a file, and a bundle of another installation."""

import os
from pathlib import Path
from urllib.parse import quote

import typer
from rich.markup import escape

from temporal_workers.commands import console
from temporal_workers.commands.product import Product
from temporal_workers.errors import InputUnreadable, OutputRefused, WorkersError
from temporal_workers.settings import ClientSettings

ENDINGS = {"json": "json", "markdown": "md", "bundle": "holdfast.zip", "csv": "csv"}


def export(
    run_id: str,
    format: str,
    *,
    node: str | None = None,
    output: Path | None = None,
    redact: list[str] | None = None,
    product: Product | None = None,
) -> int:
    """Writes the file, whole or not at all; `-` is standard output. Gives the exit code."""
    path = f"/runs/{quote(run_id, safe='')}/export"
    query: dict[str, str | list[str]] = {"format": format, "redact": redact or []}
    if node is not None:
        path, query = f"/runs/{quote(run_id, safe='')}/nodes/{quote(node, safe='')}/export", {}
        format = "csv"
    target = output or Path(f"{f'{node}-' if node else 'run-'}{run_id}.{ENDINGS[format]}")
    try:
        with product or Product.from_settings(ClientSettings()) as reached:
            size = _to_stdout(reached, path, query) if str(target) == "-" else _to_file(reached, path, query, target)
    except WorkersError as failure:
        console.show_failure(failure)
        return 1
    if str(target) != "-":
        console.output().print(escape(f"{target}: {size} bytes"))
    return 0


def open_bundle(file: Path, *, product: Product | None = None) -> int:
    """Says which run it has become. Gives the exit code."""
    try:
        with product or Product.from_settings(ClientSettings()) as reached:
            try:
                with file.open("rb") as content:
                    run = reached.upload("/bundles", content)
            except OSError as failure:
                raise InputUnreadable(f"{file} can't be read: {failure.strerror}", "name a file that `holdfast export` has written") from None
            address = f"{reached.base_url}/runs/{run['id']}"
    except WorkersError as failure:
        console.show_failure(failure)
        return 1
    console.output().print(escape(f"{run['id']} ({run['status']}): {address}"))
    return 0


def _to_stdout(product: Product, path: str, query: dict[str, str | list[str]]) -> int:
    stream = typer.get_binary_stream("stdout")
    size = 0
    for piece in product.download(path, query):
        size += len(piece)
        stream.write(piece)
    return size


def _to_file(product: Product, path: str, query: dict[str, str | list[str]], target: Path) -> int:
    mine = target.with_name(f".{target.name}.{os.getpid()}")
    size = 0
    try:
        # What a run has read may be for few eyes.
        with os.fdopen(os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for piece in product.download(path, query):
                size += file.write(piece)
        mine.replace(target)
    except OSError as failure:
        raise OutputRefused(f"{target} can't be written: {failure.strerror}", "name another place with --output") from None
    finally:
        mine.unlink(missing_ok=True)
    return size

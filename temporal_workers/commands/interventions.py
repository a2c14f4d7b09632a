"""`holdfast approve`, `reject`, `resume`, `pause`, `skip`: what people tell a run while it goes on."""

from urllib.parse import quote

from rich.markup import escape

from interpreter.json_value import JsonObject
from temporal_workers.commands import console
from temporal_workers.commands.inputs import read_json_argument
from temporal_workers.commands.product import Product
from temporal_workers.errors import WorkersError
from temporal_workers.settings import ClientSettings


def decide(
    run_id: str,
    key: str,
    decision: str,
    *,
    reason: str = "",
    form: str | None = None,
    by: str | None = None,
    product: Product | None = None,
) -> int:
    """Approves or rejects (`decision`); `form` is JSON, or `@FILE`; gives the exit code, like all of these."""
    try:
        told: JsonObject = {"decision": decision, "reason": reason}
        if form is not None:
            told["form"] = read_json_argument(form, "--form")
        if by is not None:
            told["by"] = by
        _tell(f"{_node(run_id, key)}/resume", told, product)
    except WorkersError as failure:
        return _failed(failure)
    return _said(f"{key}: your answer is taken ({decision}).")


def answer(run_id: str, key: str, payload: str, *, product: Product | None = None) -> int:
    """Sends the event that a node waits for; `payload` is JSON, or `@FILE`."""
    try:
        told = {"payload": read_json_argument(payload, "--payload")}
        _tell(f"{_node(run_id, key)}/resume", told, product)
    except WorkersError as failure:
        return _failed(failure)
    return _said(f"{key}: the event is taken.")


def skip(run_id: str, key: str, *, product: Product | None = None) -> int:
    """Ends a node that is pending, waits or is held as skipped."""
    try:
        _tell(f"{_node(run_id, key)}/skip", None, product)
    except WorkersError as failure:
        return _failed(failure)
    return _said(f"{key}: skipped.")


def pause(run_id: str, *, paused: bool, product: Product | None = None) -> int:
    """Starts nothing new in a run, or goes on."""
    try:
        _tell(f"/runs/{quote(run_id, safe='')}/{'pause' if paused else 'resume'}", None, product)
    except WorkersError as failure:
        return _failed(failure)
    return _said("The run is paused: what runs comes to its end, nothing new starts." if paused else "The run goes on.")


def _tell(path: str, told: JsonObject | None, product: Product | None) -> None:
    with product or Product.from_settings(ClientSettings()) as reached:
        reached.tell(path, told)


def _node(run_id: str, key: str) -> str:
    # The key of an instance holds a #, which would end the address.
    return f"/runs/{quote(run_id, safe='')}/nodes/{quote(key, safe='')}"


def _said(text: str) -> int:
    console.output().print(escape(text))
    return 0


def _failed(failure: WorkersError) -> int:
    console.show_failure(failure)
    return 1

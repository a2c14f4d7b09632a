"""`holdfast rerun`: repeats a run that has ended."""

from urllib.parse import quote

from rich.markup import escape

from interpreter.json_value import Json, JsonObject
from temporal_workers.commands import console
from temporal_workers.commands.inputs import read_json_argument
from temporal_workers.commands.product import Product
from temporal_workers.errors import WorkersError
from temporal_workers.settings import ClientSettings


def rerun(
    run_id: str,
    origin: str,
    definition: str,
    *,
    input: str | None = None,
    overrides: str | None = None,
    alone: bool = False,
    product: Product | None = None,
) -> int:
    """Says which run begins and what it reuses; `input` and `overrides` are JSON, or `@FILE`. Gives the exit code."""
    try:
        told: JsonObject = {"from": origin, "definition": int(definition) if definition.isdecimal() else definition}
        if input is not None:
            told["input"] = read_json_argument(input, "--input")
        if overrides is not None:
            told["overrides"] = read_json_argument(overrides, "--overrides")
        if alone:
            told["alone"] = True
        with product or Product.from_settings(ClientSettings()) as reached:
            begun = reached.tell(f"/runs/{quote(run_id, safe='')}/rerun", told)
    except WorkersError as failure:
        console.show_failure(failure)
        return 1
    _show(begun)
    return 0


def _show(begun: JsonObject) -> None:
    output = console.output()
    reuse: list[Json] = begun["reuse"]
    kept = sum(one["reused"] for one in reuse)
    output.print(escape(f"{begun['id']} has begun: {kept} of {len(reuse)} nodes are reused."))
    for one in reuse:
        if not one["reused"]:
            output.print(escape(f"  {one['key']} runs: {one['reason']}"))
    for run_id in begun["continues"]:
        output.print(escape(f"{run_id} goes on with its end."))

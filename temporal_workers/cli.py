"""The `holdfast` command line: one thin function per command; the work is imported when its command is called."""

import sys
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="holdfast",
    help="A durable workflow platform: draw a graph, and every run of it stays alive until it is done.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class _Checked(StrEnum):
    API = "api"
    WORKER = "worker"


class _Exported(StrEnum):
    BUNDLE = "bundle"
    JSON = "json"
    MARKDOWN = "markdown"


_File = Annotated[Path, typer.Argument(help="A definition as JSON, format 1.", dir_okay=False)]
_Input = Annotated[str, typer.Option("--input", "-i", help="The run's input as JSON, or @FILE.")]
_Run = Annotated[str, typer.Argument(help="The id of the run.")]
_Key = Annotated[str, typer.Argument(help="The node's id, in a map or loop with its indices: ask#3.")]
_Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; it is recorded.")]
_By = Annotated[str | None, typer.Option("--by", help="The approver for whom an owner's key decides.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


@app.command()
def up() -> None:
    """Run everything on this machine: Temporal, the API with the web page, and a worker."""
    from temporal_workers.settings import UpSettings
    from temporal_workers.up import up as run

    raise typer.Exit(run(UpSettings()))


@app.command()
def api() -> None:
    """Run the API and the web page."""
    # By import string: this room never imports `api`.
    import_module("api.http.serve").main()


@app.command()
def worker() -> None:
    """Run a worker that executes runs and nodes."""
    import_module("temporal_workers.worker").main()


@app.command()
def migrate() -> None:
    """Bring the database named by DATABASE_URL (or the embedded one) to this version."""
    import_module("temporal_workers.commands.migrate").migrate()


@app.command()
def validate(file: _File, as_json: _Json = False) -> None:
    """Check a definition without running anything; exit code 1 when it has errors."""
    from temporal_workers.commands.validate import validate as run

    raise typer.Exit(run(file, as_json=as_json))


@app.command()
def run(
    file: _File,
    input: _Input = "{}",
    timeout: Annotated[float | None, typer.Option(help="Give up watching after this many seconds.")] = None,
    as_json: _Json = False,
) -> None:
    """Run a definition file on the running product and show its nodes live; exit code 1 unless it succeeds."""
    from temporal_workers.commands.run import run as watch

    raise typer.Exit(watch(file, input, timeout=timeout, as_json=as_json))


@app.command()
def runs(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 20,
    status: Annotated[str | None, typer.Option(help="Only runs with this status; several with commas.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Only runs of this workflow, by its id.")] = None,
    text: Annotated[str | None, typer.Option(help="Words of errors, log lines, names, keys; part of an id.")] = None,
    business_key: Annotated[str | None, typer.Option("--key", help="Only runs with this business key.")] = None,
    as_json: _Json = False,
) -> None:
    """List runs, newest first."""
    from temporal_workers.commands.runs import runs as show

    wanted = {"status": status, "workflow": workflow, "text": text, "business_key": business_key}
    raise typer.Exit(show(limit=limit, as_json=as_json, **wanted))


@app.command()
def approve(
    run_id: _Run,
    key: _Key,
    reason: _Reason = "",
    form: Annotated[str | None, typer.Option(help="What the form asks for, as JSON or @FILE.")] = None,
    by: _By = None,
) -> None:
    """Approve what a run asks people for."""
    from temporal_workers.commands.interventions import decide

    raise typer.Exit(decide(run_id, key, "approve", reason=reason, form=form, by=by))


@app.command()
def reject(run_id: _Run, key: _Key, reason: _Reason = "", by: _By = None) -> None:
    """Reject what a run asks people for."""
    from temporal_workers.commands.interventions import decide

    raise typer.Exit(decide(run_id, key, "reject", reason=reason, by=by))


@app.command()
def pause(run_id: _Run) -> None:
    """Start nothing new in a run; what runs comes to its end."""
    from temporal_workers.commands.interventions import pause as tell

    raise typer.Exit(tell(run_id, paused=True))


@app.command()
def resume(
    run_id: _Run,
    key: Annotated[str | None, typer.Argument(help="The node that waits for an event; without it, the paused run.")] = None,
    payload: Annotated[str, typer.Option("--payload", "-p", help="The event as JSON, or @FILE.")] = "null",
) -> None:
    """Go on with a paused run, or send the event that a node waits for."""
    from temporal_workers.commands.interventions import answer
    from temporal_workers.commands.interventions import pause as tell

    raise typer.Exit(tell(run_id, paused=False) if key is None else answer(run_id, key, payload))


@app.command()
def skip(run_id: _Run, key: _Key) -> None:
    """Skip a node that is pending, waits or is held."""
    from temporal_workers.commands.interventions import skip as tell

    raise typer.Exit(tell(run_id, key))


@app.command()
def rerun(
    run_id: _Run,
    origin: Annotated[
        str, typer.Option("--from", help="start, failed, failed-items, a node's id, or an instance key.")
    ] = "failed",
    definition: Annotated[str, typer.Option(help="original, latest, draft, or a version.")] = "original",
    input: Annotated[str | None, typer.Option(help="Another input, as JSON or @FILE.")] = None,
    overrides: Annotated[str | None, typer.Option(help='Edited outputs, as JSON {"<key>": output} or @FILE.')] = None,
    alone: Annotated[bool, typer.Option("--alone", help="Of a child run: not the runs that wait for it.")] = False,
) -> None:
    """Run a run that has ended again; what still holds of it is not called a second time."""
    from temporal_workers.commands.rerun import rerun as repeat

    raise typer.Exit(repeat(run_id, origin, definition, input=input, overrides=overrides, alone=alone))


@app.command()
def export(
    run_id: _Run,
    format: Annotated[_Exported, typer.Option(help="What to write.")] = _Exported.BUNDLE,
    node: Annotated[str | None, typer.Option(help="Only this node: its instances as a table (CSV).")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; - for standard output.")] = None,
    redact: Annotated[
        list[str] | None, typer.Option(help="Of a bundle: leave out the values of this field, as email or customer.email; repeatable.")
    ] = None,
) -> None:
    """Write a run to a file: as a bundle that another installation opens, as JSON, or as a report."""
    from temporal_workers.commands.bundles import export as write

    raise typer.Exit(write(run_id, format.value, node=node, output=output, redact=redact))


@app.command("open")
def open_(file: Annotated[Path, typer.Argument(help="A bundle that `holdfast export` has written.", dir_okay=False)]) -> None:
    """Open a run of another installation: it is shown like any other, and never begun here."""
    from temporal_workers.commands.bundles import open_bundle

    raise typer.Exit(open_bundle(file))


@app.command()
def doctor(as_json: _Json = False) -> None:
    """Check this machine and installation, with a way out for everything that is wrong."""
    from temporal_workers.commands.doctor import doctor as show

    raise typer.Exit(show(as_json=as_json))


@app.command()
def check(what: Annotated[_Checked, typer.Argument(help="Which process of this machine or container.")]) -> None:
    """Tell a container engine whether the api or the worker is alive; exit code 1 when not."""
    from temporal_workers.commands.alive import check as run

    raise typer.Exit(run(what.value))


@app.command(hidden=True)
def temporal() -> None:
    """Find or fetch the Temporal executable and print its path."""
    from temporal_workers.commands.temporal import temporal as show

    raise typer.Exit(show())


@app.command()
def version() -> None:
    """Print the version."""
    from temporal_workers.commands.version import version as show

    typer.echo(show())


def main() -> None:
    # A closed pipe (`holdfast runs | head`) is no error of ours.
    try:
        app()
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(141) from None

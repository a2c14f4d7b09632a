"""S09, S10: expression bombs end in a clear error of their node, and whoever runs beside them hardly notices."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.ledger import Ledger, running_ledger
from tests.running_product import RunningProduct, running_product

pytestmark = pytest.mark.engine

RUNS = 40
AT_MOST = 2.0
ERRORS = {"BudgetExceeded", "ExpressionError", "ValueTooLarge"}
FIBONACCI = "($f := function($n) { $n < 2 ? $n : $f($n - 1) + $f($n - 2) }; $f(40))"
BOMBS = {
    # Cheap by their text: the workflow begins them, and hands them on when its own budget is used up.
    "range": "[1..10000000]",
    "ranges": "[1..1000].([1..1000])",
    "pad": "$pad('a', 1000000000)",
    "power": "$power(9, 1000000000)",
    "pieces": "$split(input.text, '')",
    "texts": "$join([1..1000000].$string($), '-')",
    # With lambdas and regular expressions: evaluated by an activity.
    "calls": "($f := function($n) { $f($n + 1) }; $f(0))",
    "fibonacci": FIBONACCI,
    "doubled": "($d := function($s, $n) { $n = 0 ? $s : $d($s & $s, $n - 1) }; $d('x', 60))",
    "joined": "$reduce([1..100000], function($a, $b) { $a & 'xxxxxxxxxxxxxxxxxxxx' }, '')",
    "squares": "$map([1..1000], function($x) { $map([1..1000], function($y) { $x * $y }) })",
    "sorted": "$sort([1..100000], function($a, $b) { $a < $b })",
    "replaced": "$replace(input.text, /a/, function($m) { 'bb' })",
    "repeated": "$match(input.text, /(a+)+$/) ? $map([1..100000], function($x) { $contains(input.text, /b$/) })",
}


@contextmanager
def _product(home: Path) -> Iterator[tuple[RunningProduct, Ledger]]:
    with running_ledger() as ledger, running_product(home) as product:
        yield product, ledger


def _ordinary(ledger: Ledger) -> dict[str, Any]:
    nodes = [
        {"id": "begin", "type": "core.set@1", "config": {"values": {"n": "{{ input.n + 1 }}"}}},
        {"id": "call", "type": "core.http_request@1", "config": {"method": "GET", "url": f"{ledger.url}?key=k{{{{ nodes.begin.n }}}}"}},
        {"id": "good", "type": "core.if@1", "config": {"condition": "{{ nodes.call.status = 200 }}"}},
        {"id": "end", "type": "core.set@1", "config": {"values": {"twice": "{{ nodes.begin.n * 2 }}"}}},
    ]
    edges: list[dict[str, str]] = [
        {"source": "begin", "target": "call"},
        {"source": "call", "target": "good"},
        {"source": "good", "source_port": "true", "target": "end"},
    ]
    return {"name": "ordinary", "nodes": nodes, "edges": edges}


def _bombs(ledger: Ledger) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [
        {"id": name, "type": "core.set@1", "config": {"values": {"value": f"{{{{ {bomb} }}}}"}}, "on_error": "continue"}
        for name, bomb in BOMBS.items()
    ]
    # The parameters of a service node are rendered beside the node itself.
    url = f"{ledger.url}?key={{{{ {FIBONACCI} }}}}"
    nodes.append({"id": "called", "type": "core.http_request@1", "config": {"method": "GET", "url": url}, "on_error": "continue"})
    return {"name": "bombs", "nodes": nodes, "edges": []}


def _seconds(product: RunningProduct, workflow_id: str) -> float:
    began = time.perf_counter()
    run = product.start_run(workflow_id, {"n": 1}, wait=60)
    assert run["status"] == "succeeded", run
    return time.perf_counter() - began


@contextmanager
def _beside(act: Callable[[], None]) -> Iterator[list[BaseException]]:
    """Does something again and again, until the block is through."""
    over = threading.Event()
    failures: list[BaseException] = []

    def again() -> None:
        try:
            while not over.is_set():
                act()
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield failures
    finally:
        over.set()
        thread.join(120)


def test_every_bomb_is_a_clear_error_and_runs_beside_them_take_at_most_twice_as_long(tmp_path: Path) -> None:
    with _product(tmp_path) as (product, ledger):
        ordinary, bombs = product.published(_ordinary(ledger)), product.published(_bombs(ledger))
        given = {"text": "a" * 1_000_000}
        exploded: list[str] = []

        def explode() -> None:
            exploded.append(product.start_run(bombs, given, wait=60)["id"])

        explode()  # its process is there, as it is on a worker that has been up for a while
        for _ in range(5):
            _seconds(product, ordinary)
        quiet = [_seconds(product, ordinary) for _ in range(RUNS)]
        with _beside(explode) as failures:
            time.sleep(0.5)
            beside = [_seconds(product, ordinary) for _ in range(RUNS)]
        ratio = statistics.median(beside) / statistics.median(quiet)
        figures = f"quiet {_shown(quiet)}, beside bombs {_shown(beside)}, {len(exploded)} runs of bombs"
        print(figures)
        assert failures == []
        assert len(exploded) >= 2
        ends = {row["key"]: (row["status"], (row["error"] or {}).get("name")) for row in product.nodes(exploded[-1])}
        assert len(ends) == len(BOMBS) + 1
        assert {key: end for key, end in ends.items() if end[0] != "failed" or end[1] not in ERRORS} == {}
        assert ratio <= AT_MOST, figures
        log = "".join(path.read_text(errors="replace") for path in (tmp_path / "logs").glob("*.log"))
        assert "TMPRL1101" not in log and "deadlock" not in log.lower()


def _shown(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"median {1000 * statistics.median(ordered):.0f} ms, p95 {1000 * ordered[int(len(ordered) * 0.95)]:.0f} ms"

"""F17, cancels that come while work is half done: between pages, in a fan-out, behind a limit, with a process dead."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from tests.ledger import Ledger
from tests.running_product import RunningProduct

pytestmark = pytest.mark.engine

CANCEL_SECONDS = 15
QUIET_SECONDS = 1.5
"""How long nobody may be called after the end: ten pages, or thirty items, would fit."""


@dataclass
class Book:
    """A service whose list never ends; it tells which pages were read."""

    url: str = ""
    read: list[int] = field(default_factory=list)


@contextmanager
def running_book() -> Iterator[Book]:
    book = Book()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = int(parse_qs(urlsplit(self.path).query)["page"][0])
            book.read.append(page)
            time.sleep(0.1)
            body = json.dumps([{"page": page}]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    book.url = f"http://127.0.0.1:{server.server_address[1]}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield book
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def ledger(calm_ledger: Ledger) -> Ledger:
    return calm_ledger


@pytest.fixture
def product(calm_product: RunningProduct) -> RunningProduct:
    return calm_product


def node(node_id: str, kind: str, config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": f"core.{kind}@1", "config": config or {}, **more}


def call(ledger: Ledger, node_id: str, key: str, **more: Any) -> dict[str, Any]:
    return node(node_id, "http_request", {"method": "POST", "url": f"{ledger.url}?key={key}"}, **more)


def tidied(ledger: Ledger, name: str, *body: dict[str, Any]) -> dict[str, Any]:
    """A definition that does `body` in a try with a clean-up, and calls `<name>-after` when it is through."""
    inner = [{**one, "parent": one.get("parent", "all")} for one in body]
    final = [node("final", "finally", parent="all"), call(ledger, "tidy", f"{name}-tidy", parent="final")]
    nodes = [node("all", "try"), *inner, *final, call(ledger, "after", f"{name}-after")]
    return {"nodes": nodes, "edges": [{"source": "all", "target": "after"}]}


def statuses(product: RunningProduct, run_id: str) -> dict[str, str]:
    return {row["key"]: row["status"] for row in product.nodes(run_id)}


def cancelled_in_time(product: RunningProduct, run_id: str) -> float:
    """Cancels the run; gives the seconds until its end was recorded."""
    begun = time.monotonic()
    assert product.http.post(f"/runs/{run_id}/cancel").status_code == 202
    ended = product.ended(run_id, 2 * CANCEL_SECONDS)
    took = time.monotonic() - begun
    assert ended["status"] == "cancelled", ended
    assert took <= CANCEL_SECONDS
    return took


def tidied_once(ledger: Ledger, name: str) -> bool:
    return (len(ledger.calls[f"{name}-tidy"]), len(ledger.calls[f"{name}-after"])) == (1, 0)


def test_a_cancel_between_pages_reads_no_further_page(product: RunningProduct, ledger: Ledger) -> None:
    with running_book() as book:
        pages = {"mode": "page", "max_pages": 1000}
        busy = node("busy", "http_request", {"url": book.url, "pagination": pages}, timeout="10m")
        run = product.start_run(product.published(tidied(ledger, "paging", busy)))
        product.until(lambda: len(book.read) >= 5, "five pages are read")
        cancelled_in_time(product, run["id"])
        read = len(book.read)
        time.sleep(QUIET_SECONDS)
        assert len(book.read) == read < 1000
        assert book.read == list(range(1, read + 1))  # one attempt, no page twice
    assert statuses(product, run["id"])["busy"] == "cancelled" and tidied_once(ledger, "paging")


@pytest.mark.parametrize("items", [30, 260])
def test_a_cancelled_fan_out_begins_no_further_item(product: RunningProduct, ledger: Ledger, items: int) -> None:
    """Also with so many items that they run in batches of their own."""
    name = f"items{items}"
    each = node("each", "map", {"items": f"{{{{ [1..{items}] }}}}", "concurrency": 3})
    for number in range(1, items + 1):
        ledger.hold(f"{name}-{number}")
    one = call(ledger, "one", f"{name}-{{{{ item }}}}", parent="each")
    run = product.start_run(product.published(tidied(ledger, name, each, one)))
    for number in (1, 2, 3):
        ledger.wait_for(f"{name}-{number}")
    ledger.let_go(f"{name}-1")
    ledger.wait_for(f"{name}-4")
    cancelled_in_time(product, run["id"])
    for number in range(2, items + 1):
        ledger.let_go(f"{name}-{number}")
    time.sleep(QUIET_SECONDS)
    assert [n for n in range(1, items + 1) if ledger.arrived[f"{name}-{n}"].is_set()] == [1, 2, 3, 4]
    rows = statuses(product, run["id"])
    assert [rows[f"one#{n}"] for n in range(4)] == ["succeeded", "cancelled", "cancelled", "cancelled"]
    assert not set(rows.values()) & {"running", "retrying", "waiting", "pending"}
    assert tidied_once(ledger, name)


def test_a_cancel_ends_code_that_never_ends_by_itself(product: RunningProduct, ledger: Ledger) -> None:
    code = "n = 0\nwhile True:\n    n = n + 1\n"
    busy = node("busy", "code", {"code": code, "max_seconds": 30}, timeout="60s")
    run = product.start_run(product.published(tidied(ledger, "code", busy)))
    product.until(lambda: statuses(product, run["id"]).get("busy") == "running", "the code runs")
    cancelled_in_time(product, run["id"])
    assert statuses(product, run["id"])["busy"] == "cancelled" and tidied_once(ledger, "code")


def test_a_cancelled_queued_run_never_reaches_temporal_and_lets_the_next_one_pass(
    product: RunningProduct, ledger: Ledger
) -> None:
    ledger.hold("queued")
    workflow_id = product.published({**tidied(ledger, "queued", call(ledger, "busy", "queued")), "settings": {"concurrency": {"limit": 1}}})
    first = product.start_run(workflow_id)["id"]
    ledger.wait_for("queued")
    waits, behind = (product.start_run(workflow_id)["id"] for _ in range(2))
    assert product.run(waits)["status"] == product.run(behind)["status"] == "queued"
    assert cancelled_in_time(product, waits) <= 2
    assert product.run(behind)["queued_for"] == {"reason": "workflow_limit", "before": 0}
    ledger.let_go("queued")
    assert [product.ended(one)["status"] for one in (first, behind)] == ["succeeded", "succeeded"]
    assert asyncio.run(known_to_temporal(product, (first, waits, behind))) == [True, False, True]
    assert len(ledger.calls["queued"]) == len(ledger.calls["queued-tidy"]) == 2


async def known_to_temporal(product: RunningProduct, run_ids: tuple[str, ...]) -> list[bool]:
    system = product.http.get("/system").json()["temporal"]
    client = await Client.connect(system["address"], namespace=system["namespace"])
    known = []
    for run_id in run_ids:
        try:
            await client.get_workflow_handle(run_id).describe()
            known.append(True)
        except RPCError as error:
            assert error.status == RPCStatusCode.NOT_FOUND
            known.append(False)
    return known


def test_a_cancel_reaches_a_child_that_is_still_queued(product: RunningProduct, ledger: Ledger) -> None:
    ledger.hold("full")
    child = product.published({"nodes": [call(ledger, "busy", "full")], "settings": {"concurrency": {"limit": 1}}})
    full = product.start_run(child)["id"]
    ledger.wait_for("full")
    parent = product.start_run(product.published(tidied(ledger, "waits-for-child", node("ask", "run_workflow", {"workflow": child}))))

    def children() -> list[dict[str, Any]]:
        return [one for one in product.http.get("/runs", params={"workflow": child}).json()["items"] if one["caller"]]

    product.until(lambda: [one["status"] for one in children()] == ["queued"], "the child is queued")
    cancelled_in_time(product, parent["id"])
    [queued] = children()
    assert product.ended(queued["id"], CANCEL_SECONDS)["status"] == "cancelled"
    ledger.let_go("full")
    assert product.ended(full)["status"] == "succeeded"
    assert len(ledger.calls["full"]) == 1 and tidied_once(ledger, "waits-for-child")


def test_a_paused_run_is_cancelled_and_tidied(product: RunningProduct, ledger: Ledger) -> None:
    ledger.hold("paused")
    run = product.start_run(product.published(tidied(ledger, "paused", call(ledger, "busy", "paused"))))
    ledger.wait_for("paused")
    assert product.http.post(f"/runs/{run['id']}/pause").status_code == 202
    product.until(lambda: product.run(run["id"])["attention"] == "paused", "the run is paused")
    cancelled_in_time(product, run["id"])
    ledger.let_go("paused")
    assert tidied_once(ledger, "paused")


def test_a_second_cancel_ends_the_clean_up_too(product: RunningProduct, ledger: Ledger) -> None:
    for key in ("twice", "twice-tidy"):
        ledger.hold(key)
    run = product.start_run(product.published(tidied(ledger, "twice", call(ledger, "busy", "twice"))))
    ledger.wait_for("twice")
    assert product.http.post(f"/runs/{run['id']}/cancel").status_code == 202
    ledger.wait_for("twice-tidy", CANCEL_SECONDS)
    assert product.run(run["id"])["ended_at"] is None
    cancelled_in_time(product, run["id"])
    for key in ("twice", "twice-tidy"):
        ledger.let_go(key)
    assert statuses(product, run["id"])["tidy"] == "cancelled"


@pytest.mark.parametrize("dead", ["worker", "api"])
def test_a_cancel_is_kept_when_a_process_dies_right_after_it(
    product: RunningProduct, ledger: Ledger, dead: str
) -> None:
    name = f"dead-{dead}"
    ledger.hold(name)
    run = product.start_run(product.published(tidied(ledger, name, call(ledger, "busy", name, timeout="10m"))))
    ledger.wait_for(name)
    begun = time.monotonic()
    assert product.http.post(f"/runs/{run['id']}/cancel").status_code == 202
    product.kill(dead)
    ended = product.ended(run["id"], 60)
    took = time.monotonic() - begun
    ledger.let_go(name)
    assert ended["status"] == "cancelled"
    assert took <= 2 * CANCEL_SECONDS  # the process has to come back first
    assert len(ledger.calls[f"{name}-tidy"]) >= 1 and not ledger.calls[f"{name}-after"]


def test_a_cancel_is_taken_while_temporal_does_not_answer_and_counts_as_one(product: RunningProduct, ledger: Ledger) -> None:
    """Were it refused, people would ask again; and the second cancel of a run ends its clean-up."""
    ledger.hold("deaf")
    run = product.start_run(product.published(tidied(ledger, "deaf", call(ledger, "busy", "deaf", timeout="10m"))))
    ledger.wait_for("deaf")
    product.until(lambda: product.run(run["id"])["status"] == "running", "the run is shown running")
    product.kill("temporal", signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = product.http.post(f"/runs/{run['id']}/cancel", timeout=60)
        took = time.monotonic() - begun
    finally:
        product.kill("temporal", signal.SIGCONT)
    assert (answer.status_code, took < CANCEL_SECONDS) == (202, True), (answer.text, took)
    assert product.ended(run["id"], 2 * CANCEL_SECONDS)["status"] == "cancelled"
    ledger.let_go("deaf")
    assert tidied_once(ledger, "deaf")

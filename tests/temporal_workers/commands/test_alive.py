import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.taskqueue.v1 import PollerInfo

from temporal_workers.commands.alive import check, polls_here
from temporal_workers.ports import next_free


def poller(identity: str, age: float, now: float) -> PollerInfo:
    seen = Timestamp()
    seen.FromDatetime(datetime.fromtimestamp(now - age, UTC))
    return PollerInfo(identity=identity, last_access_time=seen)


def test_a_worker_counts_when_it_polled_lately_from_this_machine() -> None:
    now = 1_800_000_000.0
    assert polls_here([poller("1@here", 5, now)], "here", now)
    assert not polls_here([poller("1@elsewhere", 5, now)], "here", now)
    assert not polls_here([poller("1@here", 500, now)], "here", now)


class Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def ready_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), Ready) as server:
        monkeypatch.setenv("HOLDFAST_PORT", str(server.server_port))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def test_an_api_that_answers_is_alive(ready_api: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("api") == 0
    assert "is ready" in capsys.readouterr().out


def test_an_api_that_does_not_answer_is_not_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PORT", str(next_free(27_000)))
    assert check("api") == 1


def test_a_worker_that_nobody_started_is_not_alive(
    temporal_address: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_address)
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    monkeypatch.setattr(socket, "gethostname", lambda: "a machine without a worker")
    assert check("worker") == 1
    assert "no worker of this machine" in capsys.readouterr().out


def test_a_worker_without_its_temporal_is_not_alive(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{next_free(27_500)}")
    monkeypatch.setenv("HOLDFAST_HOME", str(tmp_path))
    assert check("worker") == 1

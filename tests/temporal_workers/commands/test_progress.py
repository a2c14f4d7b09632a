from temporal_workers.commands.progress import Progress
from temporal_workers.commands.sse import Frame


def test_a_node_keeps_its_first_start_and_its_last_attempt() -> None:
    progress = Progress("run")
    progress.take(Frame("1", "node", {"key": "a", "status": "running", "attempt": 1, "at": "10:00"}))
    line = progress.take(Frame("2", "node", {"key": "a", "status": "succeeded", "attempt": 2, "at": "10:05"}))
    assert line is progress.nodes["a"]
    assert (line.began, line.ended, line.attempt) == ("10:00", "10:05", 2)
    assert progress.last_id == "2" and not progress.ended


def test_the_end_closes_the_run_with_its_status() -> None:
    progress = Progress("run")
    assert progress.take(Frame("1", "end", {"status": "failed"})) is None
    assert progress.ended and progress.status == "failed"


def test_a_log_line_changes_no_node() -> None:
    progress = Progress("run")
    assert progress.take(Frame("1", "log", {"key": "a", "message": "hello"})) is None
    assert progress.nodes == {}

from pathlib import Path

from temporal_workers import logs


def test_a_log_above_its_limit_is_cut_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old" * 100)
        assert logs.cut(log, limit=100)
        writer.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "api.log.1").read_bytes() == b"old" * 100


def test_a_small_or_missing_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    assert not logs.cut(log)
    log.write_text("few words")
    assert not logs.cut(log)


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("\n".join(str(number) for number in range(10_000)))
    assert logs.tail(log, lines=2) == "9998\n9999"
    assert logs.tail(tmp_path / "none.log") == ""

from temporal_workers.commands.sse import Frame, frames


def test_frames_are_read_with_comments_and_many_lines_of_data() -> None:
    lines = [": hello", "", "id: 4", "event: node", 'data: {"a":', "data: 1}", "", "data: no json", "", "event: lost"]
    assert list(frames(lines)) == [Frame("4", "node", {"a": 1}), Frame("4", "message", {})]


def test_a_frame_that_was_cut_is_not_delivered() -> None:
    assert list(frames(["id: 1", "data: {}"])) == []

import socket

from temporal_workers import ports


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.next_free(taken) > taken
    assert ports.is_free(taken)


def test_a_port_taken_on_all_addresses_is_not_free_on_one() -> None:
    with socket.create_server(("0.0.0.0", 0)) as listener:
        assert not ports.is_free(listener.getsockname()[1])


def test_a_port_that_is_to_be_avoided_is_not_chosen() -> None:
    first = ports.next_free(20_000)
    assert ports.next_free(first, avoid=frozenset({first})) != first

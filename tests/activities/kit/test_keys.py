"""The key ring: rotation, tampering, and two processes that start at once."""

import base64
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from activities.kit.keys import InvalidKeys, KeyRing, Tampered, UnknownKey
from activities.kit.settings import KitSettings


def key(kid: str) -> str:
    return f"{kid}:{base64.b64encode(os.urandom(32)).decode()}"


def test_what_the_first_key_encrypts_every_ring_that_holds_it_decrypts() -> None:
    old, new = key("old"), key("new")
    kid, sealed = KeyRing.parse(old).encrypt(b"plain", b"ws", "test")
    rotated = KeyRing.parse(f"{new},{old}")
    assert rotated.decrypt(kid, sealed, b"ws", "test") == b"plain"
    assert rotated.encrypt(b"plain", b"ws", "test")[0] == "new"


def test_a_key_that_was_removed_is_named() -> None:
    kid, sealed = KeyRing.parse(key("gone")).encrypt(b"plain", b"", "test")
    with pytest.raises(UnknownKey, match="gone"):
        KeyRing.parse(key("other")).decrypt(kid, sealed, b"", "test")


@pytest.mark.parametrize(("associated", "purpose"), [(b"ws-b", "test"), (b"ws-a", "another")])
def test_bytes_bound_to_something_else_are_not_decrypted(associated: bytes, purpose: str) -> None:
    ring = KeyRing.parse(key("k"))
    kid, sealed = ring.encrypt(b"plain", b"ws-a", "test")
    with pytest.raises(Tampered):
        ring.decrypt(kid, sealed, associated, purpose)


WHOLE = "A" * 43 + "="


@pytest.mark.parametrize("text", ["", "k", "k:short", f"a:{WHOLE},a:{WHOLE}", f":{WHOLE}", "k:***"])
def test_keys_of_another_form_are_refused_without_being_shown(text: str) -> None:
    with pytest.raises(InvalidKeys) as refused:
        KeyRing.parse(text)
    assert "AAAA" not in str(refused.value)


def test_a_signature_holds_after_rotation_and_for_its_purpose_only() -> None:
    old, new = key("old"), key("new")
    signature = KeyRing.parse(old).sign("grant", b"message")
    rotated = KeyRing.parse(f"{new},{old}")
    assert rotated.verify("grant", b"message", signature)
    assert not rotated.verify("lease", b"message", signature)
    assert not KeyRing.parse(new).verify("grant", b"message", signature)


def _made_in_another_process(home: str, answers: "multiprocessing.Queue[tuple[str, str]]") -> None:
    settings = KitSettings(home=Path(home))
    answers.put((settings.worker_token, KeyRing.from_settings(settings).sign("x", b"y").hex()))


def test_processes_that_start_at_once_on_an_empty_home_make_one_key_and_one_token(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    processes = [context.Process(target=_made_in_another_process, args=(str(tmp_path), answers)) for _ in range(4)]
    for process in processes:
        process.start()
    made = {answers.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert len(made) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"keys", "worker-token"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())

"""The vault: sealed for one workspace and one credential."""

import base64

import pytest

from activities.kit.keys import KEY_BYTES, KeyRing, Tampered, UnknownKey
from api.store.credentials import Sealed
from api.store.vault import Vault


def ring(*kids: str) -> KeyRing:
    return KeyRing({kid: (kid * KEY_BYTES).encode()[:KEY_BYTES] for kid in kids})


def test_what_is_sealed_opens_for_its_own_place_only() -> None:
    vault = Vault(ring("a"))
    sealed = vault.seal("ws", "cred_1", {"token": "hidden-word"})
    assert b"hidden-word" not in base64.b64decode(sealed.text)
    assert vault.open("ws", "cred_1", sealed) == {"token": "hidden-word"}
    for workspace_id, credential_id in (("other", "cred_1"), ("ws", "cred_2")):
        with pytest.raises(Tampered):
            vault.open(workspace_id, credential_id, sealed)


def test_a_changed_text_does_not_open() -> None:
    vault = Vault(ring("a"))
    sealed = vault.seal("ws", "cred_1", {"token": "t"})
    changed = bytearray(base64.b64decode(sealed.text))
    changed[-1] ^= 1
    with pytest.raises(Tampered):
        vault.open("ws", "cred_1", Sealed(sealed.key_id, base64.b64encode(bytes(changed)).decode()))


def test_an_older_key_still_opens_and_a_removed_one_says_so() -> None:
    sealed = Vault(ring("old")).seal("ws", "cred_1", {"token": "t"})
    assert Vault(ring("new", "old")).open("ws", "cred_1", sealed) == {"token": "t"}
    with pytest.raises(UnknownKey):
        Vault(ring("new")).open("ws", "cred_1", sealed)

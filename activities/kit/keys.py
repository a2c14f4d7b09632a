"""The ring of encryption keys: the first encrypts, all decrypt."""

import base64
import binascii
import hmac
import os
import secrets
from functools import lru_cache
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from activities.kit.settings import KitSettings, kept_secret

KEY_BYTES = 32
NONCE_BYTES = 12
_DERIVED_KEPT = 4096


class KeysError(Exception):
    """Root of what can be wrong with keys."""

    code = "keys"


class InvalidKeys(KeysError):
    """HOLDFAST_ENCRYPTION_KEYS can't be read."""

    code = "invalid_encryption_keys"


class UnknownKey(KeysError):
    """Something was encrypted with a key that is not in the ring any more."""

    code = "unknown_encryption_key"

    def __init__(self, kid: str) -> None:
        super().__init__(f'the key "{kid}" is not in HOLDFAST_ENCRYPTION_KEYS; add it again behind the others')
        self.kid = kid


class Tampered(KeysError):
    """The bytes are not what was encrypted, or belong to somebody else."""

    code = "tampered"


class KeyRing:
    """AES-256-GCM with a key per purpose, derived from the ring's keys."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._keys = keys
        self.first = next(iter(keys))
        # Per ring, since two rings may know different keys by one name.
        self._cipher = lru_cache(maxsize=_DERIVED_KEPT)(self._derive_cipher)

    @classmethod
    def from_settings(cls, settings: KitSettings) -> "KeyRing":
        """The keys of the environment, or the one that this home has made for itself."""
        if settings.encryption_keys is not None:
            return cls.parse(settings.encryption_keys.get_secret_value())
        fresh = f"home:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"
        return cls.parse(kept_secret(settings.home / "keys", fresh))

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Reads `kid:base64,…`; raises `InvalidKeys` without showing what it read."""
        keys: dict[str, bytes] = {}
        for number, part in enumerate(text.split(","), 1):
            kid, _, encoded = part.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not kid or len(key) != KEY_BYTES or kid in keys:
                raise InvalidKeys(f"encryption key {number} is not of the form kid:<base64 of {KEY_BYTES} bytes>, or its kid repeats")
            keys[kid] = key
        return cls(keys)

    def encrypt(self, plain: bytes, associated: bytes, purpose: str) -> tuple[str, bytes]:
        """The id of the key used, and nonce with ciphertext."""
        nonce = os.urandom(NONCE_BYTES)
        return self.first, nonce + self._cipher(self.first, purpose).encrypt(nonce, plain, associated)

    def decrypt(self, kid: str, sealed: bytes, associated: bytes, purpose: str) -> bytes:
        """Raises `UnknownKey`, or `Tampered`."""
        if kid not in self._keys:
            raise UnknownKey(kid)
        try:
            return self._cipher(kid, purpose).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
        except InvalidTag as error:
            raise Tampered("the bytes can't be decrypted: they were changed, or belong to something else") from error

    def sign(self, purpose: str, message: bytes) -> bytes:
        """An HMAC-SHA256 with the first key."""
        return self._signature(self.first, purpose, message)

    def verify(self, purpose: str, message: bytes, signature: bytes) -> bool:
        """Whether one of the keys made this signature."""
        return any(hmac.compare_digest(self._signature(kid, purpose, message), signature) for kid in self._keys)

    def _signature(self, kid: str, purpose: str, message: bytes) -> bytes:
        return hmac.digest(_derived(self._keys[kid], f"sign:{purpose}"), message, sha256)

    def _derive_cipher(self, kid: str, purpose: str) -> AESGCM:
        return AESGCM(_derived(self._keys[kid], f"encrypt:{purpose}"))


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"holdfast:{purpose}".encode()).derive(key)

"""Encryption and lookup of NIKs, the national identity numbers.

UU 27/2022 requires their protection. A NIK is stored encrypted (AES-GCM) and looked up by a keyed hash (HMAC-SHA-256).
Both keys are derived from the installation's secret (`app/keys.py`), which is not in the database.
"""

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.keys import Purpose, derive_key

NONCE_BYTES = 12


class NikVault:
    """Encrypts, decrypts and hashes with the two keys of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derive_key(secret, Purpose.ENCRYPTION))
        self._hash_key = derive_key(secret, Purpose.NIK_LOOKUP)

    def key(self, nik: str) -> str:
        """Return the keyed hash by which a NIK is looked up, in hexadecimal."""
        return hmac.new(self._hash_key, nik.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, text: str) -> str:
        """Return the text encrypted, in Base64. The same text gives another result each time."""
        return base64.b64encode(self.encrypt_bytes(text.encode())).decode()

    def decrypt(self, encrypted: str) -> str:
        """Decrypt a text that `encrypt` returned. Raises as `decrypt_bytes` does."""
        return self.decrypt_bytes(base64.b64decode(encrypted)).decode()

    def encrypt_bytes(self, content: bytes, nonce: bytes | None = None) -> bytes:
        """Return the bytes encrypted, after a nonce of `NONCE_BYTES`: random, or one that was used with another key."""
        nonce = nonce or os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def decrypt_bytes(self, encrypted: bytes) -> bytes:
        """Return the bytes that `encrypt_bytes` encrypted.

        Raises `cryptography.exceptions.InvalidTag` if they were encrypted with another secret or changed since.
        """
        return self._cipher.decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], None)

"""Keeps NIKs (the national identity number) unreadable in the database and still findable.

UU 27/2022 asks for protection of such data: a NIK is stored encrypted (AES-GCM) and looked up by a keyed
hash (HMAC-SHA-256). Both keys are derived from the installation's secret, which the database doesn't hold.
"""

import base64
import hashlib
import hmac
import os
import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
NIK_DIGITS = 16
# It begins with a digit: texts without any are passed over at once.
_NIK = re.compile(r"\d(?<!\d\d)(?:[ .\-]?\d){15}(?!\d)")


class NikVault:
    """The two keys of one installation, and what is done with them."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"jangkau encryption"))
        self._hash_key = _derive(secret, b"jangkau nik lookup")

    def key(self, nik: str) -> str:
        """What a NIK is looked up by: the same for the same NIK, and no way back from it."""
        return hmac.new(self._hash_key, nik.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, text: str) -> str:
        return base64.b64encode(self.encrypt_bytes(text.encode())).decode()

    def decrypt(self, encrypted: str) -> str:
        return self.decrypt_bytes(base64.b64decode(encrypted)).decode()

    def encrypt_bytes(self, content: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def decrypt_bytes(self, encrypted: bytes) -> bytes:
        """Raises `cryptography.exceptions.InvalidTag` where another secret encrypted it."""
        return self._cipher.decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], None)


def masked(nik: str) -> str:
    """A NIK as people are shown it: the last four digits tell two persons apart."""
    return "•" * 12 + nik[-4:]


def holds_nik(text: str) -> bool:
    """Whether sixteen digits stand together in a text, whatever separates them."""
    return len(text) >= NIK_DIGITS and _NIK.search(text) is not None


def with_niks_masked(text: str) -> str:
    """A text in which every NIK is masked, for what is kept or shown in clear."""
    if len(text) < NIK_DIGITS:
        return text
    return _NIK.sub(lambda found: masked(found.group()), text)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)

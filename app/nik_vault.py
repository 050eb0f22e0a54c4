"""Encryption and lookup of NIKs, the national identity numbers.

UU 27/2022 requires their protection. A NIK is stored encrypted (AES-GCM) and looked up by a keyed hash (HMAC-SHA-256).
Both keys are derived from the installation's secret, which is not in the database.
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
# Beginning with a digit makes the search fast in texts without digits.
_NIK = re.compile(r"\d(?<!\d\d)(?:[ .\-]?\d){15}(?!\d)")


class NikVault:
    """Encrypts, decrypts and hashes with the two keys of one installation."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(_derive(secret, b"jangkau encryption"))
        self._hash_key = _derive(secret, b"jangkau nik lookup")

    def key(self, nik: str) -> str:
        """Return the keyed hash by which a NIK is looked up, in hexadecimal."""
        return hmac.new(self._hash_key, nik.encode(), hashlib.sha256).hexdigest()

    def encrypt(self, text: str) -> str:
        """Return the text encrypted, in Base64. The same text gives another result each time."""
        return base64.b64encode(self.encrypt_bytes(text.encode())).decode()

    def decrypt(self, encrypted: str) -> str:
        """Decrypt a text that `encrypt` returned. Raises as `decrypt_bytes` does."""
        return self.decrypt_bytes(base64.b64decode(encrypted)).decode()

    def encrypt_bytes(self, content: bytes) -> bytes:
        """Return the bytes encrypted, after a random nonce of `NONCE_BYTES`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def decrypt_bytes(self, encrypted: bytes) -> bytes:
        """Return the bytes that `encrypt_bytes` encrypted.

        Raises `cryptography.exceptions.InvalidTag` if they were encrypted with another secret or changed since.
        """
        return self._cipher.decrypt(encrypted[:NONCE_BYTES], encrypted[NONCE_BYTES:], None)


def mask_nik(nik: str) -> str:
    """Return twelve bullets and the last four digits of a NIK."""
    return "•" * 12 + nik[-4:]


def contains_nik(text: str) -> bool:
    """Return whether a text contains sixteen digits in a row that are not part of a longer number.

    A space, dot or hyphen may stand between any two of them.
    """
    return len(text) >= NIK_DIGITS and _NIK.search(text) is not None


def mask_niks(text: str) -> str:
    """Return the text with each NIK that `contains_nik` would find replaced as by `mask_nik`.

    For texts that are stored or shown unencrypted.
    """
    if len(text) < NIK_DIGITS:
        return text
    return _NIK.sub(lambda found: mask_nik(found.group()), text)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    """Return a key of 32 bytes for one purpose, derived from the installation's secret (HKDF)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret)

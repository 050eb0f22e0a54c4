"""Secrets of cookies, links and tokens: long, random, and kept only as their hashes."""

import hashlib
import secrets


def new_secret() -> str:
    """Return a new secret of 256 random bits, which may be part of a URL."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 in hex of a cookie's, link's or token's secret: all that the database keeps of it."""
    return hashlib.sha256(secret.encode()).hexdigest()

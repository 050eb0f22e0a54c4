"""Checking passwords: each check takes 64 MiB of memory, so at most two run at a time."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.errors import Busy
from app.services.accounts import passwords
from app.services.accounts.passwords import verify_password


class CountingHasher(Argon2Hasher):
    """Notes how many hashes are computed at the same time."""

    def __init__(self) -> None:
        super().__init__(time_cost=8, memory_cost=8 * 1024, parallelism=1)
        self.running, self.most, self.lock = 0, 0, Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            return super().hash(password, salt=salt)
        finally:
            with self.lock:
                self.running -= 1


def test_the_first_wrong_logins_of_unknown_users_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """They need a dummy to be checked against, which the first of them makes after each start."""
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "password_hasher", PasswordHash((hasher,)))
    passwords._dummy_hash.cache_clear()

    def wrong_login(number: int) -> None:
        with suppress(Busy):
            assert not verify_password(f"wrong {number}", None)

    with ThreadPoolExecutor(18) as threads:
        list(threads.map(wrong_login, range(18)))

    assert 1 <= hasher.most <= 2

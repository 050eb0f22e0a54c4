"""Hash and check passwords, at most two at a time, and refuse passwords that are easy to guess."""

from functools import cache
from secrets import token_urlsafe

from pwdlib import PasswordHash

from app.errors import Invalid
from app.i18n import N_
from app.turns import Turns

MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 256

TOO_SHORT = N_("A password needs at least 10 characters.")
TOO_LONG = N_("A password may have at most 256 characters.")
TOO_EASY = N_(
    "This password is easy to guess: it is one of those that many people use, a repetition, a date, or has your name "
    "or e-mail in it. Take several words that have nothing to do with each other."
)
BUSY = N_("Many people are logging in right now. Please try again in %(seconds)s seconds.")

# zxcvbn's score from 0 to 4. At 3 an attacker needs about a hundred million guesses.
MIN_SCORE = 3
# The time that zxcvbn takes grows with the square of the length.
MAX_SCORED_LENGTH = 72
MIN_WORD_LENGTH = 3
# A password that has the user's name in it needs as many other letters and digits.
MIN_LETTERS_WITHOUT_NAME = 8
# Words that zxcvbn's lists, which are English, don't rank as those who guess here would.
LOCAL_WORDS = (
    *("jangkau", "balikpapan", "kominfo", "dinas", "kelurahan", "kecamatan", "panitia", "petugas", "admin"),
    *(
        "rahasia",
        "sayang",
        "bismillah",
        "indonesia",
        "katasandi",
        "sandi",
        "kalimantan",
        "samarinda",
        "contoh",
    ),
    *("januari", "februari", "maret", "april", "juni", "juli", "agustus", "september", "oktober", "desember"),
)

password_hasher = PasswordHash.recommended()


# Each hash takes 64 MiB of memory.
password_checks = Turns(2, seconds=20, busy=BUSY)


def verify_password(password: str, password_hash: str | None) -> bool:
    """Return whether the password has this hash; False without one, after as much time as with one.

    Slow: never call it while the database is locked for writing. Raises `Busy` while too many others are checked.
    """
    with password_checks.turn():
        # The dummy is made at its first use, which needs a turn as well.
        matches = password_hasher.verify(password[:MAX_PASSWORD_LENGTH], password_hash or _dummy_hash())
    return matches and password_hash is not None


def hash_new_password(password: str, *personal: str) -> str:
    """Return the hash of a new password. `personal` are the user's name and e-mail, as far as they are known yet.

    Raises `Invalid` if it is too short, too long or easy to guess, and `Busy` while too many others are hashed. Slow:
    call it before the database is locked for writing, and `require_not_personal` once the user is known.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        raise _invalid(TOO_SHORT)
    if len(password) > MAX_PASSWORD_LENGTH:
        raise _invalid(TOO_LONG)
    require_not_personal(password, *personal)
    with password_checks.turn():
        return password_hasher.hash(password)


def require_not_personal(password: str, *personal: str) -> None:
    """Raise `Invalid` if a password is easy to guess for people who know these texts: the user's name and e-mail."""
    words = [word for text in personal for word in _words(text)]
    letters = _letters(password)
    rest = letters
    for word in words:
        rest = rest.replace(word, "")
    is_personal = len(rest) < len(letters) and len(rest) < MIN_LETTERS_WITHOUT_NAME
    if is_personal or min(_score(text, words) for text in {password, letters or password}) < MIN_SCORE:
        raise _invalid(TOO_EASY)


def _score(text: str, words: list[str]) -> int:
    """Return zxcvbn's score of a text, 0 to 4. `words` count as if they were the commonest ones."""
    from zxcvbn import zxcvbn  # its lists of words take 40 ms to load

    return int(zxcvbn(text[:MAX_SCORED_LENGTH], user_inputs=[*words, *LOCAL_WORDS])["score"])


def _words(text: str) -> list[str]:
    """Return the words of a name or an e-mail address in lower case, those of at least three letters."""
    spaced = "".join(character if character.isalnum() else " " for character in text.lower())
    return [word for word in spaced.split() if len(word) >= MIN_WORD_LENGTH]


def _letters(text: str) -> str:
    """Return the letters and digits of a text in lower case: "Ani.Aster" is no harder to guess than "aniaster"."""
    return "".join(character for character in text.lower() if character.isalnum())


def _invalid(text: str) -> Invalid:
    return Invalid(text, fields={"password": text})


@cache
def _dummy_hash() -> str:
    """Return a hash to check where no user has the e-mail, so that the time taken reveals nothing."""
    return password_hasher.hash(token_urlsafe(16))

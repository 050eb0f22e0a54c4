"""Names of people: the form in which they are shown, and the key by which they are compared."""

import re

from rapidfuzz import fuzz

from app.people.values.text import clean, collapse, fold

SAME = 88
"""From this similarity on, two names are the same person's."""
CLEARLY_DIFFERENT = 60
"""Below this similarity, two names are those of two people; between the two limits it is unclear."""

_MUHAMMAD = frozenset(
    {"moh", "muh", "moch", "much", "mhd", "md", "mohd", "muhd", "mohammad", "mohamad", "mohammed"}
    | {"muhamad", "muhammed", "muchammad", "mochammad", "mochamad", "muhammad"}
)
_SPELLED_OUT = {"abd": "abdul", "abdoel": "abdul"} | dict.fromkeys(_MUHAMMAD, "muhammad")
_TITLES = frozenset(
    {"h", "hj", "kh", "dr", "drs", "dra", "drg", "ir", "prof", "ust", "ustad", "ustadz", "ustadzah"}
    | {"bapak", "bpk", "pak", "ibu", "bu", "sdr", "sdri", "tn", "ny", "nn", "haji", "hajjah", "habib"}
)
_DEGREES = frozenset(
    {"se", "sh", "st", "ss", "sp", "spd", "spdi", "sos", "ssos", "skom", "skm", "si", "ssi", "stp", "sip"}
    | {"sag", "spsi", "skep", "sked", "spt", "shut", "sikom", "sst", "sstp", "stat", "spi", "sei", "akt"}
    | {"mm", "mh", "msi", "mpd", "mkom", "mt", "mkes", "msc", "ma", "mba", "map", "mag", "mhum", "msos"}
    | {"mikom", "ba", "bsc", "phd", "amd", "amdkeb", "amdkep", "ners", "ns", "apt", "lc", "cpa"}
)
_APOSTROPHES = re.compile("['’‘`´ʼ]")  # noqa: RUF001 (the quotes people type are the point)
_SEPARATORS = re.compile(r"[\s,;/()\"-]+")
_LEADING_ABBREVIATIONS = re.compile(
    r"^(?:(?:m|moh|muh|moch|mhd|abd|st|h|hj|kh|drs?|dra|ir|prof|ust)[.\s]\s*)+"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def display_name(text: str) -> str:
    """Return the name as it is shown, with titles and single spaces.

    A name in ALL CAPS gets title case, its degrees their usual case.
    """
    name = collapse(clean(text))
    if not name.isupper():
        return name
    own_name, comma, degrees = name.partition(",")
    return _title_case(own_name) + comma + _degree_case(degrees)


def _title_case(text: str) -> str:
    return _WORD.sub(lambda word: word.group().capitalize(), text)


def _degree_case(text: str) -> str:
    """Return degrees in their usual case: "S.PD., M.SI" → "S.Pd., M.Si". Abbreviations without a dot ("SH") stay."""
    return " ".join(_title_case(degree) if "." in degree else degree for degree in text.split(" "))


def initials(name: str) -> str:
    """Return the initials of a name without titles and degrees, as "S. A." for "Hj. Siti Aminah, S.Pd"."""
    words = [word for word in _SEPARATORS.split(name.partition(",")[0]) if word[:1].isalpha()]
    own_words = [word for word in words if word.strip(".").casefold() not in _TITLES] or words
    return " ".join(f"{word[0].upper()}." for word in own_words)


def name_key(text: str) -> str:
    """Return the key of a name: no case, punctuation, titles or degrees; abbreviations spelled out; words sorted.

    A name that consists of titles keeps them. A text without letters gives "".
    """
    folded = _APOSTROPHES.sub("", fold(clean(text)))
    if "." in folded:
        folded = _LEADING_ABBREVIATIONS.sub(_space_out, folded)
    own_name, _, behind = folded.partition(",")
    tokens = _split_tokens(own_name) + _drop_abbreviations(behind) if behind else _split_tokens(own_name)
    own = _drop_degrees(_drop_titles(tokens)) or tokens or _split_tokens(folded)
    return " ".join(sorted(_expand_abbreviations(own)))


def _space_out(abbreviations: re.Match[str]) -> str:
    """Return the abbreviations of "h.m.yusuf" as words of their own."""
    return abbreviations[0].replace(".", " ")


def _drop_abbreviations(behind_comma: str) -> list[str]:
    """Return the words behind a comma that are names: none of "S.Pd., M.Si", "budi" of "Santoso, Budi"."""
    spoken = " ".join(part for part in re.split(r"[\s,]+", behind_comma) if "." not in part)
    return [token for token in _split_tokens(spoken) if token not in _DEGREES]


def is_degrees(text: str) -> bool:
    """Return whether all words of the text are degrees or abbreviations with dots: "S.Pd., M.Si". False for ""."""
    return bool(_split_tokens(fold(text))) and not _drop_abbreviations(fold(text))


def _split_tokens(text: str) -> list[str]:
    """Return the words of a folded text, without punctuation: "s.pd" → "spd", "budi/ani" → two words."""
    plain = text.split()
    if all(map(str.isalpha, plain)):
        return plain
    joined = (token.replace(".", "") for token in _SEPARATORS.split(text))
    return [token for token in ("".join(filter(str.isalnum, token)) for token in joined) if token]


def _drop_titles(tokens: list[str]) -> list[str]:
    """Return the words after the titles at the beginning; [] if all are titles."""
    start = 0
    while start < len(tokens) and tokens[start] in _TITLES:
        start += 1
    return tokens[start:]


def _drop_degrees(tokens: list[str]) -> list[str]:
    """Return the words before the degrees at the end; the first word is always kept."""
    end = len(tokens)
    while end > 1 and tokens[end - 1] in _DEGREES:
        end -= 1
    return tokens[:end]


def _expand_abbreviations(tokens: list[str]) -> list[str]:
    """Return the words with "moh" and a first "m" as "muhammad", "abd" as "abdul", a first "st" as "siti"."""
    first = tokens[0] if tokens else ""
    spelled = [_SPELLED_OUT.get(token, token) for token in tokens]
    if first == "m":
        spelled[0] = "muhammad"
    elif first == "st" and len(tokens) > 1:
        spelled[0] = "siti"
    return spelled


def similarity(one_key: str, other_key: str) -> float:
    """Return how similar two `name_key`s are, from 0 to 100. Their words are sorted, so their order doesn't matter."""
    return 100.0 if one_key == other_key else fuzz.ratio(one_key, other_key)

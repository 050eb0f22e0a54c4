"""Links in names. A mail that begins with the name of a stranger's choice must not be an advertisement."""

import re
import unicodedata

from app.people.values.text import clean

# Ways in which a dot is written so that a filter does not see it: "contoh[.]com", "contoh (titik) com".
_HIDDEN_DOT = re.compile(r"\s*[\[({<]\s*(?:\.|dot|titik)\s*[\])}>]\s*|\s+dot\s+|[。｡．․]")  # noqa: RUF001 (the point)
_SPOKEN_DOT = re.compile(r"\s+titik\s+(?=(?:com|net|org|id|co)\b)")  # Titik alone is a name

_WEB_ADDRESS = re.compile(r"://|:\\\\|\bh(?:tt|xx)ps?\b|\bwww\d*[.\s]|\bxn--|\b\d{1,3}(?:\.\d{1,3}){3}\b")
_MAIL_ADDRESS = re.compile(r"[\w.+-]@[\w-]+\.\w")
_SHORTENERS = re.compile(
    r"(?<![\w.])(?:t\.me|wa\.me|m\.me|ig\.me|fb\.me|s\.id|x\.com|t\.co|g\.co|is\.gd|v\.gd|bit\.ly|ow\.ly|j\.mp)(?!\w)"
)
_INDONESIAN = re.compile(r"\w\.(?:co|go|ac|or|my|web|net|sch|biz|desa)\.id(?!\w)")

# Endings of three letters or more. None of them is a degree: "S.Kom.", "S.Bio." and "S.Med." are no links. Before
# them stand at least two letters, because "M.Com." and "B.Com." are degrees.
_LONG_ENDINGS = (
    "com|net|org|info|biz|xyz|top|site|online|shop|store|club|live|link|click|vip|win|bet|fun|icu|app|page|web|"
    "website|space|tech|blog|asia|xxx|porn|casino|poker|games?|loan|work|today|world|monster|cyou|buzz|lol|gov|edu|mil"
)
# Endings of two letters. Before them stand at least four letters or a digit: "A.Ma." and "St.Id" are names; so it is
# with "dev", because of "M.Ec.Dev".
_SHORT_ENDINGS = (
    "id|me|io|co|cc|tv|ly|gg|ai|to|in|us|uk|sg|my|ru|cn|pw|tk|ml|ga|cf|gq|ws|eu|de|nl|jp|kr|hk|su|gd|sh|im"
)

_LONG_DOMAIN = re.compile(rf"[a-z0-9-]{{2,}}\.(?:{_LONG_ENDINGS})(?![\w])")
_SPACED_DOMAIN = re.compile(r"\w{2,}\s*\.\s*(?:com|net|org|xyz)(?!\w)")
_SHORT_DOMAIN = re.compile(rf"(?:[a-z0-9-]{{4,}}|\d[a-z0-9-]*|[a-z-]+\d)\.(?:dev|{_SHORT_ENDINGS})(?!\w)")
_WITH_PATH = re.compile(rf"(?:\w\w\.(?:{_LONG_ENDINGS})|\w\.(?:{_SHORT_ENDINGS}))(?:/|:\d|\?)")

_LINKS = (
    *(_WEB_ADDRESS, _MAIL_ADDRESS, _SHORTENERS, _INDONESIAN),
    *(_LONG_DOMAIN, _SPACED_DOMAIN, _SHORT_DOMAIN, _WITH_PATH),
)


def contains_link(name: str) -> bool:
    """Return whether a name has a URL, a domain or an e-mail address in it, also one whose dots are disguised.

    Titles and degrees are none, however they are written: "H.M. Yusuf, S.Kom., M.Si".
    """
    text = unicodedata.normalize("NFKC", clean(name)).casefold()
    text = _SPOKEN_DOT.sub(".", _HIDDEN_DOT.sub(".", text))
    return any(link.search(text) for link in _LINKS)

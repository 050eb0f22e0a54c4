"""Delegation links that an organizer creates."""

import re

from fastapi.testclient import TestClient

from tests.city import MANGGAR

LINKS = "/sesi/JUALAN-1/delegasi"


def link(organizer: TestClient, kelurahan: str = MANGGAR, **typed: str) -> str:
    """The organizer makes a link; its address, as it stands in the text to send."""
    before = addresses(organizer)
    answer = organizer.post(LINKS, data={"kelurahan": kelurahan, **typed})
    assert answer.status_code == 303, answer.text
    (made,) = set(addresses(organizer)) - set(before)
    return made


def addresses(organizer: TestClient) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:8000(/delegasi/[\w.-]+)</textarea>", organizer.get(LINKS).text)

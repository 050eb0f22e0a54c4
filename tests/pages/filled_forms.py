"""A form as it stands on a page, for those who change a field of it and send the rest as they found it."""

import re
from html import unescape
from typing import Any


def form_data(page: str) -> dict[str, Any]:
    """What a browser sends of the form as it stands there; a list of what may be chosen several times."""
    typed: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        says = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name, value = says.get("name"), unescape(says.get("value", ""))
        if name is None or (says.get("type") in {"checkbox", "radio"} and not re.search(r" checked\b", tag)):
            continue
        if says.get("type") == "checkbox":
            typed[name] = [*typed.get(name, ()), value]
        else:
            typed[name] = value
    for name, text in re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        typed[name] = unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select [^>]*?name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        typed[name] = unescape(chosen[2] if chosen[1] is None else chosen[1]) if chosen else ""
    return typed


def saved_by_now(page: str) -> dict[str, str]:
    """What the page lists as saved by others."""
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page))

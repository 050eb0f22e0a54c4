"""Reads the form of a page, for tests that change a field of it and send the rest unchanged."""

import re
from html import unescape
from typing import Any


def form_data(page: str) -> dict[str, Any]:
    """Return the data that a browser would send for the form; checkboxes as lists."""
    data: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name, value = attributes.get("name"), unescape(attributes.get("value", ""))
        if name is None or (
            attributes.get("type") in {"checkbox", "radio"} and not re.search(r" checked\b", tag)
        ):
            continue
        if attributes.get("type") == "checkbox":
            data[name] = [*data.get(name, ()), value]
        else:
            data[name] = value
    for name, text in re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        data[name] = unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select [^>]*?name="(\w+)".*?>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)
        data[name] = unescape(chosen[2] if chosen[1] is None else chosen[1]) if chosen else ""
    return data


def changes_by_others(page: str) -> dict[str, str]:
    """Return the values by label that the page lists as saved by others."""
    return dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", page))

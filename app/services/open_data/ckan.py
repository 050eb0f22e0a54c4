"""Push the published figures to a data portal that runs CKAN (`JANGKAU_CKAN_URL`), by its action API.

The portal gets one data set, whose files are replaced at each push; files that others added to it stay.
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from ckanapi import (
    CKANAPIError,
    NotAuthorized,
    NotFound,
    RemoteCKAN,
    ServerIncompatibleError,
    ValidationError,
)

from app.errors import Problem
from app.i18n import translator
from app.reports.formats.download import Download
from app.reports.open_data.catalogue import (
    DATASET_ABOUT,
    DATASET_NAME,
    DATASET_TITLE,
    JSON_TITLE,
    KEYWORDS,
    PACKAGE_NAME,
    data_package,
)
from app.reports.open_data.files import data_files
from app.reports.open_data.published import OpenData
from app.reports.open_data.tables import TABLES
from app.settings import Settings

# In seconds: to connect, between two pieces of an answer, and for all requests of a push. A task's claim is longer.
TIMEOUTS = (10, 20)
MAX_SECONDS = 120
MAX_ANSWER_LENGTH = 300

UNREACHABLE = "unreachable"
NOT_ALLOWED = "not-allowed"
REFUSED = "refused"
NAME_TAKEN = "name-taken"
NOT_CKAN = "not-ckan"


@dataclass(frozen=True)
class CkanPortal:
    """A portal's URL, the API token of a user there (not shown by `repr`), and the organization of the data set."""

    url: str
    token: str = field(repr=False)
    organization: str


class PushFailed(Exception):
    """A push failed; `code` says why, `answer` is what the portal said.

    - unreachable: it gave no answer in time, or an error of its own (5xx, 429); another attempt may succeed.
    - not-allowed: it doesn't accept the token, or its user may not change the organization's data sets (403).
    - name-taken: it has a data set of this name that belongs to another organization.
    - refused: it refuses what the data set says (409).
    - not-ckan: the address is not that of a CKAN.
    """

    def __init__(self, code: str, answer: str = "") -> None:
        super().__init__(code)
        self.code, self.answer = code, " ".join(answer.split())[:MAX_ANSWER_LENGTH]

    @property
    def is_temporary(self) -> bool:
        return self.code == UNREACHABLE


def ckan_portal_from_settings(settings: Settings) -> CkanPortal | None:
    """Return the portal of `JANGKAU_CKAN_URL`, None if it is not set.

    Raises `Problem` if the URL is none of http or https, or if token or organization are missing.
    """
    url, token = settings.ckan_url.strip().rstrip("/"), settings.ckan_token.get_secret_value().strip()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Problem("JANGKAU_CKAN_URL must be the address of a data portal: https://data.example.go.id.")
    if not token or not settings.ckan_organization.strip():
        raise Problem("JANGKAU_CKAN_URL needs JANGKAU_CKAN_TOKEN and JANGKAU_CKAN_ORGANIZATION, too.")
    return CkanPortal(url, token, settings.ckan_organization.strip())


def push_dataset(portal: CkanPortal, data: OpenData) -> str:
    """Create or update the data set with its files, and return the address of its page. Raises `PushFailed`."""
    client = _Client(portal)
    try:
        dataset = _save_dataset(client, portal, data)
        known = {resource.get("name"): resource["id"] for resource in dataset.get("resources", ())}
        for file, description in _files(data):
            client.upload(dataset["id"], known.get(file.name), file, description)
    finally:
        client.close()
    return f"{portal.url}/dataset/{DATASET_NAME}"


def _save_dataset(client: "_Client", portal: CkanPortal, data: OpenData) -> dict[str, Any]:
    """Create the data set, or update it if it is there, and return what the portal says of it."""
    content = _dataset(portal, data)
    try:
        known = client.call("package_show", {"id": DATASET_NAME})
    except NotFound:
        return client.call("package_create", content)
    organization = known.get("organization") or {}
    if portal.organization not in {organization.get("name"), organization.get("id"), known.get("owner_org")}:
        raise PushFailed(NAME_TAKEN, str(organization.get("title") or organization.get("name") or ""))
    return client.call("package_patch", {"id": known["id"], **content})


def _dataset(portal: CkanPortal, data: OpenData) -> dict[str, Any]:
    _ = translator("id")
    return {
        "name": DATASET_NAME,
        "title": _(DATASET_TITLE),
        "notes": _(DATASET_ABOUT),
        "owner_org": portal.organization,
        "private": False,
        "state": "active",
        "license_id": "cc-by",
        "url": data.url("/data"),
        "author": data.publisher,
        "maintainer": data.publisher,
        "version": f"{data.updated_at:%Y.%m.%d}" if data.updated_at else "",
        "tags": [{"name": keyword} for keyword in KEYWORDS],
        "extras": [
            {"key": f"laporan-{published.year}", "value": published.number} for published in data.reports
        ],
    }


def _files(data: OpenData) -> Iterator[tuple[Download, str]]:
    """Yield the files to upload, each with its description."""
    _ = translator("id")
    titles = [table.title for table in TABLES] + [JSON_TITLE]
    for title, file in zip(titles, data_files(data), strict=True):
        yield file, _(title)
    yield Download(PACKAGE_NAME, "application/json", data_package(data)), "Data Package"


class _Client:
    """Calls actions of a portal, within the time limits, and turns every failure but "not found" into `PushFailed`."""

    def __init__(self, portal: CkanPortal) -> None:
        self._statuses = list[int]()
        session = requests.Session()
        session.hooks["response"].append(lambda response, **_: self._statuses.append(response.status_code))
        self._ckan = RemoteCKAN(portal.url, apikey=portal.token, user_agent="Jangkau", session=session)
        self._ends_at = time.monotonic() + MAX_SECONDS

    def close(self) -> None:
        self._ckan.close()

    def upload(self, dataset_id: str, resource_id: str | None, file: Download, description: str) -> None:
        """Replace the file of a resource, or add one to the data set without a `resource_id`."""
        content = {
            "package_id": dataset_id,
            "name": file.name,
            "description": description,
            "format": file.name.rpartition(".")[2].upper(),
            "mimetype": file.media_type.partition(";")[0],
        }
        upload = {"upload": (file.name, BytesIO(file.content), file.media_type)}
        if resource_id:
            self.call("resource_update", {"id": resource_id, **content}, upload)
        else:
            self.call("resource_create", content, upload)

    def call(
        self, action: str, content: Mapping[str, object], files: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """Call an action and return its result. Raises `NotFound` and `PushFailed`."""
        if time.monotonic() > self._ends_at:
            raise PushFailed(UNREACHABLE)
        self._statuses.clear()
        try:
            result: dict[str, Any] = self._ckan.call_action(
                action, dict(content), files=files, requests_kwargs={"timeout": TIMEOUTS}
            )
        except NotFound:
            if action == "package_show":
                raise
            raise PushFailed(NOT_CKAN) from None
        except NotAuthorized as error:
            raise PushFailed(NOT_ALLOWED, _text_of(error.extra_msg)) from error
        except ValidationError as error:
            raise PushFailed(REFUSED, _text_of(error.error_dict)) from error
        except requests.RequestException as error:
            raise PushFailed(UNREACHABLE, type(error).__name__) from error
        except (CKANAPIError, ServerIncompatibleError) as error:
            raise self._unexpected_answer() from error
        if not isinstance(result, dict):
            raise PushFailed(NOT_CKAN)
        return result

    def _unexpected_answer(self) -> PushFailed:
        """Return the failure for an answer that is not CKAN's, by its HTTP status."""
        status = self._statuses[-1] if self._statuses else 0
        if status >= 500 or status == 429:
            return PushFailed(UNREACHABLE, f"HTTP {status}")
        return PushFailed(NOT_ALLOWED if status in {401, 403} else NOT_CKAN, f"HTTP {status}")


def _text_of(error: object) -> str:
    """Return what CKAN's error says: the sentences of all its members."""
    if isinstance(error, Mapping):
        sentences = [_text_of(value) for key, value in error.items() if key != "__type"]
        return " ".join(filter(None, sentences))
    if isinstance(error, list):
        return " ".join(_text_of(value) for value in error)
    return error if isinstance(error, str) else json.dumps(error, default=str)

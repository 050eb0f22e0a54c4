"""Pushing open data to a portal that runs CKAN: after issuing and on request, again if it was not reached."""

from datetime import date, timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import update

from app.database import reading, writing
from app.errors import Forbidden, Problem
from app.jobs.tasks import TaskRunner
from app.models import OpenDataPush, OutboxTask
from app.models.base import now
from app.permissions import OPERATOR
from app.queries.coverage.filters import CoverageFilters
from app.queries.open_data import PortalStatus, get_portal_status, load_open_data
from app.reports.open_data.catalogue import DATASET_NAME, data_package
from app.reports.open_data.files import data_files
from app.services.open_data import ckan as ckan_module
from app.services.open_data.ckan import ckan_portal_from_settings
from app.services.open_data.pushes import RETRY_DELAYS, request_push
from app.settings import Settings
from tests.city import City
from tests.ckan import ORGANIZATION, CkanServer
from tests.database import postgresql_in_soak
from tests.published_year import issue, revise

pytestmark = [pytest.mark.slow, postgresql_in_soak]


@pytest.fixture
def runner(city: City, ckan_settings: Settings) -> TaskRunner:
    return TaskRunner(ckan_settings, city.engine, city.vault)


def status(city: City) -> PortalStatus:
    with reading(city.engine) as db:
        return get_portal_status(db, OPERATOR)


def request(city: City, by: str = "made") -> None:
    with writing(city.engine) as db:
        request_push(db, city.actor(by))


def files(city: City, settings: Settings) -> dict[str, bytes]:
    """Return the files that the portal is to have."""
    with reading(city.engine) as db:
        data = load_open_data(db, settings.base_url)
        return {file.name: file.content for file in data_files(data)} | {
            "datapackage.json": data_package(data)
        }


def test_issued_report_of_a_year_is_pushed_and_its_revision_replaces_the_files(
    city: City, runner: TaskRunner, ckan: CkanServer
) -> None:
    report = issue(city)
    runner.drain()

    dataset = ckan.datasets[DATASET_NAME]
    assert (dataset["owner_org"], dataset["license_id"], dataset["private"]) == (ORGANIZATION, "cc-by", False)
    assert dataset["extras"] == [{"key": "laporan-2025", "value": report.number}]
    assert ckan.contents(DATASET_NAME) == files(city, runner.deliveries.settings)
    assert status(city).is_current
    ids = [entry["id"] for entry in dataset["resources"]]
    dataset["resources"].append({"id": "lain", "name": "Catatan.pdf"})
    ckan.files["lain"] = b"%PDF"

    revision = revise(city, report)
    assert not status(city).is_current
    runner.drain()

    dataset = ckan.datasets[DATASET_NAME]
    assert dataset["extras"] == [{"key": "laporan-2025", "value": revision.number}]
    assert [entry["id"] for entry in dataset["resources"]] == [*ids, "lain"]
    assert ckan.contents(DATASET_NAME) == {**files(city, runner.deliveries.settings), "Catatan.pdf": b"%PDF"}
    assert status(city).url == f"{ckan.url}/dataset/{DATASET_NAME}"


def test_other_reports_and_other_installations_push_nothing(
    city: City, runner: TaskRunner, settings: Settings, ckan: CkanServer
) -> None:
    issue(city, CoverageFilters(date(2025, 1, 1), date(2025, 6, 30)))
    runner.drain()
    issue(city)
    TaskRunner(settings, city.engine, city.vault).drain()

    assert ckan.actions == []
    assert city.all(OpenDataPush) == []
    assert city.all(OutboxTask) == []


def test_only_who_may_issue_reports_pushes_on_request(
    city: City, runner: TaskRunner, ckan: CkanServer
) -> None:
    for name in ("sari", "budi"):
        with pytest.raises(Forbidden):
            request(city, by=name)
    request(city, by="rina")
    request(city, by="made")

    assert len(city.all(OutboxTask)) == 1
    runner.drain()
    assert ckan.actions == []  # nothing is published yet


@pytest.mark.parametrize("trouble", ["silent", "overloaded", "down"])
def test_a_portal_that_is_not_reached_is_tried_again(
    city: City, runner: TaskRunner, ckan: CkanServer, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ckan_module, "TIMEOUTS", (0.2, 0.2))
    ckan.silent, ckan.status = trouble == "silent", 503 if trouble == "overloaded" else 0
    if trouble == "down":
        ckan.stop()
    issue(city)
    runner.drain()

    assert (status(city).failure, status(city).is_waiting, status(city).pushed_at) == (
        "unreachable",
        True,
        None,
    )
    (task,) = city.all(OutboxTask)
    assert task.claimed_until is not None
    assert timedelta(0) < task.claimed_until - now() <= RETRY_DELAYS[0]
    if trouble == "overloaded":
        ckan.status = 0
        be_due(city)
        runner.drain()
        assert (status(city).failure, status(city).is_current) == ("", True)


def test_after_some_attempts_it_is_given_up(city: City, runner: TaskRunner, ckan: CkanServer) -> None:
    ckan.status = 502
    issue(city)
    for _ in RETRY_DELAYS:
        runner.drain()
        assert status(city).is_waiting
        be_due(city)
    runner.drain()

    assert (status(city).failure, status(city).answer, status(city).is_waiting) == (
        "unreachable",
        "HTTP 502",
        False,
    )


@pytest.mark.parametrize(
    ("changes", "failure", "answer"),
    [
        ({"ckan_token": SecretStr("salah")}, "not-allowed", "Access denied: User not authorized"),
        ({"ckan_organization": "entah"}, "refused", "Organization does not exist"),
        ({"status": 404}, "not-ckan", "HTTP 404"),
        ({"status": 301}, "not-ckan", "HTTP 301"),
        ({"status": 200}, "not-ckan", "HTTP 200"),
    ],
    ids=["token", "organization", "no such address", "moved", "another site"],
)
def test_refusals_are_kept_in_words_and_not_tried_again(
    city: City,
    ckan_settings: Settings,
    ckan: CkanServer,
    changes: dict[str, object],
    failure: str,
    answer: str,
) -> None:
    ckan.status = int(str(changes.get("status", 0)))
    settings = ckan_settings.model_copy(
        update={name: value for name, value in changes.items() if name != "status"}
    )
    issue(city)
    TaskRunner(settings, city.engine, city.vault).drain()

    found = status(city)
    assert (found.failure, found.answer, found.is_waiting) == (failure, answer, False)
    assert DATASET_NAME not in ckan.datasets


def test_a_data_set_of_another_organization_is_left_alone(
    city: City, runner: TaskRunner, ckan: CkanServer
) -> None:
    theirs = {
        "id": "lama",
        "name": DATASET_NAME,
        "owner_org": "org-2",
        "organization": {"name": "bappeda", "id": "org-2", "title": "Bappeda"},
        "resources": [],
    }
    ckan.datasets[DATASET_NAME] = dict(theirs)
    issue(city)
    runner.drain()

    assert (status(city).failure, status(city).answer) == ("name-taken", "Bappeda")
    assert ckan.datasets[DATASET_NAME] == theirs


def test_url_needs_token_and_organization(settings: Settings) -> None:
    assert ckan_portal_from_settings(settings) is None
    for changes in ({"ckan_url": "data.contoh.id"}, {"ckan_url": "https://data.contoh.id"}):
        with pytest.raises(Problem):
            ckan_portal_from_settings(settings.model_copy(update=changes))


def test_token_is_not_shown(ckan_settings: Settings) -> None:
    assert "percobaan" not in repr(ckan_portal_from_settings(ckan_settings))


def be_due(city: City) -> None:
    """Let postponed tasks be due now."""
    with writing(city.engine) as db:
        db.exec(update(OutboxTask).values(claimed_until=None))

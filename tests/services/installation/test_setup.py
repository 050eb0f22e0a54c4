"""Letterhead and skipped steps, on both databases."""

from dataclasses import replace

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, Invalid
from app.models import SetupStep
from app.queries.installation.letterhead import find_saved_letterhead, get_letterhead
from app.queries.installation.setup import list_setup_steps
from app.reports.letterhead import LETTERHEAD
from app.services.edit_conflicts import fingerprint
from app.services.installation.letterhead import save_letterhead
from app.services.installation.setup import reopen_setup_step, skip_setup_step
from tests.city import City


def states(city: City, name: str = "made") -> dict[SetupStep, str]:
    with reading(city.engine) as db:
        return {view.step: view.state for view in list_setup_steps(db, city.actor(name), "")}


def test_a_letterhead_is_saved_and_changed(city: City) -> None:
    made, saved = city.actor("made"), replace(LETTERHEAD, office="Dinas Contoh", phone="0542-000000")
    for letterhead in (saved, replace(saved, address=" Jl. Contoh No. 1 ")):
        with writing(city.engine) as db:
            save_letterhead(db, made, letterhead)

    with reading(city.engine) as db:
        assert get_letterhead(db) == replace(saved, address="Jl. Contoh No. 1")
    assert get_letterhead_contact(city) == "Jl. Contoh No. 1 · Telp. 0542-000000"
    assert [(line.action, line.subject) for line in city.changes()][-2:] == [("change", "letterhead")] * 2


def get_letterhead_contact(city: City) -> str:
    with reading(city.engine) as db:
        return get_letterhead(db).contact


def test_a_letterhead_of_others_is_not_overwritten_unseen(city: City) -> None:
    made, seen = city.actor("made"), fingerprint(LETTERHEAD.texts)
    with writing(city.engine) as db:
        save_letterhead(db, made, replace(LETTERHEAD, phone="0542-1"), form_fingerprint=seen)
    with pytest.raises(Conflict), writing(city.engine) as db:
        save_letterhead(db, made, replace(LETTERHEAD, phone="0542-2"), form_fingerprint=seen)
    assert get_letterhead_contact(city) == "Telp. 0542-1"


def test_a_step_is_skipped_again_with_another_reason_and_opened(city: City) -> None:
    made = city.actor("made")
    for reason in ("nanti", "tidak perlu"):
        with writing(city.engine) as db:
            skip_setup_step(db, made, SetupStep.MAIL, reason)
    with reading(city.engine) as db:
        (mail,) = (view for view in list_setup_steps(db, made, "") if view.step is SetupStep.MAIL)
    assert (mail.state, mail.reason) == ("skipped", "tidak perlu")

    for _ in range(2):
        with writing(city.engine) as db:
            reopen_setup_step(db, made, SetupStep.MAIL)
    assert states(city)[SetupStep.MAIL] == "open"


def test_what_is_done_counts_as_done_even_if_it_was_skipped(city: City) -> None:
    with writing(city.engine) as db:
        skip_setup_step(db, city.actor("made"), SetupStep.USERS, "nanti")
    assert states(city)[SetupStep.USERS] == "done"


def test_only_administrators_set_up(city: City) -> None:
    sari = city.actor("sari")
    with writing(city.engine) as db:
        with pytest.raises(Forbidden):
            save_letterhead(db, sari, LETTERHEAD)
        with pytest.raises(Forbidden):
            skip_setup_step(db, sari, SetupStep.MAIL, "nanti")
        with pytest.raises(Forbidden):
            reopen_setup_step(db, sari, SetupStep.MAIL)
    assert states(city, "sari") == {}


@pytest.mark.parametrize("wrong", [{"office": ""}, {"city": " "}, {"address": "x" * 121}])
def test_a_wrong_letterhead_is_refused(city: City, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid), writing(city.engine) as db:
        save_letterhead(db, city.actor("made"), replace(LETTERHEAD, **wrong))
    with reading(city.engine) as db:
        assert find_saved_letterhead(db) is None

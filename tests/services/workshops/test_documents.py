"""The texts of a workshop's documents, and what the documents are made of, on both databases."""

from dataclasses import replace
from datetime import date

import pytest

from app.database import reading, writing
from app.errors import Conflict, Forbidden, NotFound
from app.i18n import translator
from app.models import Activity, AttendanceStatus, SessionLetters, WorkshopReport
from app.queries.workshops.documents import get_letter_texts, get_report_texts, load_activity
from app.queries.workshops.workshop_sessions import get_workshop_session_view
from app.reports.activity.texts import LetterTexts, ReportTexts
from app.reports.official import Signatory
from app.services.edit_conflicts import fingerprint
from app.services.workshops.documents import (
    download_activity_report,
    save_letter_texts,
    save_report_texts,
    texts_document,
)
from tests.city import City
from tests.queries.counting import queries_of

_ = translator("id")
SIGNATORY = Signatory(name="Contoh Ketua", role="Ketua", rank="Penata", nip="198001012005011001")
TEXTS = ReportTexts(background="Latar", dated=date(2025, 8, 8), signatories=(SIGNATORY,))


def test_texts_are_saved_and_read_as_they_are(city: City) -> None:
    city.workshop_of_days()
    letters = LetterTexts(
        subject="Undangan", invitation_dated=date(2025, 8, 1), minutes_signatories=(SIGNATORY,)
    )
    sari = city.actor("sari")
    with writing(city.engine) as db:
        save_report_texts(
            db, sari, "TIGA", replace(TEXTS, signatories=(SIGNATORY, Signatory(name=" ", role="")))
        )
        save_letter_texts(db, sari, "TIGA-1", letters)
    with reading(city.engine) as db:
        assert get_report_texts(db, sari, "TIGA", _) == TEXTS
        session = get_workshop_session_view(db, sari, "TIGA-1")
        assert get_letter_texts(db, sari, session, _) == letters
    assert [line.subject_id for line in city.all(Activity) if line.action == "change"] == ["TIGA", "TIGA-1"]


def test_a_nik_in_a_text_is_masked(city: City) -> None:
    city.workshop_of_days()
    with writing(city.engine) as db:
        save_report_texts(db, city.actor("sari"), "TIGA", replace(TEXTS, background="NIK 6471055508900001"))
    assert city.all(WorkshopReport)[0].background == "NIK ••••••••••••0001"


def test_who_may_write_the_texts(city: City) -> None:
    city.workshop_of_days()
    with writing(city.engine) as db:
        for name, refusal in (("tono", NotFound), ("budi", Forbidden), ("rina", Forbidden)):
            with pytest.raises(refusal):
                save_report_texts(db, city.actor(name), "TIGA", TEXTS)
        save_letter_texts(db, city.actor("budi"), "TIGA-1", LetterTexts())
        with pytest.raises(Forbidden):
            save_letter_texts(db, city.actor("rina"), "TIGA-1", LetterTexts())
    assert len(city.all(SessionLetters)) == 1


def test_texts_that_others_have_changed_are_not_overwritten(city: City) -> None:
    city.workshop_of_days()
    sari = city.actor("sari")
    with writing(city.engine) as db:
        seen = fingerprint(texts_document(get_report_texts(db, sari, "TIGA", _)))
        save_report_texts(db, sari, "TIGA", TEXTS, form_fingerprint=seen)
        with pytest.raises(Conflict):
            save_report_texts(db, sari, "TIGA", replace(TEXTS, closing="Sekian."), form_fingerprint=seen)


def test_the_report_takes_as_many_queries_for_many_sessions_as_for_few(city: City) -> None:
    city.workshop_of_days("DUA", 2)
    city.workshop_of_days("BANYAK", 12)
    for code in ("DUA", "BANYAK"):
        city.register(f"{code}-1", "Ani Contoh", outcome=AttendanceStatus.PRESENT)

    def load(code: str) -> None:
        with reading(city.engine) as db:
            activity = load_activity(db, city.actor("sari"), code, _, vault=city.vault)
        assert activity.lists is not None
        assert [person.outcome for person in activity.lists[f"{code}-1"]] == ["Hadir"]

    few = queries_of(city.engine, lambda: load("DUA"))
    assert queries_of(city.engine, lambda: load("BANYAK")) == few


def test_a_download_with_names_is_logged_in_its_transaction(city: City) -> None:
    city.workshop_of_days()
    city.register("TIGA-1", "Ani Contoh")
    with reading(city.engine) as read_db, writing(city.engine) as db:
        for with_names in (False, True):
            download_activity_report(
                read_db, db, city.vault, city.actor("sari"), "TIGA", "docx", with_names=with_names
            )
    lines = [line for line in city.all(Activity) if line.action == "download"]
    assert [(line.subject, line.subject_id, line.after) for line in lines] == [
        ("workshop", "TIGA", {"file": "laporan-kegiatan-TIGA.docx", "people": 1})
    ]

"""Which session a list is of: sure, or open with candidates; and what is proposed where none fits."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from app.spreadsheets.session_matching import (
    KnownSession,
    SessionMatch,
    find_workshop,
    group_into_workshops,
    match_session,
    propose_session,
    suggest_hours,
)
from app.spreadsheets.stated_session import StatedSession
from app.spreadsheets.title_similarity import Similarity, compare_titles, compare_venues, title_case

DAY = date(2025, 8, 5)


def known(
    code: str,
    title: str = "Workshop Literasi Promosi SPBE",
    starts: str = "2025-08-05 09:00",
    *,
    ends: str = "",
    venue: str = "",
) -> KnownSession:
    begins = datetime.fromisoformat(starts)
    return KnownSession(
        code=code,
        workshop_code=code.rpartition("-")[0],
        workshop_title=title,
        starts=begins,
        ends=datetime.fromisoformat(ends) if ends else begins.replace(hour=begins.hour + 3),
        venue=venue,
    )


def stated(title: str = "", day: date | None = DAY, **facts: object) -> StatedSession:
    return replace(StatedSession(title=title, first_day=day, last_day=day), **facts)  # type: ignore[arg-type]


SPBE = known("SPBE-2025-1", venue="Aula Kantor Wali Kota")
SPBE_LATER = known("SPBE-2025-2", starts="2025-09-02 09:00", venue="Aula Kantor Wali Kota")
UMKM = known("UMKM-2025-1", "Pelatihan Pemasaran Digital UMKM", venue="Aula Kelurahan Manggar")
RT = known("RT-2025-1", "Literasi Digital Pengurus RT", "2025-08-05 13:00", venue="Aula Kelurahan Damai")
SESSIONS = (SPBE, SPBE_LATER, UMKM, RT)
OF_SPBE = SessionMatch("SPBE-2025-1", "date-title")


@pytest.mark.parametrize(
    ("list_of", "name", "session", "reason"),
    [
        # A code counts, unless what else is stated speaks against it.
        (stated("", None, code="SPBE-2025-2"), "", "SPBE-2025-2", "code"),
        (stated("", None), "daftar-hadir-spbe-2025-2 (1).xlsx", "SPBE-2025-2", "code"),
        (stated("WORKSHOP LITERASI PROMOSI SPBE", code="SPBE-2025-2"), "", None, "code-other-date"),
        (stated("Kelas Menjahit", None), "SPBE-2025-2.xlsx", None, "code-other-date"),
        (stated("", None), "SPBE-2025-1 dan UMKM-2025-1.xlsx", None, "code-other-date"),
        # A day and a title.
        (stated("WORKSHOP LITERASI PROMOSI SPBE"), "", "SPBE-2025-1", "date-title"),
        (stated("Workshop SPBE"), "", "SPBE-2025-1", "date-title"),
        (stated("Workshop Literasi Promisi SPBE Tahun 2025"), "", "SPBE-2025-1", "date-title"),
        (stated("Pelatihan Literasi Promosi SPBE", starts=time(9)), "", "SPBE-2025-1", "date-title"),
        # A day and a place.
        (stated(venue="Aula Kantor Walikota"), "", "SPBE-2025-1", "date-place"),
        # What contradicts makes it open, and a day alone is not enough.
        (stated("Workshop SPBE", venue="Aula Kelurahan Teritip"), "", None, "date"),
        (stated("Workshop SPBE", starts=time(14)), "", None, "date"),
        (stated("Pemasaran Digital Ketua RT", venue="Aula Kantor Wali Kota"), "", None, "date"),
        (stated("Kelas Menjahit", venue="Aula Kantor Wali Kota"), "", None, "date"),
        (stated("Literasi SPBE Kecamatan", venue="Aula Kantor Wali Kota"), "", None, "date"),
        (stated(), "", None, "date"),
        # No day, another day, or nothing.
        (stated("Workshop SPBE", None), "", None, "other-date"),
        (stated("Workshop SPBE", date(2024, 8, 5)), "", None, "other-date"),
        (stated("Kelas Menjahit", date(2024, 8, 5)), "", None, "none"),
        (stated("", None), "", None, "none"),
        # The name says another day: open only if there is a session for that day too.
        (stated("Workshop SPBE", other_day=date(2025, 8, 7)), "", "SPBE-2025-1", "date-title"),
        (stated("Workshop SPBE", other_day=date(2025, 9, 2)), "", None, "dates-differ"),
        (stated("Kelas Menjahit", date(2025, 8, 6), other_day=DAY), "", None, "dates-differ"),
        # An online meeting's "5/8/2025" may be either day.
        (
            stated("Workshop SPBE", date(2025, 5, 8), other_day=DAY, is_online=True),
            "",
            "SPBE-2025-1",
            "date-title",
        ),
        (stated("Workshop SPBE", date(2025, 9, 2), other_day=DAY, is_online=True), "", None, "dates-differ"),
        # A list of several days.
        (stated("Workshop SPBE", last_day=date(2025, 8, 7)), "", None, "several"),
    ],
)
def test_match(list_of: StatedSession, name: str, session: str | None, reason: str) -> None:
    match = match_session(list_of, SESSIONS, name=name)

    assert (match.session, match.reason) == (session, reason)
    assert bool(match.candidates) == (session is None and reason != "none")


def test_two_sessions_that_fit_equally_well_are_open_until_the_hours_tell() -> None:
    morning, afternoon = known("A-1", "Kelas QRIS"), known("A-2", "Kelas QRIS", "2025-08-05 13:00")

    match = match_session(stated("Kelas QRIS"), (morning, afternoon))

    assert (match.session, match.reason) == (None, "several")
    assert [candidate.code for candidate in match.candidates] == ["A-1", "A-2"]
    assert match_session(stated("Kelas QRIS", starts=time(13)), (morning, afternoon)).session == "A-2"


def test_the_same_title_counts_more_than_a_similar_one_unless_the_place_says_otherwise() -> None:
    plain = known("A-1", "Workshop Canva", venue="Aula Kelurahan Damai")
    umkm = known("B-1", "Workshop Canva bagi Pelaku UMKM", venue="Aula Kelurahan Manggar")

    assert match_session(stated("Workshop Canva"), (plain, umkm)).session == "A-1"
    match = match_session(stated("Workshop Canva", venue="Aula Kelurahan Manggar"), (plain, umkm))
    assert (match.session, match.reason) == (None, "several")


def test_session_of_several_days_has_the_list_of_all_and_of_each() -> None:
    course = known("C-1", "Bimtek Canva", ends="2025-08-07 16:00")

    for first, last in ((5, 7), (6, 6)):
        days = {"first_day": date(2025, 8, first), "last_day": date(2025, 8, last)}
        assert match_session(stated("Bimtek Canva", **days), (course,)).session == "C-1"


def test_candidates_are_in_order_and_say_why() -> None:
    match = match_session(stated("Workshop SPBE", date(2025, 8, 20)), (RT, UMKM, SPBE, SPBE_LATER))

    assert [(candidate.code, candidate.reasons) for candidate in match.candidates] == [
        ("SPBE-2025-2", ("similar-title",)),
        ("SPBE-2025-1", ("similar-title",)),
    ]
    match = match_session(stated("Kelas Menjahit", venue="Aula Kelurahan Damai"), SESSIONS)
    assert match.candidates[0].code == "RT-2025-1"
    assert match.candidates[0].reasons == ("date", "place")
    assert len(match.candidates) == 3


def test_day_and_month_in_a_name_order_the_candidates_but_are_no_match() -> None:
    match = match_session(stated("Workshop SPBE", None), SESSIONS, name="Workshop SPBE 2 Sept.xlsx")

    assert match.session is None
    assert match.candidates[0].code == "SPBE-2025-2"
    assert match.candidates[0].reasons == ("date", "similar-title")


def test_code_that_begins_like_another_is_not_mistaken() -> None:
    sessions = (known("SPBE-2025-1"), known("SPBE-2025-10"), known("SPBE-2025"))

    assert match_session(stated(day=None), sessions, name="hadir SPBE-2025-10.xlsx").session == "SPBE-2025-10"
    assert match_session(stated(day=None), sessions, name="hadir XSPBE-2025-1.xlsx").session is None


@pytest.mark.parametrize("code", ["UMKM", "2025", "LITERASI-DIGITAL"])
def test_words_and_years_in_a_files_name_are_no_codes(code: str) -> None:
    sessions = [replace(SESSIONS[0], code=code)]
    name = f"Daftar hadir {code} Manggar.xlsx"
    assert match_session(stated("", None), sessions, name=name).session is None
    assert match_session(replace(stated("", None), code=code), sessions).session == code


TITLES = [
    ("WORKSHOP LITERASI DIGITAL BAGI PELAKU UMKM", "Workshop Literasi Digital UMKM", "SAME"),
    (
        "Bimtek Pemasaran Digital Angkatan II",
        "Bimbingan Teknis Pemasaran Digital Angkatan 2 Tahun 2025",
        "SAME",
    ),
    ("Pelatihan QRIS", "Workshop QRIS", "LIKE"),
    ("Workshop SPBE", "Workshop Literasi Promosi SPBE", "LIKE"),
    ("Workshop Literasi Digitak UMKM", "Workshop Literasi Digital UMKM", "LIKE"),
    ("Pelatihan Digital Pemula", "Pelatihan Digital Pemuda", "OTHER"),
    ("Bimtek Angkatan I", "Bimtek Angkatan II", "OTHER"),
    ("Kelas Canva Lanjutan Angkatan I", "Kelas Canva Lanjutan Angkatan II", "OTHER"),
    ("Workshop UMKM", "Workshop Pemasaran Digital UMKM", "UNCLEAR"),
    ("Workshop Literasi Digital", "Workshop Literasi Digital bagi Pelaku UMKM", "UNCLEAR"),
    ("Literasi Digital Ketua RT", "Literasi Digital Pengurus RT", "UNCLEAR"),
    ("Workshop Literasi Digital UMKM", "Workshop Literasi Digital Pengurus RT", "OTHER"),
    ("Kelas Komputer", "Kelas Menjahit", "OTHER"),
    ("Sosialisasi", "Sosialisasi QRIS", "UNCLEAR"),
    ("", "Sosialisasi QRIS", "UNKNOWN"),
]


@pytest.mark.parametrize(("one", "other", "similarity"), TITLES)
def test_titles_compare(one: str, other: str, similarity: str) -> None:
    assert compare_titles(one, other) is compare_titles(other, one) is Similarity[similarity]


@pytest.mark.parametrize(
    ("one", "other", "similarity"),
    [
        ("Aula Kantor Wali Kota", "Aula Kantor Walikota", "SAME"),
        ("Aula Kec. Balikpapan Timur", "Aula Kantor Camat Balikpapan Timur", "SAME"),
        ("Aula Kantor Wali Kota", "Aula Kantor Wali Kota Lt. 2", "LIKE"),
        ("Aula Kelurahan Manggar", "Aula Kelurahan Manggar Baru", "LIKE"),
        ("Aula", "Aula Contoh", "UNCLEAR"),
        ("Aula Kelurahan Damai", "Aula Kelurahan Sepinggan", "OTHER"),
        ("Ruang Rapat 1", "Ruang Rapat 2", "OTHER"),
    ],
)
def test_venues_compare(one: str, other: str, similarity: str) -> None:
    assert compare_venues(one, other) is compare_venues(other, one) is Similarity[similarity]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("WORKSHOP LITERASI DIGITAL BAGI PELAKU UMKM", "Workshop Literasi Digital bagi Pelaku UMKM"),
        ("DINAS KOMUNIKASI DAN INFORMATIKA", "Dinas Komunikasi dan Informatika"),
        ("KETUA RT SE-KELURAHAN MANGGAR", "Ketua RT Se-Kelurahan Manggar"),
        ("PELATIHAN E-COMMERCE (QRIS) ANGKATAN II", "Pelatihan E-Commerce (QRIS) Angkatan II"),
        ("Pelatihan iPhone", "Pelatihan iPhone"),
        ("pelatihan canva", "Pelatihan canva"),
    ],
)
def test_titles_in_capitals_are_written_as_titles(text: str, title: str) -> None:
    assert title_case(text) == title


def test_proposal_names_what_is_missing_and_takes_no_hours_by_itself() -> None:
    whole = propose_session(stated("PELATIHAN CANVA", starts=time(9), ends=time(11, 30), venue="AULA CONTOH"))
    assert (whole.title, whole.venue, whole.missing) == ("Pelatihan Canva", "Aula Contoh", ())

    until_the_end = propose_session(stated("Pelatihan Canva", starts=time(13, 30)))
    assert (until_the_end.starts, until_the_end.ends, until_the_end.missing) == (
        time(13, 30),
        None,
        ("ends",),
    )
    assert suggest_hours(until_the_end) == (time(13, 30), time(16, 30))
    assert suggest_hours(propose_session(stated(starts=time(22, 15)))) == (time(22, 15), time(23, 59))

    nothing = propose_session(StatedSession())
    assert nothing.missing == ("title", "day", "starts", "ends")
    assert suggest_hours(nothing) == (time(9), time(12))

    for doubt in ({"last_day": date(2025, 8, 7)}, {"other_day": date(2025, 8, 6)}):
        assert "day" in propose_session(stated("Pelatihan Canva", **doubt)).missing


def test_lists_with_one_title_are_sessions_of_one_workshop() -> None:
    proposals = [
        propose_session(one)
        for one in (
            stated("PELATIHAN CANVA", date(2025, 8, 12), starts=time(9)),
            stated("Pelatihan Canva", DAY, starts=time(9), target_groups=("umkm",)),
            stated("Sosialisasi QRIS", DAY, starts=time(9)),
            stated("Pelatihan Canva Tahun 2025", DAY, starts=time(9), target_groups=("rt",)),
            stated("Pelatihan Canva", DAY, starts=time(13)),
            stated("Pelatihan Canva", None),
            stated("", DAY),
            stated("", DAY),
            stated("Pelatihan Canva", DAY, starts=time(9), organizer="Dinas Contoh"),
            stated("Pelatihan Canva", DAY, starts=time(9), organizer="Dinas Lain"),
        )
    ]

    workshops = group_into_workshops(proposals)

    assert [(workshop.title, workshop.sessions) for workshop in workshops] == [
        ("Pelatihan Canva", [(1, 3, 8), (4,), (0,), (5,)]),
        ("Sosialisasi QRIS", [(2,)]),
        ("", [(6,)]),
        ("", [(7,)]),
        ("Pelatihan Canva", [(9,)]),
    ]
    assert workshops[0].target_groups == ("umkm", "rt")
    assert workshops[0].organizer == "Dinas Contoh"


def test_new_session_belongs_to_the_only_workshop_of_its_title() -> None:
    workshops = [("SPBE-2025", "Workshop Literasi Promosi SPBE"), ("CANVA", "Pelatihan Canva")]

    assert find_workshop("WORKSHOP LITERASI PROMOSI SPBE", workshops) == "SPBE-2025"
    assert find_workshop("Workshop SPBE", workshops) is None
    assert find_workshop("Pelatihan Canva", [*workshops, ("CANVA-2", "Pelatihan Canva 2025")]) is None

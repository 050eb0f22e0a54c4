"""What holds for every value: however it is written it is read as itself, and any cell gives a value or none."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.people.values.cells import Cell, join_marks
from app.people.values.dates import convert_1904_serial, parse_birth_date
from app.people.values.emails import parse_email
from app.people.values.kelurahan import PlaceIndex, parse_kelurahan
from app.people.values.names import display_name, name_key
from app.people.values.nik import nik_agrees, nik_sex, parse_nik
from app.people.values.phones import parse_phone
from app.people.values.rt import find_rt, parse_rt
from app.people.values.sex import Sex, parse_sex_cell
from app.people.values.target_groups import GroupIndex, parse_target_group
from app.spreadsheets.tables.marks.marks import parse_attendance
from tests.spreadsheets.examples import DAY, reference

PLACES, GROUPS = PlaceIndex(reference()), GroupIndex(reference())
EXCEL_EPOCH, EPOCH_OF_1904 = date(1899, 12, 30), date(1904, 1, 1)
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)

CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.text(max_size=24), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.none()
)
BIRTH_DATES = st.dates(date(DAY.year - 104, DAY.month, DAY.day), date(DAY.year - 5, DAY.month, DAY.day))
SEXES: st.SearchStrategy[Sex] = st.sampled_from(["L", "P"])


@given(st.text(max_size=60))
def test_a_name_shown_is_looked_up_as_it_was_written(text: str) -> None:
    assert display_name(display_name(text)) == display_name(text)
    assert name_key(display_name(text)) == name_key(text)


@given(st.text(alphabet="bcdfg", min_size=6, max_size=9), st.text(alphabet="aklmnop", min_size=7))
def test_a_name_is_the_same_however_it_is_written(first: str, last: str) -> None:
    plain = name_key(f"{first} {last}")
    for written in (f"{last} {first}".upper(), f"  {first},  {last} ", f"Hj. {first} {last}, S.Pd., M.Si"):
        assert name_key(written) == plain


@given(st.text(max_size=40))
def test_a_kelurahan_read_is_read_again_and_one_of_the_city_s(text: str) -> None:
    reading = parse_kelurahan(text, PLACES)
    assert (reading.code is None) == (reading.problem is not None)
    assert set(reading.candidates) <= PLACES.name.keys()
    if reading.code:
        assert reading.code in PLACES.name or reading.code == "outside"
        assert parse_kelurahan(reading.code, PLACES).code == reading.code


@given(
    st.sampled_from(sorted(PLACES.name.values())),
    st.sampled_from(["{}", " {} ", "Kel. {}", "{} RT 3", "KEL.{}", "Jl. Mawar No 3 Kel. {}"]),
)
def test_an_official_name_is_itself_however_written(name: str, form: str) -> None:
    code = parse_kelurahan(form.format(name.upper()), PLACES).code
    assert code is not None
    assert PLACES.name[code] == name


@given(st.integers(1, 999), st.integers(1, 99))
def test_an_rt_is_the_same_however_it_is_written(rt: int, rw: int) -> None:
    for cell in (
        rt,
        float(rt),
        f"{rt:03}",
        f"RT.{rt}",
        f"rt {rt:03} rw {rw:02}",
        f"{rt}/{rw:02}",
        f"RT/RW {rt}/{rw}",
    ):
        assert parse_rt(cell) == str(rt)
    assert find_rt(f"Jl. Mawar RT {rt:02} No {rw}") == str(rt)


@given(CELLS)
def test_an_rt_read_is_a_number_of_three_digits_at_most(cell: Cell) -> None:
    rt = parse_rt(cell)
    assert rt is None or (parse_rt(rt) == rt and 1 <= int(rt) <= 999)


@given(st.sampled_from(sorted(GROUPS.code)), st.sampled_from(["{}", " {}. ", "({})"]))
def test_every_word_for_a_group_is_that_group_in_any_case(word: str, form: str) -> None:
    code = GROUPS.code[word]
    assert parse_target_group(form.format(word.upper()), GROUPS).code == code
    assert parse_target_group(code, GROUPS).code == code


@given(st.text(max_size=24))
def test_a_group_read_is_one_that_there_is(text: str) -> None:
    reading = parse_target_group(text, GROUPS)
    assert {reading.code, *reading.candidates} - {None} <= GROUPS.label.keys()


@given(st.integers(110101, 947199), BIRTH_DATES, SEXES, st.integers(1, 9999))
def test_a_nik_is_the_same_however_it_is_written(region: int, born: date, sex: Sex, serial: int) -> None:
    day = born.day + 40 if sex == "P" else born.day
    nik = f"{region}{day:02}{born:%m%y}{serial:04}"
    for cell in (nik, f"'{nik}", f"{nik[:6]} {nik[6:12]}.{nik[12:]}"):
        assert parse_nik(cell).digits == nik
    assert nik_sex(nik) == sex
    assert nik_agrees(nik, sex, born)
    spoilt = int(nik) % 10 == 0 or int(nik) > 2**53
    assert parse_nik(float(nik)).digits == (None if spoilt else nik)


@given(CELLS)
def test_a_nik_read_has_sixteen_digits_and_is_read_again(cell: Cell) -> None:
    reading = parse_nik(cell)
    if reading.digits is not None:
        assert len(reading.digits) == 16
        assert parse_nik(reading.digits) == reading


@given(st.integers(10**7, 10**8 - 1))
def test_a_phone_number_is_the_same_however_it_is_written(number: int) -> None:
    mobile = f"812{number}"
    spaced = f"{mobile[:3]}-{mobile[3:7]} {mobile[7:]}"
    for cell in (
        f"0{mobile}",
        int(mobile),
        float(mobile),
        f"+62 {spaced}",
        f"(0{spaced}) / 0542-123",
        f"62{mobile}",
    ):
        assert parse_phone(cell) == f"+62{mobile}"


@given(CELLS)
def test_a_phone_number_read_is_read_again(cell: Cell) -> None:
    number = parse_phone(cell)
    assert number is None or (number.startswith("+") and parse_phone(number) == number)


@given(CELLS)
def test_a_sex_read_is_read_again_and_is_the_column_s_that_is_marked(cell: Cell) -> None:
    sex = parse_sex_cell(cell)
    assert sex is None or parse_sex_cell(sex) == sex


@given(SEXES, st.sampled_from(["v", "x", "1", "✓"]))
def test_of_two_columns_the_marked_one_is_the_sex(sex: Sex, mark: str) -> None:
    marks = join_marks((label, mark if label == sex else None) for label in ("L", "P"))
    assert parse_sex_cell(marks) == sex


@given(BIRTH_DATES)
def test_a_birth_date_is_the_same_however_it_is_written(born: date) -> None:
    """The ages of 5 to 104 are a hundred years: two digits of the year say which."""
    month = MONTHS[born.month - 1]
    for cell in (
        f"{born:%d/%m/%Y}",
        f"{born.day}-{born.month}-{born:%y}",
        f"Balikpapan, {born.day} {month} {born.year}",
        f"{born:%d} {month[:3].upper()} {born:%y}",
        born.isoformat(),
        datetime(born.year, born.month, born.day),  # noqa: DTZ001 (Excel's dates know no zone)
        (born - EXCEL_EPOCH).days,
        convert_1904_serial(float((born - EPOCH_OF_1904).days)),
    ):
        assert parse_birth_date(cell, on=DAY) == born


@given(CELLS)
def test_a_birth_date_read_makes_a_person_of_5_to_104(cell: Cell) -> None:
    born = parse_birth_date(cell, on=DAY)
    assert born is None or DAY - timedelta(days=366 * 105) < born <= DAY - timedelta(days=365 * 5)
    assert born is None or parse_birth_date(born, on=DAY) == born


@given(CELLS)
def test_an_attendance_read_is_read_again(cell: Cell) -> None:
    status = parse_attendance(cell, DAY).status
    assert status is None or parse_attendance(status, DAY).status == status


@pytest.mark.parametrize(
    ("word", "status"),
    [("hadir", "present"), ("ya", "present"), ("tdk", "absent"), ("alpa", "absent"), ("izin", "excused")],
)
def test_a_mark_is_the_same_however_it_is_written(word: str, status: str) -> None:
    for written in (word, word.upper(), f" {word}.", f"({word.title()})"):
        assert parse_attendance(written, DAY).status == status


@given(st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=8)), max_size=4))
def test_marks_of_any_columns_are_joined_and_read(marks: list[tuple[str, str]]) -> None:
    assert parse_attendance(join_marks(marks), DAY).status in {None, "present", "absent", "excused"}


@given(st.from_regex(r"[A-Za-z0-9]{1,20}(\.[A-Za-z0-9]{1,20})?@contoh(\.go)?\.id", fullmatch=True))
def test_an_e_mail_address_is_the_same_in_any_case(address: str) -> None:
    assert parse_email(f" {address} ") == address.lower()


@given(st.text(max_size=24))
def test_an_e_mail_address_read_is_read_again(text: str) -> None:
    address = parse_email(text)
    assert address is None or parse_email(address) == address

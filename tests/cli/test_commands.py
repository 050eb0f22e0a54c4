"""Every command as the operator runs it, in the order in which an installation comes to life."""

import json
import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.cli.commands import main
from app.database import create_engine, reading
from app.i18n import wita_today
from app.models import Role, SessionMode, WorkshopSession
from app.services.accounts.logins import authenticate, find_actor_by_token
from app.services.accounts.users import get_user_by_password_link
from app.settings import Settings
from tests.city import SAMPLES, City, crowd, dump, sheet
from tests.database import on_sqlite, postgresql_in_soak
from tests.jangkau_command import JANGKAU
from tests.server import Jangkau

LIST_WITH_AN_ERROR = sheet(
    "Nama;Kelurahan;Kehadiran", "Siti Aminah;Manggar;hadir", "Nur Aini;Antah Berantah;hadir"
)


def test_from_an_empty_database_to_a_report(
    jangkau: Jangkau, environment: dict[str, str], empty_database_url: str, tmp_path: Path
) -> None:
    environment["JANGKAU_DATABASE_URL"] = empty_database_url
    engine = create_engine(Settings(database_url=empty_database_url))

    too_early = jangkau("user", "create", "ani@contoh.id", "--name", "Ani", "--role", "admin")
    assert too_early.returncode == 1
    assert "jangkau db upgrade" in too_early.stderr
    assert "Traceback" not in too_early.stderr
    assert output_of(jangkau("db", "upgrade")) == ""

    link = output_of(jangkau("user", "create", "ani@contoh.id", "--name", "Ani", "--role", "organizer"))
    assert link.startswith("http://127.0.0.1:8000/kata-sandi/")
    with reading(engine) as db:
        assert get_user_by_password_link(db, link.rpartition("/")[2]).email == "ani@contoh.id"
    token = output_of(jangkau("token", "create", "ani@contoh.id", "--name", "laporan"))
    with reading(engine) as db:
        ani = find_actor_by_token(db, token)
    assert ani is not None
    assert (ani.name, ani.role) == ("Ani", Role.ORGANIZER)

    assert output_of(
        jangkau("workshop", "create", "SPBE-2025", "--title", "Literasi SPBE", *groups("umkm", "rt", "tokoh"))
    ) == ("SPBE-2025")
    times = ("--starts", "2025-08-05 09:00", "--ends", "2025-08-05 12:00")
    without_venue = ("session", "create", "SPBE-2025-0", "--workshop", "SPBE-2025", *times)
    assert jangkau(*without_venue).returncode == 64
    assert output_of(jangkau(*without_venue, "--mode", "daring")) == "SPBE-2025-0"
    held = ("--workshop", "SPBE-2025", *times, "--venue", "Aula Balai Kota", "--capacity", "70")
    online = ("--mode", "hybrid", "--min-minutes", "60")
    assert output_of(jangkau("session", "create", "SPBE-2025-1", *held, *online)) == "SPBE-2025-1"
    with reading(engine) as db:
        made = db.exec(select(WorkshopSession).where(WorkshopSession.code == "SPBE-2025-1")).one()
    assert (made.mode, made.min_minutes) == (SessionMode.HYBRID, 60)

    spbe = ("import", SAMPLES / "spbe.xlsx", "--session", "SPBE-2025-1", "--json")
    dry = document(jangkau(*spbe, "--dry-run"))
    assert (dry["status"], dry["counts"]["create"], len(dry["rows"])) == ("review", 68, 68)
    assert report(jangkau)["totals"]["registered"] == 0

    committed = document(jangkau(*spbe))
    assert (committed["status"], committed["counts"]) == ("committed", dry["counts"])
    assert report(jangkau)["totals"]["covered"] == 34
    assert document(jangkau(*spbe))["counts"]["unchanged"] == 68
    narrowed = ("--kecamatan", "64.71.01", "--sex", "P", "--organization", 1)
    women = report(jangkau, *narrowed, "--by", "quarter", "--compare", "before")
    assert 0 < women["totals"]["participants"] < 68
    assert [one["by"] for one in women["breakdowns"]] == ["quarter"]
    assert women["before"]["period"] == {"from": "2025-08-04", "to": "2025-08-04"}

    assert output_of(jangkau("undo", committed["id"])) == f"Import {committed['id']} is undone."
    assert report(jangkau)["totals"]["registered"] == 0
    engine.dispose()


def groups(*codes: str) -> list[str]:
    return [word for code in codes for word in ("--group", code)]


def output_of(done: Any) -> str:
    assert done.returncode == 0, done.stderr
    return str(done.stdout).strip()


def document(done: Any) -> dict[str, Any]:
    return dict(json.loads(output_of(done)))


def report(jangkau: Jangkau, *narrowed: str | int) -> dict[str, Any]:
    day = ("--from", "2025-08-05", "--to", "2025-08-05")
    return document(jangkau("report", "coverage", *day, *narrowed, "--format", "json"))


@postgresql_in_soak
def test_a_list_with_errors_is_not_saved_unless_only_valid_is_given(
    jangkau: Jangkau, city: City, tmp_path: Path
) -> None:
    city.session("A-1")
    path = tmp_path / "daftar.csv"
    path.write_bytes(LIST_WITH_AN_ERROR)
    before = dump(city.engine)

    refused = jangkau("import", path, "--session", "A-1")
    assert refused.returncode == 2
    assert "1 create" in refused.stdout
    assert "row 3 Nur Aini" in refused.stdout
    assert "Antah Berantah" in refused.stdout
    assert dump(city.engine) == before

    done = jangkau("import", path, "--session", "A-1", "--only-valid")
    assert done.returncode == 0
    assert done.stdout.startswith("committed: 2 rows, 1 create")
    assert city.outcomes() == {"Siti Aminah": "present"}


@postgresql_in_soak
def test_a_list_of_another_day_is_saved_only_if_that_is_confirmed(
    jangkau: Jangkau, city: City, tmp_path: Path
) -> None:
    city.session("A-1")
    path = tmp_path / "daftar.csv"
    path.write_bytes(sheet("Tanggal: 6 Agustus 2025;;", "Nama;Kelurahan;Hadir", "Siti Aminah;Manggar;ya"))

    refused = jangkau("import", path, "--session", "A-1")
    assert refused.returncode == 2
    assert "date-differs: " in refused.stdout
    assert city.outcomes() == {}

    assert jangkau("import", path, "--session", "A-1", "--confirm", "date-differs").returncode == 0
    assert city.outcomes() == {"Siti Aminah": "present"}


@postgresql_in_soak
def test_the_document_has_every_row_of_a_long_list(jangkau: Jangkau, city: City, tmp_path: Path) -> None:
    city.session("A-1")
    path = tmp_path / "daftar.csv"
    path.write_bytes(crowd(1_050))
    before = dump(city.engine)

    seen = document(jangkau("import", path, "--session", "A-1", "--dry-run", "--json"))

    assert [row["number"] for row in seen["rows"]] == list(range(2, 1_052))
    assert seen["counts"]["create"] == 1_050
    assert dump(city.engine) == before


# The tests below do not depend on the database.


@on_sqlite
def test_options_say_what_the_file_leaves_open(jangkau: Jangkau, city: City, tmp_path: Path) -> None:
    city.session("A-1", groups=())
    path = tmp_path / "daftar.csv"
    path.write_bytes(sheet("Nama;Kelurahan;Hadir", "Siti Aminah;Manggar;ya", "Nur Aini;Lamaru;"))

    said = ("--sheet", "CSV", "--group", "komunitas", "--blank", "present")
    seen = document(jangkau("import", path, "--session", "A-1", *said, "--json"))

    assert (seen["sheet"], seen["blank_means"]) == ("CSV", "present")
    assert {row["target_group"] for row in seen["rows"]} == {"komunitas"}
    assert city.outcomes() == {"Siti Aminah": "present", "Nur Aini": "present"}


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("import", "{not a list}", "--session", "A-1"), "No header was found"),
        (("import", "{missing}", "--session", "A-1"), "No such file"),
        (("import", "{list}", "--session", "A-1", "--group", "pelaut"), "no target group pelaut"),
        (("report", "coverage", "--format", "csv", "-o", "{missing}/x.csv"), "No such file"),
        (("user", "create", "sari@contoh.id", "--name", "Sari", "--role", "staff"), "already"),
        (("token", "create", "sari@contoh.id", "--name", "x", "--expires", "9999-12-31"), "2000 to 2100"),
        (("token", "create", "sari@contoh.id", "--name", " "), "A name is needed"),
        (("undo", "9" * 20), "beyond what the database holds"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_failure_is_one_sentence(
    jangkau: Jangkau, city: City, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    city.session("A-1")
    files = {
        "list": tmp_path / "daftar.csv",
        "not a list": tmp_path / "teks.csv",
        "missing": tmp_path / "tiada",
    }
    files["list"].write_bytes(LIST_WITH_AN_ERROR)
    files["not a list"].write_text("Kolom;Lain\n1;2\n")
    before = dump(city.engine)

    done = jangkau(*(argument.format_map(files) for argument in arguments))

    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert dump(city.engine) == before


def test_a_mistyped_option_has_another_exit_code_than_rows_that_need_attention(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["jangkau", "import", "daftar.csv", "--sesion", "A-1"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 64
    assert "No such option: --sesion" in capsys.readouterr().err


@on_sqlite
def test_a_password_is_read_from_standard_input_only(jangkau: Jangkau, city: City) -> None:
    create = ("user", "create", "ani@contoh.id", "--name", "Ani", "--role", "viewer", "--password-stdin")

    too_short = jangkau(*create, stdin="rahasia\n")
    assert too_short.returncode == 1
    assert "10 characters" in too_short.stderr
    assert (
        output_of(jangkau(*create, "--organization", "Kampus Contoh", stdin="kebun raya balikpapan\n")) == ""
    )

    with reading(city.engine) as db:
        user = authenticate(db, "ani@contoh.id", "kebun raya balikpapan")
    assert user is not None
    assert user.role is Role.VIEWER


@on_sqlite
def test_a_token_is_valid_to_the_end_of_its_last_day(jangkau: Jangkau, city: City) -> None:
    today = wita_today()
    create = ("token", "create", "sari@contoh.id", "--name", "laporan", "--expires")

    valid, expired = (
        output_of(jangkau(*create, f"{today}")),
        output_of(jangkau(*create, f"{today - timedelta(days=1)}")),
    )

    with reading(city.engine) as db:
        assert find_actor_by_token(db, valid) is not None
        assert find_actor_by_token(db, expired) is None

    number, *shown = output_of(jangkau("token", "list", "sari@contoh.id")).splitlines()[0].split()
    assert shown[:2] == ["sari@contoh.id", "laporan"]
    output_of(jangkau("token", "revoke", number))
    with reading(city.engine) as db:
        assert find_actor_by_token(db, valid) is None


@pytest.mark.slow
@on_sqlite
def test_a_full_disk_is_reported(environment: dict[str, str], city: City) -> None:
    report = [JANGKAU, "report", "coverage", "--format", "csv", "-o", "/dev/full"]

    done = subprocess.run(report, env=environment, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "No space left on device\n")


@pytest.mark.slow
@on_sqlite
@pytest.mark.parametrize("file_format", ["json", "csv"])
def test_no_error_is_printed_if_the_reader_of_the_output_ends_early(
    environment: dict[str, str], city: City, file_format: str
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [JANGKAU, "report", "coverage", "--format", file_format]
    done = subprocess.run(command, env=environment, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)

    assert done.stderr == b""

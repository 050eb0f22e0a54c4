"""Makes the lists of this folder and, beside each, what a careful clerk expects of it.

    python tests/more_lists/make.py

Twenty kinds of list as offices, communities and applications send them, in the form of `tests/field`. All people,
phones and accounts are made up. The expectations were written from the rules alone, before any program read a file.
"""

import csv
import datetime
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
DAY = datetime.date(2025, 8, 5)
KELURAHAN = {
    "Manggar": "64.71.01.1001",
    "Lamaru": "64.71.01.1002",
    "Teritip": "64.71.01.1003",
    "Manggar Baru": "64.71.01.1004",
    "Baru Ilir": "64.71.02.1001",
    "Baru Tengah": "64.71.02.1002",
    "Baru Ulu": "64.71.02.1003",
    "Kariangau": "64.71.02.1004",
    "Margo Mulyo": "64.71.02.1005",
    "Marga Sari": "64.71.02.1006",
    "Batu Ampar": "64.71.03.1001",
    "Gunung Samarinda": "64.71.03.1002",
    "Karang Joang": "64.71.03.1003",
    "Muara Rapak": "64.71.03.1004",
    "Gunung Samarinda Baru": "64.71.03.1005",
    "Graha Indah": "64.71.03.1006",
    "Gunung Sari Ulu": "64.71.04.1001",
    "Gunung Sari Ilir": "64.71.04.1002",
    "Karang Rejo": "64.71.04.1003",
    "Karang Jati": "64.71.04.1004",
    "Mekar Sari": "64.71.04.1005",
    "Sumber Rejo": "64.71.04.1006",
    "Sepinggan": "64.71.05.1002",
    "Gunung Bahagia": "64.71.05.1006",
    "Sepinggan Baru": "64.71.05.1008",
    "Sepinggan Raya": "64.71.05.1009",
    "Sungai Nangka": "64.71.05.1010",
    "Damai Baru": "64.71.05.1011",
    "Damai Bahagia": "64.71.05.1012",
    "Prapatan": "64.71.06.1001",
    "Telaga Sari": "64.71.06.1002",
    "Klandasan Ulu": "64.71.06.1003",
    "Klandasan Ilir": "64.71.06.1004",
    "Damai": "64.71.06.1005",
    "outside": "outside",
}
KINDS = ("create", "update", "unchanged", "duplicate", "skip", "review", "error")

Person = dict[str, Any]
Row = Sequence[Any]


def main() -> None:
    """Write every list and its expectation."""
    for make in LISTS:
        make()


def gform_english() -> None:
    asked = [
        "Timestamp", "Email Address", "Full name", "Name of your business",
        "Which kelurahan do you live in?", "RT", "WhatsApp number",
        "How useful was today's session? (1 = not at all, 5 = very)",
        "Will you attend the next session on 12 August?", "Any comments?",
    ]  # fmt: skip
    answers = [
        ("Wiyono Hartadi", "Kedai Contoh Satu", "Manggar", 3, 5, "Yes", None),
        ("Lasmini Prihatin", "Jahit Contoh", "Lamaru", 14, 4, "No", "Will be out of town next week"),
        ("Gunadi Satria", "Bengkel Contoh", "Baru Ilir", 7, 1, "No", "absent last time, happy to be here now"),
        ("Titin Rosmala", "Kue Contoh", "Karang Joang", 22, 5, "Maybe", None),
        ("Poltak Manurung", "Laundry Contoh", "Muara Rapak", 9, 3, "Yes", "Sorry, I had to leave early"),
        ("Ningsih Wardani", "Amplang Contoh", "Telaga Sari", 18, 1, "No", "too fast for me"),
        ("Baharuddin Latif", "Ikan Contoh", "Klandasan Ulu", 2, 5, "Yes", None),
        ("Yohana Tandi", "Batik Contoh", "Gunung Bahagia", 31, 4, "Yes", "not registered before, came with a friend"),
    ]  # fmt: skip
    rows: list[Row] = [asked]
    people = []
    for n, (name, business, kelurahan, rt, useful, again, comment) in enumerate(answers):
        sent = datetime.datetime.combine(DAY, datetime.time(11, 42 + n, 7))
        email = name.lower().replace(" ", ".") + "@contoh.id"
        rows.append([sent, email, name, business, kelurahan, rt, 81211230800 + n, useful, again, comment])
        people.append(person(n + 2, name, kelurahan, rt=str(rt), phone=phone(800 + n)))
    save(book(rows, title="Form Responses 1"), "01-gform-english.xlsx")
    expect(
        "01-gform-english.xlsx",
        "Google Forms in English, filled in at the end of the session: a grade from 1 to 5, 'Will you attend the "
        "next session on 12 August?', comments such as 'absent last time'",
        people,
        header_row=1,
        blank_means="present",
        note="Who answered at the end of the session was there. 'Will you attend the next session' is about another "
        "day: its No makes nobody absent. The grades 1 and the comments are no marks.",
    )


def msforms() -> None:
    asked = [
        "ID", "Start time", "Completion time", "Email", "Name", "Last modified time",
        "Nama Lengkap Bapak/Ibu", "Kelurahan", "RT", "Nomor HP/WA", "Mewakili unsur",
    ]  # fmt: skip
    answers = [
        ("kelurahan.lamaru@contoh.id", "Kelurahan Lamaru", "Sumardi Wibawa", "Lamaru", 4, "Ketua RT", "rt"),
        ("anonymous", None, "Herlina Tambunan", "Teritip", 11, "Pelaku UMKM", "umkm"),
        ("d.astika@contoh.id", "Dinda (Operator)", "Mursalin Hakim", "Batu Ampar", 6, "Tokoh Agama", "tokoh"),
        ("anonymous", None, "Sumiyati Lestari", "Graha Indah", 19, "PKK", "komunitas"),
        ("r.pramono@contoh.id", "Rio Pramono", "Rio Pramono", "Mekar Sari", 8, "Karang Taruna", "komunitas"),
        ("camat.kota@contoh.id", "Admin Kecamatan", "Zulaiha Amran", "Prapatan", 25, "Pelaku UMKM", "umkm"),
        ("anonymous", None, "Darsono Wiguna", "Damai", 13, "Ketua RT", "rt"),
        ("m.tulus@contoh.id", "Maria Tulus", "Yosef Tulus", "Sepinggan", 37, "Pelaku UMKM", "umkm"),
    ]
    rows: list[Row] = [asked]
    people = []
    for n, (email, account, name, kelurahan, rt, unsur, group) in enumerate(answers):
        started = datetime.datetime.combine(DAY, datetime.time(9, 3 + n, 15))
        ended = started + datetime.timedelta(seconds=70)
        rows.append([n + 1, started, ended, email, account, None, name, kelurahan, rt, phone(810 + n), unsur])
        people.append(person(n + 2, name, kelurahan, group, rt=str(rt), phone=phone(810 + n)))
    save(book(rows, title="Sheet1"), "02-msforms-akun.xlsx")
    expect(
        "02-msforms-akun.xlsx",
        "Microsoft Forms attendance: 'Name' and 'Email' are those of the account that sent the answer (an office, an "
        "operator, a wife), 'Nama Lengkap Bapak/Ibu' is the participant",
        people,
        groups=("umkm", "rt", "tokoh", "komunitas"),
        header_row=1,
        blank_means="present",
        note="The participant is in 'Nama Lengkap Bapak/Ibu'. Nobody may be saved as 'Kelurahan Lamaru', 'Admin "
        "Kecamatan', 'Dinda (Operator)' or 'Maria Tulus'; 'anonymous' is no e-mail.",
    )


def eventbrite() -> None:
    rows: list[Row] = [
        [
            "Order #", "Order Date", "First Name", "Last Name", "Email", "Quantity", "Price Tier", "Ticket Type",
            "Attendee #", "Attendee Status", "Cell Phone", "Kelurahan tempat tinggal",
        ],
    ]  # fmt: skip
    tickets = [
        ("Anton", "Wijayakusuma", "Checked In", "Klandasan Ilir"),
        ("Poniman", "-", "Checked In", "Karang Rejo"),
        ("Desi", "Ratnaningrum", "Attending", "Damai Baru"),
        ("Hafiz", "Alamsyah", "Checked In", "Manggar Baru"),
        ("Lenny", "Situmorang", "Not Attending", "Baru Ulu"),
        ("Muhdar", ".", "Checked In", "Sungai Nangka"),
        ("Eko", "Budiharjo", "Attending", "Kariangau"),
        ("Wiwik", "Sundari", "Checked In", "Gunung Sari Ulu"),
        ("Rahimah", "Salsabila", "Attending", "Margo Mulyo"),
    ]
    people = []
    marked = {}
    for n, (first, last, status, kelurahan) in enumerate(tickets):
        number = n + 2
        email = f"{first.lower()}{n}@contoh.id"
        ordered = f"2025-07-{21 + n} 19:02:{10 + n}"
        ticket = [1, "", "Gratis", 70012300 + n, status]
        rows.append([90012300 + n, ordered, first, last, email, *ticket, phone(820 + n), kelurahan])
        name = f"{first} {last}" if len(last) > 1 else first
        if status == "Checked In":
            people.append(person(number, name, kelurahan, phone=phone(820 + n)))
        else:
            people.append(asked_about(number, name))
            marked[number] = ("review", ["attendance-unclear"])
    save_csv(rows, "03-eventbrite.csv")
    expect(
        "03-eventbrite.csv",
        "Eventbrite attendee report: 'Attendee Status' Checked In / Attending / Not Attending, first and last name "
        "in two columns ('-' and '.' where people have one name only), 'Quantity' 1",
        people,
        marked,
        header_row=1,
        note="'Attending' means that somebody holds a ticket, not that they came: never present in silence. Absent "
        "or a question is right. 'Quantity' is no mark. One-word names stay one word.",
    )


def kobo_labels() -> None:
    asked = [
        "start", "end", "Tanggal kegiatan", "Nama petugas pencatat", "Kelurahan tempat kegiatan",
        "Nama lengkap peserta", "Jenis kelamin", "Kelurahan domisili peserta", "RT", "Nomor HP", "Unsur peserta",
        "Topik yang diminati", "Topik yang diminati/QRIS", "Topik yang diminati/Keamanan data", "Tanda tangan",
        "_id", "_uuid", "_submission_time", "_status", "_index",
    ]  # fmt: skip
    answers = [
        ("Suharni Widodo", "Perempuan", "Gunung Sari Ilir", 5, "Pelaku UMKM", "umkm"),
        ("Bonar Sihombing", "Laki-laki", "Karang Jati", 16, "Ketua RT", "rt"),
        ("Kasmawati Daud", "Perempuan", "Klandasan Ilir", 28, "Komunitas", "komunitas"),
        ("Sapardi Utomo", "Laki-laki", "Sumber Rejo", 10, "Tokoh Masyarakat", "tokoh"),
        ("Mei Lin Tanujaya", "Perempuan", "Damai Bahagia", 33, "Pelaku UMKM", "umkm"),
        ("Tahir Mappa", "Laki-laki", "Baru Tengah", 42, "Pelaku UMKM", "umkm"),
        ("Ratih Anggriani", "Perempuan", "Sepinggan Raya", 12, "Komunitas", "komunitas"),
        ("Usdi Mulawan", "Laki-laki", "Gunung Samarinda", 20, "Ketua RT", "rt"),
    ]
    rows: list[Row] = [asked]
    people = []
    for n, (name, sex, kelurahan, rt, unsur, group) in enumerate(answers):
        clerk = "Petugas Contoh A" if n % 2 else "Vina Petugasari"
        start = f"2025-08-05T08:{30 + n}:11.000+08:00"
        end = f"2025-08-05T08:{31 + n}:40.000+08:00"
        rows.append(
            [
                start, end, datetime.datetime.combine(DAY, datetime.time()), clerk, "Klandasan Ilir",
                name, sex, kelurahan, rt, phone(830 + n), unsur, "QRIS", 1, n % 2, f"17543542{n:02}123.png",
                4410020 + n, f"0f0e0d0c-0000-4000-8000-0000000000{n:02}", f"2025-08-05T00:{31 + n}:52",
                "submitted_via_web", n + 1,
            ],
        )  # fmt: skip
        people.append(
            person(
                n + 2, name, kelurahan, group, rt=str(rt), phone=phone(830 + n), sex="LP"[sex == "Perempuan"]
            )
        )
    save(book(rows, title="Daftar Hadir Workshop"), "04-kobo-label.xlsx")
    expect(
        "04-kobo-label.xlsx",
        "KoboToolbox export with labels: the enumerator's name and the kelurahan of the venue stand before the "
        "participant's name and kelurahan; topics as 1/0; signature as the name of a picture",
        people,
        groups=("umkm", "rt", "tokoh", "komunitas"),
        header_row=1,
        blank_means="present",
        note="'Nama petugas pencatat' is no participant and 'Kelurahan tempat kegiatan' is where it took place: only "
        "one of the eight lives in Klandasan Ilir. The 0 under a topic makes nobody absent.",
    )


def residents_by_rt() -> None:
    rows: list[Row] = [
        ["DAFTAR HADIR WARGA"],
        ["SOSIALISASI LAYANAN DIGITAL KOTA BALIKPAPAN"],
        ["KELURAHAN", None, ": MARGA SARI"],
        ["KECAMATAN", None, ": BALIKPAPAN BARAT"],
        ["HARI/TANGGAL", None, ": SELASA, 5 AGUSTUS 2025"],
        [],
        ["NO", "NAMA", "L/P", "UMUR", "TANDA TANGAN", "KET"],
        [1, 2, 3, 4, 5, 6],
        ["RW 01"],
        ["RT 03"],
        [1, "SUPARJAN", "L", 51, None, None],
        [2, "HALIPAH", "P", 47, None, 2],
        [3, "ABDUL WAHAB", "L", 39, None, None],
        ["RT 04"],
        [4, "NGATIYEM", "P", 63, None, None],
        [5, "RUSTAM EFENDI", "L", 28, None, None],
        ["RW 02"],
        ["RT 07"],
        [6, "MARTINI SALIM", "P", 33, None, None],
        [7, "SAMSUL HUDA", "L", 70, None, 1],
        [8, "LATIFAH HANUM", "P", 44, None, None],
        [None, "JUMLAH", None, None, None, 8],
        [],
        ["Kode Ket: 1 = meninggal dunia, 2 = pindah domisili, 3 = tidak dikenal"],
        [],
        [None, None, None, None, "Ketua RW 01"],
        [],
        [None, None, None, None, "Contoh Sudarmo"],
    ]
    sheet = book(rows, title="Daftar")
    for line in (9, 10, 14, 17, 18):
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=6)
    save(sheet, "05-warga-rw-rt.xlsx")
    here = "Marga Sari"
    gone = ["attendance-unclear"]
    expect(
        "05-warga-rw-rt.xlsx",
        "Residents as in a voters' list: RW and RT as section rows, kelurahan in the title, signed in ink, 'KET' "
        "holds codes that a legend below explains (1 = died, 2 = moved away)",
        [
            person(11, "Suparjan", here, "umum", rt="3", sex="L"),
            asked_about(12, "Halipah"),
            person(13, "Abdul Wahab", here, "umum", rt="3", sex="L"),
            person(15, "Ngatiyem", here, "umum", rt="4", sex="P"),
            person(16, "Rustam Efendi", here, "umum", rt="4", sex="L"),
            person(19, "Martini Salim", here, "umum", rt="7", sex="P"),
            asked_about(20, "Samsul Huda"),
            person(21, "Latifah Hanum", here, "umum", rt="7", sex="P"),
        ],
        {12: ("review", gone), 20: ("review", gone)},
        groups=("umum",),
        header_row=7,
        blank_means="present",
        stated_total=8,
        warnings=["kelurahan-from-title"],
        note="Each serves the rows below it: RW 01 / RT 03, RT 04, RW 02 / RT 07. The 1 and 2 under 'KET' are no "
        "ticks: one is dead, one has moved away. They make nobody else absent either.",
    )


def transport_money() -> None:
    rows: list[Row] = [
        ["DAFTAR PENERIMAAN UANG TRANSPORT PESERTA"],
        ["Kegiatan", None, ": Workshop Literasi Promosi SPBE"],
        ["Tanggal", None, ": 5 Agustus 2025"],
        ["Kode Rekening", None, ": 5.1.02.02.01.0003"],
        [],
        [
            "No", "Nama Penerima", "Asal Kelurahan", "No. Rekening", "Hadir (kali)", "Besaran (Rp)", "PPh 21 (Rp)",
            "Diterima (Rp)", "Tanda Tangan",
        ],
    ]  # fmt: skip
    receivers = [
        ("Supandi Hermanto", "Kariangau", "004501000100501", 1),
        ("Misnawati Arsyad", "Graha Indah", "004501000100502", 1),
        ("Julius Tandiono", "Karang Rejo", "1480012300503", 1),
        ("Paramita Sekar", "Damai", "004501000100504", 0),
        ("Hasbullah Noor", "Teritip", "004501000100505", 1),
        ("Tri Wahyu Handoko", "Sepinggan Baru", "1480012300506", 1),
        ("Sarinah Matondang", "Klandasan Ulu", "004501000100507", 1),
    ]
    people = []
    for n, (name, kelurahan, account, times) in enumerate(receivers):
        gross, tax = 150000 * times, 7500 * times
        rows.append(
            [n + 1, name, kelurahan, account, times, gross, tax, gross - tax, f"{n + 1}. ..........."]
        )
        people.append(person(n + 7, name, kelurahan, attendance="present" if times else "absent"))
    rows += [
        ["Jumlah", None, None, None, 6, 900000, 45000, 855000],
        ["Terbilang: Delapan ratus lima puluh lima ribu rupiah"],
        [],
        [None, "Mengetahui,", None, None, None, None, None, "Balikpapan, 5 Agustus 2025"],
        [
            None,
            "Pejabat Pelaksana Teknis Kegiatan",
            None,
            None,
            None,
            None,
            None,
            "Bendahara Pengeluaran Pembantu",
        ],
        [],
        [],
        [None, "Contoh Wardana, S.E.", None, None, None, None, None, "Contoh Maharani, A.Md."],
        [None, "NIP. 19800101 200501 1 001", None, None, None, None, None, "NIP. 19850202 201001 2 002"],
    ]
    save(book(rows, title="SPJ Transport"), "06-spj-transport.xlsx")
    expect(
        "06-spj-transport.xlsx",
        "Treasurer's list of transport money: account numbers, amounts and tax, 'Hadir (kali)' 1 or 0, dots printed "
        "for the signature, sums of money, the sum in words, PPTK and treasurer below",
        people,
        header_row=6,
        note="Who gets 0 did not come. The account number is neither NIK nor phone; 'Jumlah 900.000' is no number of "
        "people (those who came are 6, as the sum says); the two officials are nobody.",
    )


def dasawisma() -> None:
    rows: list[Row] = [
        ["TP PKK KELURAHAN KARANG REJO"],
        ["DAFTAR HADIR PERTEMUAN DASAWISMA DAN POSYANDU"],
        ["Selasa, 5 Agustus 2025"],
        [],
        ["NO", "NAMA KEPALA KELUARGA", "NAMA IBU", "NAMA BALITA", "UMUR (BLN)", "RT", "PARAF IBU"],
        ["DASAWISMA MELATI 1"],
        [1, "Parjo Suwito", "Sulastini", "Arka", 14, 21, "✓"],
        [2, "Ilham Basri", "Nurlela Hatta", "Zahwa", 30, 21, "✓"],
        [3, "Domingus Rante", "Elsye Rante", "Gabriel", 8, 22, None],
        ["DASAWISMA MAWAR 2"],
        [1, "Kaslan", "Tumini", None, None, 23, "✓"],
        [2, "-", "Rokayah Idris", "Bima", 41, 23, "✓"],
        [3, "Sutikno Adi", "Wulan Purbasari", "Naura", 19, 24, "sakit"],
        ["DASAWISMA ANGGREK"],
        [1, "Mansyur Talib", "Hasnawati", "Fahri", 26, 25, "✓"],
        [2, "Agung Prihadi", "Retno Palupi", None, None, 25, "✓"],
        [None, None, "Jumlah ibu hadir", None, None, None, 6],
        [],
        [None, None, None, None, None, None, "Ketua TP PKK"],
        [],
        [None, None, None, None, None, None, "Ny. Contoh Suryaningrat"],
    ]
    sheet = book(rows, title="Agustus")
    for line in (6, 10, 14):
        sheet.merge_cells(start_row=line, end_row=line, start_column=1, end_column=7)
    save(sheet, "07-pkk-dasawisma.xlsx")
    mothers = [
        (7, "Sulastini", "21", "present"),
        (8, "Nurlela Hatta", "21", "present"),
        (9, "Elsye Rante", "22", "absent"),
        (11, "Tumini", "23", "present"),
        (12, "Rokayah Idris", "23", "present"),
        (13, "Wulan Purbasari", "24", "excused"),
        (15, "Hasnawati", "25", "present"),
        (16, "Retno Palupi", "25", "present"),
    ]
    expect(
        "07-pkk-dasawisma.xlsx",
        "PKK and posyandu meeting: three columns of names (head of the family, mother, child), 'PARAF IBU' says who "
        "came, Dasawisma groups as section rows with numbers anew, kelurahan in the title",
        [
            person(n, name, "Karang Rejo", "komunitas", attendance, rt=rt)
            for n, name, rt, attendance in mothers
        ],
        groups=("komunitas",),
        header_row=5,
        blank_means="absent",
        warnings=["kelurahan-from-title"],
        note="The mothers came and initialled. Heads of families and children are no participants: nobody may be "
        "saved as 'Parjo Suwito' or 'Arka', at least not without a question which column is the participant.",
    )


def two_rows_each() -> None:
    rows: list[Row] = [
        ["PEMERINTAH KOTA BALIKPAPAN"],
        ["DAFTAR HADIR APARATUR PENDAMPING LITERASI DIGITAL"],
        ["Hari/Tanggal : Selasa, 5 Agustus 2025"],
        [],
        ["NO", "NAMA /", "PANGKAT /", "JABATAN", "KELURAHAN", "TANDA"],
        [None, "NIP", "GOL. RUANG", None, "TEMPAT TINGGAL", "TANGAN"],
    ]
    staff = [
        (
            "Drs. Gatot Prasojo, M.Si.",
            "NIP. 19690512 199403 1 004",
            "Pembina",
            "IV/a",
            "Sekretaris Camat",
            "Damai",
        ),
        (
            "Endah Kusumaning, S.E.",
            "NIP. 19790830 200501 2 007",
            "Penata Tk. I",
            "III/d",
            "Kasi Ekbang",
            "Lamaru",
        ),
        ("Robertus Lede", "NIP. 19830117 200901 1 003", "Pengatur", "II/c", "Pengadministrasi", "Kariangau"),
        ("Salmah Yunita, A.Md.", "-", "-", "-", "Tenaga Kontrak", "Mekar Sari"),
        ("H. Bachtiar Rowi", "NIP. 19720604 199703 1 009", "Penata", "III/c", "Kasi Trantib", "Sumber Rejo"),
        (
            "Octavia Sinaga, S.Kom.",
            "NIP. 19911023 201903 2 011",
            "Penata Muda",
            "III/a",
            "Staf TI",
            "Prapatan",
        ),
    ]
    people = []
    for n, (name, nip, rank, grade, job, kelurahan) in enumerate(staff):
        people.append(person(len(rows) + 1, name, kelurahan, "umum"))
        rows += [[n + 1, name, rank, job, kelurahan, f"{n + 1}."], [None, nip, grade]]
    rows += [
        [],
        [None, None, None, None, "Kepala Bagian Umum,"],
        [],
        [None, None, None, None, "Contoh Adiputra, S.H."],
    ]
    rows += [[None, None, None, None, "NIP. 19700101 199503 1 001"]]
    sheet = book(rows, title="Absen ASN")
    for first in range(5, 5 + 2 * (len(staff) + 1), 2):
        for column in (1, 4, 5, 6):
            if first > 5 or column in (1, 4):
                sheet.merge_cells(start_row=first, end_row=first + 1, start_column=column, end_column=column)
    save(sheet, "08-asn-dua-baris.xlsx")
    expect(
        "08-asn-dua-baris.xlsx",
        "Civil servants, two rows each: name above the NIP, rank above the grade; number, position, kelurahan and "
        "signature merged over both rows; one without NIP ('-'); the heading in two rows too",
        people,
        groups=("umum",),
        header_row=5,
        blank_means="present",
        note="Six people. The second row of each is no further person, neither 'NIP. 1969…' nor '-', and no error. "
        "The NIP is no NIK and no phone. The head of section below is nobody.",
    )


def minutes() -> None:
    rows: list[Row] = [
        ["NOTULEN RAPAT KOORDINASI LITERASI DIGITAL"],
        ["Hari/Tanggal", None, ": Selasa, 5 Agustus 2025"],
        ["Tempat", None, ": Aula Kelurahan Damai"],
        ["Pimpinan Rapat", None, ": Lurah Damai"],
        [],
        ["I. AGENDA"],
        [1, "Pembukaan"],
        [2, "Paparan layanan SPBE"],
        [3, "Diskusi dan penutup"],
        [],
        ["II. TINDAK LANJUT"],
        ["No", "Nama Kegiatan", "Penanggung Jawab", "Kelurahan", "Tenggat"],
        [1, "Cetak leaflet QRIS", "Seksi Ekbang", "Damai", "12 Agustus 2025"],
        [2, "Posko bantuan digital", "LPM", "Klandasan Ilir", "19 Agustus 2025"],
        [3, "Pendataan lapak", "Ketua RT", "Damai Baru", "26 Agustus 2025"],
        [],
        ["III. PESERTA YANG HADIR"],
        ["No", "Nama", "Jabatan/Unsur", "Kelurahan", "Paraf"],
        [1, "Sukamto Rahardi", "Ketua RT 12", "Damai", None],
        [2, "Nuraidah Fauzi", "PKK", "Klandasan Ilir", None],
        [3, "H. Tajuddin", "Tokoh Agama", "Damai", None],
        [4, "Vincent Purba", "Karang Taruna", "Damai Bahagia", None],
        [5, "Mistari", "Ketua RT 05", "Telaga Sari", None],
        [6, "Asih Widiastuti", "KIM", "Damai Baru", None],
        [7, "Dahlan Embong", "Tokoh Masyarakat", "Prapatan", None],
        [],
        [None, None, None, "Notulis,"],
        [],
        [None, None, None, "Contoh Pratama"],
    ]
    save(book(rows, title="Notulen"), "09-notulen.xlsx")
    expect(
        "09-notulen.xlsx",
        "Minutes of a meeting: agenda, a table of actions ('Nama Kegiatan | Penanggung Jawab | Kelurahan'), and only "
        "then the table of those who came",
        [
            person(19, "Sukamto Rahardi", "Damai", "rt", rt="12"),
            person(20, "Nuraidah Fauzi", "Klandasan Ilir", "komunitas"),
            person(21, "H. Tajuddin", "Damai", "tokoh"),
            person(22, "Vincent Purba", "Damai Bahagia", "komunitas"),
            person(23, "Mistari", "Telaga Sari", "rt", rt="5"),
            person(24, "Asih Widiastuti", "Damai Baru", "komunitas"),
            person(25, "Dahlan Embong", "Prapatan", "tokoh"),
        ],
        groups=("rt", "tokoh", "komunitas"),
        header_row=18,
        blank_means="present",
        note="Seven people. 'Cetak leaflet QRIS' is an action, not a person; the agenda's points are none either, "
        "nor is the keeper of the minutes.",
    )


def capitals() -> None:
    listed = [
        ("DRS. H. MA'RUF SYARKAWI, M.SI.", "Drs. H. Ma'ruf Syarkawi, M.Si.", "KARIANGAU", "H"),
        ("HJ. NUR'AINI, S.PD.", "Hj. Nur'aini, S.Pd.", "BARU ULU", "H"),
        ("YA'KUB", "Ya'kub", "MARGO MULYO", "A"),
        ("IZINUDDIN, S.SOS.", "Izinuddin, S.Sos.", "GN. SAMARINDA", "H"),
        ("HADIR SUGIANTO", "Hadir Sugianto", "BATU AMPAR", "A"),
        ("SAKTI", "Sakti", "MUARA RAPAK", "I"),
        ("IR. ALFIAN DJOJO, M.T.", "Ir. Alfian Djojo, M.T.", "SEI. NANGKA", "H"),
        ("SAKINAH", "Sakinah", "SEPINGGAN", "S"),
        ("R. AJENG DAMAI LESTARI", "R. Ajeng Damai Lestari", "GRAHA INDAH", "H"),
        ("LAMARU SIREGAR, S.H.", "Lamaru Siregar, S.H.", "PRAPATAN", "H"),
    ]
    places = {"GN. SAMARINDA": "Gunung Samarinda", "SEI. NANGKA": "Sungai Nangka"}
    means = {"H": "present", "A": "absent", "I": "excused", "S": "excused"}
    rows: list[Row] = [
        ["DAFTAR HADIR FORUM KOMUNITAS DIGITAL"],
        ["SELASA, 5 AGUSTUS 2025"],
        [],
        ["NO", "NAMA LENGKAP DAN GELAR", "KELURAHAN", "KEHADIRAN", "KET"],
    ]
    people = []
    for n, (written, name, kelurahan, mark) in enumerate(listed):
        rows.append([n + 1, written, kelurahan, mark, None])
        people.append(person(n + 5, name, places.get(kelurahan, kelurahan.title()), "komunitas", means[mark]))
    save(book(rows, title="Sheet1"), "10-kapital-gelar.xlsx")
    expect(
        "10-kapital-gelar.xlsx",
        "All in capitals, degrees before and after the names, apostrophes, one-word names, names that look like "
        "marks or places: HADIR SUGIANTO, IZINUDDIN, SAKTI, R. AJENG DAMAI LESTARI, LAMARU SIREGAR",
        people,
        groups=("komunitas",),
        header_row=4,
        blank_means="absent",
        note="Hadir Sugianto was absent and Sakti excused; Lamaru Siregar lives in Prapatan. The letter after an "
        "apostrophe stays small (Ma'ruf, not Ma'Ruf); degrees are written as usual (S.Pd., M.Si., S.Sos.).",
    )


def morning_and_afternoon() -> None:
    rows: list[Row] = [
        ["DAFTAR HADIR PELATIHAN QRIS"],
        ["Hari/Tanggal", None, ": Selasa, 5 Agustus 2025"],
        ["Tempat", None, ": Gedung Contoh Lt. 2"],
        [],
        ["No", "Nama", "Kelurahan", "No. HP", "Paraf Pagi (08.30-12.00)", "Paraf Siang (13.30-15.30)"],
    ]
    listed = [
        ("Sudarwati Ningrum", "Manggar", "v", "v", "present"),
        ("Jefri Lumban", "Lamaru", "v", None, "absent"),
        ("Komariah Bakri", "Baru Ilir", None, "v", "present"),
        ("Suprapto Harjo", "Karang Jati", "v", "v", "present"),
        ("Aisyah Rumaisha", "Gunung Bahagia", "v", "izin", "excused"),
        ("Tono Sugiarto", "Damai", "v", "v", "present"),
        ("Magdalena Rumbi", "Sepinggan Raya", "v", None, "absent"),
        ("Guntur Pamungkas", "Telaga Sari", None, "v", "present"),
    ]
    people = []
    for n, (name, kelurahan, morning, afternoon, attendance) in enumerate(listed):
        rows.append([n + 1, name, kelurahan, phone(840 + n), morning, afternoon])
        people.append(person(n + 6, name, kelurahan, "umkm", attendance, phone=phone(840 + n)))
    save(book(rows, title="Absensi"), "11-paraf-pagi-siang.xlsx")
    expect(
        "11-paraf-pagi-siang.xlsx",
        "One day, two sessions: 'Paraf Pagi (08.30-12.00) | Paraf Siang (13.30-15.30)'; for the afternoon's session",
        people,
        starts="2025-08-05 13:30",
        ends="2025-08-05 15:30",
        header_row=5,
        blank_means="absent",
        note="The hours in the headings name the session's column: the second. To ask which column it is, is right "
        "too; taking the morning's marks for the afternoon in silence is wrong.",
    )


def institutions() -> None:
    rows: list[Row] = [
        ["DAFTAR HADIR LEMBAGA MITRA WORKSHOP SPBE"],
        ["Selasa, 5 Agustus 2025"],
        [],
        ["NO", "NAMA LEMBAGA", "KELURAHAN", "JUMLAH UTUSAN", "TANDA TANGAN"],
        [1, "Karang Taruna Bina Remaja", "Manggar", 2, None],
        [2, "LPM Kelurahan Lamaru", "Lamaru", 1, None],
        [3, "Pokdarwis Pantai Contoh", "Teritip", 3, None],
        [4, "UPPKS Melati", "Graha Indah", 2, None],
        [5, "Majelis Taklim Contoh", "Damai", 4, None],
        [6, "SMK Contoh Balikpapan", "Mekar Sari", 2, None],
        [7, "Koperasi Contoh Sejahtera", "Sepinggan", 1, None],
        [None, "Jumlah", None, 15, None],
    ]
    save(book(rows, title="Lembaga"), "12-lembaga.xlsx")
    refuse(
        "12-lembaga.xlsx",
        "Institutions that sent people, with how many: no name of any person",
        "says that the list names institutions and how many they sent, but no people, and that names are needed",
        note="No institution may become a person. If rows are shown, each must be a question or an error.",
    )


def whatsapp() -> None:
    lines = [
        "[05/08/25 08.52.10] Ketua KIM Contoh: Bapak/Ibu yang sudah DI LOKASI silakan isi daftar hadir ya",
        "",
        "*DAFTAR HADIR WORKSHOP SPBE*",
        "Selasa, 5 Agustus 2025",
        "",
        "1. Suwarti - Manggar - 081211230850",
        "2. Pak Tarmuji, SE - Lamaru - 081211230851",
        "3. Yatini – Teritip – 0812-1123-0852",
        "4. Marwan Effendy / Kel. Sepinggan / 081211230853",
        "5. Bu Lasmi (izin, anak sakit) - Manggar Baru",
        "6. Kasman - Gn. Bahagia - 081211230855",
        "7. Ruslan Abu - Batakan - 081211230856",
        "8. ",
        "9. ",
        "[05/08/25 09.05.44] Contoh Operator: sudah lengkap ya?",
    ]
    (HERE / "13-whatsapp.txt").write_bytes("\r\n".join([*lines, ""]).encode())
    refuse(
        "13-whatsapp.txt",
        "A list from a WhatsApp group as text: 'number. name - kelurahan - phone', a dash of another kind, slashes, "
        "one who is excused, a comma before a degree, numbers left free, other messages around it; no headings",
        "says that these are lines of text without columns, and where they can be pasted",
        note="Row numbers are the file's lines. If it is refused, the sentence must say that these are lines of text "
        "without columns, and where a list of names can be pasted or how to bring it into columns. Bu Lasmi is "
        "excused or asked about, never present; Batakan is a neighbourhood; the messages, 8 and 9 are nobody.",
    )


def decimal_commas() -> None:
    rows: list[Row] = [
        ["id", "nama", "kelurahan", "rt", "no_hp", "lat", "lon", "nilai_pretest", "nilai_posttest", "hadir"],
    ]
    listed: list[tuple[str, str, int, int | None, str, str]] = [
        ("Suparjo Wibisono", "Batu Ampar", 12, 860, "1,0", "present"),
        ("Marsinah Yusra", "Karang Joang", 5, 861, "1,0", "present"),
        ("Antonius Kelen", "Baru Tengah", 30, None, "0,0", "absent"),
        ("Dwi Retnoningsih", "Gunung Sari Ulu", 8, 863, "1,0", "present"),
        ("Fajar Sidiq Ramli", "Damai Bahagia", 17, 864, "", "absent"),
        ("Hotmaida Siahaan", "Klandasan Ilir", 40, 865, "1,0", "present"),
        ("Kurdi Amin", "Sepinggan Baru", 2, None, "1,0", "present"),
        ("Lilis Karyati", "Manggar Baru", 26, 867, "0,0", "absent"),
    ]
    people = []
    for n, (name, kelurahan, rt, hp, mark, attendance) in enumerate(listed):
        written = f"8121123{hp:04},0" if hp else ""
        place = [f"-1,2{n}41", f"116,8{n}79"]
        grades = [f"{50 + 2.5 * n:.1f}".replace(".", ","), f"{70 + 2.5 * n:.1f}".replace(".", ",")]
        rows.append([n + 1, name, kelurahan, f"{rt},0", written, *place, *grades, mark])
        detail = {"phone": phone(hp)} if hp else {}
        people.append(person(n + 2, name, kelurahan, "umkm", attendance, rt=str(rt), **detail))
    save_csv(rows, "14-desimal-koma.csv", ";")
    expect(
        "14-desimal-koma.csv",
        "A program's csv with semicolons and decimal commas, where every number became a decimal: RT '12,0', phone "
        "'81211230860,0', attendance '1,0' and '0,0', coordinates and grades",
        people,
        header_row=1,
        blank_means="absent",
        note="'12,0' is RT 12, not 120; '81211230860,0' is the phone 081211230860, without a digit more. A warning "
        "that leaves them blank is right too, a wrong number is not. '1,0' is 1 and '0,0' is 0.",
    )


def hidden_column() -> None:
    rows: list[Row] = [
        ["DAFTAR HADIR WORKSHOP LITERASI PROMOSI SPBE"],
        ["Pertemuan II, Selasa 5 Agustus 2025"],
        [],
        ["No", "Nama", "Kelurahan", "Hadir", "No HP", "Tanda Tangan"],
    ]
    listed = [
        ("Sugiharto Lim", "Muara Rapak", "v"),
        ("Norjanah Saberi", "Karang Rejo", None),
        ("Petrus Kondo", "Baru Ulu", "tidak"),
        ("Wagiman Surya", "Lamaru", "v"),
        ("Elok Purwanti", "Sumber Rejo", "tidak"),
        ("Darwis Tahang", "Kariangau", None),
        ("Sri Mulyaningsih", "Damai Baru", "v"),
    ]
    people = []
    for n, (name, kelurahan, before) in enumerate(listed):
        rows.append([n + 1, name, kelurahan, before, phone(870 + n), f"{n + 1}."])
        people.append(person(n + 5, name, kelurahan, "umkm", "?", phone=phone(870 + n)))
    sheet = book(rows, title="Absensi")
    sheet.column_dimensions["D"].hidden = True
    save(sheet, "15-kolom-tersembunyi.xlsx")
    expect(
        "15-kolom-tersembunyi.xlsx",
        "The second meeting's list made from the first's: the column 'Hadir' with the first meeting's marks is "
        "hidden, the people signed on paper beside printed numbers",
        people,
        header_row=4,
        warnings=["?columns-hidden"],
        note="Whoever opens the sheet sees no column 'Hadir' and reads all seven as present. What stands in the "
        "hidden column must not decide in silence: a question or warning that names the column is needed.",
    )


def birth_places() -> None:
    rows: list[Row] = [
        ["No", "Nama Lengkap", "L/P", "Tempat, Tgl Lahir", "Umur", "Alamat", "Pekerjaan", "TTD"],
        [1, "Sunarko Wirya", "L", "Manggar, 12-03-1975", 50, "Jl. Contoh Raya RT 20 Kel. Teritip", "Nelayan", None],
        [2, "Aminah Sappe", "P", "Samarinda, 5 Mei 1988", 37, "Perum Contoh B2/7 RT.14 Kel. Gn. Bahagia", "IRT", None],
        [3, "Bagus Wicaksana", "L", "Sepinggan, 17/08/1990", 34, "Jl. Mawar RT 05 Damai Baru", "Swasta", None],
        [4, "Rosalina Pattiasina", "P", "Penajam, 01-01-1969", 56, "Gg. Contoh 3 RT 31 Kel. Graha Indah", "Guru", None],
        [5, "Kusnadi Hasim", "L", "Prapatan, 9 November 1981", 43, "Jl. Kenanga Gg. Contoh 2 RT 8", "Pedagang", None],
        [6, "Novita Rungkat", "P", "Balikpapan, 28-2-2001", 24, "Jl. Contoh RT 40 Kelurahan Mekar Sari", "Guru", None],
        [7, "Tukijo", "L", "Karang Jati, 3-12-1958", 66, "Jl. Melati No. 12 RT 02 Kel. Batu Ampar", "Pensiunan", None],
    ]  # fmt: skip
    save(book(rows, title="Peserta"), "16-tempat-lahir.xlsx")
    expect(
        "16-tempat-lahir.xlsx",
        "'Tempat, Tgl Lahir' before 'Alamat': some were born in a place that is a kelurahan too; ages; the kelurahan "
        "is only inside the address, once without 'Kel.', once not at all",
        [
            person(2, "Sunarko Wirya", "Teritip", "umum", rt="20", sex="L"),
            person(3, "Aminah Sappe", "Gunung Bahagia", "umum", rt="14", sex="P"),
            {"number": 4, "name": "Bagus Wicaksana", "sex": "L"},
            person(5, "Rosalina Pattiasina", "Graha Indah", "umum", rt="31", sex="P"),
            {"number": 6, "name": "Kusnadi Hasim", "sex": "L"},
            person(7, "Novita Rungkat", "Mekar Sari", "umum", rt="40", sex="P"),
            person(8, "Tukijo", "Batu Ampar", "umum", rt="2", sex="L"),
        ],
        {4: ("review", ["kelurahan-unclear"]), 6: ("error", ["kelurahan-unknown"])},
        groups=("umum",),
        header_row=1,
        blank_means="present",
        note="Nobody lives where they were born by this list: Sunarko in Teritip, Kusnadi nowhere known (not "
        "Prapatan). The birth dates stand behind the place and the comma. The age is neither RT nor a mark.",
    )


def latecomers() -> None:
    rows: list[Row] = [
        ["PEMERINTAH KOTA BALIKPAPAN"],
        ["DAFTAR HADIR WORKSHOP LITERASI PROMOSI SPBE"],
        ["Hari/Tanggal : Selasa, 5 Agustus 2025"],
        [],
        ["No", "Nama", "Kelurahan", "No HP", "Tanda Tangan"],
    ]
    came = [
        ("Sumarsono Hadi", "Karang Jati"),
        ("Erna Puspa Dewi", "Mekar Sari"),
        ("Lukas Bunga", "Klandasan Ulu"),
        ("Siti Zulaikha", "Sungai Nangka"),
        ("Paijo", "Margo Mulyo"),
        ("Hamidah Thalib", "Marga Sari"),
        ("Rendra Gumilang", "Gunung Samarinda Baru"),
        ("Wayan Sudarta", "Sepinggan"),
    ]
    late = [
        ("Bpk. Tarmizi Yahya", "Manggar"),
        ("Ibu Sunarti", "Prapatan"),
        ("Nelson Tobing", "Gunung Sari Ilir"),
    ]
    people = []
    for n, (name, kelurahan) in enumerate(came):
        rows.append([n + 1, name, kelurahan, phone(880 + n), f"{n + 1}."])
        people.append(person(n + 6, name, kelurahan, phone=phone(880 + n)))
    rows += [
        [],
        [None, None, None, "Balikpapan, 5 Agustus 2025"],
        [None, None, None, "Kepala Seksi Pemberdayaan,"],
        [],
        [None, None, None, "Contoh Prawira, S.Sos."],
        [None, None, None, "NIP. 19750101 200003 1 002"],
        [],
        ["Peserta susulan (datang pukul 10.20):"],
    ]
    for n, (name, kelurahan) in enumerate(late):
        people.append(person(len(rows) + 1, name, kelurahan, phone=phone(888 + n)))
        rows.append(["-", name, kelurahan, phone(888 + n), None])
    save(book(rows, title="Daftar Hadir"), "17-susulan.xlsx")
    expect(
        "17-susulan.xlsx",
        "Below the signature and NIP three more people were added under 'Peserta susulan', with a dash for a number",
        people,
        header_row=5,
        blank_means="present",
        note="Eleven came. If the three below the signature are not read, a warning must name their rows; the "
        "official between them is nobody.",
    )


def hours() -> None:
    rows: list[Row] = [
        ["DAFTAR HADIR WORKSHOP"],
        ["Selasa, 5 Agustus 2025"],
        [],
        ["No", "Nama", "Kelurahan", "Undangan (Jam)", "Hadir", "Ket"],
    ]
    listed: list[tuple[str, str, Any, str | None, str]] = [
        ("Sutrimo Adji", "Teritip", datetime.time(8, 47), None, "present"),
        ("Maria Goreti", "Damai", "-", None, "absent"),
        ("Yunus Parinding", "Baru Ilir", "08.55", None, "present"),
        ("Khadijah Arief", "Karang Rejo", None, None, "absent"),
        ("Teguh Santosa", "Graha Indah", "09.05 Wita", "macet", "present"),
        ("Nani Suhartini", "Lamaru", "izin", None, "excused"),
        ("Ahmad Fauzan Zaki", "Sepinggan Raya", 8.5, None, "present"),
        ("Ida Ayu Ketut", "Muara Rapak", datetime.time(9, 20), "tidak bawa HP", "present"),
        ("Burhan Pasaribu", "Telaga Sari", "9:35", None, "present"),
    ]
    people = []
    for n, (name, kelurahan, came, remark, attendance) in enumerate(listed):
        rows.append([n + 1, name, kelurahan, datetime.time(8, 30), came, remark])
        people.append(person(n + 5, name, kelurahan, "umkm", attendance))
    rows += [[None, "Jumlah hadir : 5 orang"]]
    save(book(rows, title="Hadir"), "18-jam-hadir.xlsx")
    expect(
        "18-jam-hadir.xlsx",
        "'Hadir' holds the hour of arrival as time, text or number (08:47, '08.55', '09.05 Wita', 8,5), '-' or "
        "nothing; before it the hour of the invitation for everybody; 'Jumlah hadir : 5 orang' though six came",
        people,
        header_row=4,
        blank_means="absent",
        stated_total=5,
        warnings=["total-differs"],
        note="An hour under 'Hadir' means that somebody came. The hour of the invitation says nothing: with it the "
        "absent would be present. 'tidak bawa HP' is about a telephone.",
    )


def deputies_and_families() -> None:
    rows: list[Row] = [
        ["DAFTAR HADIR TEMU WARGA"],
        ["Selasa, 5 Agustus 2025"],
        [],
        ["No", "Nama", "Kelurahan", "RT", "Jumlah", "TTD"],
        [1, "Suwondo Prakoso", "Manggar", 6, 1, None],
        [2, "Keluarga Bpk. Slamet (3)", "Manggar", 6, 3, None],
        [3, "Ibu Tini + 2 anak", "Lamaru", 11, 3, None],
        [4, "Jumadi a.n. Bpk. Hartoyo", "Teritip", 2, 1, None],
        [5, "Mewakili Bpk. Sukardi", "Manggar Baru", 9, 1, None],
        [6, "Ketua RT 14", "Manggar", 14, 1, None],
        [7, "Perwakilan Karang Taruna", "Lamaru", None, 2, None],
        [8, "Rusdi (wakil Ibu Lurah)", "Teritip", 4, 1, None],
        [9, "Sulaiman", "Manggar Baru", 17, 1, None],
        [10, "Siti Ngatinah binti Karto", "Lamaru", 3, 1, None],
        [None, "Jumlah", None, None, 15, None],
    ]
    save(book(rows, title="Warga"), "19-wakil-keluarga.xlsx")
    expect(
        "19-wakil-keluarga.xlsx",
        "What people write into 'Nama': 'Keluarga Bpk. Slamet (3)', 'Ibu Tini + 2 anak', 'Jumadi a.n. Bpk. Hartoyo', "
        "'Mewakili Bpk. Sukardi', 'Ketua RT 14', 'Perwakilan Karang Taruna'; 'Jumlah' counts heads",
        [
            person(5, "Suwondo Prakoso", "Manggar", "umum", rt="6"),
            *({"number": number} for number in range(6, 13)),
            person(13, "Sulaiman", "Manggar Baru", "umum", rt="17"),
            person(14, "Siti Ngatinah binti Karto", "Lamaru", "umum", rt="3"),
        ],
        {
            6: ("review", ["?several-people"]),
            7: ("review", ["?several-people"]),
            8: ("review", ["?represented"]),
            9: ("review", ["?represented"]),
            10: ("review", ["?no-person"]),
            11: ("review", ["?no-person"]),
            12: ("review", ["?represented"]),
        },
        groups=("umum",),
        header_row=4,
        blank_means="present",
        stated_total=15,
        note="A family is several people with one name, a deputy is not whom they stand for, an office is nobody: "
        "each is to be asked, never saved as one person with such a name. 'binti' belongs to a name. 15 heads "
        "against 10 rows: a warning of the difference is right.",
    )


def other_city() -> None:
    listed = [
        ("Sumiati Harun", "Mekar Sari", "Balikpapan", "Ya", "Mekar Sari"),
        ("Gatut Wijono", "Sumber Rejo", "Kutai Kartanegara", "Ya", "outside"),
        ("Rahma Diana Putri", "Air Putih", "Samarinda", "Ya", "outside"),
        ("Aminuddin Sulo", "Margasari", "Kutai Kartanegara", "Tidak", "outside"),
        ("Jerry Manoppo", "Mangar", "Balikpapan", "Ya", None),
        ("Sadiah Lubna", "Damai", "Samarinda", "Ya", "outside"),
        ("Kukuh Prasetia", "Sepingan Raya", "Balikpapan", "Ya", None),
        ("Hj. Rusnah", "Nenang", "Penajam Paser Utara", "Ya", "outside"),
        ("Wempi Karubaba", "Prepatan", "Balikpapan", "Tidak", None),
        ("Ana Mariana", "Lemaru", "Balikpapan", "Ya", "Lamaru"),
    ]
    rows: list[Row] = [["No", "Nama", "Kelurahan", "Kab/Kota", "No HP", "Hadir"]]
    people: list[Person] = []
    marked = {}
    for n, (name, written, city, mark, kelurahan) in enumerate(listed):
        rows.append([n + 1, name, written, city, phone(895 + n), mark])
        attendance = "present" if mark == "Ya" else "absent"
        if kelurahan:
            people.append(person(n + 2, name, kelurahan, "umkm", attendance, phone=phone(895 + n)))
        else:
            people.append({"number": n + 2, "name": name, "attendance": attendance, "phone": phone(895 + n)})
            marked[n + 2] = ("review", ["kelurahan-unclear"])
    save(book(rows, title="Peserta Regional"), "20-kota-lain.xlsx")
    expect(
        "20-kota-lain.xlsx",
        "A regional list with 'Kab/Kota': villages of Samarinda, Kutai Kartanegara and Penajam, some named as "
        "kelurahan of Balikpapan are (Sumber Rejo, Margasari, Damai); typos in those of Balikpapan",
        people,
        marked,
        header_row=1,
        blank_means="absent",
        note="Where 'Kab/Kota' names another place, the person lives outside the 34 ('outside'); a question is right "
        "too, but Sumber Rejo in Kutai Kartanegara must never become Balikpapan's in silence. Ask about near misses.",
    )


LISTS: list[Callable[[], None]] = [
    gform_english,
    msforms,
    eventbrite,
    kobo_labels,
    residents_by_rt,
    transport_money,
    dasawisma,
    two_rows_each,
    minutes,
    capitals,
    morning_and_afternoon,
    institutions,
    whatsapp,
    decimal_commas,
    hidden_column,
    birth_places,
    latecomers,
    hours,
    deputies_and_families,
    other_city,
]


def phone(n: int) -> str:
    """Return the n-th made-up phone number."""
    return f"08121123{n:04}"


def person(
    number: int, name: str, kelurahan: str, group: str = "umkm", attendance: str = "present", **more: str
) -> Person:
    """Return a row of which everything is certain."""
    known = {"number": number, "name": name, "kelurahan": KELURAHAN[kelurahan], "target_group": group}
    return {**known, "attendance": attendance, **more}


def asked_about(number: int, name: str = "") -> Person:
    """Return a row of somebody who must not be present without a question."""
    return {"number": number, **({"name": name} if name else {}), "attendance_not": "present"}


def book(rows: Iterable[Row], *, title: str) -> Worksheet:
    """Return the only sheet of a new workbook, filled with these rows."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    for row_number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value is not None:
                cell = sheet.cell(row_number, column, value)
                cell.alignment = Alignment(vertical="top")
                if row_number == 1:
                    cell.font = Font(bold=True)
    return sheet


def save(sheet: Worksheet, name: str) -> None:
    """Write the sheet's workbook, the same bytes whenever it is made."""
    made = io.BytesIO()
    workbook = sheet.parent
    assert workbook is not None
    workbook.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-08-05T04:00:00Z", content)
            entry = zipfile.ZipInfo(part, (2025, 8, 5, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)


def save_csv(rows: Iterable[Row], name: str, delimiter: str = ",") -> None:
    """Write the rows as UTF-8 text."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    (HERE / name).write_bytes(text.getvalue().encode())


def expect(
    name: str,
    what: str,
    people: list[Person],
    marked: dict[int, tuple[str, list[str]]] | None = None,
    *,
    groups: Sequence[str] = ("umkm",),
    starts: str = "2025-08-05 09:00",
    ends: str = "2025-08-05 12:00",
    **more: Any,
) -> None:
    """Write the expectation: rows that aren't marked otherwise are created."""
    marked = marked or {}
    kinds = {row["number"]: marked.get(row["number"], ("create", []))[0] for row in people}
    assert len(kinds) == len(people)
    assert set(marked) <= set(kinds)
    created = [row["attendance"] for row in people if kinds[row["number"]] == "create"]
    counts = {"rows": len(people)} | {kind: list(kinds.values()).count(kind) for kind in KINDS}
    rows = [
        {"number": number, "kind": kind, "codes": codes} for number, (kind, codes) in sorted(marked.items())
    ]
    write(
        name,
        {
            "what": what,
            "session": session(name, groups, starts, ends),
            "counts": counts,
            "rows": rows,
            "present": created.count("present"),
            "absent": created.count("absent"),
            "people": people,
            **more,
        },
    )


def refuse(name: str, what: str, sentence: str, **more: Any) -> None:
    """Write the expectation of a file that isn't a list of people."""
    about = session(name, ("umkm",), "2025-08-05 09:00", "2025-08-05 12:00")
    write(name, {"what": what, "session": about, "refused": sentence, **more})


def session(name: str, groups: Sequence[str], starts: str, ends: str) -> dict[str, Any]:
    """Return the session that the list is for; its code bears the list's number."""
    code = f"LAIN-{name[:2]}"
    title = "Workshop Literasi Promosi SPBE"
    about = {"code": f"{code}-1", "workshop": code, "title": title, "starts": starts, "ends": ends}
    return {**about, "groups": list(groups)}


def write(name: str, expectation: dict[str, Any]) -> None:
    """Write an expectation beside its file."""
    text = json.dumps(expectation, ensure_ascii=False, indent=1)
    (HERE / f"{name}.expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""What is sent to a route beside its address, where an empty request would be refused as malformed."""

from typing import Any

from tests.city import MANGGAR

COMING, PAST = "JUALAN-1", "JUALAN-2"
SESSION = {"day": "05-12-2026", "starts": "09.00", "ends": "12.00", "code": "JUALAN-9"}
API_SESSION = {
    "code": "JUALAN-9",
    "starts_at": "2026-12-05T09:00:00+08:00",
    "ends_at": "2026-12-05T12:00:00+08:00",
}
PERSON = {
    "name": "Tuti Kenanga",
    "kelurahan": MANGGAR,
    "target_group": "umkm",
    "phone": "081200000444",
    "consent": True,
}
LIST = {"file": ("daftar.csv", b"Nama;Kelurahan\nTuti Kenanga;Manggar\n")}
MARK = {"registration": "of the office", "status": "present", "at": "2026-12-05T09:00:00+08:00", "nonce": "a"}
WALK_IN = {
    "name": "Tuti Kenanga",
    "kelurahan": MANGGAR,
    "key": "a",
    "at": "2026-12-05T09:00:00+08:00",
    "early": True,
}
IMPORT = "/api/v1/attendance-imports/{import_id}"

REQUESTS: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/sesi/{code}/ubah"): {"data": SESSION},
    ("POST", "/sesi/{code}/salin"): {"data": SESSION},
    ("POST", "/sesi/{code}/pindah"): {"data": {"day": "06-12-2026"}},
    ("POST", "/kegiatan/{code}/gandakan"): {"data": {"code": "LD-9", "title": "Kelas"}},
    ("POST", "/sesi/{code}/batalkan"): {"data": {"why": "hujan"}},
    ("POST", "/sesi/{code}/whatsapp"): {"data": {"kepada": "all", "teks": "Sampai jumpa."}},
    ("POST", "/sesi/{code}/whatsapp/{list_id}/{registration_code}"): {"data": {"terkirim": "true"}},
    ("POST", "/berkas-evaluasi/susun"): {"data": {"instrument": "Smart City", "year": "2026"}},
    ("POST", "/sesi/{code}/bukti/{attachment_id:int}/ubah"): {"data": {"kind": "photo"}},
    ("POST", "/sesi/{code}/hadir"): {"data": {"registration": "of the office", "status": "present"}},
    ("POST", "/sesi/{code}/hadir/tanda"): {"json": MARK},
    ("POST", "/sesi/{code}/peserta/tandai"): {"data": {"tanda": "present"}},
    ("POST", "/sesi/{code}/hadir/datang/tertunda"): {"json": WALK_IN},
    ("POST", "/sesi/{code}/unggah"): {"files": LIST},
    ("POST", "/sesi/{code}/daftarkan"): {"data": {"text": "Tuti Kenanga, Manggar"}},
    ("POST", "/kegiatan/{workshop_code}/sesi/baru"): {"data": SESSION},
    ("POST", "/usulan"): {"data": {"proposal": ["1"], "decision": "accept"}},
    ("POST", "/daftar/{workshop_code}"): {"params": {"sesi": COMING}},
    ("POST", "/administrasi/sebutan-tak-jelas/hapus"): {"data": {"text": "pasar contoh"}},
    ("POST", "/administrasi/wilayah/{code}/sebutan/hapus"): {"data": {"alias": "manggar lama"}},
    ("POST", "/tempat/unggah"): {"files": LIST},
    ("POST", "/administrasi/batas"): {"files": LIST},
    ("POST", "/unggahan/banyak"): {"files": {"files": LIST["file"]}},
    ("POST", "/unggahan/banyak/{batch_id}/{list_id}/sesi"): {"data": {"session": PAST}},
    ("POST", "/unggahan/{import_id}/pindahkan"): {"data": {"session": COMING}},
    ("POST", "/api/v1/workshops"): {"json": {"code": "LD-1", "title": "Kelas"}},
    ("PATCH", "/api/v1/workshops/{code}"): {"json": {"title": "Kelas"}},
    ("POST", "/api/v1/workshops/{workshop_code}/sessions"): {"json": API_SESSION},
    ("PATCH", "/api/v1/sessions/{code}"): {"json": {"capacity": 10}},
    ("POST", "/api/v1/sessions/{code}/registrations"): {"json": PERSON},
    ("PUT", "/api/v1/registrations/{code}/attendance"): {"json": {"status": "present"}},
    ("POST", "/api/v1/sessions/{code}/attendance-imports"): {"files": LIST},
    ("POST", f"{IMPORT}/mapping"): {"json": {"header_row": 1}},
    ("PATCH", f"{IMPORT}/rows/{{number}}"): {"json": {"skip": True}},
    ("POST", f"{IMPORT}/commit"): {"json": {"only_valid": True}},
    ("POST", f"{IMPORT}/move"): {"json": {"session": COMING}},
    ("POST", f"{IMPORT}/sessions"): {"json": {"sessions": [{"session": PAST}]}},
}

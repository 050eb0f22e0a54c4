"""The pages that a user may look for by name, beside those of single workshops, people and so on."""

from dataclasses import dataclass

from app.i18n import N_, Translator
from app.permissions import Actor, Permission


@dataclass(frozen=True)
class SitePage:
    """A page, what it is for, and the permission without which it is refused. Its texts are msgids."""

    path: str
    name: str
    about: str
    permission: Permission


ADMINISTRATION = (
    SitePage(
        "/administrasi/mulai",
        N_("Set up Jangkau"),
        N_("six steps, from the letterhead to mail"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/pengguna",
        N_("Users"),
        N_("invite somebody, change what they may do, shut somebody out"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/persetujuan",
        N_("Approvals"),
        N_("what one administrator wants to change of another one's access"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/penyelenggara",
        N_("Organizations"),
        N_("who holds workshops; every user belongs to one"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/kelompok",
        N_("Target groups"),
        N_("their names, their order in reports, the words by which sheets name them"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/wilayah",
        N_("Kelurahan"),
        N_("other ways of writing their names, and kelurahan that end or begin"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/batas",
        N_("Boundaries of the kelurahan"),
        N_("the map of the coverage report, from a GeoJSON file"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/sebutan-tak-jelas",
        N_("Unclear place names"),
        N_("texts that name no single kelurahan"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/target",
        N_("Targets"),
        N_("how many people of each kelurahan and group a year's workshops are to reach"),
        Permission.TARGET_WRITE,
    ),
    SitePage(
        "/pembanding",
        N_("Reference figures"),
        N_("inhabitants, UMKM and RT of areas, by source and day"),
        Permission.COVERAGE_READ,
    ),
    SitePage(
        "/administrasi/indikator",
        N_("Evaluation indicators"),
        N_("what Smart City and the digital-government index ask for, level by level"),
        Permission.USER_WRITE,
    ),
    SitePage("/tempat", N_("Venues"), N_("where sessions are held"), Permission.WORKSHOP_READ),
    SitePage(
        "/administrasi/kop-surat",
        N_("City and letterhead"),
        N_("names and address at the head of reports, lists and letters"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/surel",
        N_("Mail"),
        N_("whether mails are sent, and a test mail"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/kesehatan",
        N_("Health of the service"),
        N_("whether database, mail, backups, disk and clock are in order, and what to do"),
        Permission.USER_WRITE,
    ),
    SitePage(
        "/administrasi/pemberitahuan",
        N_("Privacy notice"),
        N_("what people agree to when they register, version by version"),
        Permission.NOTICE_WRITE,
    ),
    SitePage(
        "/administrasi/kebocoran",
        N_("Breaches of personal data"),
        N_(
            "data lost, or seen by people it is not for: whom it concerned, and the letters to them within 3×24 hours"
        ),
        Permission.BREACH_WRITE,
    ),
    SitePage(
        "/data-tersimpan",
        N_("Data that is still kept"),
        N_("how much of each kind, why, and until when"),
        Permission.RETENTION_WRITE,
    ),
    SitePage(
        "/pengaturan/penyimpanan",
        N_("Storage times"),
        N_("after how long which data is deleted at night"),
        Permission.RETENTION_WRITE,
    ),
    SitePage("/catatan", N_("Activity log"), N_("who did what"), Permission.ACTIVITY_READ),
)
"""The pages of the overview of administration, in its order."""

PAGES = (
    SitePage("/kegiatan", N_("Workshops"), N_("all workshops and their sessions"), Permission.WORKSHOP_READ),
    SitePage("/kalender", N_("Calendar"), N_("the sessions of a month"), Permission.WORKSHOP_READ),
    SitePage(
        "/kegiatan/baru",
        N_("Create a workshop"),
        N_("A workshop with its sessions, and a page on which people register."),
        Permission.WORKSHOP_WRITE,
    ),
    SitePage(
        "/unggahan", N_("Uploads"), N_("attendance lists that were uploaded"), Permission.ATTENDANCE_WRITE
    ),
    SitePage(
        "/unggahan/banyak",
        N_("Upload many lists"),
        N_("a folder or zip file with the attendance lists of many sessions"),
        Permission.IMPORT_WRITE,
    ),
    SitePage("/pesan", N_("Messages"), N_("mails to participants"), Permission.ATTENDANCE_WRITE),
    SitePage("/peserta", N_("Participants"), N_("everybody who is registered"), Permission.PARTICIPANT_READ),
    SitePage(
        "/mungkin-kembar",
        N_("Possible duplicates"),
        N_("people who may be recorded twice"),
        Permission.PEOPLE_MERGE,
    ),
    SitePage(
        "/permintaan-data",
        N_("Requests about personal data"),
        N_("people who ask for their data, or its erasure"),
        Permission.DATA_REQUEST_WRITE,
    ),
    SitePage(
        "/cakupan", N_("Coverage"), N_("which kelurahan and groups were reached"), Permission.COVERAGE_READ
    ),
    SitePage(
        "/cakupan/berikutnya",
        N_("Where to go next"),
        N_("kelurahan and groups that still miss people"),
        Permission.COVERAGE_READ,
    ),
    SitePage(
        "/berkas-evaluasi",
        N_("Evaluation dossier"),
        N_("evidence by indicator, and one file with all of it"),
        Permission.REPORT_ISSUE,
    ),
    SitePage(
        "/laporan",
        N_("Issued reports"),
        N_("reports with a number, whose figures stay; closed periods"),
        Permission.COVERAGE_READ,
    ),
    SitePage(
        "/laporan/terbitkan",
        N_("Issue a report"),
        N_("a document to sign, with a number and figures that stay"),
        Permission.REPORT_ISSUE,
    ),
    SitePage(
        "/verifikasi",
        N_("Check a report"),
        N_("whether a report is genuine, by its number or its file; for everyone"),
        Permission.COVERAGE_READ,
    ),
    SitePage(
        "/cakupan/langganan",
        N_("Saved filters and reports by e-mail"),
        N_("open your filters again, or subscribe to their report every week or month"),
        Permission.COVERAGE_READ,
    ),
    SitePage(
        "/data",
        N_("Open data"),
        N_("the figures of issued reports that everyone may see"),
        Permission.COVERAGE_READ,
    ),
    *ADMINISTRATION,
)
"""All pages."""


def search_pages(actor: Actor, text: str, _: Translator) -> list[SitePage]:
    """Return the pages that the actor may open and whose name or purpose has all words of the text, by name first."""
    words = text.casefold().split()

    def has_words(text: str) -> bool:
        return all(word in text.casefold() for word in words)

    found = (
        page
        for page in PAGES
        if words and actor.can(page.permission) and has_words(f"{_(page.name)} {_(page.about)}")
    )
    return sorted(found, key=lambda page: not has_words(_(page.name)))

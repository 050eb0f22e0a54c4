"""Save the texts of a workshop's documents, and make the documents to download. No document is stored."""

from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, Literal, TypeVar

from app.database import Db
from app.errors import PLEASE_CORRECT, Conflict, Invalid
from app.i18n import N_, translator
from app.models import SessionLetters, Workshop, WorkshopReport, WorkshopSession
from app.models.base import now
from app.nik_vault import NikVault
from app.people.values.nik import mask_niks
from app.permissions import Actor, Permission
from app.queries.installation.letterhead import get_letterhead
from app.queries.workshops.documents import (
    get_letter_texts,
    get_report_texts,
    load_activity,
    load_session_facts,
)
from app.queries.workshops.workshop_sessions import (
    WorkshopSessionView,
    get_workshop_session,
    get_workshop_session_view,
)
from app.queries.workshops.workshops import get_workshop, get_workshop_view
from app.reports.activity.document import Document, printable
from app.reports.activity.docx import render_docx
from app.reports.activity.letters import build_invitation, build_minutes
from app.reports.activity.pdf import render_document_pdf
from app.reports.activity.report import build_activity_report
from app.reports.activity.texts import MAX_SIGNATORIES, SIGNATORY_FIELDS, LetterTexts, ReportTexts
from app.reports.formats.download import MEDIA_TYPES, Download
from app.reports.official import Signatory
from app.services.activities import log_activity
from app.services.authorization import require_permission
from app.services.edit_conflicts import require_unchanged
from app.services.locks import lock_row

DocumentFormat = Literal["pdf", "docx"]
LetterKind = Literal["invitation", "minutes"]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MAX_TEXT_LENGTH = 8_000
MAX_LINE_LENGTH = 100
LINES = {"number", "place", "invitation_number", "urgency", "attachments", "minutes_number"}
TOO_LONG_LINE = N_("At most 100 characters.")
TOO_LONG_TEXT = N_("At most 8,000 characters.")
WRONG_NIP = N_("A NIP has 18 digits.")
STEMS: dict[LetterKind, str] = {"invitation": "undangan", "minutes": "berita-acara"}

# Official documents are in Indonesian, whatever the reader's language.
_ = translator("id")

Texts = TypeVar("Texts", ReportTexts, LetterTexts)


def save_report_texts(
    db: Db, actor: Actor, workshop_code: str, texts: ReportTexts, *, form_fingerprint: str = ""
) -> None:
    """Save the texts of a workshop's report and log it.

    Raises `NotFound`, `Forbidden` without `WORKSHOP_WRITE`, `Invalid` for a text that is too long or a wrong NIP, and
    `Conflict` if others have changed the texts since the form with `form_fingerprint` was opened.
    """
    workshop = get_workshop(db, actor, workshop_code)
    require_permission(db, actor, Permission.WORKSHOP_WRITE, workshop)
    lock_row(db, Workshop, workshop.id)
    texts = _tidy(texts)
    before = get_report_texts(db, actor, workshop_code, _)
    if texts != before:
        require_unchanged(form_fingerprint, texts_document(before))
    saved = texts_document(texts) | {"dated": texts.dated}
    db.merge(WorkshopReport(workshop_id=workshop.id, **saved, updated_at=now()))
    _log_change(db, actor, "workshop", workshop_code, before, texts)


def save_letter_texts(
    db: Db, actor: Actor, session_code: str, texts: LetterTexts, *, form_fingerprint: str = ""
) -> None:
    """Save the texts of a session's invitation and minutes and log it.

    Raises `NotFound`, `Forbidden` without `SESSION_WRITE`, `Invalid` for a text that is too long or a wrong NIP, and
    `Conflict` if others have changed the texts since the form with `form_fingerprint` was opened.
    """
    row = get_workshop_session(db, actor, session_code, Permission.SESSION_WRITE)
    require_permission(db, actor, Permission.SESSION_WRITE, row)
    lock_row(db, WorkshopSession, row.id)
    texts = _tidy(texts)
    before = get_letter_texts(db, actor, get_workshop_session_view(db, actor, session_code), _)
    if texts != before:
        require_unchanged(form_fingerprint, texts_document(before))
    saved = texts_document(texts) | {"invitation_dated": texts.invitation_dated}
    db.merge(SessionLetters(workshop_session_id=row.id, **saved, updated_at=now()))
    _log_change(db, actor, "session", session_code, before, texts)


def _log_change(db: Db, actor: Actor, subject: str, code: str, before: Texts, after: Texts) -> None:
    log_activity(
        db, actor, "change", subject, code, before=texts_document(before), after=texts_document(after)
    )


def download_activity_report(
    read_db: Db,
    db: Db,
    vault: NikVault,
    actor: Actor,
    workshop_code: str,
    file_format: DocumentFormat,
    *,
    with_names: bool,
) -> Download:
    """Return the report of a workshop as a file; one `with_names` holds attendance lists and photos, and is logged.

    It is rendered with `read_db`, before `db` takes the write lock for the log. Raises `NotFound` if the workshop is
    out of the actor's scope, and `Forbidden` for staff, and for names without `PARTICIPANT_READ`.
    """
    activity = load_activity(read_db, actor, workshop_code, _, vault=vault if with_names else None)
    texts = get_report_texts(read_db, actor, workshop_code, _)
    document = build_activity_report(activity, texts, get_letterhead(read_db), _)
    stem = f"laporan-kegiatan-{workshop_code}"
    file = _render(document, stem if with_names else f"{stem}-tanpa-nama", file_format)
    if activity.lists is not None:
        after = {"file": file.name, "people": sum(map(len, activity.lists.values()))}
        log_activity(db, actor, "download", "workshop", workshop_code, after=after)
    return file


def download_letter(
    read_db: Db, actor: Actor, session_code: str, kind: LetterKind, file_format: DocumentFormat
) -> Download:
    """Return the invitation to a session or its minutes as a file. It names no participant.

    Raises `NotFound` if the session is out of the actor's scope, `Forbidden` without `SESSION_WRITE`, and `Conflict`
    for a cancelled session, and for the minutes of one that has not begun.
    """
    session = get_workshop_session_view(read_db, actor, session_code, Permission.SESSION_WRITE)
    if session.cancelled_at is not None:
        raise Conflict(N_("This session is cancelled."), code="session-cancelled")
    if kind == "minutes" and not session.has_begun:
        raise Conflict(N_("There are minutes once the session has begun."), code="session-not-begun")
    return _render(_build_letter(read_db, actor, session, kind), f"{STEMS[kind]}-{session.code}", file_format)


def _build_letter(read_db: Db, actor: Actor, session: WorkshopSessionView, kind: LetterKind) -> Document:
    (facts,) = load_session_facts(read_db, [session], _)
    texts = get_letter_texts(read_db, actor, session, _)
    letterhead = get_letterhead(read_db)
    if kind == "invitation":
        return build_invitation(session.workshop_title, facts, texts, letterhead, now(), _)
    organization = get_workshop_view(read_db, actor, session.workshop_code).organization
    return build_minutes(session.workshop_title, organization, facts, texts, letterhead, now(), _)


def _render(document: Document, stem: str, file_format: DocumentFormat) -> Download:
    if file_format == "docx":
        return Download(f"{stem}.docx", DOCX, render_docx(document))
    return Download(f"{stem}.pdf", MEDIA_TYPES["pdf"], render_document_pdf(document))


def texts_document(texts: ReportTexts | LetterTexts) -> dict[str, Any]:
    """Return the texts as JSON values, as they are fingerprinted and logged."""
    values = asdict(texts)
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in values.items()
    }


def _tidy(texts: Texts) -> Texts:
    """Return the texts without what can't be printed, NIKs masked, and without empty signatories.

    Raises `Invalid` with the texts that are too long and the NIPs that are none.
    """
    errors: dict[str, str] = {}
    tidied: dict[str, Any] = {}
    for field in fields(texts):
        value = getattr(texts, field.name)
        if isinstance(value, str):
            value = mask_niks(printable(value).strip())
            limit = MAX_LINE_LENGTH if field.name in LINES else MAX_TEXT_LENGTH
            if len(value) > limit:
                errors[field.name] = TOO_LONG_LINE if field.name in LINES else TOO_LONG_TEXT
        elif isinstance(value, tuple):
            signatories = [_tidy_signatory(signatory) for signatory in value]
            for number, signatory in enumerate(signatories, start=1):
                if signatory.has_wrong_nip:
                    errors[f"{field.name}_{number}_nip"] = WRONG_NIP
            value = tuple(person for person in signatories if any(_signatory_texts(person)))[:MAX_SIGNATORIES]
            if any(len(text) > MAX_LINE_LENGTH for person in value for text in _signatory_texts(person)):
                errors[field.name] = TOO_LONG_LINE
        tidied[field.name] = value
    if errors:
        raise Invalid(PLEASE_CORRECT, fields=errors)
    return replace(texts, **tidied)


def _tidy_signatory(signatory: Signatory) -> Signatory:
    """Return the signatory without what can't be printed, NIKs masked, and without blanks in the NIP."""
    tidied = Signatory(
        **{name: mask_niks(printable(getattr(signatory, name)).strip()) for name in SIGNATORY_FIELDS},
        acknowledges=signatory.acknowledges,
    )
    return replace(tidied, nip="".join(tidied.nip.split()))


def _signatory_texts(signatory: Signatory) -> tuple[str, ...]:
    return tuple(getattr(signatory, name) for name in SIGNATORY_FIELDS)

"""The documents of a workshop: its report (laporan kegiatan), and invitation and minutes of each session."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.database import Db
from app.errors import Problem
from app.i18n import Translator, translator
from app.permissions import Actor, Permission
from app.queries.workshops import documents as queries
from app.queries.workshops.workshop_sessions import get_workshop_session_view, list_workshop_sessions
from app.queries.workshops.workshops import get_workshop_view
from app.reports.activity.report import list_findings
from app.reports.activity.texts import INVITATION, LABELS, MINUTES, REPORT, list_missing
from app.services.edit_conflicts import CHANGED
from app.services.workshops import documents as services
from app.services.workshops.documents import DocumentFormat
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.downloads import download
from app.web.forms import catch_problem
from app.web.pages import redirect, render
from app.web.registrations.invitations import build_public_url
from app.web.workshops.document_forms import SIGNATORY_NUMBERS, TextForm, fill_form, read_texts

router = APIRouter(include_in_schema=False)

# Documents are in Indonesian, whatever the reader's language.
INDONESIAN = translator("id")


@router.get("/kegiatan/{code}/dokumen")
def documents_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, _: Translate) -> Response:
    """Show the report of a workshop to download, what is missing in it, its texts, and its sessions' letters."""
    return _documents_page(request, db, actor, code, _)


@router.post("/kegiatan/{code}/dokumen")
def save_report_texts(
    request: Request, db: WriteDb, actor: CurrentActor, code: str, form: TextForm, _: Translate
) -> Response:
    with catch_problem(db) as caught:
        shown = queries.get_report_texts(db, actor, code, INDONESIAN)
        services.save_report_texts(db, actor, code, read_texts(form, shown), form_fingerprint=form["seen"])
    if problem := caught.problem:
        return _documents_page(request, db, actor, code, _, form, problem)
    return redirect(f"/kegiatan/{code}/dokumen", _("The texts are saved. The report has them now."))


@router.get("/kegiatan/{code}/laporan-kegiatan.{document_format}")
def activity_report_file(
    read_db: ReadDb,
    db: WriteDb,
    vault: Vault,
    actor: CurrentActor,
    code: str,
    document_format: DocumentFormat,
    with_names: Annotated[bool, Query(alias="daftar-hadir")] = False,
) -> Response:
    """Download the report of a workshop; with `daftar-hadir` it has attendance lists and photos, and is logged."""
    return download(
        services.download_activity_report(
            read_db, db, vault, actor, code, document_format, with_names=with_names
        )
    )


@router.get("/sesi/{code}/surat")
def letters_page(request: Request, db: ReadDb, actor: CurrentActor, code: str, _: Translate) -> Response:
    """Show the invitation to a session and its minutes to download, what is missing in them, and their texts."""
    return _letters_page(request, db, actor, code, _)


@router.post("/sesi/{code}/surat")
def save_letter_texts(
    request: Request, db: WriteDb, actor: CurrentActor, code: str, form: TextForm, _: Translate
) -> Response:
    with catch_problem(db) as caught:
        session = get_workshop_session_view(db, actor, code, Permission.SESSION_WRITE)
        shown = queries.get_letter_texts(db, actor, session, INDONESIAN)
        services.save_letter_texts(db, actor, code, read_texts(form, shown), form_fingerprint=form["seen"])
    if problem := caught.problem:
        return _letters_page(request, db, actor, code, _, form, problem)
    return redirect(f"/sesi/{code}/surat", _("The texts are saved. The letters have them now."))


@router.get("/sesi/{code}/undangan.{document_format}")
def invitation_file(db: ReadDb, actor: CurrentActor, code: str, document_format: DocumentFormat) -> Response:
    return download(services.download_letter(db, actor, code, "invitation", document_format))


@router.get("/sesi/{code}/berita-acara.{document_format}")
def minutes_file(db: ReadDb, actor: CurrentActor, code: str, document_format: DocumentFormat) -> Response:
    return download(services.download_letter(db, actor, code, "minutes", document_format))


def _documents_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    _: Translator,
    form: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    workshop = get_workshop_view(db, actor, code)
    context: dict[str, Any] = {}
    if queries.can_make_report(actor):
        texts = queries.get_report_texts(db, actor, code, INDONESIAN)
        saved = fill_form(texts)
        activity = queries.load_activity(db, actor, code, INDONESIAN)
        context = {
            "form": form or saved,
            "saved": saved if problem and problem.code == CHANGED else None,
            "labels": {name: _(LABELS[name]) for name in REPORT},
            "missing": list_missing(texts, REPORT, _),
            "findings": list(list_findings(activity, INDONESIAN)),
            "period": activity.coverage.period,
        }
    return render(
        request,
        "workshops/documents/report.html",
        problem=problem,
        workshop=workshop,
        workshop_sessions=list_workshop_sessions(db, actor, code),
        signatory_numbers=SIGNATORY_NUMBERS,
        **context,
    )


def _letters_page(
    request: Request,
    db: Db,
    actor: Actor,
    code: str,
    _: Translator,
    form: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:
    session = get_workshop_session_view(db, actor, code, Permission.SESSION_WRITE)
    texts = queries.get_letter_texts(db, actor, session, INDONESIAN)
    saved = fill_form(texts)
    return render(
        request,
        "workshops/documents/letters.html",
        problem=problem,
        workshop_session=session,
        public_address=build_public_url(request, session.workshop_code),
        form=form or saved,
        saved=saved if problem and problem.code == CHANGED else None,
        labels={name: _(LABELS[name]) for name in (*INVITATION, *MINUTES)},
        missing={
            "undangan": list_missing(texts, INVITATION, _),
            "berita-acara": list_missing(texts, MINUTES, _),
        },
        signatory_numbers=SIGNATORY_NUMBERS,
    )

"""The evidence of a year by indicator, and its dossier as a zip file."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel
from sqlalchemy import Engine
from starlette.responses import StreamingResponse

from app.database import Db, reading
from app.errors import Problem
from app.i18n import wita_today
from app.models import EvidenceFigure
from app.models.base import YEARS
from app.nik_vault import NikVault
from app.permissions import Actor, Permission
from app.queries.evidence import indicators as queries
from app.queries.evidence.dossiers import list_dossiers
from app.reports.dossier import dossier_name
from app.services.evidence import dossiers as services
from app.services.evidence.indicators import tie_evidence, untie_evidence
from app.web.container import container_of
from app.web.dependencies import CurrentActor, ReadDb, Translate, Vault, WriteDb
from app.web.forms import catch_problem
from app.web.pages import build_url, redirect, render

PATH = "/berkas-evaluasi"

router = APIRouter(prefix=PATH, include_in_schema=False)


class TieForm(BaseModel):
    """What is ticked on the page that ties evidence to an indicator: ids of rows, and codes of figures."""

    level: int = 0
    attachments: list[int] = []
    reports: list[int] = []
    figures: list[str] = []


@router.get("")
def evidence_page(
    request: Request, db: ReadDb, actor: CurrentActor, instrumen: str = "", tahun: int = 0
) -> Response:
    """Show the indicators of an instrument with their evidence of a year, what is missing, and the dossier."""
    actor.require(Permission.REPORT_ISSUE)
    instruments = queries.list_instruments(db)
    instrument = instrumen if instrumen in instruments else next(iter(instruments), "")
    year = tahun if tahun in YEARS else wita_today().year
    return render(
        request,
        "evidence/dossier.html",
        instruments=instruments,
        instrument=instrument,
        years=queries.list_years(db, wita_today().year),
        year=year,
        proven=queries.list_proven_indicators(db, actor, instrument, year),
        dossiers=list_dossiers(db, actor, instrument, year),
    )


@router.post("/susun")
def make_dossier(
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    instrument: Annotated[str, Form()] = "",
    year: Annotated[int, Form()] = 0,
) -> Response:
    """Have the dossier made in the background, and redirect to the page that shows its progress."""
    services.queue_dossier(db, actor, instrument, year)
    return redirect(address(instrument, year), _("The dossier is being made."))


@router.get("/unduh/{dossier_id:int}")
def download_dossier(
    request: Request, db: WriteDb, vault: Vault, actor: CurrentActor, dossier_id: int
) -> Response:
    """Download a dossier, chunk by chunk. This GET writes to the activity log."""
    dossier = services.open_dossier(db, actor, dossier_id)
    headers = {
        "content-disposition": f'attachment; filename="{dossier_name(dossier.instrument, dossier.year)}"',
        "content-length": str(dossier.size),
    }
    chunks = _chunks(container_of(request).engine, vault, dossier.id)
    return StreamingResponse(chunks, media_type="application/zip", headers=headers)


@router.post("/bukti/{evidence_id:int}/lepas")
def untie(db: WriteDb, actor: CurrentActor, _: Translate, evidence_id: int) -> Response:
    """Remove evidence from its indicator, and redirect to the indicator."""
    evidence = untie_evidence(db, actor, evidence_id)
    return redirect(
        f"{PATH}/{evidence.year}/{evidence.evaluation_indicator_id}", _("The evidence is untied; it stays.")
    )


@router.get("/{year:int}/{indicator_id:int}")
def indicator_page(
    request: Request, db: ReadDb, actor: CurrentActor, year: int, indicator_id: int
) -> Response:
    """Show what proves an indicator in a year, and what else can."""
    return _indicator_page(request, db, actor, year, indicator_id, TieForm())


@router.post("/{year:int}/{indicator_id:int}")
def tie(
    request: Request,
    db: WriteDb,
    actor: CurrentActor,
    _: Translate,
    year: int,
    indicator_id: int,
    form: Annotated[TieForm, Form()],
) -> Response:
    """Tie what is ticked to a level of the indicator, and redirect to it."""
    with catch_problem(db) as caught:
        tied = tie_evidence(
            db,
            actor,
            indicator_id,
            year,
            form.level,
            attachments=form.attachments,
            reports=form.reports,
            figures=form.figures,
        )
    if problem := caught.problem:
        return _indicator_page(request, db, actor, year, indicator_id, form, problem)
    return redirect(f"{PATH}/{year}/{indicator_id}", _("%(count)s tied.") % {"count": tied})


def address(instrument: str, year: int) -> str:
    """Return the URL of the evidence of an instrument and a year."""
    return build_url(PATH, {"instrumen": instrument, "tahun": year})


def _indicator_page(
    request: Request,
    db: Db,
    actor: Actor,
    year: int,
    indicator_id: int,
    form: TieForm,
    problem: Problem | None = None,
) -> Response:
    proven = queries.get_proven_indicator(db, actor, indicator_id, year)
    tied_files = {one.attachment.id for one in proven.evidence if one.attachment}
    tied_reports = {one.report.id for one in proven.evidence if one.report}
    tied_figures = {one.figure for one in proven.evidence if one.figure}
    return render(
        request,
        "evidence/indicator.html",
        proven=proven,
        year=year,
        back=address(proven.indicator.instrument, year),
        attachments=[
            one for one in queries.list_attachments_of_year(db, actor, year) if one.id not in tied_files
        ],
        reports=[one for one in queries.list_reports_of_year(db, year) if one.id not in tied_reports],
        figures=[one for one in EvidenceFigure if one not in tied_figures],
        form=form,
        problem=problem,
    )


def _chunks(engine: Engine, vault: NikVault, dossier_id: int) -> Iterator[bytes]:
    """Yield the chunks of a dossier's file, each read by itself: a slow download keeps no connection busy."""
    number = 0
    while True:
        with reading(engine) as db:
            chunk = services.load_chunk(db, vault, dossier_id, number)
        if chunk is None:
            return
        yield chunk
        number += 1

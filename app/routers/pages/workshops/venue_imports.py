"""A list of venues: uploaded, looked through and put right on one page, and written. Nothing is kept in between."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import BaseModel
from starlette.datastructures import FormData

from app.database import Db
from app.errors import Conflict, Invalid, Problem, TooLarge, UnreadableFile
from app.i18n import N_, Language, translator
from app.people.remarks import Remark
from app.permissions import Actor, Permission
from app.queries.areas import reference
from app.queries.workshops.venues import WIFI_ANSWERS, WifiAnswer
from app.services.workshops.venue_imports import VenueList, import_venues, judge_list, read_list
from app.spreadsheets.formats.failures import MAX_BYTES
from app.spreadsheets.venue_lists import MAX_VENUES
from app.spreadsheets.venues import NOT_SAID, OUTCOMES, VenueRow, tidy, venue_remark_text
from app.web.dependencies import CurrentActor, Lang, ReadDb, Translate, WriteDb
from app.web.flash import flash
from app.web.pages import redirect, render
from app.web.security import MAX_BODY_BYTES
from app.web.uploads import read_upload

router = APIRouter(include_in_schema=False)

MEGABYTE = 1024**2
# The fields that a row may ask for, in forms with the row's number behind them.
ASKED = ("name", "kelurahan", "wifi")


class SentList(BaseModel):
    """A list as it goes from page to page, in a hidden field."""

    file: str
    wifi_unsaid: bool | None
    rows: list[tuple[int, dict[str, str]]]


async def _sent(request: Request) -> FormData:
    """The form of a list, which has more fields, and a longer one, than forms may have elsewhere."""
    most = MAX_VENUES * (len(ASKED) + 1) + 1
    return await request.form(max_fields=most, max_part_size=MAX_BODY_BYTES)


def _put_right(form: Annotated[FormData, Depends(_sent)]) -> VenueList:
    """The list with what was typed in its rows, and without the rows that were left out."""
    try:
        sent = SentList.model_validate_json(str(form.get("list", "")))
        left_out = frozenset(int(str(number)) for number in form.getlist("left_out"))
    except ValueError as error:
        raise Invalid(N_("The request is not as it has to be.")) from error
    rows = tuple(VenueRow(number, cells | _typed(form, number)) for number, cells in sent.rows[:MAX_VENUES])
    return VenueList(sent.file, rows, sent.wifi_unsaid, left_out)


ListPutRight = Annotated[VenueList, Depends(_put_right)]


@router.get("/tempat/unggah")
def upload_page(request: Request, actor: CurrentActor) -> Response:
    actor.require(Permission.SESSION_WRITE)
    return _upload_form(request)


@router.post("/tempat/unggah")
def upload_list(
    request: Request,
    look: ReadDb,
    actor: CurrentActor,
    language: Lang,
    file: Annotated[UploadFile | str | None, File()] = None,
    wifi: Annotated[WifiAnswer, Form()] = "unknown",
) -> Response:
    """Answers with the page to look the list through: there is no address of what isn't kept."""
    actor.require(Permission.SESSION_WRITE)
    try:
        name, content = read_upload(file)
        venues = read_list(look, actor, name, content, wifi_unsaid=WIFI_ANSWERS[wifi])
    except (Invalid, TooLarge, UnreadableFile) as problem:
        return _upload_form(request, wifi, problem, problem.sentence(translator(language)))
    return _review(request, look, actor, language, venues)


@router.post("/tempat/unggah/periksa")
def check_list(
    request: Request, look: ReadDb, actor: CurrentActor, language: Lang, venues: ListPutRight
) -> Response:
    return _review(request, look, actor, language, venues)


@router.post("/tempat/unggah/simpan")
def save_list(
    request: Request, db: WriteDb, actor: CurrentActor, language: Lang, _: Translate, venues: ListPutRight
) -> Response:
    try:
        counts = import_venues(db, actor, venues)
    except Conflict as problem:
        db.rollback()
        return _review(request, db, actor, language, venues, problem)
    response = redirect("/tempat")
    done = _("The list is saved: %(added)s venues added, %(changed)s changed.")
    flash(response, done % {"added": counts["create"], "changed": counts["update"]})
    return response


def _typed(form: FormData, number: int) -> dict[str, str]:
    """What was typed or chosen in a row; a field that is left empty leaves its cell as it is."""
    said = {field: tidy(str(form.get(f"{field}-{number}", ""))) for field in ASKED}
    return {field: text for field, text in said.items() if text}


def _upload_form(
    request: Request, wifi: WifiAnswer = "unknown", problem: Problem | None = None, refusal: str = ""
) -> Response:
    return render(
        request,
        "workshops/venues/upload.html",
        status=problem.status if problem else 200,
        wifi=wifi,
        refusal=refusal,
        largest_megabytes=MAX_BYTES // MEGABYTE,
        most_rows=MAX_VENUES,
    )


def _review(
    request: Request,
    look: Db,
    actor: Actor,
    language: Language,
    venues: VenueList,
    problem: Problem | None = None,
) -> Response:
    _ = translator(language)
    judged = judge_list(look, actor, venues)

    def sentence(remark: Remark) -> str:
        return venue_remark_text(remark, _)

    sent = SentList(
        file=venues.file_name,
        wifi_unsaid=venues.wifi_unsaid,
        rows=[(row.number, dict(row.cells)) for row in venues.rows],
    )
    places = reference.kelurahan(look)
    return render(
        request,
        "workshops/venues/review.html",
        status=problem.status if problem else 200,
        file_name=venues.file_name,
        sent=sent.model_dump_json(),
        rows={outcome: [venue for venue in judged if venue.outcome == outcome] for outcome in OUTCOMES},
        sentence=sentence,
        places=places,
        place_names={place.code: place.name for place in places},
        not_said=NOT_SAID,
        refusal=problem.sentence(_) if problem else "",
    )

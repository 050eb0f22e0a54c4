"""The switch between the languages of the pages."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from app.i18n import Language
from app.web.forms import local_path
from app.web.languages import choose_language
from app.web.pages import see

router = APIRouter(include_in_schema=False)


@router.post("/bahasa/{language}")
def switch_language(language: Language, kembali: Annotated[str, Form()] = "/") -> Response:
    response = see(local_path(kembali))
    choose_language(response, language)
    return response

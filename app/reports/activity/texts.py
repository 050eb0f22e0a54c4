"""What people write for the documents of a workshop: the texts of its report, of invitations and of minutes."""

from dataclasses import dataclass, fields
from datetime import date

from app.i18n import N_, Translator
from app.reports.activity.document import BLANK
from app.reports.official import Signatory

MAX_SIGNATORIES = 3
SIGNATORY_FIELDS = ("name", "role", "rank", "nip")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTexts:
    """The texts of a workshop's report; "" and None where something is missing yet."""

    number: str = ""
    background: str = ""
    legal_basis: str = ""
    purpose: str = ""
    material: str = ""
    proceedings: str = ""
    evaluation: str = ""
    closing: str = ""
    place: str = ""
    dated: date | None = None
    signatories: tuple[Signatory, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterTexts:
    """The texts of a session's invitation and minutes; "" and None where something is missing yet."""

    invitation_number: str = ""
    invitation_dated: date | None = None
    urgency: str = ""
    attachments: str = ""
    subject: str = ""
    addressees: str = ""
    agenda: str = ""
    invitation_signatories: tuple[Signatory, ...] = ()
    minutes_number: str = ""
    minutes_text: str = ""
    minutes_signatories: tuple[Signatory, ...] = ()


# msgids, in the order of the documents
LABELS = {
    "number": N_("Number of the document"),
    "background": N_("Background"),
    "legal_basis": N_("Legal basis"),
    "purpose": N_("Aims"),
    "material": N_("Material and speakers"),
    "proceedings": N_("How it went"),
    "evaluation": N_("Evaluation"),
    "closing": N_("Closing"),
    "place": N_("Place"),
    "dated": N_("Date"),
    "signatories": N_("Signatures"),
    "invitation_number": N_("Number of the document"),
    "invitation_dated": N_("Date"),
    "urgency": N_("Urgency"),
    "attachments": N_("Attachments"),
    "subject": N_("Subject"),
    "addressees": N_("To whom"),
    "agenda": N_("Agenda"),
    "invitation_signatories": N_("Signatures"),
    "minutes_number": N_("Number of the document"),
    "minutes_text": N_("How it went"),
    "minutes_signatories": N_("Signatures"),
}

_OPTIONAL = {"proceedings", "minutes_text", "attachments"}
INVITATION = tuple(field.name for field in fields(LetterTexts) if not field.name.startswith("minutes"))
MINUTES = tuple(field.name for field in fields(LetterTexts) if field.name.startswith("minutes"))
REPORT = tuple(field.name for field in fields(ReportTexts))


def list_missing(texts: ReportTexts | LetterTexts, names: tuple[str, ...], _: Translator) -> list[str]:
    """Return the labels of the parts that are empty or have a blank in them; those that may be empty are left out."""
    return [_(LABELS[name]) for name in names if name not in _OPTIONAL and _is_open(getattr(texts, name))]


def _is_open(value: object) -> bool:
    if isinstance(value, tuple):
        return not value or any(not (signatory.name and signatory.role) for signatory in value)
    return not value or (isinstance(value, str) and "……" in value)


def suggest_report_texts(
    title: str,
    description: str,
    groups: str,
    city: str,
    year: int,
    today: date,
    earlier: ReportTexts | None,
    _: Translator,
) -> ReportTexts:
    """Return the texts with which the report of a workshop begins.

    `groups` names whom it is for. Legal basis and signatories are those of `earlier`, the report that the organization
    wrote last.
    """
    legal_basis = _(
        "1. Undang-Undang Nomor 23 Tahun 2014 on regional government;\n"
        "2. the budget document (DPA) of %(year)s, number %(blank)s."
    ) % {"year": year, "blank": BLANK}
    purpose = _(
        "“%(title)s” is to improve the knowledge and digital skills of its participants.\n\n"
        "Its aim is that %(groups)s in Kota %(city)s use digital technology skilfully, ethically and safely."
    ) % {"title": title, "groups": groups, "city": city}
    signatory = Signatory(name="", role=_("In charge of the workshop"))
    return ReportTexts(
        background=description,
        legal_basis=earlier.legal_basis if earlier else legal_basis,
        purpose=purpose,
        closing=_("This report is made to be used as is proper. We thank everyone who has contributed."),
        place=city,
        dated=today,
        signatories=(earlier.signatories if earlier else ()) or (signatory,),
    )


def suggest_letter_texts(
    title: str, today: date, signatories: tuple[Signatory, ...], _: Translator
) -> LetterTexts:
    """Return the texts with which the letters of a session begin; `signatories` are those of the workshop's report."""
    return LetterTexts(
        invitation_dated=today,
        urgency=_("Ordinary"),
        attachments="-",
        subject=_("Invitation: %(title)s") % {"title": title},
        agenda=title,
        invitation_signatories=signatories[:1],
        minutes_signatories=signatories,
    )

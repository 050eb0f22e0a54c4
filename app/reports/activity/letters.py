"""The invitation to a session (undangan) and the minutes of one (berita acara)."""

from collections.abc import Iterator
from datetime import datetime

from app.i18n import Translator, full_day_text, integer_text, wita
from app.reports.activity.activity import SessionFacts
from app.reports.activity.document import (
    BLANK,
    Block,
    DataTable,
    Document,
    Facts,
    Paragraph,
    Signatures,
    typed_blocks,
)
from app.reports.activity.report import day_of, time_of
from app.reports.activity.texts import LetterTexts
from app.reports.activity.words import MAX_NUMBER, date_in_words, number_in_words
from app.reports.letterhead import Letterhead


def build_invitation(
    workshop: str,
    session: SessionFacts,
    texts: LetterTexts,
    letterhead: Letterhead,
    generated_at: datetime,
    _: Translator,
) -> Document:
    """Return the letter that invites to a session; `_` translates into Indonesian."""
    dated = full_day_text(texts.invitation_dated, "id") if texts.invitation_dated else BLANK
    event = [
        (_("Day and date"), day_of(session)),
        (_("Time"), time_of(session)),
        (_("Place"), session.place),
        (_("Agenda"), texts.agenda or BLANK),
    ]
    if session.online_link:
        event.append((_("Link"), session.online_link))
    blocks: tuple[Block, ...] = (
        Paragraph(f"{letterhead.city}, {dated}", align="right"),
        Facts(
            (
                (_("Number of the document"), texts.invitation_number or BLANK),
                (_("Urgency"), texts.urgency or BLANK),
                (_("Attachments"), texts.attachments or "-"),
                (_("Subject"), texts.subject or BLANK),
            )
        ),
        Paragraph(
            "\n".join((_("The honourable"), texts.addressees or BLANK, _("at their place"))), align="left"
        ),
        Paragraph(
            _("We invite you to “%(workshop)s”, which is to be held as follows:") % {"workshop": workshop}
        ),
        Facts(tuple(event)),
        Paragraph(
            _("Please be on time, as the event is important. Thank you for your attention and for coming.")
        ),
        Signatures("", texts.invitation_signatories, _("Acknowledged by"), _("Employee no.")),
    )
    return _document(texts.subject or _("Invitation"), (), blocks, letterhead, generated_at, _)


def build_minutes(
    workshop: str,
    organization: str,
    session: SessionFacts,
    texts: LetterTexts,
    letterhead: Letterhead,
    generated_at: datetime,
    _: Translator,
) -> Document:
    """Return the minutes of a session: when and where it was held and how many came; `_` translates into Indonesian."""
    day = wita(session.starts_at).date()
    blocks: tuple[Block, ...] = (
        Paragraph(
            _("On this day, %(day)s, at %(place)s, a session of “%(workshop)s” was held, as follows:")
            % {"day": date_in_words(day), "place": session.place, "workshop": workshop}
        ),
        Facts(
            (
                (_("Organized by"), organization),
                (_("Day and date"), day_of(session)),
                (_("Time"), time_of(session)),
                (_("Place"), session.place),
                (_("Held"), session.mode),
            )
        ),
        Paragraph(
            _("%(count)s people were registered. Their attendance:") % {"count": _counted(session.registered)}
        ),
        DataTable(
            caption="",
            headings=(_("Attendance"), _("People"), _("In words")),
            rows=(
                *(
                    (label, count, _in_words(count))
                    for label, count in (
                        (_("Present"), session.present),
                        (_("Excused"), session.excused),
                        (_("Absent"), session.absent),
                        (_("Without an outcome"), session.unrecorded),
                    )
                ),
                (_("Total"), session.registered, _in_words(session.registered)),
            ),
            widths=(5, 3, 8),
            totals=1,
        ),
        *_written(texts),
        Paragraph(_("The attendance list is an inseparable part of these minutes.")),
        Paragraph(_("These minutes are made truthfully, to be used as is proper.")),
        Signatures(
            f"{letterhead.city}, {full_day_text(day, 'id')}",
            texts.minutes_signatories,
            _("Acknowledged by"),
            _("Employee no."),
        ),
    )
    heading = (
        _("Minutes").upper(),
        workshop.upper(),
        f"{_('Number of the document')}: {texts.minutes_number or BLANK}",
    )
    return _document(f"{_('Minutes')}: {workshop}", heading, blocks, letterhead, generated_at, _)


def _written(texts: LetterTexts) -> Iterator[Block]:
    if texts.minutes_text.strip():
        yield from typed_blocks(texts.minutes_text)


def _counted(number: int) -> str:
    """Return a number with its words: "68 (enam puluh delapan)"."""
    return f"{integer_text(number)} ({words})" if (words := _in_words(number)) else integer_text(number)


def _in_words(number: int) -> str:
    return number_in_words(number) if number <= MAX_NUMBER else ""


def _document(
    title: str,
    heading: tuple[str, ...],
    blocks: tuple[Block, ...],
    letterhead: Letterhead,
    generated_at: datetime,
    _: Translator,
) -> Document:
    return Document(
        title=title,
        heading=heading,
        blocks=blocks,
        letterhead=letterhead,
        generated_at=generated_at,
        page_of=_("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    )

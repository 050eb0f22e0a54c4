"""The report of a workshop (laporan kegiatan), as offices file it."""

from collections.abc import Iterator

from app.i18n import (
    Translator,
    clock_text,
    full_day_text,
    full_time_text,
    full_weekday_text,
    integer_text,
    wita,
)
from app.reports.activity.activity import Activity, SessionFacts
from app.reports.activity.document import (
    BLANK,
    Block,
    DataTable,
    Document,
    Heading,
    NumberedList,
    PageBreak,
    Paragraph,
    Pictures,
    Signatures,
    typed_blocks,
)
from app.reports.activity.texts import ReportTexts
from app.reports.coverage.report import CoverageReport
from app.reports.letterhead import Letterhead

MAX_NAMED_KELURAHAN = 12


def build_activity_report(
    activity: Activity, texts: ReportTexts, letterhead: Letterhead, _: Translator
) -> Document:
    """Return the report: what people wrote, and what the data says of time, place, people and outcome.

    `_` translates into Indonesian.
    """
    sections = (
        (_("Background"), typed_blocks(texts.background)),
        (_("Legal basis"), typed_blocks(texts.legal_basis)),
        (_("Aims"), typed_blocks(texts.purpose)),
        (_("Time and place"), _time_and_place(activity, _)),
        (_("Material and speakers"), _material(activity, texts, _)),
        (_("Participants"), _participants(activity, _)),
        (_("How it went"), _proceedings(activity, texts, _)),
        (_("Evaluation"), _evaluation(activity, texts, _)),
        (_("Photos"), _photos(activity, _)),
        (_("Closing"), typed_blocks(texts.closing)),
    )
    blocks: list[Block] = []
    for letter, (heading, content) in zip("ABCDEFGHIJ", sections, strict=True):
        blocks += [Heading(f"{letter}. {heading.upper()}"), *content]
    dated = full_day_text(texts.dated, "id") if texts.dated else BLANK
    blocks.append(
        Signatures(
            f"{texts.place or BLANK}, {dated}", texts.signatories, _("Acknowledged by"), _("Employee no.")
        )
    )
    blocks += _attendance_lists(activity, _)
    return Document(
        title=f"{_('Report of the workshop')}: {activity.title}",
        heading=(
            _("Report of the workshop").upper(),
            activity.title.upper(),
            f"{_('Number of the document')}: {texts.number or BLANK}",
        ),
        blocks=tuple(blocks),
        letterhead=letterhead,
        generated_at=activity.coverage.generated_at,
        page_of=_("Page %(page)s of %(pages)s") % {"page": "{page}", "pages": "{pages}"},
    )


def _time_and_place(activity: Activity, _: Translator) -> Iterator[Block]:
    """Yield the sessions with day, time and place."""
    if not activity.sessions:
        yield Paragraph(_("No session has been planned."))
        return
    yield DataTable(
        caption="",
        headings=(_("No."), _("Day and date"), _("Time"), _("Place")),
        rows=tuple(
            (number, day_of(session), time_of(session), session.place)
            for number, session in enumerate(activity.sessions, start=1)
        ),
        widths=(1, 5, 4, 6),
    )


def _material(activity: Activity, texts: ReportTexts, _: Translator) -> Iterator[Block]:
    if activity.pillar:
        yield Paragraph(_("Pillar of digital literacy: %(pillar)s.") % {"pillar": activity.pillar})
    yield from typed_blocks(texts.material)


def _participants(activity: Activity, _: Translator) -> Iterator[Block]:
    """Yield the figures of the coverage report of this workshop, by kelurahan, target group and sex."""
    report = activity.coverage
    totals = report.totals
    yield Paragraph(
        _(
            "%(registered)s people of the city were registered, %(participants)s were present at least once, and "
            "there were %(attendances)s attendances. A person is counted once however often they came, in the "
            "kelurahan where they lived then."
        )
        % {
            "registered": integer_text(totals.registered),
            "participants": integer_text(totals.participants),
            "attendances": integer_text(totals.attendances),
        }
    )
    if any(row.registered for row in report.rows):
        yield _kelurahan_table(report, _)
        yield _group_table(report, _)
        yield _sex_table(report, _)
    if totals.outside:
        yield Paragraph(
            _("%(count)s people from outside the city were present, too. The tables do not count them.")
            % {"count": integer_text(totals.outside)}
        )
    if totals.moved:
        yield Paragraph(
            _("%(count)s people are counted in more than one kelurahan, once in the total.")
            % {"count": integer_text(totals.moved)}
        )
    yield Paragraph(
        _("Figures as of %(time)s.") % {"time": full_time_text(report.generated_at, "id")}, align="left"
    )


def _kelurahan_table(report: CoverageReport, _: Translator) -> DataTable:
    """Return the people of each kelurahan that has registered people, by sex, with their total."""
    rows = [row for row in report.rows if row.registered]
    totals = report.totals
    return DataTable(
        caption=_("Participants by kelurahan"),
        headings=(
            *(_("No."), _("Kelurahan"), _("Kecamatan")),
            *(_("Registered"), _("Present"), "L", "P", _("Not recorded")),
        ),
        rows=(
            *(
                (
                    *(number, row.name, row.kecamatan, row.registered, row.participants),
                    *(row.by_sex["L"], row.by_sex["P"], row.by_sex["unknown"]),
                )
                for number, row in enumerate(rows, start=1)
            ),
            (
                *("", _("Total"), "", totals.registered, totals.participants),
                *(totals.by_sex["L"], totals.by_sex["P"], totals.by_sex["unknown"]),
            ),
        ),
        widths=(2, 8, 8, 4, 3, 2, 2, 4),
        totals=1,
    )


def _group_table(report: CoverageReport, _: Translator) -> DataTable:
    """Return the people of each target group that has registered people."""
    by_group = report.totals.by_group
    return DataTable(
        caption=_("Participants by target group"),
        headings=(_("Target group"), _("Registered"), _("Present"), _("Attendances")),
        rows=tuple(
            (group.label, figures.registered, figures.participants, figures.attendances)
            for group in report.groups
            if (figures := by_group[group.code]).registered
        ),
        widths=(8, 3, 3, 3),
    )


def _sex_table(report: CoverageReport, _: Translator) -> DataTable:
    totals = report.totals
    return DataTable(
        caption=_("Participants by sex"),
        headings=(_("Sex"), _("Present")),
        rows=(
            (_("Men (L)"), totals.by_sex["L"]),
            (_("Women (P)"), totals.by_sex["P"]),
            (_("Not recorded"), totals.by_sex["unknown"]),
            (_("Total"), totals.participants),
        ),
        widths=(8, 3),
        totals=1,
    )


def _proceedings(activity: Activity, texts: ReportTexts, _: Translator) -> Iterator[Block]:
    """Yield what was written about the sessions, and their registrations by outcome."""
    if texts.proceedings.strip():
        yield from typed_blocks(texts.proceedings)
    held = [session for session in activity.sessions if session.starts_at <= activity.coverage.generated_at]
    yield Paragraph(
        _("%(held)s of %(planned)s planned sessions have been held.")
        % {"held": len(held), "planned": len(activity.sessions)}
    )
    if not held:
        return
    sums = [
        sum(numbers)
        for numbers in zip(
            *((s.registered, s.present, s.excused, s.absent, s.unrecorded) for s in held), strict=True
        )
    ]
    yield DataTable(
        caption=_("Attendance by session, with people from outside the city"),
        headings=(
            *(_("No."), _("Day and date"), _("Registered")),
            *(_("Present"), _("Excused"), _("Absent"), _("Without an outcome")),
        ),
        rows=(
            *(
                (
                    *(number, day_of(session), session.registered),
                    *(session.present, session.excused, session.absent, session.unrecorded),
                )
                for number, session in enumerate(held, start=1)
            ),
            ("", _("Total"), *sums),
        ),
        widths=(2, 9, 4, 3, 3, 4, 4),
        totals=1,
    )


def _evaluation(activity: Activity, texts: ReportTexts, _: Translator) -> Iterator[Block]:
    """Yield what the data tells of the outcome, and what was written about it."""
    yield NumberedList(tuple(list_findings(activity, _)))
    yield from typed_blocks(texts.evaluation)


def list_findings(activity: Activity, _: Translator) -> Iterator[str]:
    """Yield sentences about what the data says of a workshop's outcome, for its evaluation."""
    report = activity.coverage
    totals = report.totals
    if not any(session.starts_at <= report.generated_at for session in activity.sessions):
        yield _("No session has been held yet.")
        return
    if totals.registered:
        share = integer_text(round(100 * totals.participants / totals.registered))
        yield _("%(present)s of %(registered)s registered people of the city were present (%(share)s%%).") % {
            "present": integer_text(totals.participants),
            "registered": integer_text(totals.registered),
            "share": share,
        }
    else:
        yield _("Nobody of the city was registered.")
    unrecorded = sum(
        session.unrecorded for session in activity.sessions if session.starts_at <= report.generated_at
    )
    if unrecorded:
        yield _("The outcome of %(count)s registrations is not recorded yet.") % {
            "count": integer_text(unrecorded)
        }
    open_rows = report.open_rows
    with_people = sum(row.participants > 0 for row in open_rows)
    yield _("People of %(count)s of %(all)s kelurahan were present.") % {
        "count": with_people,
        "all": len(open_rows),
    }
    nobody_came = [row.name for row in open_rows if row.state == "zero"]
    if nobody_came:
        yield _("Registered, but nobody came: %(kelurahan)s.") % {"kelurahan": _named(nobody_came, _)}
    not_reached = [row.name for row in open_rows if not row.registered]
    if not_reached:
        yield _("Nobody was registered: %(kelurahan)s.") % {"kelurahan": _named(not_reached, _)}
    missing = [
        group.label
        for group in report.groups
        if group.label in activity.groups and not totals.by_group[group.code].participants
    ]
    if missing:
        yield _("Nobody was present of the groups that the workshop is for: %(groups)s.") % {
            "groups": ", ".join(missing)
        }


def _named(names: list[str], _: Translator) -> str:
    """Return the names; of many only how many there are."""
    if len(names) <= MAX_NAMED_KELURAHAN:
        return ", ".join(names)
    return _("%(count)s kelurahan") % {"count": len(names)}


def _photos(activity: Activity, _: Translator) -> Iterator[Block]:
    """Yield the photos, and how many others there are."""
    if activity.photos:
        yield Pictures(activity.photos)
    more = activity.photo_count - len(activity.photos)
    if not activity.photo_count:
        yield Paragraph(_("There is no photo."))
    elif activity.lists is None:
        yield Paragraph(
            _("%(count)s photos are kept by the organizer and are not part of this copy.") % {"count": more}
        )
    elif more:
        yield Paragraph(_("The organizer keeps %(count)s more photos.") % {"count": more})


def _attendance_lists(activity: Activity, _: Translator) -> Iterator[Block]:
    """Yield the annex: the attendance list of each session that has begun, or a sentence that it is kept apart."""
    if activity.lists is None:
        yield Paragraph(_("The attendance list is kept by the organizer and is not part of this copy."))
        return
    held = [session for session in activity.sessions if activity.lists.get(session.code)]
    if not held:
        return
    yield PageBreak()
    yield Heading(_("Annex: attendance list"))
    for session in held:
        yield DataTable(
            caption=f"{day_of(session)}, {time_of(session)}, {session.place}",
            headings=(
                *(_("No."), _("Name"), _("L/P"), _("Kelurahan")),
                *(_("Target group"), _("Attendance")),
            ),
            rows=tuple(
                (number, person.name, person.sex, person.place, person.target_group, person.outcome)
                for number, person in enumerate(activity.lists[session.code], start=1)
            ),
            widths=(2, 9, 2, 7, 6, 4),
        )


def day_of(session: SessionFacts) -> str:
    """Return the day of a session: "Selasa, 5 Agustus 2025", with the last one if it ends on another."""
    first, last = wita(session.starts_at).date(), wita(session.ends_at).date()
    text = full_weekday_text(first, "id")
    return text if first == last else f"{text} – {full_weekday_text(last, 'id')}"


def time_of(session: SessionFacts) -> str:
    """Return the time of a session: "09.00–12.00 WITA"."""
    return f"{clock_text(session.starts_at)}–{clock_text(session.ends_at)} WITA"

"""RT coverage: how many RT of each kelurahan had participants, out of how many there are."""

from dataclasses import asdict, dataclass, replace
from datetime import date

from app.i18n import Language, Translator, day_text, integer_text
from app.reports.coverage.files.names import report_file_name
from app.reports.coverage.report import CoverageReport, document_header
from app.reports.coverage.texts.wording import closed_name, subtitle
from app.reports.formats.download import Download, Format, table_download
from app.reports.table import Column, Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRt:
    """The RT of an area: `reached` is the number with participants, `known` the number that exist, None if unknown."""

    code: str
    name: str
    reached: int
    known: int | None

    @property
    def share(self) -> int | None:
        """The RT reached in per cent of those that exist, rounded down; None if that number is not known."""
        return 100 * self.reached // self.known if self.known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KelurahanRt(AreaRt):
    """The RT of a kelurahan; `without_rt` is the number of participants whose RT isn't recorded.

    `closed_on` is set as in `CoverageRow`.
    """

    kecamatan: str
    participants: int
    without_rt: int
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class RtSource:
    """The source of a number of RT and the day for which it is valid."""

    source: str
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RtCoverage:
    """The kelurahan of the report in code order, and the kecamatan whose number of RT is known.

    `total` is the city, or the kecamatan by which the report is filtered.
    """

    report: CoverageReport
    kelurahan: tuple[KelurahanRt, ...]
    kecamatan: tuple[AreaRt, ...]
    total: AreaRt
    sources: tuple[RtSource, ...]


def rt_headline(rt: RtCoverage, _: Translator, language: Language) -> str:
    """Return a sentence on how many RT had participants, and out of how many if that is known."""
    reached = integer_text(rt.total.reached, language)
    if rt.total.known is None:
        return _("%(count)s RT sent somebody") % {"count": reached}
    return _("%(count)s of %(known)s RT sent somebody") % {
        "count": reached,
        "known": integer_text(rt.total.known, language),
    }


def rt_table(rt: RtCoverage, _: Translator, language: Language) -> Table:
    """Return a table with a row per kelurahan, then one for each kecamatan whose number of RT is known.

    Its total row is `rt.total`.
    """
    return Table(
        name=_("RT coverage"),
        title=_("RT that sent somebody to the digital-literacy workshops"),
        subtitle=(*subtitle(rt.report, _, language), rt_headline(rt, _, language)),
        columns=(
            Column(_("Code"), "code"),
            Column(_("Kecamatan"), "text"),
            Column(_("Kelurahan"), "name"),
            Column(_("RT that sent somebody"), "integer"),
            Column(_("RT there are"), "integer"),
            Column(_("Per cent of RT"), "integer"),
            Column(_("Participants"), "integer", counts="present"),
            Column(_("RT not noted"), "integer"),
        ),
        rows=(
            *(_kelurahan_row(kelurahan, _) for kelurahan in rt.kelurahan),
            *(_row(kecamatan, kecamatan.name, _("All its kelurahan"), None) for kecamatan in rt.kecamatan),
        ),
        total=_row(rt.total, "", _("Total"), rt.report.totals.participants),
        notes=_notes(rt, _, language),
    )


def _notes(rt: RtCoverage, _: Translator, language: Language) -> tuple[str, ...]:
    """Return the notes on how RT are counted, on the sources, and on shares above 100 per cent if there are any."""
    lines = [
        _(
            "An RT counts once, where somebody from it was present at a session of the period at least "
            "once, in the kelurahan where they lived then."
        ),
        _(
            "RT not noted: participants of whom no RT was noted, so that it can't be told which one they came from."
        ),
        _("Where it isn't known how many RT there are, the count stands alone."),
    ]
    if rt.sources:
        sources = "; ".join(f"{source.source} ({day_text(source.as_of, language)})" for source in rt.sources)
        lines.append(_("How many RT there are: %(sources)s") % {"sources": sources})
    if any((area.share or 0) > 100 for area in (*rt.kelurahan, *rt.kecamatan, rt.total)):
        lines.append(
            _(
                "More than 100 per cent: the RT noted of participants are more than the source tells. Check the "
                "numbers noted, and whether the source is out of date."
            )
        )
    return tuple(lines)


def _kelurahan_row(kelurahan: KelurahanRt, _: Translator) -> Row:
    name = closed_name(kelurahan.name, kelurahan.closed_on, _)
    row = _row(kelurahan, kelurahan.kecamatan, name, kelurahan.participants, kelurahan.without_rt)
    return replace(row, key=kelurahan.code, filters={"kelurahan": kelurahan.code})


def _row(
    area: AreaRt, kecamatan: str, name: str, participants: int | None, without_rt: int | None = None
) -> Row:
    return Row((area.code, kecamatan, name, area.reached, area.known, area.share, participants, without_rt))


def rt_document(rt: RtCoverage) -> dict[str, object]:
    """Return the figures as a dictionary for orjson: the total, the sources, the kecamatan, and a row per kelurahan."""
    return {
        **document_header(rt.report),
        "total": _area_document(rt.total),
        "sources": rt.sources,
        "kecamatan": [_area_document(kecamatan) for kecamatan in rt.kecamatan],
        "rows": [_area_document(kelurahan) for kelurahan in rt.kelurahan],
    }


def _area_document(area: AreaRt) -> dict[str, object]:
    """Return the fields of the area and its share."""
    return asdict(area) | {"share": area.share}


def rt_download(rt: RtCoverage, file_format: Format, _: Translator, language: Language) -> Download:
    """Return the figures as a JSON, CSV, Excel or PDF file, named after the report's filters and period."""
    name = report_file_name(_("rt-coverage"), rt.report)
    table, document = rt_table(rt, _, language), rt_document(rt)
    return table_download(
        table, document, name, rt.report.generated_at, file_format, rt.report.letterhead, _, language
    )

"""How many RT of each kelurahan sent somebody, of how many where that is known."""

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date

from app.i18n import Language, Translator, date_text, integer_text
from app.reports.coverage.download import Download, Format, file_name
from app.reports.coverage.report import CoverageReport
from app.reports.coverage.wording import name_until, subtitle
from app.reports.formats.download import table_download
from app.reports.table import Column, Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class RtReached:
    """An area of any level. `reached` counts distinct RT of people who were present; `known` is how many RT there
    are, None where nobody knows."""

    code: str
    name: str
    reached: int
    known: int | None

    @property
    def share(self) -> int | None:
        """Whole per cent of the RT."""
        return 100 * self.reached // self.known if self.known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RtOfKelurahan(RtReached):
    """`without_rt` are distinct people present of whom no RT was noted: from which one they came can't be told.

    `closed_on` is set as in `CoverageRow`.
    """

    kecamatan: str
    participants: int
    without_rt: int
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class RtSource:
    """Who told how many RT there are, and for which day."""

    source: str
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RtCoverage:
    """Every kelurahan of the report in code order, and the kecamatan of which the number of RT is known.

    `whole` is the city, or the kecamatan that the report is narrowed to.
    """

    report: CoverageReport
    kelurahan: tuple[RtOfKelurahan, ...]
    kecamatan: tuple[RtReached, ...]
    whole: RtReached
    sources: tuple[RtSource, ...]


def rt_headline(found: RtCoverage, _: Translator, language: Language) -> str:
    """The figure of the whole in a sentence."""
    reached = integer_text(found.whole.reached, language)
    if found.whole.known is None:
        return _("%(count)s RT sent somebody") % {"count": reached}
    return _("%(count)s of %(known)s RT sent somebody") % {
        "count": reached,
        "known": integer_text(found.whole.known, language),
    }


def rt_table(found: RtCoverage, _: Translator, language: Language) -> Table:
    """A row per kelurahan, then one for each kecamatan whose number of RT is known."""
    return Table(
        name=_("RT coverage"),
        title=_("RT that sent somebody to the digital-literacy workshops"),
        subtitle=(*subtitle(found.report, _), rt_headline(found, _, language)),
        columns=(
            Column(_("Code"), "code"),
            Column(_("Kecamatan"), "text"),
            Column(_("Kelurahan"), "name"),
            Column(_("RT that sent somebody"), "integer"),
            Column(_("RT there are"), "integer"),
            Column(_("Per cent of RT"), "integer"),
            Column(_("Participants"), "integer"),
            Column(_("RT not noted"), "integer"),
        ),
        rows=(
            *(_kelurahan_row(one, _) for one in found.kelurahan),
            *(_row(one, one.name, _("All its kelurahan"), None) for one in found.kecamatan),
        ),
        total=_row(found.whole, "", _("Total"), found.report.totals.participants),
        notes=_notes(found, _),
    )


def _notes(found: RtCoverage, _: Translator) -> tuple[str, ...]:
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
    if found.sources:
        told = "; ".join(f"{one.source} ({date_text(one.as_of)})" for one in found.sources)
        lines.append(_("How many RT there are: %(sources)s") % {"sources": told})
    if any((one.share or 0) > 100 for one in (*found.kelurahan, *found.kecamatan, found.whole)):
        lines.append(
            _(
                "More than 100 per cent: the RT noted of participants are more than the source tells. Check the "
                "numbers noted, and whether the source is out of date."
            )
        )
    return tuple(lines)


def _kelurahan_row(one: RtOfKelurahan, _: Translator) -> Row:
    name = name_until(one.name, one.closed_on, _) if one.closed_on else one.name
    row = _row(one, one.kecamatan, name, one.participants, one.without_rt)
    return replace(row, key=one.code)


def _row(
    one: RtReached, kecamatan: str, name: str, participants: int | None, without_rt: int | None = None
) -> Row:
    return Row((one.code, kecamatan, name, one.reached, one.known, one.share, participants, without_rt))


def rt_document(found: RtCoverage) -> dict[str, object]:
    """The figures as JSON."""
    report = found.report
    return {
        "generated_at": report.generated_at.astimezone(UTC).isoformat(timespec="seconds"),
        "period": {"from": report.period.from_.isoformat(), "to": report.period.to.isoformat()},
        "filters": asdict(report.filters),
        "total": _figures(found.whole),
        "sources": [{"source": one.source, "as_of": one.as_of.isoformat()} for one in found.sources],
        "kecamatan": [_figures(one) for one in found.kecamatan],
        "rows": [_figures(one) for one in found.kelurahan],
    }


def _figures(one: RtReached) -> dict[str, object]:
    return asdict(one) | {"share": one.share}


def rt_download(found: RtCoverage, file_format: Format, _: Translator, language: Language) -> Download:
    """The figures as a file in one of the formats."""
    name = file_name(_("rt-coverage"), found.report)
    table, document = rt_table(found, _, language), rt_document(found)
    return table_download(table, document, name, found.report.generated_at, file_format, _, language)

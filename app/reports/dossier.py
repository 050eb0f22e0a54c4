"""The parts of a dossier that explain the others: index, README and list of checksums."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from posixpath import dirname
from textwrap import shorten

from app.i18n import Language, Translator, full_day_text, wita
from app.reports.formats.pdf import page_content, render_pdf, table_content
from app.reports.formats.xlsx import render_xlsx
from app.reports.letterhead import Letterhead
from app.reports.table import Column, Row, Table

INDEX = "indeks"
CHECKSUMS = "SHA256SUMS.txt"
README = "BACA-SAYA.txt"
MAX_WORDS_LENGTH = 50


@dataclass(frozen=True, slots=True)
class DossierFile:
    """A file of the dossier, what it is (`about`), and which level of which indicator it proves.

    Files of the same `group` are of the same kind and session; the printed index has one line for them.
    """

    indicator: str
    level: int
    group: str
    about: str
    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DossierIndicator:
    """An indicator as the index names it."""

    code: str
    dimension: str
    name: str
    provisional: bool

    @property
    def folder(self) -> str:
        """The name of its folder: its code and the first words of its name, in letters that every system has."""
        words = shorten(slug(self.name).replace("-", " "), MAX_WORDS_LENGTH, placeholder="")
        return f"{self.code}-{words.replace(' ', '-')}"


@dataclass(frozen=True, slots=True)
class DossierIndex:
    """What is in a dossier: the indicators, also those without evidence, and the files in their order."""

    instrument: str
    year: int
    made_at: datetime
    indicators: Sequence[DossierIndicator]
    files: Sequence[DossierFile]

    def table(self, _: Translator, language: Language, *, grouped: bool = False) -> Table:
        """Return the index as a table: a row for each file, or each group of files, and for indicators without any."""
        return Table(
            name=_("Index"),
            title=_("Evidence for %(instrument)s %(year)s")
            % {"instrument": self.instrument, "year": self.year},
            subtitle=(_("As of %(day)s") % {"day": full_day_text(wita(self.made_at).date(), language)},),
            columns=(
                Column(_("Indicator"), "name"),
                Column(_("Level"), "text"),
                Column(_("Evidence"), "text"),
                Column(_("File"), "text"),
            ),
            rows=tuple(row for indicator in self.indicators for row in self._rows(indicator, _, grouped)),
            total=None,
            notes=self.notes(_),
        )

    def html(self, _: Translator, language: Language) -> bytes:
        """Return the index as a page with a link to each file, which a browser opens without a connection."""
        table = self.table(_, language)
        head = "".join(f"<th scope=col>{escape(column.heading)}</th>" for column in table.columns)
        lines = []
        for row in table.rows:
            *cells, path = (str(cell or "") for cell in row.cells)
            link = f'<a href="{escape(path)}">{escape(path)}</a>' if path else ""
            lines.append(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}<td>{link}</td></tr>")
        notes = "".join(f"<p>{escape(note)}</p>" for note in (*table.subtitle, *table.notes))
        return (
            f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
            f"<title>{escape(table.title)}</title><h1>{escape(table.title)}</h1>{notes}"
            f"<table border=1><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></html>"
        ).encode()

    def pdf(self, letterhead: Letterhead, _: Translator, language: Language) -> bytes:
        """Return the index as a PDF. It is no report, so its footer does not say that it is not issued.

        It has a line for each group of files: with one for each of 600 photos, Typst would need 80 MB.
        """
        table = self.table(_, language, grouped=True)
        content = page_content(table.title, table.subtitle, letterhead, _, language)
        labels = {"labels": {**content["labels"], "not_issued": ""}}  # type: ignore[dict-item]
        parts = {"table": table_content(table, language), "notes": table.notes}
        return render_pdf("table.typ", {**content, **labels, **parts}, self.made_at)

    def xlsx(self, letterhead: Letterhead, _: Translator, language: Language) -> bytes:
        """Return the index as an Excel file."""
        return render_xlsx((self.table(_, language),), self.made_at, letterhead)

    def notes(self, _: Translator) -> tuple[str, ...]:
        """Return what a reader must know of the dossier."""
        provisional = any(indicator.provisional for indicator in self.indicators)
        return (
            _(
                "The dossier holds personal data: photos, names and signatures. Pass it on only to evaluators."
            ),
            *(
                (
                    _(
                        "Names and levels of the indicators are provisional; compare them with the official instrument."
                    ),
                )
                if provisional
                else ()
            ),
        )

    def readme(self, _: Translator, language: Language) -> bytes:
        """Return the text that says what is where."""
        table = self.table(_, language)
        lines = [
            table.title,
            *table.subtitle,
            "",
            _("Each indicator has a folder, and in it one for each level that has evidence."),
            _("indeks.html and indeks.xlsx list all files by indicator and level, indeks.pdf counts them."),
            _("SHA256SUMS.txt has the checksum of each file: “sha256sum -c SHA256SUMS.txt” compares them."),
            "",
            *table.notes,
        ]
        return "\r\n".join([*lines, ""]).encode()

    def _rows(self, indicator: DossierIndicator, _: Translator, grouped: bool) -> list[Row]:
        name = f"{indicator.code} {indicator.name}"
        files = [file for file in self.files if file.indicator == indicator.code]
        if not files:
            return [Row((name, "", _("No evidence yet"), ""))]
        if not grouped:
            return [Row((name, str(file.level), file.about, file.path)) for file in files]
        groups = Counter((file.level, file.group, dirname(file.path)) for file in files)
        return [
            Row((name, str(level), _("%(what)s (%(count)s)") % {"what": group, "count": count}, folder))
            for (level, group, folder), count in groups.items()
        ]


def slug(text: str) -> str:
    """Return a text in small letters, digits and hyphens, for names of files."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def dossier_name(instrument: str, year: int) -> str:
    """Return the name of a dossier's file: "berkas-evaluasi-smart-city-2025.zip"."""
    return f"berkas-evaluasi-{slug(f'{instrument} {year}')}.zip"


def checksum_list(checksums: Sequence[tuple[str, str]]) -> bytes:
    """Return pairs of checksum and path as `sha256sum` reads them."""
    return "".join(f"{digest}  {path}\n" for digest, path in checksums).encode()

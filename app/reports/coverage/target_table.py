"""The targets of a year as a table, to fill in and upload again: an empty cell takes the line for all kelurahan."""

from collections.abc import Sequence

from app.i18n import Translator
from app.reports.table import Cell, Column, Row, Table


def target_table(
    year: int,
    groups: Sequence[str],
    defaults: Sequence[Cell],
    rows: Sequence[tuple[str, str, str, Sequence[Cell]]],
    totals: Sequence[int],
    closed: Sequence[str],
    _: Translator,
) -> Table:
    """`groups` are labels. `rows` are code, kecamatan, kelurahan and figures: the whole first, then each group.

    `closed` are kelurahan that ended within the year, of which nothing is in the totals.
    """
    columns = (
        Column(_("Code"), "text"),
        Column(_("Kecamatan"), "text"),
        Column(_("Kelurahan"), "name"),
        *(Column(head, "integer") for head in (_("As a whole"), *groups)),
    )
    return Table(
        name=_("Targets %(year)s") % {"year": year},
        title=_("Targets %(year)s") % {"year": year},
        subtitle=(_("People to be reached by the workshops"),),
        columns=columns,
        rows=(
            Row(("", "", _("For all kelurahan"), *defaults)),
            *(Row((code, kecamatan, name, *figures)) for code, kecamatan, name, figures in rows),
        ),
        total=Row(("", "", _("Total"), *totals)),
        notes=(
            _("An empty cell takes the figure of the line “For all kelurahan”. 0 means: no target."),
            _("The target of a kelurahan as a whole is independent of those of its groups."),
            *(
                [_("Closed within the year, and in no sum: %(places)s.") % {"places": ", ".join(closed)}]
                if closed
                else ()
            ),
        ),
    )

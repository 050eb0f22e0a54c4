"""What the words of the coverage report mean, for documents that stand alone."""

from app.i18n import Translator
from app.reports.coverage.report import CoverageReport


def glossary(report: CoverageReport, _: Translator) -> tuple[tuple[str, str], ...]:
    """Return the terms of the report's tables with their meanings."""
    return (
        (
            _("Kelurahan"),
            _("The one where the person lived when the session took place, not that of the venue."),
        ),
        (_("Registered"), _("Distinct people with a registration that was not cancelled.")),
        (
            _("Attendances"),
            _("Each presence of a person at a session: somebody who came three times counts three."),
        ),
        (_("Participants"), _("Distinct people who were present at least once.")),
        (
            _("Target"),
            _(
                "Participants to be reached in %(year)s in a kelurahan or a target group there, as set by the office."
            )
            % {"year": report.target_year},
        ),
        (_("Gap"), _("Participants missing to the target; 0 where it is reached.")),
        (_("Target group"), _("The group to which the person belonged at that session.")),
        (_("Outside the city"), _("People who live elsewhere; they are in no kelurahan and in no total.")),
    )

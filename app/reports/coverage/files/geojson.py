"""The coverage report as GeoJSON (RFC 7946), for GIS programs."""

import orjson

from app.errors import NotFound
from app.i18n import N_, Translator
from app.reports.coverage.files.names import report_file_name
from app.reports.coverage.report import CoverageReport, counting_rule, document_header, row_document
from app.reports.formats.download import GEOJSON, Download


def coverage_geojson(report: CoverageReport, _: Translator) -> Download:
    """Return the kelurahan of the report as features: the code as `id`, and the row of the report as properties.

    A kelurahan without a boundary has the geometry null. Period, filters, rule, totals and the source of the boundaries
    are members of the collection. Raises `NotFound` ("no-boundaries") where no boundaries were uploaded.
    """
    if report.boundaries is None:
        raise NotFound(
            N_(
                "No boundaries of the kelurahan were uploaded yet. An administrator does that under Administration, "
                "Boundaries of the kelurahan."
            ),
            code="no-boundaries",
        )
    geometries = report.boundaries.geometries
    document = {
        "type": "FeatureCollection",
        **document_header(report),
        "target_year": report.target_year,
        "rule": counting_rule(report.target_year, _),
        "totals": report.totals,
        "boundaries": {"source": report.boundaries.source, "as_of": report.boundaries.as_of},
        "features": [
            {
                "type": "Feature",
                "id": row.kelurahan,
                "geometry": geometries.get(row.kelurahan),
                "properties": row_document(row),
            }
            for row in report.rows
        ],
    }
    return Download(f"{report_file_name(_('coverage'), report)}.geojson", GEOJSON, orjson.dumps(document))

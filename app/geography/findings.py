"""What is wrong or worth knowing about an uploaded file of boundaries, and the sentences for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.i18n import N_

MAX_LISTED = 40
MAX_NAME_LENGTH = 40

# msgids
REFUSALS: Mapping[str, str] = {
    "too-large": N_(
        "The file is larger than %(megabytes)s MB. Simplify the boundaries in QGIS or another GIS program, and try "
        "again."
    ),
    "not-geojson": N_(
        "This is not GeoJSON. Export the boundaries in QGIS or another GIS program as GeoJSON (EPSG:4326), and upload "
        "that file."
    ),
    "not-a-collection": N_("A FeatureCollection is needed: a list of features, one for each kelurahan."),
    "too-many-features": N_("The file has more than %(limit)s features. Leave only those of the kelurahan."),
    "other-projection": N_(
        "The coordinates are in %(projection)s. Export them in WGS 84 (EPSG:4326): degrees of longitude and latitude."
    ),
    "no-codes": N_(
        "No property of the features holds the codes of this city's kelurahan. Each needs its Kemendagri code, such as "
        "64.71.05.1002 or 6471051002; the property may have any name."
    ),
    "without-code": N_("Features without a code, counted from 1: %(list)s."),
    "unknown-codes": N_("Codes that are no open kelurahan: %(list)s."),
    "missing": N_("There is no boundary for: %(list)s."),
    "double": N_("There is more than one feature for: %(list)s. Join them to one MultiPolygon."),
    "not-an-area": N_("Only a Polygon or MultiPolygon can be a boundary, unlike: %(list)s."),
    "bad-coordinates": N_(
        "Coordinates that can't be read, or rings with fewer than four points: %(list)s. Export them again."
    ),
    "swapped-axes": N_(
        "Longitude and latitude are swapped. In GeoJSON the longitude comes first: [116.83, -1.27]. Swap them in QGIS "
        "(Swap X and Y coordinates), and upload the file again."
    ),
    "not-degrees": N_(
        "The coordinates are no degrees, but perhaps metres (UTM). Export them in WGS 84 (EPSG:4326): degrees of "
        "longitude and latitude."
    ),
    "far-away": N_("Too far from the city: %(list)s."),
    "no-shape": N_("The lines cross each other so that no area is left: %(list)s. Draw these again."),
    "overlap": N_("Boundaries that lie over each other: %(list)s. Check whether their codes are right."),
    "too-complex": N_(
        "The boundaries have so many parts that they can't be simplified to %(kilobytes)s kB. Leave out small islands."
    ),
    "too-slow": N_(
        "Checking the boundaries took too long. Simplify them and repair their lines in QGIS (Fix geometries), and try "
        "again."
    ),
    "not-readable": N_(
        "The file can't be read: it needs too much memory. Simplify the boundaries in QGIS and try again."
    ),
}
REMARKS: Mapping[str, str] = {
    "repaired": N_("Lines that crossed themselves were repaired: %(list)s. Look at them on the map."),
    "elsewhere": N_("Not where these kelurahan are expected, perhaps with the code of another: %(list)s."),
    "apart": N_("Borders of neighbours are not drawn along the same points, so small gaps may be seen."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a file; `code` is a key of `REFUSALS` or `REMARKS`, `params` fill its sentence."""

    code: str
    params: Mapping[str, str | int]

    @property
    def sentence(self) -> str:
        """The msgid of its sentence."""
        return REFUSALS[self.code] if self.code in REFUSALS else REMARKS[self.code]


def finding(code: str, **params: str | int) -> Finding:
    return Finding(code, params)


def listing(code: str, names: Iterable[str]) -> list[Finding]:
    """Return the finding that lists these names, at most `MAX_LISTED` of them; empty without any."""
    listed = [name[:MAX_NAME_LENGTH] for name in names]
    if not listed:
        return []
    shown = listed[:MAX_LISTED] + (["…"] if len(listed) > MAX_LISTED else [])
    return [finding(code, list=", ".join(shown))]

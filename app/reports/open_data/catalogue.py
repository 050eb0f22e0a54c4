"""Descriptions of the published files for programs: a data package (datapackage.org) and a DCAT-AP catalogue."""

import hashlib
from collections.abc import Iterable, Iterator

import orjson

from app.i18n import LANGUAGES, N_, Translator, translator
from app.reports.formats.download import Download
from app.reports.open_data.files import (
    LICENCE,
    LICENCE_NAME,
    LICENCE_URL,
    data_files,
)
from app.reports.open_data.published import OpenData
from app.reports.open_data.tables import TABLES, OpenColumn, OpenTable

DATASET_NAME = "jangkau-cakupan-literasi-digital"
PACKAGE_NAME = "datapackage.json"
DATASET_TITLE = N_("Coverage of digital-literacy workshops")
DATASET_ABOUT = N_(
    "How many people of each kelurahan and target group took part in the digital-literacy workshops of the city and "
    "its partners, by year. The figures are those of the newest issued report of each year; figures from 1 to 4 are "
    "hidden."
)
JSON_TITLE = N_("All figures as one JSON document")
KEYWORDS = ("literasi digital", "cakupan", "kelurahan", "smart city")

_EU = "http://publications.europa.eu/resource/authority"
_FORMATS = {"text/csv": "CSV", "application/json": "JSON"}
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def data_package(data: OpenData) -> bytes:
    """Return the descriptor of the CSV files with the schema of each, by which programs check and read them.

    Texts are Indonesian.
    """
    _ = translator("id")
    descriptor = {
        "profile": "tabular-data-package",
        "name": DATASET_NAME,
        "id": data.url("/data"),
        "title": _(DATASET_TITLE),
        "description": _(DATASET_ABOUT),
        "homepage": data.url("/data"),
        "version": f"{data.updated_at:%Y.%m.%d}" if data.updated_at else "0",
        "created": data.updated_at,
        "keywords": KEYWORDS,
        "licenses": [{"name": LICENCE, "path": LICENCE_URL, "title": LICENCE_NAME}],
        "contributors": [{"title": data.publisher, "role": "publisher"}],
        "sources": [
            {"title": published.number, "path": data.url(published.verify_path)} for published in data.reports
        ],
        "resources": [
            _resource(table, file, _) for table, file in zip(TABLES, data_files(data), strict=False)
        ],
    }
    if data.updated_at is None:
        del descriptor["created"], descriptor["sources"]
    return orjson.dumps(
        descriptor, option=orjson.OPT_INDENT_2 | orjson.OPT_OMIT_MICROSECONDS | orjson.OPT_UTC_Z
    )


def _resource(table: OpenTable, file: Download, _: Translator) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.file_name,
        "title": _(table.title),
        "description": _(table.about),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(file.content),
        "hash": f"sha256:{hashlib.sha256(file.content).hexdigest()}",
        "dialect": {
            "delimiter": ",",
            "lineTerminator": "\r\n",
            "quoteChar": '"',
            "doubleQuote": True,
            "header": True,
        },
        "schema": {
            "fields": [_field(column, _) for column in table.columns],
            "primaryKey": table.key,
            "missingValues": [""],
        },
    }


def _field(column: OpenColumn, _: Translator) -> dict[str, object]:
    described = {"name": column.name, "type": column.type, "description": _(column.meaning)}
    return described | ({"constraints": column.constraints} if column.constraints else {})


def dcat_catalogue(data: OpenData) -> bytes:
    """Return the catalogue of the data set with its files as JSON-LD, by the DCAT application profile DCAT-AP 3."""
    publisher = {
        "@id": data.url("/data#publisher"),
        "@type": "foaf:Agent",
        "foaf:name": _text(data.publisher),
    }
    document = {
        "@context": _CONTEXT,
        "@id": data.url("/data/katalog.jsonld"),
        "@type": "dcat:Catalog",
        "dct:title": [_text(f"Jangkau: {data.publisher}")],
        "dct:description": list(_texts(DATASET_ABOUT)),
        "dct:publisher": publisher,
        "dct:language": _id(f"{_EU}/language/IND"),
        "dct:license": _id(LICENCE_URL),
        "foaf:homepage": _id(data.url("/data")),
        **_modified(data),
        "dcat:dataset": [_dataset(data, publisher["@id"])],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _dataset(data: OpenData, publisher: object) -> dict[str, object]:
    return {
        "@id": data.url("/data#dataset"),
        "@type": "dcat:Dataset",
        "dct:identifier": DATASET_NAME,
        "dct:title": list(_texts(DATASET_TITLE)),
        "dct:description": list(_texts(DATASET_ABOUT)),
        "dct:publisher": _id(str(publisher)),
        "dcat:contactPoint": {
            "@type": "vcard:Organization",
            "vcard:fn": data.publisher,
            "vcard:hasURL": _id(data.url("/data")),
        },
        "dcat:keyword": [_text(keyword) for keyword in KEYWORDS],
        "dcat:theme": _id(f"{_EU}/data-theme/EDUC"),
        "dct:accrualPeriodicity": _id(f"{_EU}/frequency/ANNUAL"),
        "dct:accessRights": _id(f"{_EU}/access-right/PUBLIC"),
        "dct:language": _id(f"{_EU}/language/IND"),
        "dct:spatial": {"@type": "dct:Location", "skos:prefLabel": _text(f"Kota {data.letterhead.city}")},
        "dcat:landingPage": _id(data.url("/data")),
        **_temporal(data),
        **_modified(data),
        "dcat:distribution": list(_distributions(data)),
    }


def _temporal(data: OpenData) -> dict[str, object]:
    """Return the member for the years that the figures are of; none without a report."""
    years = [published.year for published in data.reports]
    if not years:
        return {}
    period = {
        "@type": "dct:PeriodOfTime",
        "dcat:startDate": _typed(f"{min(years)}-01-01", "date"),
        "dcat:endDate": _typed(f"{max(years)}-12-31", "date"),
    }
    return {"dct:temporal": period}


def _distributions(data: OpenData) -> Iterator[dict[str, object]]:
    """Yield the description of each file of figures."""
    titles = [table.title for table in TABLES] + [JSON_TITLE]
    for title, file in zip(titles, data_files(data), strict=True):
        media_type = file.media_type.partition(";")[0]
        checksum = hashlib.sha256(file.content).hexdigest()
        yield {
            "@id": data.url(f"/data/{file.name}"),
            "@type": "dcat:Distribution",
            "dct:title": list(_texts(title)),
            "dcat:accessURL": _id(data.url("/data")),
            "dcat:downloadURL": _id(data.url(f"/data/{file.name}")),
            "dcat:mediaType": _id(f"https://www.iana.org/assignments/media-types/{media_type}"),
            "dct:format": _id(f"{_EU}/file-type/{_FORMATS[media_type]}"),
            "dct:license": _id(LICENCE_URL),
            "dcat:byteSize": _typed(str(len(file.content)), "nonNegativeInteger"),
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": _id("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
                "spdx:checksumValue": _typed(checksum, "hexBinary"),
            },
            **_modified(data),
        }


def _modified(data: OpenData) -> dict[str, object]:
    """Return the member for the time of the last change; none without a report."""
    if data.updated_at is None:
        return {}
    return {"dct:modified": _typed(data.updated_at.isoformat(timespec="seconds"), "dateTime")}


def _texts(msgid: str) -> Iterable[dict[str, str]]:
    """Return a text in each language."""
    return ({"@value": translator(language)(msgid), "@language": language} for language in LANGUAGES)


def _text(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "id"}


def _typed(value: str, datatype: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{datatype}"}


def _id(address: str) -> dict[str, str]:
    return {"@id": address}

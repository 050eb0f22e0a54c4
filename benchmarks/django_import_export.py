"""The same sheet through django-import-export with its fast settings. Runs in an environment of its own.

It reads by calamine too (its own reader takes longer), and looks people up by telephone number, so that the
same list again would change nothing; it neither judges nor matches beyond that.
"""

import json
import resource
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
import python_calamine
from django.conf import settings

COLUMNS = {
    "name": "Nama Lengkap",
    "nik": "NIK",
    "sex": "L/P",
    "birth_date": "Tgl Lahir",
    "phone": "No HP",
    "kelurahan": "Kelurahan",
    "rt": "RT",
    "target_group": "Unsur",
    "attendance": "Kehadiran",
}


def configure(url: str) -> None:
    parts = urlsplit(url)
    database = (
        {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path.removeprefix("/")}
        if parts.scheme == "sqlite"
        else {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.removeprefix("/"),
            "USER": parts.username,
            "PASSWORD": parts.password or "",
            "HOST": parse_qs(parts.query).get("host", [parts.hostname or ""])[0],
            "PORT": parts.port or "",
        }
    )
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["import_export"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        IMPORT_EXPORT_USE_TRANSACTIONS=True,
    )
    django.setup()


def main(rows: int, url: str, sheet: Path) -> None:
    configure(url)
    from django.db import connection, models
    from import_export import fields, instance_loaders, resources
    from tablib import Dataset

    attributes = {name: models.CharField(max_length=200, blank=True) for name in COLUMNS}
    attributes["phone"] = models.CharField(max_length=200, unique=True)
    meta = type("Meta", (), {"app_label": "import_export"})
    person = type("Person", (models.Model,), {"__module__": __name__, "Meta": meta, **attributes})
    with connection.schema_editor() as editor:
        editor.create_model(person)

    class PersonResource(resources.ModelResource):
        class Meta:
            model = person
            import_id_fields = ("phone",)
            fields = tuple(COLUMNS)
            use_bulk = True
            batch_size = 1000
            skip_diff = True
            skip_unchanged = False
            instance_loader_class = instance_loaders.CachedInstanceLoader

    for name, heading in COLUMNS.items():
        PersonResource.fields[name] = fields.Field(column_name=heading, attribute=name)

    started = time.perf_counter()
    read = python_calamine.load_workbook(str(sheet)).get_sheet_by_index(0).to_python()
    result = PersonResource().import_data(Dataset(*read[1:], headers=read[0]), raise_errors=True)
    seconds = time.perf_counter() - started
    if person.objects.count() != rows or result.has_errors():
        sys.exit("the import is not complete")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "parser_megabytes": 0}))  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))

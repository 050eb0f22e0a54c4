"""The same sheet through django-import-export with its fast settings. Runs in an environment of its own.

It is run in one of two ways. `three-tables` does the floor's job as the library's documentation has it done: its own
reader of .xlsx, a resource for each of the same three tables, references looked up by its cached widgets, and what
its chapter on bulk imports advises for speed. `one-table` is as little as can be: everything into one table, the
file read by calamine. Both know people by their telephone number; neither judges nor matches beyond that.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import django
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


def three_tables(sheet: Path) -> Callable[[], int]:
    """Makes the tables and the kelurahan; returns the import, which tells how many attendances it wrote."""
    from django.db import models, transaction
    from import_export import fields, instance_loaders, resources
    from import_export.formats.base_formats import XLSX
    from import_export.widgets import CachedForeignKeyWidget
    from sheets import KELURAHAN

    place = table("Place", name=text(unique=True))
    participant = table(
        "Participant",
        name=text(db_index=True),
        nik=text(null=True),
        sex=text(),
        birth_date=text(),
        phone=text(unique=True),
        kelurahan=models.ForeignKey(place, models.PROTECT),
        rt=text(),
    )
    registration = table(
        "Registration",
        participant=models.OneToOneField(participant, models.PROTECT),
        kelurahan=models.ForeignKey(place, models.PROTECT),
        rt=text(),
        sex=text(),
        target_group=text(db_index=True),
        status=text(default="confirmed"),
    )
    attendance = table(
        "Attendance",
        registration=models.OneToOneField(registration, models.PROTECT, primary_key=True),
        attendance=text(),
    )
    place.objects.bulk_create(place(name=name) for name in KELURAHAN)

    def column(name: str, widget: object = None) -> fields.Field:
        return fields.Field(column_name=COLUMNS[name], attribute=name, widget=widget)

    def by_phone(name: str, widget: object) -> fields.Field:
        return fields.Field(column_name=COLUMNS["phone"], attribute=name, widget=widget)

    people = CachedForeignKeyWidget(participant, "phone")
    registrations = CachedForeignKeyWidget(registration, "participant__phone")

    class Fast:
        use_bulk = True
        batch_size = 1000
        skip_diff = True

    class ParticipantResource(resources.ModelResource):
        """People may be there already: they are looked up, all at once."""

        kelurahan = column("kelurahan", CachedForeignKeyWidget(place, "name"))

        class Meta(Fast):
            model = participant
            import_id_fields = ("phone",)
            fields = ("name", "nik", "sex", "birth_date", "phone", "kelurahan", "rt")
            skip_unchanged = True
            instance_loader_class = instance_loaders.CachedInstanceLoader

    class RegistrationResource(resources.ModelResource):
        """Only made, never updated, as the attendance: for that the documentation has a setting of its own."""

        participant = by_phone("participant", people)
        kelurahan = column("kelurahan", CachedForeignKeyWidget(place, "name"))

        class Meta(Fast):
            model = registration
            import_id_fields = ("participant",)
            fields = ("participant", "kelurahan", "rt", "sex", "target_group")
            force_init_instance = True

    class AttendanceResource(resources.ModelResource):
        registration = by_phone("registration", registrations)

        class Meta(Fast):
            model = attendance
            import_id_fields = ("registration",)
            fields = ("registration", "attendance")
            force_init_instance = True

    everything = (ParticipantResource, RegistrationResource, AttendanceResource)
    for one in everything:
        for name in one._meta.fields:
            if one.fields[name].column_name == name:
                one.fields[name] = column(name)

    def run() -> int:
        dataset = XLSX().create_dataset(sheet.read_bytes())
        with transaction.atomic():
            for one in everything:
                one().import_data(dataset, raise_errors=True)
        return attendance.objects.count()

    return run


def one_table(sheet: Path) -> Callable[[], int]:
    import python_calamine
    from import_export import fields, instance_loaders, resources
    from tablib import Dataset

    person = table("Person", **{name: text(unique=name == "phone") for name in COLUMNS})

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

    def run() -> int:
        read = python_calamine.load_workbook(str(sheet)).get_sheet_by_index(0).to_python()
        PersonResource().import_data(Dataset(*read[1:], headers=read[0]), raise_errors=True)
        return person.objects.count()

    return run


def text(**options: object) -> object:
    from django.db import models

    return models.CharField(max_length=200, **{"blank": True, **options})


def table(name: str, /, **columns: object) -> type:
    """A model with its table."""
    from django.db import connection, models

    meta = type("Meta", (), {"app_label": "import_export"})
    model = type(name, (models.Model,), {"__module__": __name__, "Meta": meta, **columns})
    with connection.schema_editor() as editor:
        editor.create_model(model)
    return model


def main(way: str, rows: int, url: str, sheet: Path) -> None:
    configure(url)
    run = {"three-tables": three_tables, "one-table": one_table}[way](sheet)
    started = time.perf_counter()
    written = run()
    seconds = time.perf_counter() - started
    if written != rows:
        sys.exit("the import is not complete")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "parser_megabytes": 0}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))

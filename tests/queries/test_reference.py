"""What the reader of sheets knows of places and groups is kept between requests, and never longer than it holds."""

from sqlalchemy import Engine

from app.database import reading, writing
from app.models import Area, AreaAlias
from app.people.values.kelurahan import place_index
from app.people.values.reference import Reference
from app.queries.areas.reference import sheet_reference
from app.services.reference_data import load_reference_data

MANGGAR = "64.71.01.1001"


def known(engine: Engine) -> Reference:
    with reading(engine) as look:
        return sheet_reference(look)


def test_places_are_indexed_once_and_anew_when_a_name_is_added(engine: Engine) -> None:
    with writing(engine) as db:
        load_reference_data(db)

    first = known(engine)
    assert known(engine) is first
    assert place_index(first).code.get("kampungcontoh") is None

    with writing(engine) as db:
        db.add(AreaAlias(alias="Kampung Contoh", area_code=MANGGAR))
    assert place_index(known(engine)).code["kampungcontoh"] == MANGGAR


def test_a_kelurahan_that_ends_is_known_no_more(engine: Engine) -> None:
    with writing(engine) as db:
        load_reference_data(db)
    assert MANGGAR in place_index(known(engine)).name

    with writing(engine) as db:
        area = db.get_one(Area, MANGGAR)
        area.valid_to = area.valid_from
    assert MANGGAR not in place_index(known(engine)).name


def test_another_code_in_statistics_counts_at_once(engine: Engine) -> None:
    with writing(engine) as db:
        load_reference_data(db)
    known(engine)

    with writing(engine) as db:
        db.get_one(Area, MANGGAR).bps_code = "6471999999"
    assert place_index(known(engine)).by_bps_code["6471999999"] == MANGGAR

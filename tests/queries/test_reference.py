"""The reader of sheets knows places and groups as they are at each request."""

from sqlalchemy import Engine

from app.database import reading, writing
from app.models import Area, AreaAlias
from app.people.values.kelurahan import place_index
from app.people.values.reference import Reference
from app.queries.areas.reference import load_reference
from app.services.reference_data import load_reference_data

MANGGAR = "64.71.01.1001"


def known_reference(engine: Engine) -> Reference:
    with reading(engine) as db:
        return load_reference(db)


def test_a_name_that_is_added_is_known_at_once(engine: Engine) -> None:
    with writing(engine) as db:
        load_reference_data(db)

    first = known_reference(engine)
    assert place_index(first).code.get("kampungcontoh") is None

    with writing(engine) as db:
        db.add(AreaAlias(alias="Kampung Contoh", area_code=MANGGAR))
    assert place_index(known_reference(engine)).code["kampungcontoh"] == MANGGAR


def test_a_kelurahan_that_has_ended_is_not_in_the_index(engine: Engine) -> None:
    with writing(engine) as db:
        load_reference_data(db)
    assert MANGGAR in place_index(known_reference(engine)).name

    with writing(engine) as db:
        area = db.get_one(Area, MANGGAR)
        area.valid_to = area.valid_from
    assert MANGGAR not in place_index(known_reference(engine)).name


def test_a_changed_bps_code_is_in_the_index_at_once(engine: Engine) -> None:
    with writing(engine) as db:
        load_reference_data(db)
    known_reference(engine)

    with writing(engine) as db:
        db.get_one(Area, MANGGAR).bps_code = "6471999999"
    assert place_index(known_reference(engine)).by_bps_code["6471999999"] == MANGGAR

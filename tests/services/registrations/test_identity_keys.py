"""The keys that a registration locks are those by which it then looks for the person."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.nik_vault import NikVault
from app.people.known import match_keys
from app.people.parsing import PersonParser
from app.people.person import PersonInput
from app.services.registrations.person_input import identity_keys
from tests.spreadsheets.examples import DAY, reference

VAULT = NikVault(b"a secret for this test")

PEOPLE = st.builds(
    PersonInput,
    name=st.one_of(
        st.text(max_size=20), st.sampled_from(["Siti Aminah", "Hj. SITI AMINAH, S.Pd.", "Ketua RT 5"])
    ),
    kelurahan=st.sampled_from(["", "Manggar", "outside", "Samarinda", "64.71.01.1001"]),
    target_group=st.sampled_from(["", "umkm", "Ketua RT 12"]),
    nik=st.sampled_from(["", "6471014505900003", "6471 0145 0590 0003", "123"]),
    phone=st.sampled_from(["", "0812 0000 0411", "+62 812-0000-0411", "12"]),
    email=st.one_of(st.just(""), st.emails(), st.text(max_size=12)),
    sex=st.sampled_from(["", "L", "P"]),
    birth_date=st.sampled_from(["", "05-05-1990", "5/5/26"]),
)


@settings(max_examples=40)
@given(PEOPLE)
def test_locked_keys_are_those_that_are_searched(person: PersonInput) -> None:
    parsed = PersonParser(reference(), VAULT.key, DAY, ("umkm",)).parse(person.cells())
    searched = match_keys([parsed.values])

    assert identity_keys(VAULT, [person]) == (
        searched.niks | searched.phones | searched.emails | searched.name_keys
    )

"""Who may log in by single sign-on: links by issuer and subject, verified e-mails, what claims give."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.database import reading, writing
from app.errors import Forbidden, NotFound
from app.models import Activity, ExternalIdentity, LoginSession, OutboxTask, Role, User
from app.models.base import now
from app.permissions import Actor
from app.queries.accounts.external_identities import list_external_identities
from app.services.accounts.identity_claims import ClaimRules, ProviderIdentity, SignOnRefused, read_identity
from app.services.accounts.logins import create_login
from app.services.accounts.organizations import DINAS_KOMINFO
from app.services.accounts.secrets import hash_secret
from app.services.accounts.single_sign_on import (
    OwnLoginNeeded,
    find_user_by_fresh_login,
    find_user_for_login,
    link_identity,
    unlink_identity,
)
from tests.city import OTHER, OWN, City

ISSUER = "https://sso.contoh.id"
RULES = ClaimRules("INApas", ISSUER)
CLAIM_RULES = replace(
    RULES,
    role_claim="realm_access.roles",
    roles={"panitia": Role.ORGANIZER, "petugas": Role.STAFF},
    organization_claim="unit",
)


def identity(
    email: str = "sari@contoh.id",
    subject: str = "7f3a",
    *,
    rules: ClaimRules = RULES,
    roles: tuple[str, ...] = (),
    unit: str | None = None,
    verified: object = True,
) -> ProviderIdentity:
    claims = {"sub": subject, "email": email, "name": "Laras Contoh", "email_verified": verified}
    return read_identity(rules, claims | {"realm_access": {"roles": list(roles)}, "unit": unit})


def log_in(city: City, who: ProviderIdentity, rules: ClaimRules = RULES, *, logged_in: bool = False) -> User:
    with writing(city.engine) as db:
        return find_user_for_login(db, rules, who, logged_in=logged_in)


def link(city: City, name: str, who: ProviderIdentity) -> None:
    with writing(city.engine) as db:
        link_identity(db, city.actor(name), RULES, who)


def refusal(city: City, who: ProviderIdentity, rules: ClaimRules = RULES) -> str:
    """Return the reason why the login is refused; nothing must have changed."""
    links, users = city.all(ExternalIdentity), city.all(User)
    with pytest.raises(SignOnRefused) as refused:
        log_in(city, who, rules)
    assert (city.all(ExternalIdentity), city.all(User)) == (links, users)
    return refused.value.reason


def test_the_first_login_links_by_verified_email_and_later_ones_by_subject(city: City) -> None:
    assert log_in(city, identity("Sari@Contoh.id")).id == city.users["sari"].id
    # The address belongs to somebody else at the provider meanwhile.
    assert log_in(city, identity("tono@contoh.id")).id == city.users["sari"].id

    (row,) = city.all(Activity)[-1:]
    assert (row.action, row.actor, row.subject_id) == ("link", "Sari Panitia", "sari@contoh.id")
    assert row.after == {"issuer": ISSUER}


def test_an_address_that_went_to_another_person_does_not_let_them_in(city: City) -> None:
    log_in(city, identity(subject="7f3a"))

    assert refusal(city, identity(subject="9c1b")) == "other-identity"


@pytest.mark.parametrize("verified", [False, "false", None, 1, "ya"])
def test_an_unverified_email_links_nobody(city: City, verified: object) -> None:
    assert refusal(city, identity(verified=verified)) == "no-verified-email"


def test_another_issuer_is_another_identity(city: City) -> None:
    log_in(city, identity())
    elsewhere = replace(RULES, issuer="https://lain.contoh.id")

    assert refusal(city, identity("tidak-ada@contoh.id", rules=elsewhere), elsewhere) == "no-user"


def test_a_stranger_is_refused_where_claims_give_no_role(city: City) -> None:
    assert refusal(city, identity("laras@contoh.id")) == "no-user"


def test_a_deactivated_user_stays_out(city: City) -> None:
    log_in(city, identity())
    with writing(city.engine) as db:
        db.get_one(User, city.users["sari"].id).active = False

    assert refusal(city, identity()) == "not-active"
    assert refusal(city, identity("sari@contoh.id", "9c1b")) == "not-active"


def test_an_administrator_is_linked_only_by_an_own_login(city: City) -> None:
    made = identity("made@contoh.id")
    with pytest.raises(OwnLoginNeeded):
        log_in(city, made)
    assert city.all(ExternalIdentity) == []

    link(city, "made", made)

    assert log_in(city, made).id == city.users["made"].id


def test_a_user_who_becomes_an_administrator_confirms_the_link(city: City) -> None:
    log_in(city, identity())
    with writing(city.engine) as db:
        db.get_one(User, city.users["sari"].id).role = Role.ADMIN

    with pytest.raises(OwnLoginNeeded):
        log_in(city, identity())
    link(city, "sari", identity())

    assert log_in(city, identity()).role is Role.ADMIN
    assert len(city.all(ExternalIdentity)) == 1


def test_users_are_told_by_mail_when_an_account_is_linked(city: City) -> None:
    log_in(city, identity())
    log_in(city, identity())

    mails = [task.payload for task in city.all(OutboxTask) if "account_mail" in task.payload]
    assert [(mail["account_mail"], mail["to"], mail["params"]) for mail in mails] == [
        ("identity-linked", "sari@contoh.id", {"provider": "INApas"})
    ]


def test_who_is_logged_in_is_asked_before_an_identity_is_linked(city: City) -> None:
    with pytest.raises(OwnLoginNeeded):
        log_in(city, identity(), logged_in=True)


def test_an_identity_is_linked_to_one_user_and_a_user_to_one_identity(city: City) -> None:
    link(city, "sari", identity(subject="7f3a"))
    link(city, "sari", identity(subject="7f3a"))

    with pytest.raises(SignOnRefused):
        link(city, "made", identity(subject="7f3a"))
    with pytest.raises(SignOnRefused):
        link(city, "sari", identity(subject="9c1b"))
    assert len(city.all(ExternalIdentity)) == 1


def test_claims_make_a_new_user(city: City) -> None:
    laras = log_in(
        city,
        identity("laras@contoh.id", rules=CLAIM_RULES, roles=("pegawai", "petugas", "panitia"), unit=OWN),
        CLAIM_RULES,
    )

    assert (laras.email, laras.name, laras.role) == ("laras@contoh.id", "Laras Contoh", Role.ORGANIZER)
    assert (laras.organization_id, laras.password_hash) == (city.users["sari"].organization_id, None)
    created = next(row for row in city.all(Activity) if row.subject_id == "laras@contoh.id")
    assert (created.action, created.actor, created.user_id) == ("create", "single sign-on", None)


@pytest.mark.parametrize(
    ("roles", "unit", "reason"),
    [
        ((), OWN, "no-role"),
        (("admin", "pegawai"), OWN, "no-role"),
        (("panitia",), None, "unknown-organization"),
        (("panitia",), "Dinas yang Tidak Ada", "unknown-organization"),
    ],
)
@pytest.mark.parametrize("email", ["laras@contoh.id", "sari@contoh.id"])
def test_unknown_roles_and_organizations_are_refused(
    city: City, email: str, roles: tuple[str, ...], unit: str | None, reason: str
) -> None:
    assert refusal(city, identity(email, rules=CLAIM_RULES, roles=roles, unit=unit), CLAIM_RULES) == reason


def test_role_and_organization_follow_the_claims(city: City) -> None:
    who = identity(rules=CLAIM_RULES, roles=("petugas",), unit=OTHER)

    sari = log_in(city, who, CLAIM_RULES)

    assert (sari.role, sari.organization_id) == (Role.STAFF, city.users["tono"].organization_id)
    changed = city.all(Activity)[-1]
    assert (changed.action, changed.actor) == ("change", "single sign-on")
    assert (changed.before or {})["role"] == "organizer"

    log_in(city, who, CLAIM_RULES)
    assert city.all(Activity)[-1].id == changed.id


def test_claims_leave_an_administrator_as_they_are(city: City) -> None:
    made = identity("made@contoh.id", rules=CLAIM_RULES, roles=("petugas",), unit=OTHER)
    link(city, "made", made)

    assert log_in(city, made, CLAIM_RULES).role is Role.ADMIN
    assert log_in(city, replace(made, role=None, organization=None), CLAIM_RULES).role is Role.ADMIN


def test_codes_of_organizations_are_mapped(city: City) -> None:
    rules = replace(CLAIM_RULES, organizations={"KOMINFO": DINAS_KOMINFO})

    who = identity(rules=rules, roles=("panitia",), unit="KOMINFO")
    assert log_in(city, who, rules).organization_id == city.users["made"].organization_id
    assert refusal(city, identity(rules=rules, roles=("panitia",), unit=OWN), rules) == "unknown-organization"


def test_a_link_is_removed_by_its_user_or_an_administrator(city: City) -> None:
    log_in(city, identity())
    (row,) = city.all(ExternalIdentity)
    for stranger in ("tono", "budi"):
        with pytest.raises(Forbidden), writing(city.engine) as db:
            unlink_identity(db, city.actor(stranger), row.id)
        with pytest.raises(Forbidden), reading(city.engine) as db:
            list_external_identities(db, city.actor(stranger), row.user_id)

    with reading(city.engine) as db:
        assert [view.issuer for view in list_external_identities(db, city.actor("sari"), row.user_id)] == [
            ISSUER
        ]
    with writing(city.engine) as db:
        unlink_identity(db, city.actor("sari"), row.id)

    assert city.all(ExternalIdentity) == []
    with pytest.raises(NotFound), writing(city.engine) as db:
        unlink_identity(db, city.actor("made"), row.id)


def test_a_login_is_fresh_for_ten_minutes(city: City) -> None:
    with writing(city.engine) as db:
        secret = create_login(db, city.users["made"], "test")

    def fresh() -> User | None:
        with reading(city.engine) as db:
            return find_user_by_fresh_login(db, secret)

    user = fresh()
    assert user is not None
    assert user.id == city.users["made"].id
    with writing(city.engine) as db:
        db.get_one(LoginSession, hash_secret(secret)).created_at = now() - timedelta(minutes=11)
    assert fresh() is None


def test_nobody_links_an_identity_without_a_user(city: City) -> None:
    with pytest.raises(Forbidden), writing(city.engine) as db:
        link_identity(db, Actor(None, "x", None, None), RULES, identity())


@pytest.mark.parametrize(
    ("claims", "subject"),
    [
        ({"sub": "7f3a"}, "7f3a"),
        ({"sub": 17}, "17"),
        ({"sub": True}, None),
        ({"sub": ""}, None),
        ({"sub": "x" * 256}, None),
        ({"sub": ["7f3a"]}, None),
        ({}, None),
    ],
)
def test_a_subject_is_a_text_or_a_number(claims: dict[str, object], subject: str | None) -> None:
    if subject:
        assert read_identity(RULES, claims).subject == subject
    else:
        with pytest.raises(SignOnRefused):
            read_identity(RULES, claims)


def test_claims_are_found_inside_objects() -> None:
    rules = replace(
        RULES, subject_claim="data.id", email_claim="data.email", trusts_email=True, name_claim="data.nama"
    )
    claims = {"data": {"id": 17, "email": "SARI@contoh.id", "nama": " Sari  Panitia "}, "amr": ["pwd", "otp"]}

    who = read_identity(rules, claims)

    assert (who.subject, who.email, who.name) == ("17", "sari@contoh.id", "Sari Panitia")
    assert not who.has_second_factor
    assert read_identity(replace(rules, second_factor=frozenset({"otp"})), claims).has_second_factor

"""Settings of single sign-on that are missing or wrong are named at the start, and secrets are not quoted."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pydantic import SecretStr

from app.errors import Problem
from app.models import Role
from app.settings import Settings
from app.web.accounts.identity_provider import identity_provider_from_settings, signing_algorithm

ISSUER = "https://sso.contoh.id"
SECRET = {"oidc_issuer": ISSUER, "oidc_client_id": "jangkau", "oidc_client_secret": SecretStr("rahasia")}


def test_without_an_issuer_there_is_no_provider() -> None:
    assert identity_provider_from_settings(Settings()) is None


def test_roles_and_organizations_are_read_in_their_order() -> None:
    settings = Settings().model_copy(
        update={
            **SECRET,
            "oidc_role_claim": "roles",
            "oidc_roles": " panitia = organizer ; petugas=staff; ",
            "oidc_organizations": "KOMINFO=Dinas Kominfo, Kota Balikpapan",
        }
    )
    provider = identity_provider_from_settings(settings)

    assert provider is not None
    assert list(provider.rules.roles.items()) == [("panitia", Role.ORGANIZER), ("petugas", Role.STAFF)]
    assert provider.rules.organizations == {"KOMINFO": "Dinas Kominfo, Kota Balikpapan"}


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"oidc_issuer": "http://sso.contoh.id"}, "JANGKAU_OIDC_ISSUER"),
        ({"oidc_issuer": "sso.contoh.id"}, "JANGKAU_OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "JANGKAU_OIDC_CLIENT_ID"),
        ({"oidc_client_auth": "basic"}, "JANGKAU_OIDC_CLIENT_AUTH"),
        ({"oidc_client_secret": SecretStr("")}, "JANGKAU_OIDC_CLIENT_SECRET"),
        ({"oidc_client_auth": "private_key_jwt"}, "JANGKAU_OIDC_PRIVATE_KEY_FILE"),
        (
            {"oidc_client_auth": "private_key_jwt", "oidc_private_key_file": Path("tidak/ada.pem")},
            "JANGKAU_OIDC_PRIVATE_KEY_FILE",
        ),
        ({"oidc_scope": "email profile"}, "JANGKAU_OIDC_SCOPE"),
        ({"oidc_userinfo_url": f"{ISSUER}/user"}, "JANGKAU_OIDC_TOKEN_URL"),
        ({"oidc_role_claim": "roles"}, "JANGKAU_OIDC_ROLES"),
        ({"oidc_roles": "panitia=organizer"}, "JANGKAU_OIDC_ROLE_CLAIM"),
        ({"oidc_role_claim": "roles", "oidc_roles": "kepala=admin"}, "admin"),
        ({"oidc_role_claim": "roles", "oidc_roles": "panitia"}, "JANGKAU_OIDC_ROLES"),
        ({"oidc_organizations": "KOMINFO="}, "JANGKAU_OIDC_ORGANIZATIONS"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(Problem) as problem:
        identity_provider_from_settings(Settings().model_copy(update={**SECRET, **wrong}))

    assert named in str(problem.value)
    assert "rahasia" not in str(problem.value)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256K1()), None),
    ],
)
@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8])
def test_the_key_decides_the_algorithm(
    tmp_path: Path,
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    algorithm: str | None,
    form: PrivateFormat,
) -> None:
    path = tmp_path / "kunci.pem"
    settings = Settings().model_copy(
        update={**SECRET, "oidc_client_auth": "private_key_jwt", "oidc_private_key_file": path}
    )

    path.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    if algorithm:
        provider = identity_provider_from_settings(settings)
        assert provider is not None
        assert provider.private_key is not None
        assert signing_algorithm(provider.private_key) == algorithm
    else:
        with pytest.raises(Problem):
            identity_provider_from_settings(settings)

    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(Problem):
        identity_provider_from_settings(settings)

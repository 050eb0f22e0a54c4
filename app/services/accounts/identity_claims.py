"""Read what an identity provider says about a person, by the rules of the settings `JANGKAU_OIDC_…`.

Claims are the values of an ID token and of the provider's userinfo, by name. Nothing here reads the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import Problem
from app.i18n import N_
from app.models import Role
from app.settings import Settings

MAX_SUBJECT_LENGTH = 255  # OpenID Connect Core, section 2


class SignOnRefused(Problem):
    """A login by single sign-on failed or is not allowed.

    `reason` is what the activity log says: the code, and a detail that is no personal data.
    """

    status = 403
    code = "sign-on-refused"

    def __init__(self, text: str, code: str, *, detail: str = "", **params: object) -> None:
        super().__init__(text, code=code, **params)
        self.reason = f"{code}: {detail}" if detail else code


@dataclass(frozen=True)
class ClaimRules:
    """What the claims of the configured provider mean. `roles` and `organizations` map a claim's value, in their order.

    An empty name of a claim means that it is not read. A login counts as one with two factors if its `acr`, or one of
    its `amr`, is in `second_factor`.
    """

    provider: str
    issuer: str
    subject_claim: str = "sub"
    email_claim: str = "email"
    trusts_email: bool = False
    name_claim: str = "name"
    role_claim: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    organization_claim: str = ""
    organizations: Mapping[str, str] = field(default_factory=dict)
    second_factor: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProviderIdentity:
    """A person at the provider, who has just logged in there. `email` is "" unless the provider has verified it.

    `role` and `organization` (a name) are None where no claim gives them.
    """

    issuer: str
    subject: str
    email: str
    name: str
    role: Role | None
    organization: str | None
    has_second_factor: bool


def claim_rules_from_settings(settings: Settings) -> ClaimRules:
    """Return the rules of the settings. Raises `Problem` for a wrong `JANGKAU_OIDC_ROLES` or `…_ORGANIZATIONS`."""
    roles = _parse_mapping("JANGKAU_OIDC_ROLES", settings.oidc_roles)
    if bool(roles) != bool(settings.oidc_role_claim):
        raise Problem("JANGKAU_OIDC_ROLE_CLAIM and JANGKAU_OIDC_ROLES must be set together.")
    # A mistake at the provider must not make an administrator.
    assignable = {role.value for role in Role if role is not Role.ADMIN}
    if wrong := set(roles.values()) - assignable:
        raise Problem(
            f"JANGKAU_OIDC_ROLES names {', '.join(sorted(wrong))}; a claim can give the roles "
            f"{', '.join(sorted(assignable))}."
        )
    return ClaimRules(
        provider=settings.oidc_name,
        issuer=settings.oidc_issuer,
        subject_claim=settings.oidc_subject_claim,
        email_claim=settings.oidc_email_claim,
        trusts_email=settings.oidc_trust_email,
        name_claim=settings.oidc_name_claim,
        role_claim=settings.oidc_role_claim,
        roles={value: Role(role) for value, role in roles.items()},
        organization_claim=settings.oidc_organization_claim,
        organizations=_parse_mapping("JANGKAU_OIDC_ORGANIZATIONS", settings.oidc_organizations),
        second_factor=frozenset(settings.oidc_second_factor.split()),
    )


def read_identity(rules: ClaimRules, claims: Mapping[str, Any]) -> ProviderIdentity:
    """Return the person whom the claims describe. Raises `SignOnRefused` without a subject."""
    subject = read_claim(claims, rules.subject_claim)
    if isinstance(subject, int) and not isinstance(subject, bool):
        subject = str(subject)  # plain OAuth2 providers number their users
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
        text = N_("%(provider)s did not say who you are. Please tell your administrator.")
        raise SignOnRefused(text, "no-subject", provider=rules.provider)
    return ProviderIdentity(
        issuer=rules.issuer,
        subject=subject,
        email=_read_verified_email(rules, claims),
        name=" ".join(_read_text(claims, rules.name_claim).split()),
        role=_read_role(rules, claims),
        organization=_read_organization(rules, claims),
        has_second_factor=_has_second_factor(rules, claims),
    )


def read_claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return the claim of this name, None without one. A dot leads into an object: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _read_text(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is a text, "" if it is missing or anything else."""
    value = read_claim(claims, name)
    return value if isinstance(value, str) else ""


def _read_texts(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return the texts of a claim that is a list of texts or one text; empty if it is missing or anything else."""
    value = read_claim(claims, name)
    return [text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)]


def _read_verified_email(rules: ClaimRules, claims: Mapping[str, Any]) -> str:
    """Return the e-mail address in lower case, "" unless the provider has verified it.

    It says so by the claim `email_verified`; of a provider without it, the setting `JANGKAU_OIDC_TRUST_EMAIL` does.
    """
    verified = claims.get("email_verified", rules.trusts_email)
    if verified is True or verified == "true":  # some providers send the boolean as a text
        return _read_text(claims, rules.email_claim).strip().lower()
    return ""


def _read_role(rules: ClaimRules, claims: Mapping[str, Any]) -> Role | None:
    """Return the first of the configured roles that the claim gives, None if it gives none."""
    given = _read_texts(claims, rules.role_claim) if rules.role_claim else []
    return next((role for value, role in rules.roles.items() if value in given), None)


def _read_organization(rules: ClaimRules, claims: Mapping[str, Any]) -> str | None:
    """Return the name of the first organization that the claim gives, None if it gives none.

    Without `JANGKAU_OIDC_ORGANIZATIONS` the claim is the name itself.
    """
    given = _read_texts(claims, rules.organization_claim) if rules.organization_claim else []
    names = [rules.organizations.get(value, "") for value in given] if rules.organizations else given
    return next((name for name in names if name), None)


def _has_second_factor(rules: ClaimRules, claims: Mapping[str, Any]) -> bool:
    """Return whether the provider says that it asked for two factors, in words that the settings accept."""
    return not rules.second_factor.isdisjoint(_read_texts(claims, "amr") + _read_texts(claims, "acr"))


def _parse_mapping(setting: str, text: str) -> dict[str, str]:
    """Return the pairs of `value=meaning; value=meaning` in their order. Raises `Problem`, which names the setting."""
    pairs: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        value, separator, meaning = (piece.strip() for piece in part.partition("="))
        if not (separator and value and meaning):
            raise Problem(f"{setting} must be pairs like this: value=meaning; value=meaning")
        pairs[value] = meaning
    return pairs

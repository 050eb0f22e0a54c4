"""Why it isn't clear who a row is: what is the same, and what contradicts."""

from collections.abc import Mapping, Sequence

from app.i18n import N_, Translator
from app.people.identity import Identity, contradictions

SEVERAL = "several"
_SAME = ("nik", "phone", "email", "name")
REASONS: Mapping[str, str] = {
    "gone": N_("the person chosen for this row is not there any more"),
    "nik": N_("the NIK is the same, but the name is quite different"),
    "phone": N_("the telephone number is the same, but the name is only similar"),
    "email": N_("the e-mail address is the same, but the name is only similar"),
    "name": N_("name and place are the same, and nothing else tells whether it is one person"),
    "name-differs": N_("name and place are the same, but this differs: %(differs)s"),
    "several": N_("several people fit"),
    "several-nik": N_("several people have this NIK"),
    "several-phone": N_("several people with a similar name have this telephone number"),
    "several-email": N_("several people with a similar name have this e-mail address"),
    "several-name": N_("several people of this name are in the same place"),
    "several-name-differs": N_(
        "several people of this name are in the same place, but with all of them this differs: %(differs)s"
    ),
}
DETAILS: Mapping[str, str] = {
    "nik": N_("NIK"),
    "birth_date": N_("date of birth"),
    "sex": N_("sex"),
    "rt": N_("RT"),
    "phone": N_("telephone number"),
}


def doubt(who: Identity, others: Sequence[Sequence[Identity]]) -> dict[str, str | int]:
    """The reason (a key of `REASONS`) why `who` may be one of the others; `differs` are keys of `DETAILS`.

    Each of the others is told of in one place or two. Without anybody, the one who was chosen before has gone.
    """
    if not others:
        return {"why": "gone"}
    found = {min((_same(who, one) for one in other), key=_SAME.index) for other in others}
    why = found.pop() if len(found) == 1 else ""
    contradicted = [set().union(*(contradictions(who, one) for one in other)) for other in others]
    differs = [detail for detail in DETAILS if all(detail in details for details in contradicted)]
    said = [SEVERAL] if len(others) > 1 else []
    if why:
        said.append(why)
    if why == "name" and differs:
        return {"why": "-".join([*said, "differs"]), "differs": ",".join(differs)}
    return {"why": "-".join(said)}


def doubt_text(params: Mapping[str, str | int], _: Translator) -> str:
    differs = ", ".join(_(DETAILS[detail]) for detail in str(params.get("differs", "")).split(",") if detail)
    return _(REASONS[str(params["why"])]) % {"differs": differs}


def _same(who: Identity, other: Identity) -> str:
    """What brings the two together, the strongest."""
    if who.nik_key and who.nik_key == other.nik_key:
        return "nik"
    if who.phone and who.phone == other.phone:
        return "phone"
    return "email" if who.email and who.email == other.email else "name"

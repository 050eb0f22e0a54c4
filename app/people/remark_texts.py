"""The sentences of remarks on a person's details: the finding, and what the user should do."""

from collections.abc import Mapping

from app.i18n import N_, Translator
from app.people.remarks import Remark

SENTENCES: Mapping[str, str] = {
    "name-missing": N_("The row has no name. Fill in the name, or skip the row."),
    "name-too-long": N_("The name is longer than %(limit)s characters. Shorten it."),
    "two-people": N_(
        "“%(found)s” names two people in one row. Give each a row of their own in the list and upload it again, or "
        "type one of them here if only one came."
    ),
    "group-without-names": N_(
        "“%(found)s” stands for several people who are not all named. Only people with a name are counted: type the "
        "one who is meant, or skip the row."
    ),
    "device-name": N_(
        "“%(found)s” is the name of a device or an account, not of a person. Type who it was, or skip the row."
    ),
    "host": N_(  # Of imports that were read before hosts were set aside.
        "“%(found)s” hosted the meeting. Say that this is a participant, type who it was, or skip the row."
    ),
    "name-unclear": N_("Is “%(found)s” one person's name? Type the name alone, or say that it is right."),
    "kelurahan-missing": N_("No kelurahan is given. Fill it in, or choose one for all rows that have none."),
    "kelurahan-unknown": N_("“%(found)s” is not a kelurahan of the city. Choose the right one."),
    "kelurahan-unclear": N_("“%(found)s” is not clearly one kelurahan. Choose the one that is meant."),
    "kecamatan-differs": N_(
        "The kelurahan does not lie in kecamatan “%(found)s”. Check which of the two is right."
    ),
    "rt-invalid": N_("“%(found)s” is not an RT number. The RT is left blank."),
    "group-unclear": N_("“%(found)s” is not a known target group. Choose the group."),
    "group-missing": N_("No target group is given. Choose one, or choose one for all rows that have none."),
    "group-unexpected": N_("This group is not one that the workshop is for. The row counts all the same."),
    "nik-corrupted": N_(
        "The NIK was kept as a number and may have lost digits. It is ignored; type it as text."
    ),
    "nik-invalid": N_(
        "The NIK does not have 16 digits with a possible date of birth. It is ignored; check it."
    ),
    "nik-differs": N_(
        "The NIK does not agree with the sex or the date of birth. Check which of them is right."
    ),
    "nik-taken": N_("Somebody else has this NIK. It is not kept for this row; check whose it is."),
    "phone-invalid": N_("“%(found)s” is not a telephone number. It is ignored; check it."),
    "phone-shared": N_(
        "Another person with a different name has the same phone number. Families share phones; check it."
    ),
    "email-invalid": N_("“%(found)s” is not an e-mail address. It is ignored; check it."),
    "sex-invalid": N_("“%(found)s” is neither L nor P. The sex is left blank."),
    "date-invalid": N_(
        "“%(found)s” is not a possible date of birth. It is left blank; write it as dd-mm-yyyy."
    ),
    "cell-error": N_(
        "The cell holds an error or a formula that was never calculated (%(found)s). It is read as blank."
    ),
    "registration-unknown": N_("“%(found)s” is not a registration code of this session. It is ignored."),
    "person-unclear": N_("It is not clear who this is. Choose one of the people found, or a new person."),
    "person-by-name": N_("Recognised by name and kelurahan only. Check that it is the same person."),
    "detail-differs": N_(
        "This differs from what is known of the person. What is known stays; check which is right."
    ),
}
_PERSON_UNCLEAR = N_("It is not clear who this is: %(why)s. Choose one of the people found, or a new person.")
_KELURAHAN_UNKNOWN = N_("“%(found)s” is not a kelurahan of the city (%(why)s). Choose the right one.")
# Reasons that come with the reference data.
REASONS_OF_PLACES = (
    N_("a kecamatan, also read as the city itself"),
    N_("a neighbourhood, not a kelurahan"),
    N_("a housing estate, not a kelurahan"),
    N_("Ulu or Ilir"),
)
_BY_NAME_OF_REGISTERED = N_(
    "Recognised by name among the people registered for this session. Check that it is the same person."
)
_UNCLEAR_REASONS: Mapping[str, str] = {
    "gone": N_("the person chosen for this row is not there any more"),
    "nik": N_("the NIK is the same, but the name is quite different"),
    "phone": N_("the telephone number is the same, but the name is only similar"),
    "email": N_("the e-mail address is the same, but the name is only similar"),
    "name": N_("name and place are the same, and nothing else tells whether it is one person"),
    "name-differs": N_("name and place are the same, but this differs: %(differs)s"),
    "several": N_("several people fit"),
    "account": N_(
        "the same e-mail address stands in a row above with another name; the minutes of both are counted apart"
    ),
    "several-nik": N_("several people have this NIK"),
    "several-phone": N_("several people with a similar name have this telephone number"),
    "several-email": N_("several people with a similar name have this e-mail address"),
    "several-name": N_("several people of this name are in the same place"),
    "registered": N_(
        "people who are registered for this session and have no row on this list yet may be meant"
    ),
    "registered-names": N_(
        "the name is that of people registered for this session, and it is not certain which of them it is"
    ),
    "registered-name": N_(
        "the same name is registered for this session with another kelurahan, and has no row on this list yet"
    ),
    "registered-phone": N_(
        "the telephone number is that of somebody registered for this session under another name, who has no row on "
        "this list yet"
    ),
    "registered-email": N_(
        "the e-mail address is that of somebody registered for this session under another name, who has no row on "
        "this list yet"
    ),
    "registered-formerly": N_(
        "the same row of the list saved before has another name, and nothing else differs"
    ),
    "registered-similar": N_("a similar name is registered for this session and has no row on this list yet"),
    "several-name-differs": N_(
        "several people of this name are in the same place, but with all of them this differs: %(differs)s"
    ),
}
_DETAILS: Mapping[str, str] = {
    "nik": N_("NIK"),
    "birth_date": N_("date of birth"),
    "sex": N_("sex"),
    "rt": N_("RT"),
    "phone": N_("telephone number"),
}


def person_remark_text(remark: Remark, _: Translator) -> str:
    """Return the sentence of a remark on a person with its params, in the language of `_`.

    Raises `KeyError` for a sheet's remark.
    """
    params = dict(remark.params)
    why = params.get("why")
    if remark.code == "kelurahan-unknown" and why:
        return _(_KELURAHAN_UNKNOWN) % {**params, "why": _(str(why))}
    if remark.code == "person-unclear" and why:
        return _(_PERSON_UNCLEAR) % {"why": _unclear_reason(params, _)}
    if remark.code == "person-by-name" and params.get("of"):
        return _(_BY_NAME_OF_REGISTERED)
    return _(SENTENCES[remark.code]) % params


def _unclear_reason(params: Mapping[str, str | int], _: Translator) -> str:
    """Return why it isn't clear who a person is, in the language of `_`.

    `params` are what `identity.unclear_match_params` returned.
    """
    differs = ", ".join(_(_DETAILS[detail]) for detail in str(params.get("differs", "")).split(",") if detail)
    return _(_UNCLEAR_REASONS[str(params["why"])]) % {"differs": differs}

"""WhatsApp lists: their texts, their people, and which people are ticked as written to.

People who were moved to another session since are left out, because the staff of that session tell them.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlmodel import col

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.models import (
    DelegationLink,
    Participant,
    Registration,
    RegistrationStatus,
    User,
    WhatsAppList,
    WhatsAppRecipient,
)
from app.permissions import Actor, Permission
from app.queries.messages.contacts import reachable_contact
from app.queries.people.records import shown_name
from app.queries.workshops.workshop_sessions import get_workshop_session

NO_LIST = N_("There is no such list.")


@dataclass(frozen=True)
class WhatsAppListView:
    """A list of a session: its text, and how many of its people have been written to."""

    id: int
    text: str
    created_at: datetime
    sent: int
    total: int


@dataclass(frozen=True)
class WhatsAppRecipientView:
    """A person of a list. `phone` is theirs or, with `via_kelurahan`, their kelurahan's; "" if there is none any more.

    `code` is the registration's. `sent_at` is when `sent_by` ticked that they wrote to this person, None before.
    """

    code: str
    name: str
    phone: str
    via_kelurahan: bool
    status: RegistrationStatus
    sent_at: datetime | None
    sent_by: str


def get_whatsapp_list(db: Db, actor: Actor, session_code: str, list_id: int) -> WhatsAppList:
    """Return the row of a session's list.

    Raises `NotFound` for an unknown id, and if the session is out of the actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    whatsapp_list = db.get(WhatsAppList, list_id)
    if whatsapp_list is None or whatsapp_list.workshop_session_id != workshop_session.id:
        raise NotFound(NO_LIST)
    return whatsapp_list


def get_whatsapp_recipient(db: Db, whatsapp_list: WhatsAppList, registration_code: str) -> WhatsAppRecipient:
    """Return the row of a person of a list. Raises `NotFound` if the registration is not on it."""
    recipient: WhatsAppRecipient | None = db.scalars(
        select(WhatsAppRecipient)
        .join(Registration, col(Registration.id) == col(WhatsAppRecipient.registration_id))
        .where(
            col(WhatsAppRecipient.whatsapp_list_id) == whatsapp_list.id,
            col(Registration.workshop_session_id) == whatsapp_list.workshop_session_id,
            col(Registration.code) == registration_code,
        )
    ).first()
    if recipient is None:
        raise NotFound(NO_LIST)
    return recipient


def list_whatsapp_lists(db: Db, actor: Actor, session_code: str) -> list[WhatsAppListView]:
    """Return the lists of a session, the newest first.

    Raises `NotFound` if the session is out of the actor's scope for recording attendance.
    """
    workshop_session = get_workshop_session(db, actor, session_code, Permission.ATTENDANCE_WRITE)
    rows = db.execute(
        select(
            col(WhatsAppList.id),
            col(WhatsAppList.text),
            col(WhatsAppList.created_at),
            func.count(case((col(Registration.id).is_not(None), col(WhatsAppRecipient.sent_at)))),
            func.count(col(Registration.id)),
        )
        .outerjoin(WhatsAppRecipient, col(WhatsAppRecipient.whatsapp_list_id) == col(WhatsAppList.id))
        .outerjoin(
            Registration,
            (col(Registration.id) == col(WhatsAppRecipient.registration_id))
            & (col(Registration.workshop_session_id) == col(WhatsAppList.workshop_session_id)),
        )
        .where(col(WhatsAppList.workshop_session_id) == workshop_session.id)
        .group_by(col(WhatsAppList.id))
        .order_by(col(WhatsAppList.id).desc())
    )
    return [WhatsAppListView(*row) for row in rows]


def list_recipients(db: Db, whatsapp_list: WhatsAppList) -> list[WhatsAppRecipientView]:
    """Return the people of a list, by name. The caller has checked the scope."""
    own_phone = reachable_contact(col(Registration.contact_phone), col(Participant.phone))
    rows = db.execute(
        select(
            col(Registration.code),
            shown_name(),
            func.coalesce(own_phone, col(DelegationLink.contact_phone), ""),
            own_phone.is_(None) & col(DelegationLink.contact_phone).is_not(None),
            col(Registration.status),
            col(WhatsAppRecipient.sent_at),
            func.coalesce(col(User.name), ""),
        )
        .join(Registration, col(Registration.id) == col(WhatsAppRecipient.registration_id))
        .join(Participant, col(Participant.id) == col(Registration.participant_id))
        .outerjoin(DelegationLink, col(DelegationLink.id) == col(Registration.delegation_link_id))
        .outerjoin(User, col(User.id) == col(WhatsAppRecipient.sent_by))
        .where(
            col(WhatsAppRecipient.whatsapp_list_id) == whatsapp_list.id,
            col(Registration.workshop_session_id) == whatsapp_list.workshop_session_id,
        )
    )
    recipients = [WhatsAppRecipientView(*row) for row in rows]
    # Sorted here, because the databases sort names differently.
    return sorted(recipients, key=lambda recipient: recipient.name.casefold())

"""Links in mails by which their reader gets no more of them, without logging in."""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from app.database import Db
from app.errors import NotFound
from app.i18n import N_
from app.keys import Purpose, derive_key
from app.models import ReportRecipient, SavedFilter, User
from app.permissions import Actor
from app.services.activities import log_activity
from app.services.report_mails.mailing import stop_monthly_report

_SALT = "report mails"
_NO_LINK = N_("This link is not valid. Check that you have copied all of it.")


@dataclass(frozen=True)
class Subscription:
    """What a link ends: the monthly report of a user, or that of a saved filter with this name.

    It is not active if it has ended, also because the filter was deleted.
    """

    user: User
    saved_filter: SavedFilter | None
    name: str
    is_active: bool


def sign_unsubscribing(secret: bytes, user_id: int, filter_id: int | None) -> str:
    """Return the token of the link that ends the mails of a saved filter, or with None the monthly report.

    It is the same in each mail of one subscription.
    """
    return str(_serializer(secret).dumps([user_id, filter_id]))


def get_subscription(db: Db, secret: bytes, token: str) -> Subscription:
    """Return what a token ends. Raises `NotFound` if it was not made by `sign_unsubscribing`."""
    try:
        user_id, filter_id = _serializer(secret).loads(token)
    except (BadSignature, TypeError, ValueError) as error:
        raise NotFound(_NO_LINK) from error
    user = db.get(User, user_id)
    if user is None:
        raise NotFound(_NO_LINK)
    if filter_id is None:
        return Subscription(user, None, "", db.get(ReportRecipient, user_id) is not None)
    saved = db.get(SavedFilter, filter_id)
    if saved and saved.user_id != user_id:  # SQLite gives the id of a deleted filter to the next one.
        saved = None
    return Subscription(user, saved, saved.name if saved else "", saved is not None and bool(saved.frequency))


def unsubscribe(db: Db, secret: bytes, token: str) -> Subscription:
    """End what a token ends, log it as done by its user, and return it. Does nothing if it has ended already.

    Raises `NotFound` as `get_subscription` does.
    """
    subscription = get_subscription(db, secret, token)
    if not subscription.is_active:
        return subscription
    actor = Actor.from_user(subscription.user)
    if not subscription.is_active:
        return subscription
    if saved := subscription.saved_filter:
        saved.frequency = saved.subscribed_at = None
        log_activity(db, actor, "unsubscribe", "saved-filter", saved.id)
    else:
        stop_monthly_report(db, actor)
    return subscription


def _serializer(secret: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(derive_key(secret, Purpose.REPORT_MAILS), salt=_SALT)

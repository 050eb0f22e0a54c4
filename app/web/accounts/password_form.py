"""The fields of forms that set a password."""

from pydantic import BaseModel

from app.errors import Invalid
from app.i18n import N_


class NewPasswordForm(BaseModel):
    """A new password, typed twice."""

    password: str = ""
    repeated: str = ""

    def require_equal(self) -> None:
        """Raise `Invalid` unless both fields have the same password."""
        if self.password != self.repeated:
            text = N_("The two passwords are not the same.")
            raise Invalid(text, fields={"repeated": text})

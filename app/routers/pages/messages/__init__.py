"""Messages to the people of a session."""

from app.routers.pages.messages import (
    messages,
    whatsapp,
)

routers = (
    messages.router,
    whatsapp.router,
)

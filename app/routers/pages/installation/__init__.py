"""What an administrator sets up for the whole installation: the steps of the start, letterhead and mail."""

from app.routers.pages.installation import letterhead, mail, setup

routers = (
    setup.router,
    letterhead.router,
    mail.router,
)

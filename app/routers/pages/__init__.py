"""The pages for people. A GET calls queries, a POST calls services; nothing else happens here."""

from app.routers.pages import (
    accounts,
    activities,
    areas,
    coverage,
    help_topics,
    home,
    imports,
    installation,
    messages,
    people,
    personal_data,
    privacy,
    registrations,
    search,
    style,
    workshops,
)

routers = (
    *workshops.routers,
    *registrations.routers,
    *imports.routers,
    *people.routers,
    *privacy.routers,
    *personal_data.routers,
    *coverage.routers,
    *messages.routers,
    *accounts.routers,
    *areas.routers,
    *installation.routers,
    home.router,
    help_topics.router,
    activities.router,
    search.router,
    style.router,
)

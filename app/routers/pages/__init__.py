"""The pages for people. A GET calls queries, a POST calls services; nothing else happens here."""

from app.routers.pages import (
    accounts,
    activities,
    areas,
    coverage,
    home,
    imports,
    messages,
    people,
    personal_data,
    privacy,
    registrations,
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
    home.router,
    activities.router,
)

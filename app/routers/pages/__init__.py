"""The pages for people: a GET calls queries, a POST calls services, nothing else."""

from app.routers.pages import (
    accounts,
    activities,
    administration,
    areas,
    coverage,
    home,
    imports,
    languages,
    messages,
    people,
    registrations,
    workshops,
)

routers = (
    *workshops.routers,
    *registrations.routers,
    *imports.routers,
    *people.routers,
    *coverage.routers,
    *messages.routers,
    *accounts.routers,
    *areas.routers,
    home.router,
    activities.router,
    administration.router,
    languages.router,
)

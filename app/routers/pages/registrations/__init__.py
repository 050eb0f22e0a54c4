"""Registrations of a session: the form, lists, delegations, tickets and check-in."""

from app.routers.pages.registrations import (
    check_in,
    delegation_links,
    delegations,
    form,
    lists,
    registrations,
    selections,
    tickets,
)

routers = (
    tickets.router,
    check_in.router,
    delegation_links.router,
    delegations.router,
    form.router,
    lists.router,
    registrations.router,
    selections.router,
)

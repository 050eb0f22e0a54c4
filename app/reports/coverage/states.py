"""The state of a kelurahan: how figures decide it, and how it is named and drawn.

A state is always shown by colour, pattern and icon together. Colours get darker from "none" to "reached", so that
their order survives printing in greyscale.
"""

from dataclasses import dataclass
from typing import Literal

from app.i18n import N_, Translator

State = Literal["none", "unmeasured", "zero", "partial", "reached"]
UnmeasuredWhy = Literal["session-to-come", "list-missing"]

STATES: tuple[State, ...] = ("reached", "partial", "zero", "unmeasured", "none")
"""All states in the order of the legend."""


def state_of(*, target: int | None, registered: int, participants: int, unrecorded: int) -> State:
    """Return the first state that applies: reached, partial, unmeasured, zero, none.

    `unrecorded` is the number of registrations without an outcome, whether the session is over or still to come.
    """
    if is_reached(target=target, participants=participants):
        return "reached"
    if participants:
        return "partial"
    if unrecorded:
        return "unmeasured"
    return "zero" if registered else "none"


def unmeasured_why(*, to_come: int, list_missing: int) -> UnmeasuredWhy | None:
    """Return why outcomes are missing, from the number of registrations for either reason; None if both are 0.

    A missing attendance list takes precedence over a session to come.
    """
    if list_missing:
        return "list-missing"
    return "session-to-come" if to_come else None


def is_reached(*, target: int | None, participants: int) -> bool:
    """Return whether the target is reached; a target of 0, and none at all, still need one participant."""
    return participants >= max(target or 0, 1)


def gap_of(*, target: int | None, participants: int) -> int | None:
    """Return how many participants are missing to the target: 0 if it is reached or exceeded, None without a target."""
    return None if target is None else max(0, target - participants)


@dataclass(frozen=True, slots=True)
class StateStyle:
    """`label` and `meaning` are msgids, the others are colours and a path.

    `fill`   the background
    `hatch`  the pattern on the background, None for a plain one
    `ink`    text and icon, legible on `fill` and `hatch`
    `icon`   the `d` attribute of an SVG path, stroked in `ink`, within a radius of 9 around (0, 0)
    """

    label: str
    meaning: str
    fill: str
    hatch: str | None
    ink: str
    icon: str


OUTLINE = "#7d8890"

_RING = "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0 -16 0"

STATE_STYLES: dict[State, StateStyle] = {
    "reached": StateStyle(
        label=N_("Reached"),
        meaning=N_("as many participants as the target, or more"),
        fill="#0f6659",
        hatch=None,
        ink="#ffffff",
        icon=f"{_RING}M-4 0l3 3.5l5 -7",
    ),
    "partial": StateStyle(
        label=N_("Partly reached"),
        meaning=N_("participants, but fewer than the target"),
        fill="#b4ded3",
        hatch="#8ec9ba",
        ink="#0a2a25",
        icon=f"{_RING}M-0.5 -7v14M-2.5 -7v14M-4.5 -6v12M-6.5 -4v8",
    ),
    "zero": StateStyle(
        label=N_("Nobody came"),
        meaning=N_("people registered, nobody was present"),
        fill="#fde6c4",
        hatch="#efbd75",
        ink="#3b2500",
        icon=f"{_RING}M-3.5 -3.5l7 7M3.5 -3.5l-7 7",
    ),
    "unmeasured": StateStyle(
        label=N_("Not yet measured"),
        meaning=N_("people registered, attendance not yet recorded"),
        fill="#e6e9f0",
        hatch="#c3cad9",
        ink="#1c2536",
        icon=f"{_RING}M0 -5v5h4",
    ),
    "none": StateStyle(
        label=N_("Nobody registered"),
        meaning=N_("nobody from here is registered"),
        fill="#ffffff",
        hatch=None,
        ink="#3f464d",
        icon=f"{_RING}M-4 0h8",
    ),
}

REACHED_WITHOUT_TARGET = N_("Reached, no target set")
"""The label of the state "reached" where no target is set: one participant is enough."""

_REASONS: dict[UnmeasuredWhy, str] = {
    "session-to-come": N_("session still to come"),
    "list-missing": N_("attendance list missing"),
}


def state_text(state: State, why: UnmeasuredWhy | None, _: Translator, *, has_target: bool = True) -> str:
    """Return the translated label of a state; "unmeasured" with the reason in parentheses if there is one.

    Without a target the label of "reached" doesn't say that a target is reached.
    """
    if state == "reached" and not has_target:
        return _(REACHED_WITHOUT_TARGET)
    label = _(STATE_STYLES[state].label)
    return f"{label} ({_(_REASONS[why])})" if why and state == "unmeasured" else label


def state_icon_svg(state: State) -> str:
    """Return the icon of a state on its background as a decorative SVG of 16 by 16 pixels."""
    style = STATE_STYLES[state]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="state-icon" viewBox="-12 -12 24 24"'
        ' width="16" height="16" aria-hidden="true">'
        f'<rect x="-11" y="-11" width="22" height="22" rx="4" fill="{style.fill}" stroke="{OUTLINE}"/>'
        f'<path d="{style.icon}" fill="none" stroke="{style.ink}" stroke-width="2.2" stroke-linecap="round"/>'
        "</svg>"
    )

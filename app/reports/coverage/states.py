"""How each state is named and drawn wherever it is shown: colour, pattern and icon, never colour alone.

The colours grow darker with what was reached, so that they keep their order in greyscale.
"""

from dataclasses import dataclass

from app.i18n import N_, Translator
from app.reports.coverage.report import State, UnmeasuredWhy


@dataclass(frozen=True, slots=True)
class StateLook:
    """`label` and `meaning` are msgids. `hatch` is the colour of its pattern, if any; `ink` is read on both.

    `icon` is the path of a sign of radius 9 around (0, 0), drawn in `ink` by its strokes.
    """

    label: str
    meaning: str
    fill: str
    hatch: str | None
    ink: str
    icon: str


OUTLINE = "#7d8890"

_RING = "M-8 0a8 8 0 1 0 16 0a8 8 0 1 0 -16 0"

LOOKS: dict[State, StateLook] = {
    "reached": StateLook(
        label=N_("Reached"),
        meaning=N_("as many participants as the target, or more"),
        fill="#0f6659",
        hatch=None,
        ink="#ffffff",
        icon=f"{_RING}M-4 0l3 3.5l5 -7",
    ),
    "partial": StateLook(
        label=N_("Partly reached"),
        meaning=N_("participants, but fewer than the target"),
        fill="#b4ded3",
        hatch="#8ec9ba",
        ink="#0a2a25",
        icon=f"{_RING}M-0.5 -7v14M-2.5 -7v14M-4.5 -6v12M-6.5 -4v8",
    ),
    "zero": StateLook(
        label=N_("Nobody came"),
        meaning=N_("people registered, nobody was present"),
        fill="#fde6c4",
        hatch="#efbd75",
        ink="#3b2500",
        icon=f"{_RING}M-3.5 -3.5l7 7M3.5 -3.5l-7 7",
    ),
    "unmeasured": StateLook(
        label=N_("Not yet measured"),
        meaning=N_("people registered, attendance not yet recorded"),
        fill="#e6e9f0",
        hatch="#c3cad9",
        ink="#1c2536",
        icon=f"{_RING}M0 -5v5h4",
    ),
    "none": StateLook(
        label=N_("Nobody registered"),
        meaning=N_("nobody from here is registered"),
        fill="#ffffff",
        hatch=None,
        ink="#3f464d",
        icon=f"{_RING}M-4 0h8",
    ),
}

_REASONS: dict[UnmeasuredWhy, str] = {
    "session-to-come": N_("session still to come"),
    "list-missing": N_("attendance list missing"),
}


def state_text(state: State, why: UnmeasuredWhy | None, _: Translator) -> str:
    """The state in words, with the reason where it isn't measured; elsewhere it says nothing about the state."""
    label = _(LOOKS[state].label)
    return f"{label} ({_(_REASONS[why])})" if why and state == "unmeasured" else label


def state_icon_svg(state: State) -> str:
    """The sign of a state on its colour, an SVG of 16 by 16; the words are expected beside it."""
    look = LOOKS[state]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="state-icon" viewBox="-12 -12 24 24"'
        ' width="16" height="16" aria-hidden="true">'
        f'<rect x="-11" y="-11" width="22" height="22" rx="4" fill="{look.fill}" stroke="{OUTLINE}"/>'
        f'<path d="{look.icon}" fill="none" stroke="{look.ink}" stroke-width="2.2" stroke-linecap="round"/>'
        "</svg>"
    )

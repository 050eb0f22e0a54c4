"""The health of the service: what is in order and what is not, checked when the page is opened."""

from fastapi import APIRouter, Request, Response

from app.models.base import now
from app.queries.operation.health_lines import STATE_NAMES, HealthState
from app.services.operation.health import check_installation
from app.web.container import container_of
from app.web.dependencies import CurrentActor, Lang
from app.web.pages import render

router = APIRouter(include_in_schema=False)

_FIRST = (HealthState.FAILED, HealthState.WARNING, HealthState.OK)


@router.get("/administrasi/kesehatan")
def health_page(request: Request, actor: CurrentActor, language: Lang) -> Response:
    """Show all lines, those that are not in order first."""
    container = container_of(request)
    lines = check_installation(
        container.settings, container.engine, container.report_database.replica, container.vault, actor
    )
    return render(
        request,
        "operation/health.html",
        lines=sorted(lines, key=lambda line: _FIRST.index(line.state)),
        counts={state: sum(line.state is state for line in lines) for state in HealthState},
        state_names=STATE_NAMES,
        language=language,
        checked_at=now(),
    )

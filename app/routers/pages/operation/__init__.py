"""The running of the service: its health."""

from app.routers.pages.operation import health

routers = (health.router,)

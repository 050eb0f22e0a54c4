"""What people ask about their own data, at the desk and by ticket, and how long data is kept."""

from app.routers.pages.personal_data import requests, retention, tickets

routers = (requests.router, retention.router, tickets.router)

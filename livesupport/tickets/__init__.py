"""Tickets: requests that will not be lost. `service.py` is the one door; pages, API and bridge all come through it."""

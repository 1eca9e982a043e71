"""What programs ask for, under /api/v1: JSON, and errors as RFC 9457 problem details. Thin doors to the same services.

Each module registers its deeds with `operation`; importing them here is what makes them routes.
"""

from livesupport.http.api import messages, mine, people, service, sites, tickets, tokens
from livesupport.http.api.operations import OPERATIONS

__all__ = ["OPERATIONS", "messages", "mine", "people", "service", "sites", "tickets", "tokens"]

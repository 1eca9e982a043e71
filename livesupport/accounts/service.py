"""The one door to accounts; the rooms behind it are its base classes."""

from __future__ import annotations

from livesupport.accounts.auditing import Auditing
from livesupport.accounts.first_run import FirstRun
from livesupport.accounts.sessions import Sessions


class Accounts(FirstRun, Sessions, Auditing):
    """First run, people, their sessions and the audit log. Every method may raise `Unavailable`, and then nothing has
    changed."""

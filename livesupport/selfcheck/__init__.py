"""Proof that a chat which nobody saves is written nowhere: plays one full of canaries and searches everything afterwards.

Each run first plants leaks and has to find them; without that, finding nothing would mean nothing.
"""

from livesupport.selfcheck.check import Report, check_running, check_temporary
from livesupport.selfcheck.report import drawn

__all__ = ["Report", "check_running", "check_temporary", "drawn"]

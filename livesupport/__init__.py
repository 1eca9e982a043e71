"""livesupport: live chat that forgets, tickets that remember, on your own server."""

__version__ = "0.1.0"

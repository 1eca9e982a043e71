"""The one tree of errors that the services raise; `http/errors.py` and `cli.py` turn each into words for a person."""

from __future__ import annotations


class ServiceError(Exception):
    """Something was not done, and nothing has changed. Carries no visitor's data."""


class NotFound(ServiceError):
    """There is no such thing, or this person may not know of it: both look the same."""


class NotAllowed(ServiceError):
    """The person is known, and may not do this."""


class Conflict(ServiceError):
    """Somebody else has changed it meanwhile, or it is in a state that does not allow this."""


class NewerMessage(Conflict):
    """The requester has written since the agent looked; nothing was sent, so that the agent may read it first."""


class OutOfDate(Conflict):
    """It is no longer the version that was named."""


class Invalid(ServiceError):
    """What was sent cannot be taken. `problems` maps the field to a sentence that says what to do; `seconds`: when the same
    can be taken, 0.0 if waiting does not help."""

    seconds = 0.0

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("invalid: " + ", ".join(sorted(problems)))
        self.problems = problems


class TooMuch(Invalid):
    """It can be read, and is larger or more than what is taken."""


class TooOften(Invalid):
    """It came too often from one place; the sentence says when to come back."""

    def __init__(self, problems: dict[str, str], seconds: float) -> None:
        super().__init__(problems)
        self.seconds = seconds


class Unavailable(ServiceError):
    """The store cannot be read or written at the moment (locked, full, gone) or not at all (damaged, newer than the
    program). The message says which; whatever was under way was undone as a whole."""


class DiskFails(Unavailable):
    """The disk could not write, or could not promise that it had."""


class NoRoom(Unavailable):
    """The disk is full, or nearly: what needs room is not taken, so that the rest goes on."""

"""What every request finds in `request.state`: the open resources that `app.py` hands down, typed, instead of globals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request as AnyRequest

from livesupport.assets import Assets
from livesupport.config import Config
from livesupport.http.attempts import Attempts
from livesupport.http.pace import Pace
from livesupport.http.robots import Robots
from livesupport.http.templating import Templates
from livesupport.http.upload_gate import UploadGate
from livesupport.live import Desk, News
from livesupport.mail.room import MailRoom
from livesupport.metrics import Metrics
from livesupport.services import Services
from livesupport.signing import Signed


class State(Services):
    """The services, and what else there is. `waiting` signs the addresses at which people see what became of a request that
    they have to confirm, `devices` the marks of browsers in which agents have signed in; `is_ready` says whether the database
    answers."""

    config: Config
    robots: Robots
    waiting: Signed
    devices: Signed
    mail: MailRoom
    is_demo: bool
    uploads: UploadGate
    desk: Desk
    news: News
    assets: Assets
    metrics: Metrics
    templates: Templates
    attempts: Attempts
    code_attempts: Attempts
    pace: Pace
    is_ready: Callable[[], Awaitable[bool]]


Request = AnyRequest[State]


def new_state(
    *,
    config: Config,
    services: Services,
    robots: Robots,
    waiting: Signed,
    devices: Signed,
    mail: MailRoom,
    is_demo: bool,
    desk: Desk,
    news: News,
    assets: Assets,
    metrics: Metrics,
    is_ready: Callable[[], Awaitable[bool]],
) -> State:
    """The state of one running server, for the lifespan to yield; what only the pages need is made here."""
    own_templates = config.data / "templates"
    return {
        **services,
        "config": config,
        "robots": robots,
        "waiting": waiting,
        "devices": devices,
        "mail": mail,
        "is_demo": is_demo,
        "uploads": UploadGate(config),
        "desk": desk,
        "news": news,
        "assets": assets,
        "metrics": metrics,
        "templates": Templates(assets, own_templates, config.files, config.desk, services["files"].room),
        "attempts": Attempts(),
        "code_attempts": Attempts(per_login=3, per_address=60, first_pause=3600.0, longest_pause=3600.0),  # T60: of a network
        "pace": Pace(config.limits),
        "is_ready": is_ready,
    }

"""/demo/mail: what would be sent, to be read in the demo. Every other server answers 404: there it is nobody's business."""

from __future__ import annotations

import re
from email.message import EmailMessage

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from livesupport.http.middleware import content_security_policy
from livesupport.http.state import Request

_ID = re.compile(r"[1-9][0-9]{0,8}")
_LINK = re.compile(r"^(https?://\S+)$", re.MULTILINE)

# A mail brings its own styles, and nothing else; whatever it links to opens in a tab of its own.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


async def outbox(request: Request) -> Response:
    """The mails, the newest first."""
    _only_in_the_demo(request)
    mails = await request.state["mail"].latest()
    written = [(mail, await request.state["mail"].written(mail.id)) for mail in mails]
    return request.state["templates"].page("demo_mail.html", mails=written)


async def mail(request: Request) -> Response:
    """One mail: its headers, its HTML in a frame without scripts, its text."""
    message = await _message(request)
    policy = content_security_policy(request.state["config"].server.public_url)
    return request.state["templates"].page(
        "demo_mail_one.html",
        id=request.path_params["id"],
        headers={"Content-Security-Policy": f"{policy}; frame-src 'self'"},
        lines=[(name, str(value)) for name, value in message.items() if not name.lower().startswith("content-t")],
        subject=str(message["Subject"]),
        text=_LINK.split(_part(message, "plain")),  # every second piece is a link
    )


async def mail_html(request: Request) -> Response:
    """The HTML of a mail, as the frame shows it."""
    return HTMLResponse(_part(await _message(request), "html"), headers={"Content-Security-Policy": MAIL_POLICY})


async def _message(request: Request) -> EmailMessage:
    _only_in_the_demo(request)
    mail_id = request.path_params["id"]
    message = await request.state["mail"].written(int(mail_id)) if _ID.fullmatch(mail_id) else None
    if message is None:
        raise HTTPException(404)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def _only_in_the_demo(request: Request) -> None:
    if not request.state["is_demo"]:
        raise HTTPException(404)

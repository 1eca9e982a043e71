"""Makes a message of a letter: text and HTML side by side, and the headers by which mail programs sort and thread it."""

from __future__ import annotations

import hmac
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from urllib.parse import urlsplit

import jinja2
import msgspec
from markupsafe import Markup

from livesupport import i18n
from livesupport.assets import locate
from livesupport.cleaning import clean_line
from livesupport.mail.letters import Letter
from livesupport.markdown import render
from livesupport.model import Site


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What is on the outside. `event` tells the mails of one ticket apart; `public_url` names the sender's host."""

    recipient: str
    site: Site
    ink: str  # a text colour that can be read on the site's colour
    event: int
    at: datetime
    public_url: str
    key: bytes

    def __repr__(self) -> str:
        return "<Envelope>"


def written(letter: Letter, envelope: Envelope) -> EmailMessage:
    """The message, in the language spoken here and now."""
    message = EmailMessage(policy=SMTP)
    host = urlsplit(envelope.public_url).hostname or "localhost"
    message["From"] = Address(envelope.site.name, "support", host)
    message["To"] = _address(envelope.recipient)
    message["Subject"] = _subject(letter)
    message["Date"] = envelope.at
    message["Message-ID"] = _message_id(letter, envelope, envelope.event, host)
    if letter.ticket:
        message["References"] = message["In-Reply-To"] = _message_id(letter, envelope, 0, host)
    if not letter.by_hand:
        message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(_text(letter, envelope), cte="quoted-printable")
    message.add_alternative(_html(letter, envelope), subtype="html", cte="quoted-printable")
    message["Content-Language"] = i18n.current()
    return message


def _address(address: str) -> Address:
    """From its parts, never parsed: `Eve, victim@x.test` is one name here and not two recipients (T42)."""
    name, _at, host = address.rpartition("@")
    return Address(username=name, domain=host)


def _subject(letter: Letter) -> str:
    tag = f"[#{letter.ticket.number}] " if letter.ticket else ""
    return tag + clean_line(letter.subject)


def _message_id(letter: Letter, envelope: Envelope, event: int, host: str) -> str:
    """`<t.ID.EVENT.HMAC16@host>`: an answer that names it is known to belong to this ticket, and nobody else can make one."""
    about = f"t.{letter.ticket.id}.{event}" if letter.ticket else f"m.{event}"
    seal = hmac.digest(envelope.key, f"livesupport/message-id {about}".encode(), "sha256").hex()[:16]
    return f"<{about}.{seal}@{host}>"


def _text(letter: Letter, envelope: Envelope) -> str:
    return _environment().get_template("letter.txt").render(_context(letter, envelope)).strip() + "\n"


def _html(letter: Letter, envelope: Envelope) -> str:
    said = letter.message
    body = Markup(said.html or render(said.text)) if said else ""  # noqa: S704 - what render() lets out is harmless
    return _environment().get_template("letter.html").render(_context(letter, envelope), body=body)


def _context(letter: Letter, envelope: Envelope) -> dict[str, object]:
    language = i18n.current()
    return {
        "letter": letter,
        "site": envelope.site,
        "ink": envelope.ink,
        "language": language,
        "dir": i18n.direction(language),
        "public_url": envelope.public_url,
    }


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(locate("templates") / "mail"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment

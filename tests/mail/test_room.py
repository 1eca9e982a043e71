"""The mails that go out: who gets them, what stands in them and what never does, and that mail programs can thread them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from html.parser import HTMLParser

import msgspec
import pytest

from livesupport import i18n
from livesupport.http.colours import ink_on
from livesupport.mail import letters
from livesupport.mail.letters import Letter
from livesupport.mail.room import MailRoom
from livesupport.mail.writing import Envelope, written
from livesupport.model import Contact, Site, Ticket, TicketMessage
from livesupport.signing import ConfirmLinks
from livesupport.storage import outbox, pending
from livesupport.storage.database import Database
from livesupport.tickets.service import Tickets
from tests.databases import Clock
from tests.tickets.conftest import a_request

KEY = bytes(range(32))
URL = "https://help.kiln.example"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SITE = Site(
    id="default", name="Kiln & Leaf", accent="#ffe14d", contacts=(Contact(label="Billing", value="billing@kiln.example"),)
)
TICKET = Ticket(
    id=17,
    number="1042-1",
    site="default",
    status="open",
    priority="normal",
    subject="The kettle {{7*7}} <b>leaks</b>",
    name="Nino",
    phone="",
    email="nino@example.org",
    channel="email",
    created_at=AT,
    updated_at=AT,
)
SAID = TicketMessage(
    id=3, kind="reply", author="agent", name="Ana", text="Try **this**:\n<script>alert(1)</script>", at=AT, html=None
)


def envelope(recipient: str = "nino@example.org", **other: object) -> Envelope:
    fields = {"site": SITE, "ink": "#000000", "event": 5, "at": AT, "public_url": URL, "key": KEY}
    return Envelope(**{"recipient": recipient, **fields, **other})  # type: ignore[arg-type]


def sent(letter: Letter, **other: object) -> EmailMessage:
    """The mail as whoever gets it reads it: written, carried as bytes, parsed again."""
    message = BytesParser(policy=default).parsebytes(written(letter, envelope(**other)).as_bytes(policy=SMTP))  # type: ignore[arg-type]
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


EVERY_KIND = {
    "confirm": letters.confirm(SITE, f"{URL}/requests/confirm/x", AT),
    "received": letters.received(SITE, TICKET, f"{URL}/requests/1042-1?key=x"),
    "answer": letters.answer(SITE, TICKET, SAID, f"{URL}/requests/1042-1?key=x"),
    "solved": letters.solved(SITE, TICKET, f"{URL}/requests/1042-1?key=x"),
    "due": letters.due(SITE, msgspec.structs.replace(TICKET, due_at=AT), f"{URL}/tickets/1042-1"),
    "sign_in": letters.sign_in(SITE, "12345678"),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_mail_says_the_same_as_text_and_as_html_and_fetches_nothing(kind: str) -> None:
    letter = EVERY_KIND[kind]
    message = sent(letter)
    text, html = body(message, "plain"), body(message, "html")
    for line in (letter.title, letter.code, *(letter.action or ())):
        assert line in text
        assert line in html
    assert 'href="https://help.kiln.example/' in html or letter.action is None
    for fetching in ("<img", "src=", "<link", "<script", "@import", "url(", "<style"):
        assert fetching not in html
    assert message["Auto-Submitted"] == (None if kind == "answer" else "auto-generated")
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "en"


def test_what_people_wrote_stays_text_and_markdown_becomes_harmless_html() -> None:
    message = sent(EVERY_KIND["answer"])
    html = body(message, "html")
    assert "<strong>this</strong>" in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert message["Subject"] == "[#1042-1] The kettle {{7*7}} <b>leaks</b>"
    assert "Try **this**:" in body(message, "plain")


def test_the_mails_of_a_ticket_are_one_thread_that_nobody_else_can_join() -> None:
    first, second = sent(EVERY_KIND["received"], event=5), sent(EVERY_KIND["answer"], event=6)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["References"] == second["References"] == second["In-Reply-To"]
    for name in (first["Message-ID"], first["References"]):
        assert name.startswith("<t.17.")
        assert name.endswith("@help.kiln.example>")
    assert sent(EVERY_KIND["received"], key=bytes(32))["Message-ID"] != first["Message-ID"]
    assert sent(EVERY_KIND["confirm"])["References"] is None


@pytest.mark.parametrize(
    ("recipient", "username", "domain"),
    [
        ("nino@example.org", "nino", "example.org"),
        ("o'brien+x@example.org", "o'brien+x", "example.org"),
        ("a..b@example.org", "a..b", "example.org"),
    ],
)
def test_a_mail_goes_to_exactly_one_address(recipient: str, username: str, domain: str) -> None:
    message = sent(EVERY_KIND["confirm"], recipient=recipient)
    assert message["To"].addresses == (Address(username=username, domain=domain),)
    assert (message["Cc"], message["Bcc"]) == (None, None)


@pytest.mark.parametrize("name", ["Eve, victim@x.test", "Kiln\r\nBcc: victim@x.test", 'Kiln "Leaf" <victim@x.test>'])
def test_a_name_adds_neither_header_nor_recipient(name: str) -> None:
    letter = msgspec.structs.replace(EVERY_KIND["received"], subject=name)
    message = sent(letter, site=msgspec.structs.replace(SITE, name=name.replace("\r\n", " ")))
    assert [address.addr_spec for address in message["To"].addresses] == ["nino@example.org"]
    assert [address.addr_spec for address in message["From"].addresses] == ["support@help.kiln.example"]
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


def test_the_languages_of_the_house_reach_the_mail_and_its_direction() -> None:
    with i18n.use("fa"):
        site = msgspec.structs.replace(SITE, name="کوره و برگ")
        message = sent(letters.sign_in(site, "12345678"), site=site)
    html = body(message, "html")
    assert '<html lang="fa" dir="rtl">' in html
    assert "کوره و برگ" in html
    assert message["Content-Language"] == "fa"


class Cells(HTMLParser):
    """Tags that are open; a mail program draws what is not closed as it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_tag_is_closed(kind: str) -> None:
    cells = Cells()
    cells.feed(body(sent(EVERY_KIND[kind]), "html"))
    assert cells.open == []


# ── The room: from a row of the outbox to a mail ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def room(database: Database) -> MailRoom:
    async def code_of(attempt: str) -> str | None:
        return {"attempt": "12345678"}.get(attempt)

    return MailRoom(database, URL, KEY, code_of, ink_on)


async def test_a_confirmation_holds_nothing_that_anybody_typed(room: MailRoom, database: Database, clock: Clock) -> None:
    typed = {"name": "Canary name", "subject": "Canary subject", "message": "Canary message", "language": "en"}
    async with database.write() as connection:
        waiting = await pending.add(connection, "p1", "default", "nino@example.org", typed, clock.now)
        mail_id = await outbox.add(connection, "confirm", waiting.email, "en", "default", clock.now, pending_id="p1")
    message = await room.written(mail_id)
    assert message is not None
    assert "anary" not in message.as_string()
    assert ConfirmLinks(KEY, lambda: clock.now.timestamp()).read(_key(body(message, "plain"))) == ("p1", "nino@example.org")
    again = await room.written(mail_id)
    assert again is not None
    assert _key(body(again, "plain")) == _key(body(message, "plain"))


def _key(text: str) -> str:
    return text.split("/requests/confirm/")[1].split()[0]


async def test_a_mail_whose_reason_is_gone_is_not_written(room: MailRoom, database: Database, clock: Clock) -> None:
    async with database.write() as connection:
        gone = await outbox.add(connection, "confirm", "n@example.org", "en", "default", clock.now, pending_id="gone")
        over = await outbox.add(connection, "sign_in", "n@example.org", "en", "default", clock.now, sign_in_id="over")
        code = await outbox.add(connection, "sign_in", "n@example.org", "en", "default", clock.now, sign_in_id="attempt")
    assert await room.written(gone) is None
    assert await room.written(over) is None
    assert await room.written(code + 1) is None
    message = await room.written(code)
    assert message is not None
    assert "12345678" in body(message, "plain")
    assert [mail.id for mail in await room.latest()] == [code, over, gone]


async def test_a_mail_about_a_ticket_brings_a_link_to_it(
    room: MailRoom, database: Database, tickets: Tickets, clock: Clock
) -> None:
    ticket = await tickets.open(a_request())
    async with database.write() as connection:
        mail_id = await outbox.add(connection, "received", "nino@example.org", "uk", "default", clock.now, ticket_id=ticket.id)
    message = await room.written(mail_id)
    assert message is not None
    assert f"{URL}/requests/{ticket.number}?key=" in body(message, "plain")
    assert message["Content-Language"] == "uk"

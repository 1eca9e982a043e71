"""Pages escape what people write, and speak the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import jinja2
import pytest
from jinja2.exceptions import SecurityError

from livesupport import i18n
from livesupport.http.templating import Templates, as_json, clock, language_name, moment
from livesupport.http.wording import event_sentence
from livesupport.model import TicketEvent
from tests.http.conftest import House

AT = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


def test_json_cannot_end_its_element() -> None:
    assert as_json({"name": "</script><!--'&"}) == '{"name":"\\u003c/script\\u003e\\u003c!--\\u0027\\u0026"}'


def test_times_are_machine_readable_and_readable() -> None:
    assert moment(AT) == '<time datetime="2026-11-22T09:05:00Z">22 Nov 2026, 09:05 UTC</time>'
    assert clock(AT) == '<time datetime="2026-11-22T09:05:00Z" data-clock>09:05 UTC</time>'
    with i18n.use("uk"):
        assert "лист" in moment(AT)


@pytest.mark.parametrize(("tag", "name"), [("ka", "Georgian"), ("uk-UA", "Ukrainian"), ("xx", "xx"), ("<b>", "<b>"), ("", "")])
def test_languages_by_their_names(tag: str, name: str) -> None:
    assert language_name(tag) == name


@pytest.mark.parametrize("attack", ["{{ asset.__globals__ }}", "{{ ''.__class__.__mro__ }}", "{{ asset.__self__ }}"])
def test_a_template_of_the_operators_own_reaches_nothing_behind_its_page(house: House, tmp_path: Path, attack: str) -> None:
    (tmp_path / "own.html").write_text("{{ language }} {{ '{{7*7}}' }}")
    (tmp_path / "hostile.html").write_text(attack)
    templates = Templates(house.state["assets"], tmp_path)
    assert templates.page("own.html").body == b"en {{7*7}}"
    with pytest.raises((SecurityError, jinja2.UndefinedError)):
        templates.page("hostile.html")
    without_sandbox = jinja2.Environment(autoescape=True)  # control: there it is a way in
    without_sandbox.globals["asset"] = house.state["assets"].url
    assert without_sandbox.from_string(attack).render()


def test_a_name_that_nobody_gave_is_an_error(house: House) -> None:
    templates: Templates = house.state["templates"]
    with pytest.raises(jinja2.UndefinedError):
        templates.page("error.html", title="only a title")


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (("created", "", ""), "Ana opened this ticket"),
        (("status", "new", "on_hold"), "Ana changed the status from New to On hold"),
        (("priority", "normal", "urgent"), "Ana changed the priority from Normal to Urgent"),
        (("assignee", "", "Ben"), "Ana assigned the ticket to Ben"),
        (("assignee", "Ben", ""), "Ana took the ticket away from Ben"),
        (("topic", "", "Orders"), "Ana set the topic to Orders"),
        (("topic", "Orders", ""), "Ana removed the topic Orders"),
        (("replied", "", ""), "Ana replied"),
        (("noted", "", ""), "Ana added an internal note"),
        (("merged", "", "1002-5"), "Ana merged this ticket into #1002-5"),
        (("something", "", ""), "Ana changed this ticket"),
        (("assignee", "", "{who.__class__}"), "Ana assigned the ticket to {who.__class__}"),
    ],
)
def test_history_reads_as_sentences(event: tuple[str, str, str], sentence: str) -> None:
    what, old, new = event
    assert event_sentence(TicketEvent(id=1, what=what, actor="Ana", at=AT, old=old, new=new)) == sentence

"""Visitors come, start a chat or leave a request, drop out and return."""

from __future__ import annotations

import msgspec

from livesupport.chat import conversion, endings, filling, matching, opening, restoring, service, tokens, views
from livesupport.chat.events import Close, RequestSaved, SaveRequest, VisitorArrived, VisitorLost
from livesupport.chat.floor import Floor
from livesupport.chat.protocol import (
    VERSION,
    CloseCode,
    LeaveRequest,
    RefusalCode,
    Requested,
    Start,
    Tip,
    Typing,
    Visibility,
    VisitorCard,
    VisitorCommand,
    VisitorWelcome,
    command_names,
)
from livesupport.chat.seal import ChatName
from livesupport.chat.state import Chat, VisitorSocket

# ── coming ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def arrived(floor: Floor, event: VisitorArrived) -> None:
    """Welcomes a visitor's page, and gives it back its chat when its token opens one that is still here. Whoever shows a token
    that was rotated away is a stranger."""
    connection, hello = event.connection, event.hello
    site = floor.sites.get(hello.site)
    if site is None:
        floor.refuse(connection, "unknown_site")
        floor.effects.append(Close(connections=(connection,), code=CloseCode.FORBIDDEN))
        return
    chat = _chat_of(floor, event)
    if chat is not None and not tokens.opens(floor, chat, event.token):
        event, chat = msgspec.structs.replace(event, visitor=floor.new_id(), chat=None), None
    socket = VisitorSocket(
        connection=connection, visitor=event.visitor, site=site.id, address=event.address,
        language=hello.language, hidden=hello.hidden, mobile=hello.mobile,
    )  # fmt: skip
    floor.seat(socket)
    lost = chat is None and restoring.may_begin(floor, event)
    if lost and (later := restoring.why_later(floor)) is not None:
        floor.effects.append(Close(connections=(connection,), code=later))
        return
    floor.send((connection,), _welcome(floor, site.id, site.name, resumed=chat is not None, restoring=lost))
    floor.send((connection,), service.of_site(floor, site.id))
    if chat is not None:
        _attach(floor, chat, socket)
        tokens.rotate(floor, chat, socket)
        if filling.may_hold_more(chat, hello.tip):
            filling.ask_tab(floor, chat, socket)
        else:
            _show(floor, chat, socket, hello.tip)
    elif lost:
        restoring.begin(floor, event)


def _chat_of(floor: Floor, event: VisitorArrived) -> Chat | None:
    """The chat that the token opened; or, for an outdated token, the one that this visitor has begun since, in another tab."""
    if event.chat is None:
        return None
    named = floor.chats.get(event.chat)
    candidates = [named] if named else floor.chats.values()
    return next((c for c in candidates if c.visitor == event.visitor and c.site == event.hello.site), None)


def _welcome(floor: Floor, site: str, brand: str, *, resumed: bool, restoring: bool) -> VisitorWelcome:
    rules = floor.rules
    return VisitorWelcome(
        version=VERSION,
        site=site,
        brand=brand,
        commands=command_names(VisitorCommand),
        limits=views.limits(floor),
        convert=floor.sites[site].convert or rules.convert,
        grace=max(rules.visitor_grace, rules.visitor_grace_hidden),
        resumed=resumed,
        restoring=restoring,
    )


def _attach(floor: Floor, chat: Chat, socket: VisitorSocket) -> None:
    """The visitor has a page again: nothing is counted down any more."""
    socket.chat, socket.rating = chat, chat.rating
    chat.sockets.add(socket.connection)
    chat.audience = None
    floor.timers.cancel_all(chat.id, ("gone_notice", "grace"))
    if chat.gone_at is not None:
        chat.gone_at, chat.gone = None, False
        floor.seats_changed = True
    floor.touch(chat)


def _show(floor: Floor, chat: Chat, socket: VisitorSocket, tip: Tip | None) -> None:
    to = (socket.connection,)
    floor.send(to, views.visitor_chat(floor, chat))
    floor.show_lines(to, chat, tip)
    for receipt in views.receipts(chat):
        floor.send(to, receipt)


# ── starting ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def start(floor: Floor, socket: VisitorSocket, command: Start) -> None:
    """A new chat: it enters its queue, or is refused with the reason and changes nothing."""
    if (known := _begun_as(floor, socket, command.id)) is not None:
        if socket.chat is None:
            floor.unseat(socket.connection)
            socket.visitor = known.visitor
            floor.seat(socket)
            _attach(floor, known, socket)
            tokens.rotate(floor, known, socket)
        _show(floor, known, socket, None)
        return
    code, field = _why_not(floor, socket, command)
    if code is not None:
        floor.refuse(socket.connection, code, command.ref, field=field)
        if code == "not_open":
            floor.send((socket.connection,), service.of_site(floor, socket.site))
        return
    if socket.chat is not None:
        endings.forget(floor, socket.chat, socket.chat.reason or "visitor_left")
    restoring.abandon(floor, socket)
    chat = _new_chat(floor, socket, command)
    floor.count("started", floor.topic_name(chat))
    card = chat.card
    floor.say(chat, "opened", "visitor", name=card.name, text=card.question, id=command.id, topic=chat.topic, card=card)
    for tab in [each for each in floor.tabs_of(chat.visitor) if _is_tab_of(each, chat)]:
        _attach(floor, chat, tab)
    tokens.rotate(floor, chat, socket)
    floor.show_lines(chat.sockets, chat)
    endings.watch_age(floor, chat)
    matching.enter_queue(floor, chat, returning=False)


def _begun_as(floor: Floor, socket: VisitorSocket, start_id: str) -> Chat | None:
    """The chat that this very start has made: asked for twice, or by a page whose line broke before it heard of its token. The
    address must be the same, for agents see the id as well."""
    if socket.chat is not None:
        return socket.chat if socket.chat.start_id == start_id else None
    orphans = (chat for chat in floor.chats.values() if chat.start_id == start_id and not chat.sockets)
    return next((chat for chat in orphans if chat.site == socket.site and socket.address in chat.fingerprints), None)


def _is_tab_of(socket: VisitorSocket, chat: Chat) -> bool:
    """A visitor has one place, whichever of the tabs has asked for it."""
    return socket.visitor == chat.visitor and socket.site == chat.site and socket.chat is None


def _why_not(floor: Floor, socket: VisitorSocket, command: Start) -> tuple[RefusalCode | None, str | None]:
    if floor.draining:
        return "shutting_down", None
    if socket.chat is not None and (socket.chat.status != "ended" or socket.chat.saving.state == "saving"):
        return "already_chatting", None
    code, field = _wrong_field(floor, socket, command)
    if code is not None:
        return code, field
    if command.topic is None and floor.sites[socket.site].topics:
        return "bad_topic", "topic"
    return (None, None) if service.state_of(floor, (socket.site, command.topic)) == "open" else ("not_open", None)


def _wrong_field(floor: Floor, socket: VisitorSocket, command: Start | LeaveRequest) -> tuple[RefusalCode | None, str | None]:
    rules = floor.rules
    if socket.site not in floor.sites:
        return "unknown_site", None
    if not 0 < len(command.name.strip()) <= rules.name_limit:
        return "bad_name", "name"
    if len(command.phone) > rules.phone_limit:
        return "bad_phone", "phone"
    if not 0 < len(command.question.strip()) <= rules.question_limit:
        return "bad_question", "question"
    if command.topic is not None and not floor.name_of_topic(socket.site, command.topic):
        return "bad_topic", "topic"
    if any(floor.is_blocked(each) for each in opening.fingerprints(floor, socket.address, command.phone)):
        return "blocked", None
    return None, None


def _new_chat(floor: Floor, socket: VisitorSocket, command: Start) -> Chat:
    card = VisitorCard(
        name=command.name.strip(), phone=command.phone, question=command.question.strip(), page=command.page,
        language=command.language or socket.language, utc_offset=command.utc_offset,
    )  # fmt: skip
    name = ChatName(socket.site, floor.new_id(), socket.visitor)
    chat = opening.open_chat(floor, name, command.topic, views.marked_card(floor, card), command.id)
    chat.fingerprints = opening.fingerprints(floor, socket.address, command.phone)
    return chat


def leave_request(floor: Floor, socket: VisitorSocket, command: LeaveRequest) -> None:
    """A request without a chat."""
    code, field = _wrong_field(floor, socket, command)
    if code is not None:
        floor.refuse(socket.connection, code, command.ref, field=field)
    else:
        floor.effects.append(SaveRequest(connection=socket.connection, site=socket.site, request=command))


def request_saved(floor: Floor, event: RequestSaved) -> None:
    """The page that left the request hears its number, or that it is still to be sent."""
    if event.connection not in floor.visitor_sockets:
        return
    if event.number is None:
        floor.refuse(event.connection, "not_saved", event.request.ref)
    else:
        floor.send((event.connection,), Requested(id=event.request.id, ticket=event.number))


# ── dropping out ─────────────────────────────────────────────────────────────────────────────────────────────────────


def visibility(_floor: Floor, socket: VisitorSocket, command: Visibility) -> None:
    """A hidden page may lose its socket through no fault of its own."""
    socket.hidden = command.hidden


def lost(floor: Floor, event: VisitorLost) -> None:
    """A page is gone. With the last one a countdown begins, short for a page that closed itself."""
    socket = floor.unseat(event.connection)
    if socket is not None:
        restoring.left(floor, socket)
    if socket is None or socket.chat is None:
        return
    chat = socket.chat
    chat.sockets.discard(event.connection)
    chat.audience = None
    if chat.sockets or chat.status == "ended":
        return
    rules, now = floor.rules, floor.now.mono
    chat.gone_at = now
    floor.timers.set("gone_notice", chat.id, now + (rules.gone_notice_leaving if event.leaving else rules.gone_notice_after))
    floor.timers.set("grace", chat.id, now + _grace(floor, socket, leaving=event.leaving))


def _grace(floor: Floor, socket: VisitorSocket, *, leaving: bool) -> float:
    rules = floor.rules
    if leaving:
        return rules.visitor_grace_leaving
    return rules.visitor_grace_hidden if socket.hidden or socket.mobile else rules.visitor_grace


def gone_notice_due(floor: Floor, chat: Chat) -> None:
    """Too long for a hiccup: the agent sees it, nobody is rung for an empty chair, what was armed is saved."""
    chat.gone = True
    floor.tell_agents(chat, Typing(chat=chat.id, by="visitor", on=False))
    if chat.status == "offered":
        matching.pass_on(floor, chat, "withdrawn")
    conversion.visitor_is_gone(floor, chat)
    floor.touch(chat)
    floor.seats_changed = True


def grace_due(floor: Floor, chat: Chat) -> None:
    """The visitor did not come back."""
    endings.end(floor, chat, "visitor_left" if chat.status == "active" else "queue_abandoned")

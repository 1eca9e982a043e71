"""What is done with the frames of one socket: limits, strict reading, cleaning, and then the desk.

A frame that is refused changes nothing and is answered with a fixed code; nothing of it is repeated to anybody.
"""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from livesupport.chat.events import (
    AgentArrived,
    AgentLost,
    AgentSaid,
    Connection,
    Count,
    SaveRequest,
    VisitorArrived,
    VisitorLost,
    VisitorSaid,
)
from livesupport.chat.protocol import (
    AgentCommand,
    AgentHello,
    BadFrame,
    CloseCode,
    LeaveRequest,
    RefusalCode,
    Refused,
    Start,
    VisitorCommand,
    VisitorHello,
    VisitorSay,
)
from livesupport.live.desk import Desk, new_id
from livesupport.live.limits import Bucket, Rate, neighbourhood
from livesupport.live.ports import SignedIn
from livesupport.live.proof import Purpose, bits_needed, challenge, is_proven
from livesupport.live.reading import cleaned, read_agent, read_visitor
from livesupport.live.transport import Socket

MOST_BAD_FRAMES = 10
LEASE_SECONDS = 600.0  # a token that is older brings no chat back; while a chat lives it is renewed every 30 s

log = structlog.get_logger()


class SocketReceiver:
    """What both kinds of socket have in common: a hello in time, no noise, and a seat of their address."""

    __slots__ = ("_bad_frames", "_desk", "_frames", "_greeted", "_hello_timer", "_host", "_limited", "_socket", "connection")

    connection: Connection
    _socket: Socket

    def __init__(self, desk: Desk, host: str, rate: Rate) -> None:
        """`host`: the address of the peer. `rate`: how many frames it may send."""
        self._desk = desk
        self._host = host
        self._limited = not desk.hub.admission.is_exempt(host)
        self._frames = Bucket(rate)
        self._bad_frames = 0
        self._greeted = False
        self._hello_timer: asyncio.TimerHandle | None = None

    def take_seat(self) -> bool:
        """Takes a seat of this address, if one is left. `lost` gives it back, or `stay_out` when the handshake failed."""
        return not self._limited or self._desk.hub.admission.addresses.take(neighbourhood(self._host))

    def stay_out(self) -> None:
        """Gives the seat back."""
        if self._limited:
            self._desk.hub.admission.addresses.give_back(neighbourhood(self._host))

    def begin(self, socket: Socket) -> None:
        """The handshake is over: joins the hub, and waits for the hello."""
        hub = self._desk.hub
        self._socket = socket
        self.connection = hub.join(socket)
        self._hello_timer = asyncio.get_running_loop().call_later(
            hub.admission.limits.hello_seconds, socket.close, CloseCode.NOT_SIGNED_IN
        )

    def frame(self, payload: bytes) -> None:
        """Takes one frame. Never raises: a fault costs the frame and nothing else."""
        if self._limited and self._frames.take(self._desk.clock().mono):
            self._socket.close(CloseCode.TOO_FAST)
            return
        try:
            self._read(payload)
        except BadFrame:
            self._noise("malformed")
        except Exception as fault:
            log.error("frame_failed", error=type(fault).__name__)

    def lost(self, code: int) -> None:
        """The socket has ended."""
        self._stop_waiting_for_hello()
        self._desk.hub.leave(self.connection)
        self.stay_out()
        if self._greeted:
            self._leave(code)

    def _read(self, payload: bytes) -> None:
        raise NotImplementedError

    def _leave(self, code: int) -> None:
        raise NotImplementedError

    def _greet(self) -> bool:
        """A hello came; False when it is not the first."""
        self._stop_waiting_for_hello()
        first, self._greeted = not self._greeted, True
        if not first:
            self._noise("not_allowed")
        return first

    def _stop_waiting_for_hello(self) -> None:
        if self._hello_timer is not None:
            self._hello_timer.cancel()
            self._hello_timer = None

    def _noise(self, code: RefusalCode) -> None:
        """Answers a frame that no client of ours would send; a few may be a mistake, more are not."""
        self._bad_frames += 1
        self._refuse(Refused(code=code))
        if self._bad_frames >= MOST_BAD_FRAMES:
            self._socket.close(CloseCode.MALFORMED)

    def _refuse(self, refused: Refused) -> None:
        self._desk.hub.deliver((self.connection,), refused)
        self._desk.hub.write()


class VisitorReceiver(SocketReceiver):
    """A panel's socket."""

    __slots__ = ("_site", "_visitor")

    _site: str
    _visitor: str

    def __init__(self, desk: Desk, host: str) -> None:
        super().__init__(desk, host, desk.hub.admission.visitor_frames)

    def _read(self, payload: bytes) -> None:
        command = read_visitor(payload)
        if isinstance(command, VisitorHello):
            if self._greet():
                self._hello(command)
        elif not self._greeted:
            self._noise("hello_first")
        else:
            self._hear(cleaned(command, self._desk.ports.clean))

    @property
    def _address(self) -> str:
        """By what it is known where it is compared and not kept."""
        return self._desk.ports.fingerprint(neighbourhood(self._host))

    def _hello(self, hello: VisitorHello) -> None:
        ports = self._desk.ports
        token = ports.read_token(hello.token) if hello.token else None
        if token is not None and token.site != hello.site:
            token = None
        self._site = hello.site
        self._visitor = token.visitor if token else new_id()
        seated = not self._limited or self._desk.hub.admission.visitors.take(self._visitor)
        if not seated:
            self._greeted = False
            self._socket.close(CloseCode.TOO_FAST)
            return
        arrived = VisitorArrived(
            connection=self.connection,
            visitor=self._visitor,
            hello=hello,
            chat=token.chat if token else None,
            token=token.number if token else 0,
            recent=token is not None and self._desk.clock().wall - token.issued <= LEASE_SECONDS,
            address=self._address,
        )
        self._desk.handle(arrived)

    def _hear(self, command: VisitorCommand) -> None:
        match command:
            case VisitorSay():
                self._say(command)
            case Start():
                self._start(command)
            case LeaveRequest():
                self._leave_request(command)
            case _:
                self._desk.handle(VisitorSaid(connection=self.connection, command=command))

    def _say(self, say: VisitorSay) -> None:
        wait = self._limited and self._desk.hub.admission.messages.take(self._visitor, self._desk.clock().mono)
        if wait:
            self._too_fast(say.ref, wait)
        else:
            self._desk.handle(VisitorSaid(connection=self.connection, command=say))

    def _start(self, start: Start) -> None:
        """Only a start that made a chat counts: a slip of the pen costs nobody a place."""
        starts, address, moment = self._desk.hub.admission.starts, self._address, self._desk.clock().mono
        if self._limited and (wait := starts.wait(address, moment)):
            self._too_fast(start.ref, wait)
            return
        phone = self._phone(start.phone, start.ref)
        if phone is None or (self._limited and self._lacks_proof(start, address, moment)):
            return
        said = VisitorSaid(connection=self.connection, command=msgspec.structs.replace(start, phone=phone))
        if any(isinstance(effect, Count) and effect.name == "started" for effect in self._desk.handle(said)):
            self._desk.hub.admission.count_start(address, moment)

    def _lacks_proof(self, start: Start, address: str, now: float) -> bool:
        """Whether this start needs a proof of work that it does not bring; the visitor has then been told what to solve."""
        recent, limits = self._desk.hub.admission.recent_starts, self._desk.hub.admission.limits
        purpose, fingerprint = Purpose(address, start.id, recent.count(address, now)), self._desk.ports.fingerprint
        bits = bits_needed(purpose.starts, limits)
        if not bits or is_proven(purpose, start.proof, bits, now, fingerprint):
            return False
        solve, wait = challenge(purpose, now, fingerprint), round(recent.wait(address, limits.proof_after, now), 1)
        self._refuse(Refused(code="proof_needed", ref=start.ref, retry_after=wait, challenge=solve, bits=bits))
        return True

    def _leave_request(self, request: LeaveRequest) -> None:
        """A request may name an e-mail address in place of a phone."""
        requests, address, moment = self._desk.hub.admission.requests, neighbourhood(self._host), self._desk.clock().mono
        if self._limited and (wait := requests.wait(address, moment)):
            self._too_fast(request.ref, wait)
            return
        phone = "" if request.email and not request.phone else self._phone(request.phone, request.ref)
        if phone is None:
            return
        said = VisitorSaid(connection=self.connection, command=msgspec.structs.replace(request, phone=phone))
        if any(isinstance(effect, SaveRequest) for effect in self._desk.handle(said)):
            requests.take(address, moment)

    def _phone(self, text: str, ref: int) -> str | None:
        ports = self._desk.ports
        phone = ports.parse_phone(text, ports.region_of(self._site))
        if phone is None:
            self._refuse(Refused(code="bad_phone", field="phone", ref=ref))
        return phone

    def _too_fast(self, ref: int, wait: float) -> None:
        self._refuse(Refused(code="too_fast", ref=ref, retry_after=round(wait, 1)))

    def _leave(self, code: int) -> None:
        if self._limited:
            self._desk.hub.admission.visitors.give_back(self._visitor)
        self._desk.handle(VisitorLost(connection=self.connection, leaving=code == CloseCode.GOING_AWAY))


class AgentReceiver(SocketReceiver):
    """A console's socket; the handshake has found out whose."""

    __slots__ = ("_who",)

    def __init__(self, desk: Desk, host: str, who: SignedIn) -> None:
        super().__init__(desk, host, desk.hub.admission.agent_frames)
        self._who = who

    def begin(self, socket: Socket) -> None:
        """Also remembers the session, whose end is the end of this socket."""
        super().begin(socket)
        self._desk.signed_in(self.connection, self._who.session_id)

    def lost(self, code: int) -> None:
        """The socket has ended."""
        self._desk.signed_out(self.connection)
        super().lost(code)

    def _read(self, payload: bytes) -> None:
        command: AgentCommand = read_agent(payload)
        if isinstance(command, AgentHello):
            if self._greet():
                self._desk.handle(AgentArrived(connection=self.connection, agent=self._who.agent_id, hello=command))
        elif not self._greeted:
            self._noise("hello_first")
        else:
            self._desk.handle(AgentSaid(connection=self.connection, command=cleaned(command, self._desk.ports.clean)))

    def _leave(self, code: int) -> None:
        self._desk.handle(AgentLost(connection=self.connection))

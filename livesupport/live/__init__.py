"""The shell around `chat`: sockets, limits, timers and tasks. Others take what they need of the wire from here."""

from livesupport.chat.events import AgentIdentity, Parting, Site, Topic
from livesupport.chat.machine import Serving
from livesupport.chat.seal import KeyRing
from livesupport.live.desk import Desk, open_desk
from livesupport.live.endpoints import agent_socket, news_socket, visitor_socket
from livesupport.live.handshake import SocketProtocol
from livesupport.live.hub import Hub
from livesupport.live.news import News, NewsPorts, Reader
from livesupport.live.news_wire import Who, protocol_schema
from livesupport.live.ports import Ports, SignedIn
from livesupport.rules import Rules

__all__ = [
    "AgentIdentity",
    "Desk",
    "Hub",
    "KeyRing",
    "News",
    "NewsPorts",
    "Parting",
    "Ports",
    "Reader",
    "Rules",
    "Serving",
    "SignedIn",
    "Site",
    "SocketProtocol",
    "Topic",
    "Who",
    "agent_socket",
    "news_socket",
    "open_desk",
    "protocol_schema",
    "visitor_socket",
]

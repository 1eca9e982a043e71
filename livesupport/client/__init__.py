"""A reference client, written from docs/protocol.md alone: how a page of another make would talk to the server.

The sessions are pure: a frame in, the frames that answer it out; no socket, no clock. `Client` puts one on a WebSocket that
comes back by itself. Nothing here is used by the server, and nothing of the server is used here.

    async with Client(VisitorSession("default"), "https://support.example.org") as nino:
        await nino.until(lambda: nino.session.is_welcome)
        nino.send(nino.session.start("Nino", "+995555123456", "Where is my order?"))
        await nino.until(lambda: nino.session.chat.state.get("status") == "active")
        nino.send(*nino.session.say("Hello"))
"""

from livesupport.client.copy import ChatCopy, Frame, new_id
from livesupport.client.sessions import AgentSession, VisitorSession
from livesupport.client.socket import Client, backoff, may_return

__all__ = ["AgentSession", "ChatCopy", "Client", "Frame", "VisitorSession", "backoff", "may_return", "new_id"]

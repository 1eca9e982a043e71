"""What only who asked in the panel holds, and shows to say that a request is theirs, or where to send the answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from livesupport.http.forms import Form
from livesupport.http.state import Request
from livesupport.signing import origin_of_chat, origin_of_request


class Proof(Form, frozen=True, kw_only=True):
    """`token`: the visitor's, of the chat that was saved. `request`: the id of the request that was left without a chat."""

    token: str = ""
    request: Annotated[str, Meta(max_length=64)] = ""


def origin_of(request: Request, proof: Proof) -> str | None:
    """The name under which the ticket remembers where it came from; None when nothing is proved."""
    if proof.request:
        return origin_of_request(proof.request)
    token = request.state["visitor_tokens"].read(proof.token)
    return None if token is None else origin_of_chat(token.chat)

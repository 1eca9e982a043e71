"""The numbers a chat lives by: one value, read from the configuration's `[chat]` table, handed to the chat machine.

It stands on the bottom floor, apart from `config`, because `chat` may import nothing that can reach a file or a clock.
All durations are seconds.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

ConvertMode = Literal["notify", "ask", "recorded"]
Positive = Annotated[int, Meta(ge=1)]
Seats = Annotated[int, Meta(ge=1, le=20)]
Words = Annotated[int, Meta(ge=1, le=7000)]  # code points; its line fits a `Record` of the wire with every one of them escaped
Short = Annotated[int, Meta(ge=1, le=2000)]  # code points; as on the wire


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every limit of a chat with its default (product.md, section 3)."""

    # What one person may say.
    text_limit: Words = 2000
    name_limit: Short = 80
    phone_limit: Short = 32
    question_limit: Words = 500
    note_limit: Words = 2000
    messages_per_chat: Positive = 500
    bytes_per_chat: Positive = 256 * 1024
    bytes_of_all_chats: Positive = 256 * 1024 * 1024
    max_chat_age: float = 8 * 3600.0

    # Who gets whom.
    default_capacity: Seats = 3
    offer_seconds: float = 30.0
    missed_offers_until_away: int = 2
    between_assignments: float = 3.0
    wrap_up_seconds: float = 0.0
    max_hops: int = 3

    # Waiting.
    queue_limit: int = 10
    queue_limit_per_seat: int = 3
    show_queue_after: float = 3.0
    wait_prompt_after: float = 60.0
    wait_prompt_every: float = 120.0  # 0: asks once
    max_wait: float = 1800.0
    estimate_samples: int = 20
    estimate_needs: int = 5

    # People who vanish.
    gone_notice_after: float = 10.0
    gone_notice_leaving: float = 1.0
    visitor_grace: float = 90.0
    visitor_grace_hidden: float = 180.0
    visitor_grace_leaving: float = 30.0
    agent_notice_after: float = 5.0
    agent_reclaim: float = 60.0
    agent_lost_after: float = 600.0
    restore_wait: float = 60.0

    # Conversations that end.
    inactive_after: float = 600.0
    idle_warning_after: float = 480.0
    idle_end_after: float = 900.0
    pinned_idle_end_after: float = 3600.0
    ending_seconds: float = 10.0
    ended_keep: float = 60.0

    # Conversion into a ticket.
    convert: ConvertMode = "notify"
    convert_seconds: float = 5.0
    convert_ask_seconds: float = 60.0
    append_every: float = 2.0

    # Blocking.
    block_seconds: float = 86400.0

"""The seal: only what we said, in the order in which we said it, verifies, whoever holds the records and whatever he does."""

from __future__ import annotations

import json
from string import ascii_letters, digits

import pytest

from livesupport.chat import protocol as p
from livesupport.chat.believing import Copy
from livesupport.chat.seal import LINES, NOTES, Chain, ChatName, KeyRing, Verifier, take_apart
from livesupport.chat.transcript import Notes, Transcript, memory_of

VERA = ChatName("shop", "chat-of-vera-0001", "vera")
OLD, NEW = bytes(range(32)), bytes(range(1, 33))
RING = KeyRing("first", {"first": OLD})
CARD = p.VisitorCard(name="Vera", phone="+995555000001", question="Where is my parcel?")


def sealed(count: int, name: ChatName = VERA, ring: KeyRing = RING, *, epoch: int = 1, **opened: str) -> list[p.Line]:
    """So many lines of one chat, as the server sealed them."""
    transcript = Transcript(name.chat, epoch, Chain(ring, name, LINES))
    for number in range(1, count + 1):
        if number == 1:
            transcript.append("opened", "visitor", 100.0, name="Vera", text="Where?", id="a" * 22, card=CARD)
        else:
            by: p.Party = "agent" if number % 2 else "visitor"
            transcript.append("message", by, 100.0 + number, name="Ana", text=f"line {number}", id=f"{number:022}", agent=1)
    return transcript.lines


def raw(lines: list[p.Line]) -> list[str]:
    return [p.encode(line).decode() for line in lines]


def believed(records: list[str], name: ChatName = VERA, ring: KeyRing = RING, notes: list[str] | None = None) -> list[int]:
    """The numbers of the lines that are believed."""
    return [line.seq for line in a_copy_of(records, name, ring, notes).union.lines()]


def a_copy_of(
    records: list[str], name: ChatName = VERA, ring: KeyRing = RING, notes: list[str] | None = None, *, at_once: int = 100
) -> Copy:
    """What is believed of the copy of an agent's page, which comes in pages of so many records."""
    copy = Copy("agent")
    for at in range(0, len(records), at_once):
        copy.take(ring, name, p.Records(chat=name.chat, lines=records[at : at + at_once]))
    copy.take(ring, name, p.Records(chat=name.chat, lines=[], notes=notes or []))
    return copy


@pytest.mark.parametrize("count", [0, 1, 2, 500, 501])
def test_what_was_sealed_is_believed_whole(count: int) -> None:
    assert believed(raw(sealed(count))) == list(range(1, count + 1))


def test_every_flipped_bit_of_every_byte_costs_the_record() -> None:
    lines = raw(sealed(3))
    genuine = lines[2].encode()

    for position in range(len(genuine)):
        for bit in range(8):
            forged = bytearray(genuine)
            forged[position] ^= 1 << bit
            try:
                record = forged.decode()
            except UnicodeDecodeError:
                record = forged.decode("utf-8", "surrogateescape")
            assert believed([*lines[:2], record]) == [1, 2], (position, bit)


def test_a_changed_field_is_not_believed() -> None:
    lines = raw(sealed(3))
    changes = {
        "chat": "another-chat-00001", "epoch": 2, "seq": 4, "at": 1.0, "kind": "armed", "by": "visitor", "name": "Eve",
        "text": "Yes, we refund you.", "id": "b" * 22, "agent": 2,
    }  # fmt: skip

    for field, value in changes.items():
        frame = json.loads(lines[2])
        assert frame[field] != value
        frame[field] = value
        assert believed([*lines[:2], json.dumps(frame, separators=(",", ":"))]) == [1, 2], field


def test_the_card_of_the_first_line_cannot_be_changed() -> None:
    first = raw(sealed(1))[0]

    assert believed([first]) == [1]
    assert believed([first.replace("+995555000001", "+995555000002")]) == []


def test_another_spelling_of_the_tag_cannot_carry_words() -> None:
    """A lenient base64 decoder skips quotes and commas, in which a member could hide behind a tag that verifies."""
    genuine = raw(sealed(3))
    body, _, seal = genuine[2].rpartition(',"seal":"')
    key_id, _, tag = seal.removesuffix('"}').partition(".")

    hidden = f'{tag[:4]}","id":"{tag[4:]}'
    spellings = [f"{tag}=", f"{tag}==", f" {tag}", f"{tag[:5]}!{tag[5:]}", hidden, tag.replace(tag[-1], "*")]
    for spelling in spellings:
        assert take_apart(f'{body},"seal":"{key_id}.{spelling}"}}') is None, spelling
    spare_bits = [f"{tag[:-1]}{last}" for last in ascii_letters + digits + "-_" if last != tag[-1]]
    assert all(believed([*genuine[:2], f'{body},"seal":"{key_id}.{other}"}}']) == [1, 2] for other in spare_bits)


def test_a_dropped_record_makes_a_hole_and_nothing_beyond_a_hole_is_believed() -> None:
    lines = raw(sealed(6))

    for dropped in range(6):
        assert believed(lines[:dropped] + lines[dropped + 1 :]) == list(range(1, dropped + 1))


def test_nor_can_a_hole_be_bridged_by_a_forged_record_with_the_right_tag() -> None:
    lines = raw(sealed(5))
    bridge = '{"t":"line","seal":"' + json.loads(lines[2])["seal"] + '"}'

    assert believed([*lines[:2], bridge, *lines[3:]]) == [1, 2]


def test_another_copy_fills_the_hole_and_both_together_are_everything() -> None:
    lines = raw(sealed(8))
    broken = [*lines[:3], lines[3].replace("line 4", "line 5"), *lines[4:]]

    one = a_copy_of(broken).union
    assert [line.seq for line in one.lines()] == [1, 2, 3]
    assert [line.seq for line in (one | a_copy_of(lines[:5]).union).lines()] == list(range(1, 9))


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_a_copy_is_believed_alike_however_it_is_cut_into_pages(at_once: int) -> None:
    copy = a_copy_of(raw(sealed(7)), at_once=at_once)
    assert [line.seq for line in copy.union.lines()] == [1, 2, 3, 4, 5, 6, 7]
    assert copy.lines_held == frozenset((1, seq) for seq in range(1, 8))


def test_nothing_is_kept_of_what_is_not_ours() -> None:
    lines = raw(sealed(3))
    copy = a_copy_of([*lines, *("x" * 1000 for _ in range(50)), lines[2].replace("line 3", "line 4")])
    assert copy.kept == sum(memory_of(line) for line in sealed(3))
    assert copy.lines_held is None
    assert not a_copy_of(["x"]).is_ours


def test_swapped_records_are_not_believed_in_their_new_order() -> None:
    lines = raw(sealed(5))

    swapped = [lines[0], lines[1], lines[3], lines[2], lines[4]]
    assert believed(swapped) == [1, 2]


def test_repeated_records_count_once() -> None:
    lines = raw(sealed(4))

    assert believed([line for line in lines for _ in range(3)]) == [1, 2, 3, 4]
    assert believed(lines + lines) == [1, 2, 3, 4]


def test_inserted_records_are_dropped_by_themselves() -> None:
    lines = raw(sealed(4))
    nonsense = ["", "{}", "null", '"', ',"seal":"', ',"seal":"first."}', '{"t":"line"}', "\ud800", "[" * 9000, '{"seal":"x.y"}']

    for each in nonsense:
        assert take_apart(each) is None or believed([each]) == []
        assert believed([*lines[:2], each, *lines[2:]]) == [1, 2, 3, 4], each


def test_a_cut_tail_is_all_that_a_page_can_take_away() -> None:
    lines = raw(sealed(6))

    assert all(believed(lines[:kept]) == list(range(1, kept + 1)) for kept in range(7))
    assert all(believed(lines[cut:]) == [] for cut in range(1, 7))  # without its head a chat is nothing


@pytest.mark.parametrize(
    "other",
    [ChatName("shop", "chat-of-levan-001", "vera"), ChatName("shop", VERA.chat, "levan"), ChatName("desk", VERA.chat, "vera")],
)
def test_lines_of_another_chat_visitor_or_site_are_strangers(other: ChatName) -> None:
    foreign = raw(sealed(4, other))

    assert believed(foreign, other) == [1, 2, 3, 4]
    assert believed(foreign) == []
    assert believed([*raw(sealed(2)), *foreign[2:]]) == [1, 2]


def test_names_that_run_together_are_still_different_names() -> None:
    assert believed(raw(sealed(2, ChatName("shop", "x", "yz"))), ChatName("shop", "xy", "z")) == []


def test_each_epoch_begins_at_the_first_line_and_cannot_stand_behind_another_chats() -> None:
    first = sealed(3)
    opened = take_apart(raw(first)[0])
    assert opened is not None
    later = Transcript(VERA.chat, 2, Chain(RING, VERA, LINES, opened.tag))
    later.add(first)
    both = [*raw(first), *raw([later.append("message", "agent", 200.0, text=text) for text in ("four", "five")])]

    assert believed(both) == [1, 2, 3, 4, 5]
    assert believed([both[0], *both[3:]]) == [1, 4, 5]  # the middle is lost, and the numbers show it
    assert believed(both[3:]) == []
    assert believed([*both[:3], both[4]]) == [1, 2, 3]


def test_an_epoch_that_begins_right_behind_the_first_line_is_believed() -> None:
    first = sealed(1)
    opened = take_apart(raw(first)[0])
    assert opened is not None
    later = Transcript(VERA.chat, 2, Chain(RING, VERA, LINES, opened.tag))
    later.add(first)

    assert believed([*raw(first), *raw([later.append("message", "agent", 200.0, text="two")])]) == [1, 2]


def test_records_of_a_key_that_was_renewed_verify_until_it_is_destroyed() -> None:
    lines = raw(sealed(3))
    renewed = KeyRing("second", {"first": OLD, "second": NEW})

    assert believed(lines, ring=renewed) == [1, 2, 3]
    assert believed(lines, ring=KeyRing("second", {"second": NEW})) == []


def test_a_key_under_another_keys_name_verifies_nothing() -> None:
    lines = raw(sealed(3))

    assert believed(lines, ring=KeyRing("first", {"first": NEW})) == []
    assert believed([line.replace('"first.', '"second.') for line in lines], ring=KeyRing("second", {"second": NEW})) == []
    assert believed([line.replace('"first.', '"') for line in lines]) == []
    assert believed([line.replace('"first.', '"ключ.') for line in lines]) == []


def test_a_note_never_verifies_as_a_line_nor_a_line_as_a_note() -> None:
    notes = Notes(VERA.chat, 1, Chain(RING, VERA, NOTES))
    note = p.encode(notes.append(1, "Ana", 100.0, "He shouts.", "n" * 22)).decode()
    lines = raw(sealed(2))

    assert believed([note]) == []
    assert believed([*lines, note]) == [1, 2]
    copy = a_copy_of(lines, notes=[*lines, note])
    assert [note.text for note in copy.union.notes.values()] == ["He shouts."]


def test_what_we_sealed_but_can_no_longer_read_costs_itself_and_raises_nothing() -> None:
    """A record of an older program: the seal is ours, a field of today is missing."""
    chain = Chain(RING, VERA, LINES)
    old = p.Refused(code="ended")
    record = p.encode(old).decode()[:-1] + f',"seal":"{chain.seal(old)}"}}'
    taken = take_apart(record)
    assert taken is not None
    assert Verifier(RING, VERA, LINES).follows(taken, b"")

    assert believed([record]) == []
    assert a_copy_of([], notes=[record]).union.notes == {}


def test_an_unknown_line_of_text_with_our_own_marks_is_sealed_as_it_is() -> None:
    """What people say cannot end the text of a record before its seal."""
    transcript = Transcript(VERA.chat, 1, Chain(RING, VERA, LINES))
    for text in ('","seal":"first.AAAA"}', "\u2028\u0000\\", "🧿" * 500):
        transcript.append("opened" if not transcript.lines else "message", "visitor", 1.0, text=text)

    assert believed(raw(transcript.lines)) == [1, 2, 3]

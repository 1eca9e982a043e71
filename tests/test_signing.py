"""Keys that nobody can guess, tokens that open one chat for a while, names that cannot be turned back."""

from __future__ import annotations

import stat
from pathlib import Path

import itsdangerous
import pytest

from livesupport.config import ConfigError
from livesupport.signing import Fingerprints, RequestLinks, VisitorTokens, load_key, origin_of_chat

KEY = bytes(range(32))
AGE = 8 * 3600.0


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_first_start_makes_a_key_for_its_owner_alone_and_later_ones_keep_it(tmp_path: Path) -> None:
    key = load_key(tmp_path / "keys", "signing.key")

    assert len(key) == 32
    assert load_key(tmp_path / "keys", "signing.key") == key
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["signing.key"]
    assert stat.S_IMODE((tmp_path / "keys/signing.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("weak", [b"", b"changeme", b"12345678", b"a" * 32, b"changeme" * 4, bytes(8) * 8])
def test_a_key_that_anybody_could_guess_is_refused(tmp_path: Path, weak: bytes) -> None:
    path = tmp_path / "signing.key"
    path.write_bytes(weak)
    path.chmod(0o600)

    with pytest.raises(ConfigError, match=r"is no key of 32 random bytes\. Move it away"):
        load_key(tmp_path, "signing.key")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    load_key(tmp_path, "signing.key")
    (tmp_path / "signing.key").chmod(0o640)

    with pytest.raises(ConfigError, match="can be read by others"):
        load_key(tmp_path, "signing.key")


def test_a_visitor_comes_back_with_a_token(clock: Clock) -> None:
    tokens = VisitorTokens(KEY, AGE, clock)

    token = tokens.read(tokens.sign("nino", "shop", "chat-1", 7))

    assert token is not None
    assert (token.visitor, token.site, token.chat, token.number) == ("nino", "shop", "chat-1", 7)
    assert token.issued == clock.now


def test_a_token_ends_with_the_greatest_age_of_a_chat(clock: Clock) -> None:
    tokens = VisitorTokens(KEY, AGE, clock)
    token = tokens.sign("nino", "shop", "chat-1", 7)

    clock.now += AGE
    assert tokens.read(token) is not None
    clock.now += 1
    assert tokens.read(token) is None


def test_a_clock_that_is_set_back_costs_nobody_a_chat_and_makes_no_token_live_for_ever(clock: Clock) -> None:
    tokens = VisitorTokens(KEY, AGE, clock)
    token = tokens.sign("nino", "shop", "chat-1", 7)

    clock.now -= AGE
    assert tokens.read(token) is not None
    clock.now -= 1
    assert tokens.read(token) is None


def test_a_token_with_any_character_changed_opens_nothing(clock: Clock) -> None:
    tokens = VisitorTokens(KEY, AGE, clock)
    token = tokens.sign("nino", "shop", "chat-1", 7)
    was = tokens.read(token)

    # The last character of base64 may carry bits that mean nothing: those forms say the same, and no more.
    opened = [tokens.read(token[:at] + "A" + token[at + 1 :]) for at in range(len(token)) if token[at] != "A"]
    assert set(opened) <= {None, was}
    assert opened.count(was) <= 1


@pytest.mark.parametrize("token", ["", ".", "..", "é", "a.b.c", "A" * 65_536, "\ud800"])
def test_rubbish_is_no_token(clock: Clock, token: str) -> None:
    assert VisitorTokens(KEY, AGE, clock).read(token) is None


def test_a_token_of_another_key_or_another_purpose_opens_nothing(clock: Clock) -> None:
    tokens = VisitorTokens(KEY, AGE, clock)
    other_key = VisitorTokens(KEY[::-1], AGE, clock)
    other_purpose = itsdangerous.URLSafeTimedSerializer(KEY, salt="livesupport.confirm").dumps(["nino", "shop", "chat-1", 7])

    assert tokens.read(other_key.sign("nino", "shop", "chat-1", 7)) is None
    assert tokens.read(str(other_purpose)) is None


def test_the_link_to_a_request_with_any_character_changed_or_of_an_old_key_opens_nothing(clock: Clock) -> None:
    links = RequestLinks(KEY, clock)
    key = links.sign("1042-7")
    assert links.read(key) == "1042-7"
    assert RequestLinks(KEY[::-1], clock).read(key) is None

    opened = [links.read(key[:at] + other + key[at + 1 :]) for at in range(len(key)) for other in "A_z.0" if key[at] != other]
    assert set(opened) <= {None, "1042-7"}
    assert opened.count("1042-7") <= 3  # bits of the last character that mean nothing


def test_a_fingerprint_is_the_same_in_one_process_and_means_nothing_in_the_next() -> None:
    here, there = Fingerprints(), Fingerprints()

    assert here("10.0.0.1") == here("10.0.0.1") != here("10.0.0.2")
    assert here("10.0.0.1") != there("10.0.0.1")
    assert here("\ud800")


def test_a_chat_has_one_origin_that_does_not_show_its_id() -> None:
    assert origin_of_chat("chat-1") == origin_of_chat("chat-1") != origin_of_chat("chat-2")
    assert "chat-1" not in origin_of_chat("chat-1")

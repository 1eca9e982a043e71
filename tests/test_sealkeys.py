"""The ring of sealing keys on disk: made, renewed, kept as long as a chat may need them, then destroyed; never a weak one."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from livesupport.config import ConfigError
from livesupport.sealkeys import NEW_KEY_EVERY, SealKeys

KEEP = 8 * 3600.0


class Clock:
    """Seconds that only the test moves."""

    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> SealKeys:
    return SealKeys(tmp_path / "keys", KEEP, clock)


def files(directory: Path) -> list[Path]:
    return sorted((directory / "keys").iterdir())


def test_the_first_start_makes_a_key_that_only_its_owner_can_read(keys: SealKeys, tmp_path: Path) -> None:
    current, ring = keys.ring()

    assert [len(key) for key in ring.values()] == [32]
    assert list(ring) == [current]
    assert stat.S_IMODE(files(tmp_path)[0].stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_the_next_start_finds_the_same_key(keys: SealKeys, tmp_path: Path, clock: Clock) -> None:
    assert keys.ring() == SealKeys(tmp_path / "keys", KEEP, clock).ring()


@pytest.mark.parametrize(("after", "count"), [(NEW_KEY_EVERY - 1, 1), (NEW_KEY_EVERY, 2)])
def test_every_twelve_hours_a_new_key_seals_and_the_old_one_verifies(
    keys: SealKeys, clock: Clock, after: float, count: int
) -> None:
    first, old = keys.ring()
    clock.now += after
    current, ring = keys.ring()

    assert len(ring) == count
    assert ring[first] == old[first]
    assert (current == first) == (count == 1)


@pytest.mark.parametrize(("after", "verifies"), [(-1.0, True), (0.0, False), (1.0, False)])
def test_an_old_key_is_destroyed_when_no_chat_can_be_so_old(
    keys: SealKeys, clock: Clock, tmp_path: Path, after: float, verifies: bool
) -> None:
    first, _ = keys.ring()
    old_file = files(tmp_path)[0]
    clock.now += NEW_KEY_EVERY
    keys.ring()
    clock.now += KEEP + after
    _, ring = keys.ring()

    assert (first in ring) is verifies
    assert old_file.exists() is verifies


def test_the_bytes_of_a_destroyed_key_are_overwritten(keys: SealKeys, clock: Clock, tmp_path: Path) -> None:
    keys.ring()
    witness = tmp_path / "witness"
    witness.hardlink_to(files(tmp_path)[0])
    clock.now += NEW_KEY_EVERY
    keys.ring()
    clock.now += NEW_KEY_EVERY + KEEP
    assert any(witness.read_bytes())

    keys.ring()

    assert witness.read_bytes() == bytes(32)


def test_the_only_key_is_never_destroyed_before_there_is_another(keys: SealKeys, clock: Clock) -> None:
    first, _ = keys.ring()
    clock.now += 30 * 24 * 3600
    current, ring = keys.ring()

    assert current != first
    assert list(ring) == [current]


def test_a_clock_that_was_set_back_makes_and_destroys_nothing(keys: SealKeys, clock: Clock) -> None:
    before = keys.ring()
    clock.now -= 3600

    assert keys.ring() == before


def test_a_key_that_cannot_be_removed_verifies_nothing_and_stops_no_other(
    keys: SealKeys, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, _ = keys.ring()
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if old in path.name:
            raise PermissionError
        unlink(path, missing_ok)

    clock.now += NEW_KEY_EVERY + KEEP + 1
    with monkeypatch.context() as stubborn:
        stubborn.setattr(Path, "unlink", refuse)
        current, ring = keys.ring()
    assert (list(ring), old in ring) == ([current], False)
    assert len(files(tmp_path)) == 2

    clock.now += 1
    assert keys.ring() == (current, ring)
    assert len(files(tmp_path)) == 1


@pytest.mark.parametrize("weak", [b"", b"changeme" * 4, bytes(32), b"short", bytes(range(8)) * 4])
def test_a_weak_key_is_refused(keys: SealKeys, tmp_path: Path, weak: bytes) -> None:
    keys.ring()
    files(tmp_path)[0].write_bytes(weak)

    with pytest.raises(ConfigError):
        keys.ring()


def test_a_key_that_others_can_read_is_refused(keys: SealKeys, tmp_path: Path) -> None:
    keys.ring()
    files(tmp_path)[0].chmod(0o644)

    with pytest.raises(ConfigError):
        keys.ring()


def test_other_files_in_the_folder_are_no_keys_and_are_left_alone(keys: SealKeys, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "keys").mkdir(mode=0o700)
    names = ("server.key", "seal-1-xyz.key", "seal-1700000000-0123abcd.key.bak", "seal-1700000000-0123abcd.key\n")
    for name in names:
        (tmp_path / "keys" / name).write_bytes(b"changeme")
    clock.now += 10 * 24 * 3600

    _, ring = keys.ring()

    assert len(ring) == 1
    assert {path.name for path in files(tmp_path)} >= set(names)

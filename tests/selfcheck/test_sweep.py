"""The search finds what lies in files, whole or cut, open or packed, and in the names of files."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path

import pytest

from livesupport.errors import Unavailable
from livesupport.selfcheck import sweep
from livesupport.selfcheck.canaries import Canaries, Needle, needles
from livesupport.selfcheck.memory import copies
from livesupport.selfcheck.sweep import Found, search_file, search_open_files, search_tree


@pytest.fixture
def word() -> bytes:
    return Canaries().latin("the word").encode()


@pytest.fixture
def sought(word: bytes) -> list[Needle]:
    return [Needle("the word", "plain", word)]


def test_a_word_in_a_file_is_found_and_a_clean_file_is_counted(tmp_path: Path, word: bytes, sought: list[Needle]) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below/dirty").write_bytes(b"\0" * 1000 + word)
    (tmp_path / ".clean").write_bytes(b"\0" * 500)

    found = search_tree(tmp_path, sought)

    assert [hit.where for hit in found.hits] == [str(tmp_path / "below/dirty")]
    assert (found.items, found.octets) == (2, 1532)


def test_a_word_across_two_blocks_is_found_once(
    tmp_path: Path, word: bytes, sought: list[Needle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BLOCK", 100)
    monkeypatch.setattr(sweep, "OVERLAP", 50)
    (tmp_path / "large").write_bytes(b"." * 90 + word + b"." * 300)
    found = Found()

    search_file(tmp_path / "large", sought, found)

    assert len(found.hits) == 1


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, lambda plain: gzip.compress(zlib.compress(plain))])
def test_a_word_that_was_packed_is_found(tmp_path: Path, pack: object, word: bytes, sought: list[Needle]) -> None:
    assert callable(pack)
    packed = b"x\x9c no stream \x1f\x8b\x08" + b"." * 77 + pack(b"." * 5000 + word)
    (tmp_path / "packed").write_bytes(packed)

    assert word not in packed
    assert len(search_tree(tmp_path, sought).hits) == 1


def test_a_word_deep_in_a_packed_file_is_found_across_all_blocks(
    tmp_path: Path, word: bytes, sought: list[Needle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BLOCK", 1000)
    monkeypatch.setattr(sweep, "OVERLAP", 100)
    noise = os.urandom(3000).hex().encode()
    inner = gzip.compress(noise + word)
    (tmp_path / "log.2.gz").write_bytes(gzip.compress(noise + inner + noise))

    assert {hit.where.count("compressed") for hit in search_tree(tmp_path, sought).hits} == {2}


def test_what_is_too_large_to_be_unpacked_is_no_proof(
    tmp_path: Path, sought: list[Needle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "MOST_UNPACKED", 100_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(100_001)))

    with pytest.raises(Unavailable, match="too much compressed data"):
        search_tree(tmp_path, sought)


def test_a_word_in_the_name_of_a_file_is_found(tmp_path: Path, word: bytes, sought: list[Needle]) -> None:
    (tmp_path / f"upload-{word.decode()}.png").touch()

    assert len(search_tree(tmp_path, sought).hits) == 1


def test_what_is_searched_elsewhere_or_is_older_is_left_out(tmp_path: Path, word: bytes, sought: list[Needle]) -> None:
    for name in ("apart", "old", "new"):
        (tmp_path / name).write_bytes(word)
    os.utime(tmp_path / "old", (1000, 1000))

    found = search_tree(tmp_path, sought, since=2000, apart=(tmp_path / "apart",))

    assert [hit.where for hit in found.hits] == [str(tmp_path / "new")]


def test_a_file_that_cannot_be_read_is_no_proof(tmp_path: Path, sought: list[Needle]) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        search_file(tmp_path, sought, Found())


def test_a_file_without_a_name_is_found_while_it_is_open(tmp_path: Path, word: bytes, sought: list[Needle]) -> None:
    with (tmp_path / "gone").open("w+b") as file:
        file.write(word)
        file.flush()
        (tmp_path / "gone").unlink()

        found = search_open_files(os.getpid(), sought)

    assert found is not None
    assert any("(deleted)" in hit.where for hit in found.hits)


def test_what_a_process_holds_in_memory_is_found() -> None:
    held = os.urandom(32)

    assert copies(os.getpid(), [held]) >= 1
    assert copies(os.getpid(), [bytes(byte ^ 0xA5 for byte in held)]) <= 1  # the word that is looked for is one itself
    assert needles([]) == []

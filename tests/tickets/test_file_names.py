"""Names that lead nowhere, hide nothing and can be saved on any disk (T44, T49)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesupport.tickets.file_names import LONGEST_NAME, clean_name
from livesupport.tickets.kinds import JPEG, PNG, TEXT


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("screen.png", "screen.png"),
        ("Screen.PNG", "Screen.png"),
        ("ეკრანი 1.png", "ეკრანი 1.png"),
        ("photo.jpg", "photo.jpg.png"),
        ("../../etc/passwd", "passwd.png"),
        ("..\\..\\boot.ini", "boot.ini.png"),
        ("/etc/passwd", "passwd.png"),
        ("C:\\Users\\nino\\a.png", "a.png"),
        ("a.png:stream", "stream.png"),
        (".htaccess", "htaccess.png"),
        ("..", "file.png"),
        ("", "file.png"),
        (" . ", "file.png"),
        (".png", "png.png"),
        ("CON", "file CON.png"),
        ("con.png", "file con.png"),
        ("lpt1.tar.png", "file lpt1.tar.png"),
        ("gpj.exe\u202e.png", "gpj.exe.png"),
        ("\u202egnp.exe", "gnp.exe.png"),
        ("x.p\u200bhp", "x.php.png"),
        ("a\0b\r\nc\td.png", "ab c d.png"),
        ('<a onclick="x">.png', "a onclick=x.png"),
        ("what?*|.png", "what.png"),
        ("a.png.", "a.png"),
        ("a.png ", "a.png"),
        ("x" * 300 + ".png", "x" * LONGEST_NAME + ".png"),
        ("ა" * 300 + ".png", "ა" * (LONGEST_NAME // 3) + ".png"),
    ],
)  # fmt: skip
def test_a_name_is_cleaned_and_tells_what_the_file_is(name: str, cleaned: str) -> None:
    assert clean_name(name, PNG) == cleaned


def test_each_kind_has_its_endings() -> None:
    assert clean_name("a.jpeg", JPEG) == "a.jpeg"
    assert clean_name("a.png", JPEG) == "a.png.jpg"
    assert clean_name("server.log", TEXT) == "server.log"
    assert clean_name("run.sh", TEXT) == "run.sh.txt"


@given(st.text(max_size=400))
def test_whatever_the_name_it_is_a_good_one(name: str) -> None:
    cleaned = clean_name(name, PNG)
    assert cleaned.endswith(".png")
    assert len(cleaned.encode()) <= 255
    assert len(cleaned) > len(".png")
    assert not set(cleaned) & set('/\\:<>"|?*\0\r\n\t')
    assert not cleaned.startswith((".", " "))
    assert clean_name(cleaned, PNG) == cleaned

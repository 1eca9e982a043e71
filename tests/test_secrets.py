"""Whatever opens something, or names it in an address, is drawn from 128 bits at least (T34)."""

from __future__ import annotations

import ast
import importlib
from itertools import pairwise
from pathlib import Path

import livesupport
from livesupport.storage.files import new_file_id

ROOMS = Path(livesupport.__file__).parent
ENOUGH = 16  # bytes
SHORTER = {
    ("http/middleware.py", 8),  # names a request in the log
    ("http/known_devices.py", 12),  # tells devices apart
    ("http/pages/admin/people.py", 12),  # a password, which nobody can try often
    ("demo.py", 9),  # the same, and told to everybody
    ("signing.py", 4),  # these stand in names of files
    ("sealkeys.py", 4),
    ("selfcheck/check.py", 8),
}


def draws() -> set[tuple[str, int]]:
    """Where the program draws what cannot be guessed, and of how many bytes."""
    found = set()
    for path in ROOMS.rglob("*.py"):
        module = path.relative_to(ROOMS).as_posix()
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr.startswith("token_"):
                found.add((module, _size(call.args[0], module)))
    return found


def _size(of: ast.expr, module: str) -> int:
    if isinstance(of, ast.Name):
        room = importlib.import_module("livesupport." + module.removesuffix(".py").replace("/", "."))
        return int(getattr(room, of.id))
    return int(ast.literal_eval(of))


def test_nothing_that_opens_something_is_shorter() -> None:
    found = draws()
    assert any(size > ENOUGH for _module, size in found)
    assert {(module, size) for module, size in found if size < ENOUGH} == SHORTER


def test_ten_thousand_files_have_names_that_say_nothing_of_each_other() -> None:
    names = [new_file_id() for _ in range(10_000)]
    assert len(set(names)) == len(names)
    assert {len(bytes.fromhex(name)) for name in names} == {ENOUGH}
    rising = sum(first < second for first, second in pairwise(names))
    assert 4000 < rising < 6000

"""Words that nobody else says, and a search for what they have left behind."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path


class Words:
    """What nobody else says: random words, and a search for them in files, as they are and in common disguises."""

    def __init__(self) -> None:
        self.name, self.question, self.message = (f"w{secrets.token_hex(8)}" for _ in range(3))
        self.phone = "555" + "".join(secrets.choice("0123456789") for _ in range(6))

    def found_below(self, directory: Path) -> list[str]:
        """The files that hold any of them."""
        disguises = {form for word in (self.name, self.question, self.message, self.phone) for form in _disguises(word)}
        files = [path for path in directory.rglob("*") if path.is_file()]
        return [path.name for path in files if any(form in path.read_bytes() for form in disguises)]


def _disguises(word: str) -> list[bytes]:
    plain = word.encode()
    shifted = [base64.b64encode(b"." * offset + plain)[4:-4] for offset in range(3)]
    return [plain, plain.hex().encode(), word.encode("utf-16-le"), *shifted]

"""Does a visitor's name pass for an agent's? Compared by look, not by code point, so a Cyrillic "Аna" is caught too."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# Letters of other scripts that look Latin, after Unicode's confusables table (UTS #39), the common ones.
_LOOK_ALIKES = str.maketrans(
    {
        "а": "a", "в": "b", "е": "e", "ё": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c", "т": "t",
        "у": "y", "х": "x", "і": "l", "ї": "l", "ј": "j", "ѕ": "s", "ԁ": "d", "ӏ": "l", "α": "a", "β": "b", "ε": "e",
        "η": "n", "ι": "l", "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "i": "l", "ı": "l",
        "0": "o", "1": "l",
    }
)  # fmt: skip


# Names under which only the house may speak, in the languages of its pages.
RESERVED = (
    "support", "support team", "customer support", "help desk", "service", "agent", "operator", "administrator", "admin",
    "moderator", "system", "server", "bot", "поддержка", "оператор", "администратор", "система", "підтримка", "адміністратор",
    "მხარდაჭერა", "ოპერატორი", "ადმინისტრატორი", "پشتیبانی", "اپراتور", "مدیر",
)  # fmt: skip


def skeleton(name: str) -> str:
    """What remains of a name when only its look counts: letters and digits, without marks, case or script."""
    folded = unicodedata.normalize("NFKD", name.casefold()).translate(_LOOK_ALIKES)
    return "".join(letter for letter in folded if letter.isalnum())


def passes_for(name: str, others: Iterable[str]) -> bool:
    """True when `name` looks like one of the other names."""
    look = skeleton(name)
    return bool(look) and any(skeleton(other) == look for other in others)

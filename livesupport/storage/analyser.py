"""How text becomes the words by which it is found, the same for both databases and in every alphabet.

Folding makes one of what looks or is typed the same: upper and lower case, full-width forms, the digits of Persian and
Arabic, ی and ي, е and ё, apostrophes of all kinds. Stemming makes one of a word's forms, by the alphabet of the word:
English for Latin letters, Russian for Cyrillic (which serves Ukrainian well enough), Persian for Arabic ones. Georgian
has no stemmer: a word loses its last vowel, and is found by its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

LONGEST_WORD = 64  # characters; of what is longer (a key, a long link) the beginning counts
CACHED_WORDS = 20_000

NUMBER = re.compile(r"[1-9][0-9]{3,14}-[0-9]")  # of a ticket

_WORD = re.compile(rf"(?<![\w-]){NUMBER.pattern}(?![\w-])|[^\W_]+")


class _Letters(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


def _plain(character: str) -> str:
    if character in _ALIKE:
        return _ALIKE[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    # Cc and Cs hold what PostgreSQL refuses to compare with; Cf are marks of direction, which nobody sees.
    return {"Cc": " ", "Cs": " ", "Cf": ""}.get(unicodedata.category(character), character)


_ALIKE = {
    "ي": "ی",
    "ى": "ی",
    "ئ": "ی",
    "ك": "ک",
    "ة": "ه",
    "ۀ": "ه",
    "أ": "ا",
    "إ": "ا",
    "آ": "ا",
    "ٱ": "ا",
    "ؤ": "و",
    "ё": "е",
    "\u200c": " ",
    "\u0640": "",
    "\u0670": "",
    **dict.fromkeys("'’‘ʼ`´′", ""),
    **dict.fromkeys(map(chr, range(0x064B, 0x0660)), ""),  # the vowel marks of Arabic
}
_LETTERS = _Letters()
_UKRAINIAN = str.maketrans("іїєґ", "ииег")  # as the Russian stemmer knows them
_STEMMERS = (
    (re.compile("[a-zà-ɏ]+"), snowballstemmer.stemmer("english")),
    (re.compile("[\u0400-\u052f]+"), snowballstemmer.stemmer("russian")),
    (re.compile("[\u0600-\u06ff]+"), snowballstemmer.stemmer("persian")),
)
_GEORGIAN_ENDING = re.compile(r"(?<=[ა-ჰ]{4})[აეიოუ]$")
# Parts of Persian words that are written apart, or stand alone once the joiner between has become a space.
_PARTICLES = frozenset({"ها", "های", "هایی", "هایم", "هایت", "هایش", "می", "نمی", "ای", "ام", "ات", "اش", "تر", "ترین"})


def fold(text: str) -> str:
    """`text` as it is compared: compatible forms unified, case and letters folded, digits as ASCII, no control characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return folded.translate(_LETTERS).strip()


def words(text: str) -> list[str]:
    """The folded words of a text, in order. The number of a ticket is one word: 1042-1."""
    found = (word[:LONGEST_WORD] for word in _WORD.findall(fold(text)))
    return [word for word in found if word not in _PARTICLES]


def tokens(texts: Iterable[str]) -> set[str]:
    """What texts are found by: the stems of their words."""
    return {stem(word) for text in texts for word in words(text)}


@lru_cache(maxsize=CACHED_WORDS)
def stem(word: str) -> str:
    """The stem of a folded word; itself where its alphabet has no stemmer."""
    for alphabet, stemmer in _STEMMERS:
        if alphabet.fullmatch(word):
            return str(stemmer.stemWord(word.translate(_UKRAINIAN))) or word
    return _GEORGIAN_ENDING.sub("", word)


def is_georgian(word: str) -> bool:
    """Whether the beginning of this word must do, for want of a stemmer."""
    return "ა" <= word[:1] <= "ჰ"


def suffixes(digits: str, shortest: int = 4) -> set[str]:
    """The ends of a phone number, by whose beginnings any part of it is found."""
    return {digits[start:] for start in range(max(len(digits) - shortest, 0) + 1)} if digits else set()

"""Looks for words in the memory of a running process (Linux): whoever started it, or root, may read it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from livesupport.selfcheck.canaries import Canary

_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r(w?)..")
NOT_MEMORY = ("[vvar", "[vsyscall]", "[vdso]")

EXACT = {"PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "165", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
"""With this environment a process overwrites what it frees at once (glibc: mallopt(3); its caches per thread would not): what
is found then is in use."""


def words(canaries: Iterable[Canary]) -> list[bytes]:
    """As they lie in memory: UTF-8 in frames and in strings that are ASCII, two bytes a letter in other strings (PEP 393)."""
    texts = [text for canary in canaries for text in canary.texts]
    return [*(text.encode() for text in texts), *(text.encode("utf-16-le") for text in texts if not text.isascii())]


def copies(process: int, wanted: Collection[bytes]) -> int:
    """How often these byte strings lie in what the process may write to. Raises `OSError` when it may not be read."""
    found = 0
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for start, end in _regions(process):
            memory.seek(start)
            try:
                data = memory.read(end - start)
            except OSError:  # the region has gone since it was listed
                continue
            found += sum(data.count(word) for word in wanted)
    return found


def _regions(process: int) -> list[tuple[int, int]]:
    regions = []
    for line in Path(f"/proc/{process}/maps").read_text().splitlines():
        match = _REGION.match(line)
        if match and match[3] and not any(name in line for name in NOT_MEMORY):
            regions.append((int(match[1], 16), int(match[2], 16)))
    return regions

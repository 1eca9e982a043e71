"""The command line: one file per noun. What is slow to import is imported inside the command that needs it."""

from __future__ import annotations

import os


def main() -> None:
    """The entry point `livesupport`: runs the command in the language of the person at the terminal."""
    from livesupport import i18n

    os.umask(0o077)  # what this program writes is its owner's alone
    wish = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    with i18n.use(i18n.negotiate(None, i18n.primary(wish))):
        from livesupport.cli.root import root

        root(prog_name="livesupport")

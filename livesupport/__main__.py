"""`python -m livesupport` is the same as `livesupport`."""

from __future__ import annotations

from livesupport.cli import main

main()

"""What both measurements end with: a command line, the figures as a table and as JSON, and an exit code for missed targets."""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import uvloop

from bench.servers import LOAD_CORE, pin
from livesupport import logs
from livesupport.config import Log

Plan = TypeVar("Plan")
Result = TypeVar("Result")

MISSED = "MISSED"


def mark(is_met: bool) -> str:
    """How a line of a verdict begins."""
    return "met   " if is_met else MISSED


def run(
    module: str,
    about: str,
    plans: tuple[Plan, Plan],
    measure: Callable[[Plan], Coroutine[Any, Any, list[Result]]],
    table: Callable[[list[Result]], str],
) -> None:
    """Measures by one of two plans, the full or the quick one, prints the `table`, and exits 1 when it has a missed target."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=about.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a short run, to see that it works")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures there too")
    arguments = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    logs.configure(Log(level="warning"))
    pin(LOAD_CORE)
    results = uvloop.run(measure(plans[arguments.quick]))
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    told = table(results)
    print(told)
    sys.exit(MISSED in told)

"""Who may import whom: the contracts of pyproject.toml hold, and they can fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    """Runs import-linter on the package below `directory`, by the contracts of this checkout."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        command, cwd=directory, capture_output=True, text=True, env={"PYTHONPATH": str(directory)}, check=False
    )


def test_every_room_imports_only_what_it_may() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


def test_a_chat_that_reaches_for_the_database_breaks_the_build(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "livesupport", tmp_path / "livesupport")
    with (tmp_path / "livesupport/chat/transcript.py").open("a") as transcript:
        transcript.write("\nimport sqlite3\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    assert "Neither a chat nor its sockets can reach storage BROKEN" in result.stdout

"""The files of web/: found in a checkout and in a wheel, read once, named by a hash."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from livesupport.assets import Assets, locate


def test_a_checkout_has_its_files_beside_the_package(tmp_path: Path) -> None:
    (tmp_path / "livesupport").mkdir()
    (tmp_path / "web").mkdir()

    assert locate("web", tmp_path / "livesupport") == tmp_path / "web"


def test_a_wheel_carries_its_files_inside_the_package(tmp_path: Path) -> None:
    (tmp_path / "livesupport/_resources/web").mkdir(parents=True)
    (tmp_path / "web").mkdir()  # somebody else's, beside site-packages

    assert locate("web", tmp_path / "livesupport") == tmp_path / "livesupport/_resources/web"


def test_a_broken_installation_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="install it again"):
        locate("web", tmp_path)


def test_this_installation_has_all_that_is_served() -> None:
    assert locate("templates").is_dir()
    assert locate("config.example.toml").is_file()
    assert "shared/dom.js" in Assets.read(locate("web")).files


def tree(root: Path, **files: str) -> Assets:
    """A tree of files, read; "__" in a name is a directory."""
    for name, text in files.items():
        path = root / (name.replace("__", "/") + ".js")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Assets.read(root)


def test_a_style_sheet_comes_with_those_it_imports(tmp_path: Path) -> None:
    for name, text in {
        "shared/tokens.css": "a {}\n",
        "widget/panel.css": '/* Ours. */\n\n@import "../shared/tokens.css";\n\nb {}\n',
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    assert Assets.read(tmp_path).files["widget/panel.css"].body == b"a{}b{}"


def test_a_change_of_any_file_changes_the_address_of_all(tmp_path: Path) -> None:
    before = tree(tmp_path, widget__panel="1", shared__dom="2")
    after = tree(tmp_path, shared__dom="3")

    assert before.url("widget/panel.js") == f"/assets/{before.hash}/widget/panel.js"
    assert before.url("widget/panel.js") != after.url("widget/panel.js")
    assert tree(tmp_path, shared__dom="2").hash == before.hash


def test_a_template_cannot_name_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        tree(tmp_path, panel="1").url("pannel.js")


def test_files_are_compressed_where_that_helps_and_hidden_ones_stay_out(tmp_path: Path) -> None:
    (tmp_path / ".secret.js").write_text("no")
    assets = tree(tmp_path, long="let a = 1;\n" * 100, short="1")

    long, short = assets.files["long.js"], assets.files["short.js"]
    assert long.compressed is not None
    assert gzip.decompress(long.compressed) == long.body
    assert short.compressed is None
    assert long.type == "text/javascript; charset=utf-8"
    assert ".secret.js" not in assets.files


def test_a_style_sheet_goes_out_without_the_space_it_is_written_with(tmp_path: Path) -> None:
    written = """@media (max-width: 9px) {
  .a :is(b, i) > .c:hover,
  p {
    margin: calc(-1 * var(--s)) 2px;
  }
}
"""
    (tmp_path / "page.css").write_text(written)

    body = Assets.read(tmp_path).files["page.css"].body

    assert body == b"@media (max-width:9px){.a :is(b, i) > .c:hover,p{margin:calc(-1 * var(--s)) 2px;}}"


def test_comments_and_indentation_stay_here_and_code_goes_out(tmp_path: Path) -> None:
    written = """/**
 * What it is for.
 */
import { h } from "./dom.js";

/** The answer. @param {any} a */
export function answer(/** @type {any} */ a) {
  // Why it is so.
  const address = "https://example.org/*"; // goes
  return h(a, /** @type {any} */ (address)); /* stays too */
}
/* one */ let b = 1; /* two */
"""

    body = tree(tmp_path, panel=written).files["panel.js"].body.decode()

    expected = """import { h } from "./dom.js";
export function answer(a) {
const address = "https://example.org/*";
return h(a, (address)); /* stays too */
}
/* one */ let b = 1; /* two */
"""
    assert body == expected

"""What the panel fetches beyond the chat: each piece comes when it is needed, and none is heavy (product.md 2.7)."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from livesupport.assets import Assets, locate
from livesupport.http.modules import imports

BUDGET = 10 * 1024  # of one piece, compressed, with the modules and style sheets that it pulls in
PANEL = "widget/panel.js"
REQUEST = "widget/request.js"
FORM = "shared/request-form.js"  # comes with the first form of `REQUEST`, and nowhere else in the panel
LATE = re.compile(rb"""["'](\.{1,2}/[^"']+\.js)["']""")
SHEET = re.compile(rb"""["'](\.{1,2}/[^"']+\.css)["']""")
LINKED = re.compile(r"asset\('(shared/[^']+\.css)'\)")


def named(assets: Assets, module: str, pattern: re.Pattern[bytes]) -> set[str]:
    """The files that a module names, however it asks for them."""
    folder = posixpath.dirname(module)
    found = pattern.findall(assets.files[module].body)
    return {posixpath.normpath(posixpath.join(folder, path.decode())) for path in found}


def closure(assets: Assets, entry: str) -> set[str]:
    return {entry, *imports(assets, entry)}


def pieces(assets: Assets) -> set[str]:
    """All modules that the panel may fetch later than itself."""
    core = closure(assets, PANEL)
    found: set[str] = set()
    fresh = core
    while fresh:
        fresh = {late for module in fresh for late in named(assets, module, LATE)} - core - found
        found |= fresh
    return found


def sheets(assets: Assets, piece: str) -> set[str]:
    """The style sheets of a piece; the steps of a request link those of their pages."""
    own = {sheet for module in closure(assets, piece) for sheet in named(assets, module, SHEET)}
    if piece not in (REQUEST, FORM):
        return own
    folder, page = Path(locate("templates")), "request_choose.html" if piece == REQUEST else "request_new.html"
    return own | set(LINKED.findall((folder / page).read_text()))


def test_each_piece_of_the_panel_keeps_its_budget_with_all_that_it_pulls_in() -> None:
    assets = Assets.read(locate("web"))
    before = closure(assets, PANEL)
    after_steps = before | closure(assets, REQUEST) | sheets(assets, REQUEST)
    found = pieces(assets)
    assert {REQUEST, FORM, "widget/person.js", "widget/after.js", "widget/notices.js", "widget/menu.js"} <= found
    heavy = {}
    for piece in sorted(found):
        files = (closure(assets, piece) | sheets(assets, piece)) - (after_steps if piece == FORM else before)
        sizes = {name: len(assets.files[name].compressed or assets.files[name].body) for name in sorted(files)}
        if sum(sizes.values()) > BUDGET:
            heavy[piece] = sizes
    assert not heavy, heavy

"""A page asks for every module it needs at once."""

from __future__ import annotations

import re

import pytest

from livesupport.assets import Asset, Assets
from livesupport.http.modules import imports
from tests.http.conftest import House


def tree(**modules: str) -> Assets:
    return Assets(
        {name.replace("__", "/") + ".js": Asset(text.encode(), None, "text/javascript") for name, text in modules.items()}
    )


def test_imports_are_followed_through_folders_and_each_is_named_once() -> None:
    files = tree(
        page__start='import { a } from "./a.js";\nimport "../shared/b.js";\nconst c = "./not-imported.js";',
        page__a='import {\n  one,\n  two,\n} from "../shared/b.js";\nexport { x } from "../shared/c.js";',
        shared__b='import "./c.js";\nimport "../page/start.js";',
        shared__c="export const x = 1;",
    )
    assert imports(files, "page/start.js") == ("page/a.js", "shared/b.js", "shared/c.js")


def test_an_import_of_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        imports(tree(page='import "./gone.js";'), "page.js")


@pytest.mark.parametrize(
    ("address", "entry"),
    [("/inbox", "pages/inbox.js"), ("/console", "console/console.js"), ("/widget/panel?site=default", "widget/panel.js")],
)
async def test_pages_name_all_their_modules(house: House, address: str, entry: str) -> None:
    html = (await (await house.signed_in()).get(address)).text
    named = re.findall(r'<link rel="modulepreload" href="/assets/[0-9a-f]+/([^"]+)">', html)
    needed = list(imports(house.state["assets"], entry))
    assert named[-len(needed) :] == needed  # after those of every page
    assert len(needed) > 5

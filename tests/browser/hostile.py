"""What a hostile visitor writes, to see whether some page takes it for markup."""

from __future__ import annotations

from playwright.async_api import Frame, Page

ENDINGS = ("", '"', "'", "`", "-->", "</title>", "</textarea>", "</script>", "</option></select>", "]]>")
VECTORS = (
    "<script>executed = true</script>",
    "<img src=x onerror=executed=true>",
    "<svg onload=executed=true>",
    "<svg><script href=data:,executed=true />",
    "<iframe srcdoc='<script>parent.executed=true</script>'></iframe>",
    "<iframe src=javascript:parent.executed=true></iframe>",
    "<details open ontoggle=executed=true>",
    "<input autofocus onfocus=executed=true>",
    "<video><source onerror=executed=true>",
    "<math><mtext></mtext><a xlink:href=javascript:executed=true>x</a></math>",
    "<style>@import 'data:text/css,*{}'</style>",
    "<base href=//evil.test/>",
    "<meta http-equiv=refresh content='0;url=//evil.test'>",
    "<form action=//evil.test><button>x",
    "<link rel=stylesheet href=//evil.test/x.css>",
    " onmouseover=executed=true autofocus onfocus=executed=true x=",
    "javascript:executed=true",
    "{{7*7}}{{''.__class__.__mro__}}",
    "${executed=true}#{7*7}<%= 7*7 %>",
    "%(name)s{count}{0.__class__}",
)
HOSTILE = [ending + vector for ending in ENDINGS for vector in VECTORS]


async def is_harmless(page: Page | Frame) -> bool:
    """Nothing of it was executed, and it did not move the page's base."""
    return bool(await page.evaluate("!window.executed && document.baseURI === location.href"))

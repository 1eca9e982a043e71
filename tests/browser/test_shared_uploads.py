"""Files for a form: chosen, dropped, pasted; on their way, refused, tried again, removed; and the form that waits for them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest_asyncio
from playwright.async_api import BrowserContext, FilePayload, Page, Route, expect

from tests.browser.lab import lab

FORM = """async (staged) => {
  document.body.innerHTML = `<form action="/sent" method="get">
    <textarea name="text" aria-label="Text">typed</textarea>
    <div class="field uploads" data-uploads data-most="3" data-bytes="1000">
      <label for="upload">Files</label><input type="hidden" name="files" value="">
      <input type="file" id="upload" name="upload" multiple></div>
    <button>Send</button></form>`;
  if (staged) {
    document.querySelector("[data-uploads]").dataset.staged = JSON.stringify(staged);
    document.querySelector("[name=files]").setAttribute("value", "k".repeat(22) + " " + staged.map((one) => one.id).join(" "));
  }
  const { enhance } = await import("/shared/uploads.js");
  [window.uploads] = enhance();
}"""
GIVE = """({ type, name, kind, text }) => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], name, { type: kind }));
  if (text) data.setData("text/plain", text);
  const details = { bubbles: true, cancelable: true, [type === "paste" ? "clipboardData" : "dataTransfer"]: data };
  const event = type === "paste" ? new ClipboardEvent(type, details) : new DragEvent(type, details);
  document.querySelector("textarea").dispatchEvent(event);
  return event.defaultPrevented;
}"""

HALF = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    send.call(this, body);
    this.upload.dispatchEvent(new ProgressEvent("progress", { lengthComputable: true, loaded: 5, total: 10 }));
  };
}"""


def picture(name: str, size: int = 10) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": b"x" * size}


class Server:
    """Answers what the module sends, when the test says so."""

    def __init__(self) -> None:
        self.uploads: asyncio.Queue[Route] = asyncio.Queue()
        self.removed: list[str] = []

    async def __call__(self, route: Route) -> None:
        if route.request.method == "DELETE":
            self.removed.append(route.request.url.rpartition("/")[2])
            await route.fulfill(status=204)
        else:
            self.uploads.put_nowait(route)

    async def take(self, file_id: str) -> Route:
        """Takes the next file under this id; returns what came."""
        route = await self.uploads.get()
        name = route.request.headers["upload-name"]
        await route.fulfill(status=201, body=json.dumps({"id": file_id, "name": name, "size": 10, "media_type": "x/y"}))
        return route

    async def refuse(self, status: int, words: str) -> None:
        route = await self.uploads.get()
        await route.fulfill(
            status=status, body=json.dumps({"detail": "no", "errors": [{"pointer": "#/files", "detail": words}]})
        )


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> Server:
    return Server()


@pytest_asyncio.fixture(loop_scope="session")
async def page(profile: BrowserContext, server: Server) -> Page:
    page = await lab(profile)
    await page.route("**/files**", server)
    await page.evaluate(FORM)
    return page


async def field(page: Page) -> list[str]:
    """The ids that the form would send."""
    value: str = await page.locator("[name=files]").input_value()
    return value.split()[1:]


async def test_files_are_uploaded_at_once_by_choosing_dropping_and_pasting(page: Page, server: Server) -> None:
    await page.locator("#upload").set_input_files([picture("a.png")])
    await expect(page.get_by_role("progressbar", name="a.png")).to_be_visible()
    sent = await server.take("1" * 32)
    await expect(page.get_by_role("status")).to_have_text("a.png is attached.")
    assert len(sent.request.headers["upload-key"]) >= 22

    give: dict[str, Any] = {"type": "drop", "name": "b.png", "kind": "image/png", "text": ""}
    assert await page.evaluate(GIVE, give)
    await server.take("2" * 32)
    assert await page.evaluate(GIVE, {**give, "type": "paste", "name": "image.png"})
    pasted = await server.take("3" * 32)
    await expect(page.locator(".upload")).to_have_count(3)
    assert pasted.request.headers["upload-name"].startswith("Screenshot")
    await expect(page.get_by_role("status")).to_contain_text("Screenshot")
    assert await field(page) == ["1" * 32, "2" * 32, "3" * 32]

    assert not await page.evaluate(GIVE, {**give, "type": "paste", "text": "a table copied from a program"})
    await page.locator("#upload").set_input_files([picture("d.png")])
    await expect(page.get_by_role("status")).to_have_text("At most 3 files go with one message.")
    await expect(page.get_by_label("Text")).to_have_value("typed")

    await page.get_by_role("button", name="Remove b.png").click()
    await expect(page.locator(".upload")).to_have_count(2)
    assert await field(page) == ["1" * 32, "3" * 32]
    assert server.removed == ["2" * 32]


async def test_what_is_refused_says_why_and_what_was_lost_on_the_way_is_sent_again(page: Page, server: Server) -> None:
    await page.locator("#upload").set_input_files([picture("large.png", 1001), picture("page.png")])
    await expect(page.locator(".upload", has_text="large.png")).to_contain_text("This file is larger than")
    await server.refuse(422, "Web pages can carry programs.")
    await expect(page.locator(".upload", has_text="page.png")).to_contain_text("Web pages can carry programs.")
    assert await page.get_by_role("button", name="Try again").count() == 0

    await page.locator("#upload").set_input_files([picture("a.png")])
    await (await server.uploads.get()).abort()
    await expect(page.locator(".upload", has_text="a.png")).to_contain_text("The connection broke.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("One file has not arrived. Try again or remove it.")
    await page.keyboard.press("Enter")  # the focus is where it helps
    await server.take("1" * 32)
    await expect(page.locator(".upload", has_text="a.png")).to_contain_text("KB")
    assert await field(page) == ["1" * 32]


async def test_how_far_a_file_is_can_be_seen_and_it_can_be_taken_back_on_its_way(page: Page, server: Server) -> None:
    await page.evaluate(HALF)
    await page.locator("#upload").set_input_files([picture("a.png"), picture("b.png")])
    await expect(page.get_by_role("progressbar", name="a.png")).to_have_js_property("value", 0.5)
    async with page.expect_event("requestfailed", lambda request: request.headers["upload-name"] == "a.png"):
        await page.get_by_role("button", name="Remove a.png").click()
    await server.uploads.get()
    await server.take("2" * 32)
    await expect(page.locator(".upload")).to_have_count(1)
    assert await field(page) == ["2" * 32]


async def test_the_form_waits_for_its_files_and_then_goes_by_itself(page: Page, server: Server) -> None:
    await page.locator("#upload").set_input_files([picture("a.png")])
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("status")).to_have_text("One moment: your files are on their way.")
    async with page.expect_navigation(url="**/sent?*") as left:
        await server.take("1" * 32)
    assert "1" * 32 in (await left.value).url
    assert "upload=" not in page.url


async def test_a_form_that_is_shown_again_has_its_files_still(page: Page, server: Server) -> None:
    await page.evaluate(FORM, [{"id": "1" * 32, "name": "a.png", "size": 2_000_000}])
    await expect(page.locator(".upload")).to_contain_text("1.9 MB")
    assert await page.locator("[name=files]").input_value() == "k" * 22 + " " + "1" * 32
    await page.get_by_role("button", name="Remove a.png").click()
    assert await page.locator("[name=files]").input_value() == ""

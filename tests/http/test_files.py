"""Files over HTTP: uploaded before the form or in it, removed again, downloaded; and bodies that want to do harm (T27, T28,
T46, T47, T49, T50, T52)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from livesupport.config import Config, Files, Limits
from livesupport.http.forms import Form
from livesupport.http.middleware import BodyLimit
from livesupport.http.state import Request
from livesupport.http.uploads import read_form_with_files
from livesupport.model import Ticket
from livesupport.storage import threads
from livesupport.tickets.files import owner_of, read_chosen
from tests.http.conftest import House

KEY = "n" * 22
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\1\0" * 2 + b"rest of a picture"
JSON = {"Accept": "application/json"}


def upload(name: str = "screen.png", key: str = KEY) -> dict[str, str]:
    """What the page's module sends with a file."""
    return {**JSON, "Upload-Key": key, "Upload-Name": name, "Content-Type": "application/octet-stream"}


@pytest.fixture
def config() -> Config:
    return Config(
        files=Files(keep_free_bytes=1, file_bytes=100_000, uploads_per_address=1000), limits=Limits(body_bytes=10_000)
    )


async def add(house: House, ticket: Ticket, file_id: str, *, kind: str = "request") -> None:
    """Nino's form is sent: her file goes with a message of the ticket."""
    async with house.database.write() as connection:
        message = await threads.add_message(connection, ticket.id, kind, "requester", "Nino", "See", house.clock.now)  # type: ignore[arg-type]
        await house.files.take(connection, owner_of(KEY), [file_id], ticket_id=ticket.id, message_id=message)


async def staged(house: House, body: bytes = PNG, name: str = "screen.png") -> str:
    """A file that Nino has uploaded; its id."""
    answer = await (await house.browser()).post("/files", content=body, headers=upload(name))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


# ── Uploading ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_screenshot_is_taken_in_and_told_by_its_id(house: House) -> None:
    answer = await (await house.browser()).post("/files", content=PNG, headers=upload("%E1%83%90%20b.png"))
    assert answer.status_code == 201
    told = answer.json()
    assert told == {"id": told["id"], "name": "ა b.png", "media_type": "image/png", "size": len(PNG)}


async def test_a_program_may_send_a_form_instead(house: House) -> None:
    browser = await house.browser()
    answer = await browser.post("/files", files={"file": ("a.png", PNG)}, headers={"Upload-Key": KEY})
    assert (answer.status_code, answer.json()["name"]) == (201, "a.png")


async def test_what_was_added_by_mistake_is_removed_by_the_page_that_added_it_and_no_other(house: House) -> None:
    file_id = await staged(house)
    browser = await house.browser()
    assert (await browser.delete(f"/files/{file_id}", headers=upload(key="b" * 22))).status_code == 404
    assert house.files.store.exists(file_id)
    assert (await browser.delete(f"/files/{file_id}", headers=upload())).status_code == 204
    assert not house.files.store.exists(file_id)
    assert (await browser.delete(f"/files/{file_id}", headers=upload())).status_code == 404


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "nnnnnnnnnnnnnnnnnnnnnn!", "ა" * 22])
async def test_without_a_proper_key_nothing_is_taken(house: House, key: str) -> None:
    headers = {name.encode(): value.encode() for name, value in upload(key=key).items()}
    answer = await (await house.browser()).post("/files", content=PNG, headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("big.png", PNG + bytes(100_000), 413, "This file is larger than"),
        ("page.png", b"<html><script>alert(1)</script>", 422, "can carry programs"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 422, "can carry programs"),
        ("feed.xml", b'<?xml version="1.0"?><feed/>', 422, "can carry programs"),
        ("tool.exe", b"MZ\x90\0\3\0\0\0", 422, "This kind of file is not taken"),
        ("nothing.txt", b"", 422, "This file is empty"),
    ],
)
async def test_a_refusal_says_why_in_words(house: House, name: str, body: bytes, status: int, words: str) -> None:
    answer = await (await house.browser()).post("/files", content=body, headers=upload(name))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["errors"][0]["detail"]
    assert not [path for path in house.files.store.folder.rglob("*") if path.is_file()]


async def test_a_file_that_announces_no_length_is_cut_where_it_becomes_too_large(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 10_000
            yield PNG + bytes(10_000)

    answer = await (await house.browser()).post("/files", content=endless(), headers=upload())
    assert answer.status_code == 413
    assert sent < 500_000


async def test_an_upload_may_take_its_time_but_not_stand_still(house: House) -> None:
    house.starlette.user_middleware[-1] = Middleware(BodyLimit, size=1000, seconds=0.05)

    async def stalling() -> AsyncIterator[bytes]:
        yield PNG[:20]
        await asyncio.Event().wait()

    answer = await (await house.browser()).post("/files", content=stalling(), headers=upload())
    assert answer.status_code == 408


async def test_another_site_cannot_upload(house: House) -> None:
    browser = await house.browser()
    answer = await browser.post("/files", content=PNG, headers={**upload(), "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


# ── T52: too many, too large, no room ────────────────────────────────────────────────────────────────────────────────


async def test_a_thousand_tiny_files_are_refused_after_some_and_pages_go_on(house: House) -> None:
    browser = await house.browser()
    statuses = [(await browser.post("/files", content=b"x", headers=upload("a.txt"))).status_code for _ in range(30)]
    assert statuses[:20] == [201] * 20
    assert set(statuses[20:]) == {413}
    assert (await browser.get("/login")).status_code == 200


class TestFewUploads:
    """A server that takes three files of one address."""

    @pytest.fixture
    def config(self) -> Config:
        return Config(files=Files(keep_free_bytes=1, uploads_per_address=3, uploads_at_once=2))

    async def test_new_keys_are_no_way_around_the_limit_of_an_address(self, house: House) -> None:
        browser, neighbour = await house.browser(), await house.browser(address="192.0.2.2")
        statuses = [
            (await browser.post("/files", content=b"x", headers=upload("a.txt", f"key-of-the-page-number-{count}"))).status_code
            for count in range(4)
        ]
        assert statuses == [201, 201, 201, 429]
        assert (await neighbour.post("/files", content=b"x", headers=upload("a.txt"))).status_code == 201

    async def test_only_some_run_at_the_same_time(self, house: House) -> None:
        go_on = asyncio.Event()
        arrived = asyncio.Queue[None]()

        async def slow() -> AsyncIterator[bytes]:
            arrived.put_nowait(None)
            yield b"x"
            await go_on.wait()

        browser = await house.browser()
        running = [asyncio.ensure_future(browser.post("/files", content=slow(), headers=upload("a.txt"))) for _ in range(2)]
        for _ in running:
            await arrived.get()
        answer = await browser.post("/files", content=b"x", headers=upload("a.txt"))
        go_on.set()
        assert (answer.status_code, {(await one).status_code for one in running}) == (429, {201})


async def test_on_a_full_disk_files_are_refused_and_everything_else_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.files.store, "free", lambda: 0)
    browser = await house.signed_in()
    answer = await browser.post("/files", content=PNG, headers=upload())
    assert (answer.status_code, answer.json()["detail"]) == (
        507,
        "The server takes no files at the moment. Text without files can be sent.",
    )
    ticket = await house.ticket()
    note = {"action": "note", "text": "hello"}
    assert (await browser.post(f"/tickets/{ticket.number}", data=note)).status_code == 303


# ── Downloading ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_ana_saves_the_file_of_a_ticket(house: House) -> None:
    file_id = await staged(house)
    await add(house, await house.ticket(), file_id)
    answer = await (await house.signed_in()).get(f"/files/{file_id}/screen.png")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-disposition"] == "attachment; filename=\"screen.png\"; filename*=UTF-8''screen.png"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_name_in_any_script_arrives_as_it_was(house: House) -> None:
    file_id = await staged(house, name="%D9%86%D8%A7%D9%85%D9%87%20%22x%22.png")
    await add(house, await house.ticket(), file_id)
    answer = await (await house.signed_in()).get(f"/files/{file_id}/x")
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"____ x.png\"; filename*=UTF-8''%D9%86%D8%A7%D9%85%D9%87%20x.png"
    )


async def test_nobody_without_a_session_gets_a_file_and_a_wrong_id_looks_the_same(house: House) -> None:
    file_id = await staged(house)
    await add(house, await house.ticket(), file_id)
    stranger = await house.browser()
    for path in (f"/files/{file_id}/screen.png", f"/files/{'0' * 32}/screen.png"):
        answer = await stranger.get(path)
        assert answer.status_code == 401
        assert PNG not in answer.content


@pytest.mark.parametrize("file_id", ["0" * 32, "x", "..", "%2e%2e", "0", "null", "9" * 10_000, "A" * 32, "%00"])
async def test_what_is_no_file_is_not_found(house: House, file_id: str) -> None:
    browser = await house.signed_in()
    assert (await browser.get(f"/files/{file_id}/x")).status_code == 404
    assert (await browser.delete(f"/files/{file_id}", headers=upload())).status_code in (404, 405)


async def test_the_key_of_another_page_opens_nothing_and_after_sending_not_even_the_own(house: House) -> None:
    file_id = await staged(house)
    browser = await house.browser()
    assert (await browser.get(f"/files/{file_id}/x", headers=upload())).content == PNG
    assert (await browser.get(f"/files/{file_id}/x", headers=upload(key="b" * 22))).status_code == 404
    await add(house, await house.ticket(), file_id)
    assert (await browser.get(f"/files/{file_id}/x", headers=upload())).status_code == 404


async def test_ten_thousand_ranges_are_answered_with_the_whole_once(house: House) -> None:
    file_id = await staged(house)
    await add(house, await house.ticket(), file_id)
    ranges = "bytes=" + ",".join(f"{place}-" for place in range(10_000))
    answer = await (await house.signed_in()).get(f"/files/{file_id}/x", headers={"Range": ranges})
    assert (answer.status_code, answer.content) == (200, PNG)


# ── Forms with files in them ─────────────────────────────────────────────────────────────────────────────────────────


class Wish(Form, frozen=True):
    """A form as those of requests and tickets are."""

    text: str
    files: str = ""


@pytest.fixture
async def form(house: House) -> httpx2.AsyncClient:
    """A browser before a page whose form echoes what was understood of it."""

    async def wish(request: Request) -> Response:
        read, problems = await read_form_with_files(request, Wish)
        found = await house.files.staged(read_chosen(read.files))
        return JSONResponse(
            {"text": read.text, "names": [one.name for one in found], "problems": problems, "files": read.files}
        )

    house.starlette.router.routes.append(Route("/wish", wish, methods=["POST"]))
    return await house.browser()


async def test_without_javascript_the_files_come_with_the_form(form: httpx2.AsyncClient) -> None:
    sent = [("upload", ("a.png", PNG)), ("upload", ("b.txt", b"hello"))]
    told = (await form.post("/wish", data={"text": "See\r\nboth"}, files=sent)).json()
    assert (told["text"], told["names"], told["problems"]) == ("See\r\nboth", ["a.png", "b.txt"], {})


async def test_a_refused_file_costs_neither_the_text_nor_the_other_files(form: httpx2.AsyncClient) -> None:
    sent = [("upload", ("page.html", b"<!doctype html>")), ("upload", ("b.txt", b"hello")), ("upload", ("c", bytes(200_000)))]
    told = (await form.post("/wish", data={"text": "See"}, files=sent)).json()
    assert (told["text"], told["names"]) == ("See", ["b.txt"])
    assert [line.split(":")[0] for line in told["problems"]["files"].splitlines()] == ["page.html", "c"]


async def test_sent_again_after_a_refusal_the_files_of_before_are_still_there(form: httpx2.AsyncClient) -> None:
    first = (await form.post("/wish", data={"text": "See"}, files=[("upload", ("a.png", PNG))])).json()
    again = {"text": "See", "files": first["files"]}
    second = (await form.post("/wish", data=again, files=[("upload", ("b.txt", b"hello"))])).json()
    assert second["names"] == ["a.png", "b.txt"]
    assert (await form.post("/wish", data=again)).json()["names"] == ["a.png"]


def multipart(*parts: bytes, boundary: bytes = b"XX") -> bytes:
    return b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + boundary + b"--\r\n"


def field(name: str, value: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([f'Content-Disposition: form-data; name="{name}"'.encode(), *headers]) + b"\r\n\r\n" + value


GOOD = field("text", b"hello")


async def test_a_file_field_that_was_left_empty_is_no_file(form: httpx2.AsyncClient) -> None:
    empty = b'Content-Disposition: form-data; name="upload"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n'
    body = multipart(GOOD, field("files", b""), empty)
    told = (await form.post("/wish", content=body, headers={"Content-Type": "multipart/form-data; boundary=XX"})).json()
    assert (told["names"], told["problems"], told["files"]) == ([], {}, "")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (multipart(GOOD), 200),
        (multipart(*[field("text", b"x")] * 10_000), 400),
        (multipart(*[field(f"f{count}", b"x") for count in range(39)], GOOD), 422),
        (b"p" * 1_000_000 + multipart(GOOD), 413),
        (b"p" * 100_000 + multipart(GOOD), 400),
        (multipart(field("text", b"x", *[b"X: y"] * 10_000)), 400),
        (multipart(field("text", b"x", b"X: " + b"y" * 100_000)), 400),
        (multipart(field("text", b"x" * 20_000)), 413),
        (multipart(field("text", b"\xff\xfe")), 400),
        (multipart(GOOD, GOOD), 400),
        (multipart(GOOD)[:-10], 400),
        (multipart(b"X: y\r\n\r\nno name"), 400),
        (multipart(GOOD, field("role", b"administrator")), 422),
        (multipart(GOOD, field("files", b"../../etc/passwd")), 422),
        (b"", 400),
        (b"text=hello", 400),
    ],
)  # fmt: skip
async def test_forms_that_want_to_do_harm_are_refused_at_once(form: httpx2.AsyncClient, body: bytes, status: int) -> None:
    answer = await form.post("/wish", content=body, headers={"Content-Type": "multipart/form-data; boundary=XX"})
    assert answer.status_code == status


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=XX",
                                  "multipart/form-data; boundary=" + "x" * 5000, "text/plain", "application/json"])  # fmt: skip
async def test_what_is_no_form_is_refused(form: httpx2.AsyncClient, kind: str) -> None:
    answer = await form.post("/wish", content=multipart(GOOD), headers={"Content-Type": kind})
    assert answer.status_code in (400, 415)


async def test_the_name_that_counts_is_the_plain_one(form: httpx2.AsyncClient) -> None:
    """RFC 7578 forbids `filename*`; two readers of one form must not see two names."""
    disposition = b'Content-Disposition: form-data; name="upload"; filename="a.txt"; filename*=UTF-8\'\'b.html\r\n\r\nhello'
    answer = await form.post(
        "/wish", content=multipart(GOOD, disposition), headers={"Content-Type": "multipart/form-data; boundary=XX"}
    )
    assert answer.json()["names"] == ["a.txt"]


async def test_a_form_that_takes_no_files_reads_no_large_body(house: House) -> None:
    answer = await (await house.browser()).post("/login", files={"x": ("a.png", bytes(50_000))})
    assert answer.status_code == 415
    big = await (await house.browser()).post(
        "/login", content=bytes(50_000), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert big.status_code == 413

"""/widget.js, the one script on a customer's page, and /widget/panel, the chat inside its iframe."""

from __future__ import annotations

from starlette.responses import Response

from livesupport import i18n
from livesupport.config import normal_origin
from livesupport.http.colours import ink_on
from livesupport.http.forms import Form, read_query
from livesupport.http.middleware import content_security_policy
from livesupport.http.pages.assets import compressed, file_response
from livesupport.http.state import Request
from livesupport.model import Site

LOADER_SECONDS = 300  # the one address without a hash in it: a new version reaches every page within five minutes


class Panel(Form, frozen=True):
    """The query that the loader sends."""

    site: str
    lang: str = ""


async def loader(request: Request) -> Response:
    """The loader, for pages of any origin."""
    return file_response(
        request,
        request.state["assets"].files["widget/loader.js"],
        {"Cache-Control": f"public, max-age={LOADER_SECONDS}", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


async def panel(request: Request) -> Response:
    """The panel of a site, which only that site's registered origins, and we ourselves, may frame."""
    query = read_query(request, Panel)
    site = await request.state["sites"].get(query.site)
    public_url = request.state["config"].server.public_url
    origins = [*(origin for origin in site.origins if normal_origin(origin) == origin), public_url]
    language = i18n.negotiate(query.lang, request.headers.get("accept-language", ""), site.language)
    with i18n.use(language):
        page = request.state["templates"].page(
            "widget.html",
            folders=("web/shared", "web/widget"),
            data={"site": _public(site), "origins": origins, "socket": "/ws/visitor"},
            headers={
                "Content-Security-Policy": content_security_policy(public_url, origins),
                "Cross-Origin-Resource-Policy": "cross-origin",  # for host pages that demand it of their frames
            },
        )
    return compressed(request, page)


def _public(site: Site) -> dict[str, object]:
    """What a visitor may know of a site."""
    return {
        "id": site.id,
        "name": site.name,
        "accent": site.accent,
        "accentInk": ink_on(site.accent),
        "greeting": site.greeting,
        "region": site.region,
        "contacts": [{"label": contact.label, "value": contact.value, "hours": contact.hours} for contact in site.contacts],
        "topics": [{"id": topic.id, "name": topic.name} for topic in site.topics],
    }

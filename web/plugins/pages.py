"""The addresses of our pages."""

from collections.abc import Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Forbidden, NotFound, Request, Response

from web.pages import company, deals, event, home, pictures, plain, search
from web.plugins.guard import CURATE, NONCE

TOO_SLOW = 503


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [
        (r"^/$", home.home),
        (r"^/deals$", deals.deals),
        (r"^/event/(?P<id>[^/]+)$", event.event),
        (r"^/search$", search.find),
        (r"^/companies$", company.companies),
        (r"^/company/(?P<id>[^/]+?)$", company.company),
        (r"^/pictures$", pictures.over_time),
        (r"^/pictures/matrix$", pictures.matrix),
        (r"^/pictures/network$", pictures.network_picture),
        (r"^/pictures/sectors$", pictures.sectors),
        (r"^/pictures/outlets$", pictures.outlets),
        (r"^/questions$", plain.questions),
        (r"^/about$", plain.about),
    ]


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Callable[[], Any] | None:
    """What is not there, not allowed or too slow is told in the reader's language; Datasette tells the rest."""
    if not isinstance(exception, (NotFound, Forbidden, QueryInterrupted)) or request.path.endswith(".json"):
        return None
    status = TOO_SLOW if isinstance(exception, QueryInterrupted) else exception.status

    async def told() -> Response:
        context = {"code": status, "error": str(exception)}
        return Response.html(await datasette.render_template("error.html", context, request), status)

    return told


@hookimpl
async def extra_template_vars(datasette: Datasette, request: Request | None) -> dict[str, Any]:
    actor = request.actor if request else None
    return {
        "may_curate": await datasette.permission_allowed(actor, CURATE, default=False),
        "here": request.full_path if request else "/",
        "nonce": request.scope.get(NONCE, "") if request else "",
    }

"""Pages without figures of their own: the saved questions, and how the site is made."""

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from web.names import DATABASE
from web.pages.base import page


async def questions(datasette: Datasette, request: Request) -> Response:
    saved = await datasette.get_canned_queries(DATABASE, request.actor)
    return await page(datasette, request, "questions.html", "/questions", questions=list(saved.values()))


async def about(datasette: Datasette, request: Request) -> Response:
    return await page(datasette, request, "about.html", "/about")

"""Korean or English: how a reader's language is known, and what templates use to speak it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import Request, Response
from jinja2 import Environment
from markupsafe import Markup, escape

from web import names
from web.dates import long_date, long_moment

COOKIE = "jehyu_lang"
HOT = 0.6
"""The share of the highest count from which a heat map's figures are light on dark."""


def is_korean(request: Request | None) -> bool:
    """The reader's choice (cookie), else the browser's preference, else Korean."""
    if request is None:
        return True
    chosen = request.cookies.get(COOKIE)
    if chosen in ("ko", "en"):
        return bool(chosen == "ko")
    preferred: str = request.headers.get("accept-language", "ko")
    return preferred.strip().lower().startswith("ko") or not preferred.strip()


@hookimpl
def extra_template_vars(request: Request | None) -> Mapping[str, Any]:
    return vocabulary(is_korean(request))


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.globals.update(vocabulary(korean=True))  # Datasette renders its error page without the template variables
    env.globals["heat"] = heat
    env.filters["lit"] = lit
    env.filters["percent"] = lambda share: f"{share:.0%}"
    env.filters["thousands"] = lambda number: f"{number:,}"
    env.filters["web_address"] = lambda address: address if str(address).startswith(("http://", "https://")) else "#"


def heat(count: int, peak: int) -> Markup:
    """The attributes of a heat map's cell; shades on which neither dark nor light figures can be read are left out."""
    if not count:
        return Markup("")
    share = count / peak
    hot = share > HOT
    shade = (share - HOT) / (1 - HOT) if hot else share / HOT
    return Markup(' style="--heat: {:.2f}" class="{}"').format(shade, "hot" if hot else "warm")


def lit(text: str, terms: str) -> Markup:
    """`text` with the searched terms marked."""
    words = sorted((re.escape(term) for term in terms.split()), key=len, reverse=True)
    pieces = re.split(f"({'|'.join(words)})", text, flags=re.IGNORECASE) if words else [text]
    marked = (Markup("<mark>{}</mark>").format(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))
    return Markup("").join(marked)


def vocabulary(korean: bool) -> dict[str, Any]:
    """For templates: `_("English", "한국어")`, words for codes, dates in the reader's language."""

    def translate(english: str, korean_text: str) -> str:
        return korean_text if korean else english

    return {
        "korean": korean,
        "lang": "ko" if korean else "en",
        "_": translate,
        "kind": lambda code: names.word(names.KINDS, code, korean),
        "status": lambda code: names.word(names.STATUSES, code, korean),
        "org_type": lambda code: names.word(names.TYPES, code, korean),
        "sector": lambda code: names.word(names.SECTORS, code, korean),
        "country": lambda code: names.word(names.COUNTRIES, code, korean),
        "decision": lambda code: names.word(names.REVIEWS, code, korean),
        "action": lambda code: names.word(names.ACTIONS, code, korean),
        "target": lambda code: names.word(names.TARGETS, code, korean),
        "reason": lambda text: names.reason(text, korean),
        "called": lambda known, org_id, name: known[org_id].name(korean) if org_id in known else name,
        "mine": lambda text: in_language(text, korean),
        "outcome": lambda code: names.word(names.RUN_OUTCOMES, code, korean),
        "column_name": lambda code: names.word(names.COLUMNS, code, korean),
        "day": lambda value: long_date(value, korean),
        "moment": lambda value: long_moment(value, korean),
    }


def in_language(text: str | None, korean: bool) -> str:
    """The Korean or the English half of a text of Datasette's metadata, "한국어 · English"; all of any other."""
    halves = (text or "").split(" · ")
    return halves[0 if korean else 1] if len(halves) == 2 else text or ""


async def choose(request: Request) -> Response:
    """`/-/language/ko` keeps the choice for a year and returns to where the reader was on this site."""
    response = Response.redirect(_local(request.args.get("next")))
    response.set_cookie(COOKIE, request.url_vars["lang"], max_age=365 * 86400, httponly=True)
    return response


def _local(target: str | None) -> str:
    """`target` if it is a path of ours, else the home page: nobody is sent to another site."""
    if target and target[0] == "/" and target[1:2] not in ("/", "\\") and target.isprintable():
        return target
    return "/"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/-/language/(?P<lang>ko|en)$", choose)]

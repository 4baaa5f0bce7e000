"""Korean or English: how a reader's language is known, and what templates use to speak it."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import Request, Response
from jinja2 import Environment

from web import names

KST = timezone(timedelta(hours=9))
COOKIE = "jehyu_lang"


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
    env.filters["percent"] = lambda share: f"{share:.0%}"
    env.filters["thousands"] = lambda number: f"{number:,}"
    env.filters["web_address"] = lambda address: address if str(address).startswith(("http://", "https://")) else "#"


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
        "day": lambda value: long_date(value, korean),
        "moment": lambda value: long_moment(value, korean),
    }


def long_date(value: str | None, korean: bool) -> str:
    """A day, month or year as people write it: "2025년 3월 21일", "21 Mar 2025"; an empty string for None."""
    if not value:
        return ""
    parts = value[:10].split("-")
    if len(parts) == 1:
        return f"{value}년" if korean else value
    try:
        moment = date(int(parts[0]), int(parts[1]), int(parts[2]) if len(parts) > 2 else 1)
    except ValueError:  # a quarter, "2025-Q1", or something a person wrote
        return value
    if len(parts) == 2:
        return f"{moment.year}년 {moment.month}월" if korean else f"{moment:%b %Y}"
    return f"{moment.year}년 {moment.month}월 {moment.day}일" if korean else f"{moment.day} {moment:%b %Y}"


def long_moment(value: str | None, korean: bool) -> str:
    """A stored time in Korean time, to the minute; an empty string for None."""
    if not value:
        return ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo:
        moment = moment.astimezone(KST)
    return f"{long_date(moment.date().isoformat(), korean)} {moment:%H:%M}"


async def choose(request: Request) -> Response:
    """`/-/language/ko` keeps the choice for a year and returns to where the reader was on this site."""
    response = Response.redirect(_local(request.args.get("next")))
    response.set_cookie(COOKIE, request.url_vars["lang"], max_age=365 * 86400, httponly=True)
    return response


def _local(target: str | None) -> str:
    """`target` if it is a path of ours, else the home page: nobody is sent to another site."""
    safe = bool(target) and target[0] == "/" and target[1:2] not in ("/", "\\") and target.isprintable()  # type: ignore[index]
    return str(target) if safe else "/"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/-/language/(?P<lang>ko|en)$", choose)]

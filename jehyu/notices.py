"""Telling people: new partnerships and health alarms by webhook, e-mail or file, each told once to each receiver.

The store queues a notice in the transaction that makes it known, so a crash loses none; it is marked as sent once the
receiver has taken it. A receiver that fails is tried again by the next run. Where a crash falls between a receiver's 200
and our mark the message goes out again under the same ``Idempotency-Key``, by which a receiver can tell.
"""

import json
import os
import smtplib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import httpx

from jehyu.settings import Receiver

TIMEOUT = 20.0
"""Seconds a receiver may take; a slow one must not hold up the run."""


class NotTold(RuntimeError):
    """A receiver did not take a message; the text says why and never holds its address or password."""


@dataclass(frozen=True)
class Notice:
    """One thing to tell: ``subject`` is an event's id or an alarm's name, ``line`` one sentence in plain words."""

    subject: str
    line: str
    row: Mapping[str, Any] | None = None
    """The event's row of `partnerships`; None for an alarm."""


def wanted(receiver: Receiver, row: Mapping[str, Any]) -> bool:
    """Whether ``receiver`` asked for this row of `partnerships`. An empty filter lets everything through."""
    names, countries = (row["company"], row["partner"]), (row["company_country"], row["partner_country"])
    return (
        receiver.events
        and row["confidence"] >= receiver.minimum_confidence
        and (not receiver.kinds or row["kind"] in receiver.kinds)
        and (not receiver.companies or any(name in receiver.companies for name in names))
        and (not receiver.countries or any(country in receiver.countries for country in countries))
    )


def event_notice(row: Mapping[str, Any]) -> Notice:
    """A row of `partnerships` in one line."""
    parties = f"{row['company'] or 'undisclosed'} – {row['partner'] or 'undisclosed'}"
    told = f"{row['kind'].replace('_', ' ')}, {row['status']}, {row['announced_on'] or 'day unknown'}"
    return Notice(row["event_id"], f"{parties} ({told}) {row['url'] or ''}".strip(), row)


def tell(receiver: Receiver, notices: Sequence[Notice]) -> None:
    """Give ``notices`` to ``receiver`` in one message. Raises `NotTold` when it was not taken."""
    CHANNELS[receiver.kind](receiver, notices)


def _webhook(receiver: Receiver, notices: Sequence[Notice]) -> None:
    """POSTs Slack-compatible JSON: ``{"text": …}``."""
    body = {"text": "\n".join(notice.line for notice in notices)}
    headers = {"Idempotency-Key": _key(notices)}
    try:
        answer = httpx.post(_secret(receiver), json=body, headers=headers, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTold(f"{receiver.name}: {type(error).__name__}") from None
    if not answer.is_success:
        raise NotTold(f"{receiver.name}: answered {answer.status_code}")


def _email(receiver: Receiver, notices: Sequence[Notice]) -> None:
    """One plain mail through ``$JEHYU_SMTP`` (``host:port``), with ``$JEHYU_SMTP_USER`` and ``…_PASSWORD`` if set."""
    message = EmailMessage()
    message["Subject"] = f"Jehyu: {len(notices)} new" if notices[0].row else f"Jehyu: {notices[0].line[:60]}"
    message["From"] = os.environ.get("JEHYU_SMTP_FROM", "jehyu@localhost")
    message["To"] = _secret(receiver)
    message["Message-ID"] = f"<{_key(notices)}@jehyu>"
    message.set_content("\n".join(f"• {notice.line}" for notice in notices))
    host, _, port = os.environ.get("JEHYU_SMTP", "localhost:25").partition(":")
    try:
        with smtplib.SMTP(host, int(port or 25), timeout=TIMEOUT) as server:
            if user := os.environ.get("JEHYU_SMTP_USER"):
                server.starttls()
                server.login(user, os.environ.get("JEHYU_SMTP_PASSWORD", ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotTold(f"{receiver.name}: {type(error).__name__}") from None


def _file(receiver: Receiver, notices: Sequence[Notice]) -> None:
    """Appends one JSON object a line."""
    if receiver.path is None:
        raise NotTold(f'{receiver.name}: a receiver of kind "file" needs a path')
    lines = [json.dumps({"subject": n.subject, "text": n.line}, ensure_ascii=False) + "\n" for n in notices]
    try:
        with receiver.path.open("a", encoding="utf-8") as file:
            file.write("".join(lines))
    except OSError as error:
        raise NotTold(f"{receiver.name}: {error}") from None


CHANNELS: Mapping[str, Callable[[Receiver, Sequence[Notice]], None]] = {
    "webhook": _webhook,
    "email": _email,
    "file": _file,
}


def _secret(receiver: Receiver) -> str:
    value = os.environ.get(receiver.target_env or "")
    if not value:
        raise NotTold(f"{receiver.name}: set target_env in the settings and that variable in the environment")
    return value


def _key(notices: Iterable[Notice]) -> str:
    return sha256("\n".join(notice.subject for notice in notices).encode()).hexdigest()[:32]

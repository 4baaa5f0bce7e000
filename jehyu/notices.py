"""The channels by which people are told: webhook, e-mail, file. One message holds the notices of one batch.

Every message carries a key made of what it tells. Where a crash falls between a receiver's 200 and our note of it, the
message goes out again under the same key (``Idempotency-Key``, ``Message-ID``), by which a receiver can tell. A file is
looked at first, so that it holds each message once.
"""

import errno
import json
import logging
import os
import smtplib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256
from typing import Any

import httpx

from jehyu.settings import Receiver

TIMEOUT = 20.0
"""Seconds a receiver may take; a slow one must not hold up the run."""

# It logs every address it asks, and a webhook's address is a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


class NotTold(RuntimeError):
    """A receiver did not take a message; the text says why and never holds its address or password."""


@dataclass(frozen=True)
class Notice:
    """One thing to tell: ``subject`` is an event's id or an alarm's name, ``line`` one sentence in plain words."""

    subject: str
    line: str


def event_notice(subject: str, event: Mapping[str, Any]) -> Notice:
    """An event of `db.queries` in one line. ``subject`` is the id under which it was queued."""
    names = [party["name"] or party["description"] or "undisclosed" for party in event["parties"]]
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    told = f"{event['kind'].replace('_', ' ')}, {event['status']}, {event['date'] or 'day unknown'}"
    line = f"{' – '.join(names[:6])}{more} ({told}) {event['url'] or ''}"
    return Notice(subject, " ".join(line.split()))  # a name may hold a line break, which no mail header may


def tell(receiver: Receiver, notices: Sequence[Notice], queued_at: str) -> None:
    """Give ``notices`` to ``receiver`` in one message. Raises `NotTold` when it was not taken.

    ``queued_at`` says when they were queued: an alarm that comes again is another message.
    """
    subjects = "\n".join([receiver.name, queued_at, *sorted(notice.subject for notice in notices)])
    CHANNELS[receiver.kind](receiver, notices, sha256(subjects.encode()).hexdigest()[:32])


def _webhook(receiver: Receiver, notices: Sequence[Notice], key: str) -> None:
    """POSTs Slack-compatible JSON, ``{"text": …}``; a name from an article cannot call anybody (``<!channel>``)."""
    text = "\n".join(notice.line for notice in notices)
    body = {"text": text.replace("<", "&lt;").replace(">", "&gt;")}
    try:
        answer = httpx.post(_secret(receiver), json=body, headers={"Idempotency-Key": key}, timeout=TIMEOUT)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotTold(f"{receiver.name}: {type(error).__name__}") from None
    if not answer.is_success:
        raise NotTold(f"{receiver.name}: answered {answer.status_code}")


def _email(receiver: Receiver, notices: Sequence[Notice], key: str) -> None:
    """One plain mail through ``$JEHYU_SMTP`` (``host:port``), with ``$JEHYU_SMTP_USER`` and ``…_PASSWORD`` if set."""
    try:
        message = _mail(_secret(receiver), notices, key)
        host, _, port = os.environ.get("JEHYU_SMTP", "localhost:25").partition(":")
        with smtplib.SMTP(host, int(port or 25), timeout=TIMEOUT) as server:
            if user := os.environ.get("JEHYU_SMTP_USER"):
                server.starttls()
                server.login(user, os.environ.get("JEHYU_SMTP_PASSWORD", ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotTold(f"{receiver.name}: {type(error).__name__}") from None


def _mail(to: str, notices: Sequence[Notice], key: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Jehyu: " + (f"{len(notices)} notices" if len(notices) > 1 else notices[0].line[:100])
    message["From"] = os.environ.get("JEHYU_SMTP_FROM", "jehyu@localhost")
    message["To"] = to
    message["Message-ID"] = f"<{key}@jehyu>"
    message.set_content("\n".join(f"• {notice.line}" for notice in notices))
    return message


_TAIL = 65_536
"""Bytes at the end of a file in which the last message is looked for."""


def _file(receiver: Receiver, notices: Sequence[Notice], key: str) -> None:
    """Appends one JSON object a line: all lines of a message or, where a crash or a full disk comes between, none."""
    rows = [{"subject": notice.subject, "text": notice.line, "key": key} for notice in notices]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    assert receiver.path is not None  # the settings say so
    try:
        with receiver.path.open("a+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _TAIL))
            if key.encode() in file.read():
                return  # written before a crash that left only our note of it out
            if file.write(lines) < len(lines):
                file.truncate(end)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(receiver.path))
    except OSError as error:
        raise NotTold(f"{receiver.name}: {error}") from None


CHANNELS: Mapping[str, Callable[[Receiver, Sequence[Notice], str], None]] = {
    "webhook": _webhook,
    "email": _email,
    "file": _file,
}


def _secret(receiver: Receiver) -> str:
    value = os.environ.get(receiver.target_env or "")
    if not value:
        raise NotTold(f"{receiver.name}: the environment variable {receiver.target_env} is not set")
    return value

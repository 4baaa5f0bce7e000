"""What is logged, and to where: a line for a person on standard error, a JSON line for a program in the log file.

Addresses and passwords that the environment holds are blotted out of both, wherever they come from.
"""

import json
import logging
import os
from collections.abc import Collection
from datetime import datetime
from logging.handlers import RotatingFileHandler

from jehyu.settings import Log, Settings

OURS = ("jehyu", "crawler", "db", "nlp", "web")
FIELDS = "fields"
"""The attribute of a log record, given by ``extra``, that holds what a program wants to read: a mapping."""

_SMTP_SECRETS = ("JEHYU_SMTP_USER", "JEHYU_SMTP_PASSWORD")
_SHORTEST = 4
"""Characters below which a value is not blotted out: it would stand in half of all lines."""


class Discreet(logging.Formatter):
    """Formats as its parent does and blots ``secrets`` out."""

    def __init__(self, secrets: Collection[str], form: str | None = None) -> None:
        super().__init__(form)
        self._secrets = sorted(secrets, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = self.render(record)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def render(self, record: logging.LogRecord) -> str:
        return super().format(record)


class JsonLines(Discreet):
    """One JSON object: `at` (ISO, with offset), `pid`, `level`, `logger`, `message`, `error` (a traceback), fields."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__({json.dumps(secret, ensure_ascii=False)[1:-1] for secret in secrets})

    def render(self, record: logging.LogRecord) -> str:
        row = {
            "at": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "pid": record.process,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            row["error"] = self.formatException(record.exc_info)
        return json.dumps(row | getattr(record, FIELDS, {}), ensure_ascii=False, default=str)


def set_up(settings: Settings, *, verbose: bool = False) -> None:
    """Sends this process's log to standard error (errors, with ``verbose`` all) and to the log file, if one is set.

    Raises OSError when the file cannot be written.
    """
    secrets = secret_values(settings)
    person = logging.StreamHandler()
    person.setFormatter(Discreet(secrets, "%(asctime)s %(name)s %(message)s"))
    person.setLevel(logging.INFO if verbose else logging.ERROR)
    root = logging.getLogger()
    ours = [person, *([_file_handler(settings.log, secrets)] if settings.log.file else [])]
    root.handlers = [handler for handler in root.handlers if not isinstance(handler.formatter, Discreet)] + ours
    root.setLevel(min(handler.level for handler in ours))


def _file_handler(log: Log, secrets: Collection[str]) -> logging.Handler:
    assert log.file is not None
    file = RotatingFileHandler(log.file, maxBytes=log.megabytes * 1_000_000, backupCount=log.keep, encoding="utf-8")
    file.setLevel(logging.INFO)
    file.setFormatter(JsonLines(secrets))
    file.addFilter(_worth_keeping)
    return file


def _worth_keeping(record: logging.LogRecord) -> bool:
    """All that we say, and what libraries warn of."""
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] in OURS


def secret_values(settings: Settings) -> set[str]:
    """What the environment variables with receivers' addresses and the mail account hold."""
    names = {receiver.target_env for receiver in settings.receivers if receiver.target_env} | set(_SMTP_SECRETS)
    values = {os.environ.get(name, "") for name in names}
    return {value for value in values if len(value) >= _SHORTEST}

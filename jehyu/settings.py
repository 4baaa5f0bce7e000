"""What an operator may set, read from one TOML file (`jehyu.toml`); docs/operations.md explains each."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsError(ValueError):
    """The settings file is wrong; the message names the file and the setting."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Crawl(_Section):
    """How outlets are asked. Times in seconds."""

    contact: str = ""
    """An address or page that outlets can write to; it goes into the User-Agent."""
    source_time_limit: int = Field(default=600, ge=1)
    run_time_limit: int = Field(default=3600, ge=1)
    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    allow_private: tuple[str, ...] = ()
    """Hosts on private or loopback addresses that may be asked all the same (an intranet mirror, say)."""


class Extract(_Section):
    """How articles are read. Times in seconds."""

    processes: int = Field(default=1, ge=1)
    run_time_limit: int = Field(default=3600, ge=1)
    """Articles not reached by then are read by the next run."""


class Retention(_Section):
    body_days: int | None = Field(default=None, ge=1)
    """Bodies older than this many days are dropped once they are read; evidence sentences stay. None keeps all."""


class Receiver(_Section):
    """Someone who is told of new partnerships, health alarms, or both."""

    name: str
    kind: Literal["webhook", "email", "file"]
    target_env: str | None = None
    """The environment variable with the webhook's URL or the mail addresses: secrets never stand in this file."""
    path: Path | None = None
    companies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    minimum_confidence: float = Field(default=0.0, ge=0, le=1)
    events: bool = True
    alarms: bool = False


class Settings(_Section):
    crawl: Crawl = Crawl()
    extract: Extract = Extract()
    retention: Retention = Retention()
    receivers: tuple[Receiver, ...] = ()


def load_settings(path: Path | None = None) -> Settings:
    """The settings of ``path``, else of ``$JEHYU_CONFIG``, else of ``./jehyu.toml`` where it exists, else the defaults.

    Raises `SettingsError` naming the file and each wrong setting.
    """
    named = path or (Path(os.environ["JEHYU_CONFIG"]) if os.environ.get("JEHYU_CONFIG") else None)
    found = named or Path("jehyu.toml")
    if named is None and not found.exists():
        return Settings()
    try:
        return Settings.model_validate(_content(found))
    except ValidationError as error:
        lines = [f"{found}: {'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None

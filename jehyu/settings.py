"""What an operator may set, read from one TOML file (`jehyu.toml`); docs/operations.md explains each."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from db.vocabulary import KINDS


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
    article_time_limit: int = Field(default=60, ge=1)
    """An article that takes longer keeps that as its error, and the others go on."""


class Retention(_Section):
    """How long what is needed no more is kept, in days; a century is for ever."""

    body_days: int | None = Field(default=None, ge=1, le=36500)
    """Bodies of articles older than this are dropped once read; evidence stays. None keeps all."""
    run_days: int = Field(default=90, ge=8, le=36500)
    """What sources did in runs older than this is dropped, and the runs that changed no event. Health needs a week."""


class Log(_Section):
    """The log for programs: a JSON object a line. `jehyu -v` shows the same to a person."""

    file: Path | None = None
    megabytes: int = Field(default=10, ge=0)
    """Size from which on a new file is begun; 0: never, something else (logrotate) does it."""
    keep: int = Field(default=5, ge=1)
    """How many full files are kept beside the present one: FILE.1 is the last."""


class Receiver(_Section):
    """Someone who is told of new partnerships, health alarms, or both."""

    name: str
    kind: Literal["webhook", "email", "file"]
    target_env: str | None = None
    """The environment variable with the webhook's URL or the mail addresses: secrets never stand in this file."""
    path: Path | None = None
    companies: tuple[str, ...] = ()
    kinds: tuple[Literal[KINDS], ...] = ()  # type: ignore[valid-type]
    countries: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] = ()
    minimum_confidence: float | None = Field(default=None, ge=0, le=1)
    """None: the confidence from which on events are published."""
    events: bool = True
    alarms: bool = False

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.kind == "file" and self.path is None:
            raise ValueError('kind "file" needs a path')
        if self.kind != "file" and not self.target_env:
            raise ValueError(f'kind "{self.kind}" needs target_env, the environment variable that holds the address')
        return self


class Settings(_Section):
    crawl: Crawl = Crawl()
    extract: Extract = Extract()
    retention: Retention = Retention()
    log: Log = Log()
    receivers: tuple[Receiver, ...] = ()

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        names = [receiver.name for receiver in self.receivers]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"receivers: two are named {', '.join(sorted(twice))}")
        return self

    def beside(self, folder: Path) -> Self:
        """These settings with relative paths below ``folder``: cron and systemd each start in a folder of their own."""
        log = self.log.model_copy(update={"file": self.log.file and folder / self.log.file})
        receivers = [one.model_copy(update={"path": one.path and folder / one.path}) for one in self.receivers]
        return self.model_copy(update={"log": log, "receivers": tuple(receivers)})

    @property
    def written(self) -> list[Path]:
        """The files that a run writes besides the database."""
        return [path for path in (self.log.file, *(receiver.path for receiver in self.receivers)) if path]

    def with_processes(self, processes: int | None) -> Self:
        """These settings with another number of reading processes; None leaves it."""
        if processes is None:
            return self
        return self.model_copy(update={"extract": self.extract.model_copy(update={"processes": processes})})


def load_settings(path: Path | None = None) -> Settings:
    """The settings of ``path``, else of ``$JEHYU_CONFIG``, else of ``./jehyu.toml`` where it exists, else the defaults.

    Relative paths in it are below its folder. Raises `SettingsError` naming the file and each wrong setting.
    """
    named = path or (Path(os.environ["JEHYU_CONFIG"]) if os.environ.get("JEHYU_CONFIG") else None)
    found = named or Path("jehyu.toml")
    if named is None and not found.exists():
        return Settings()
    try:
        return Settings.model_validate(_content(found)).beside(found.absolute().parent)
    except ValidationError as error:
        lines = [f"{found}: {'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _content(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None

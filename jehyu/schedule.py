"""The crontab line and the systemd units that run Jehyu by themselves."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

MARK = "# jehyu:"


class ScheduleError(Exception):
    """The schedule cannot be installed; what was there before still stands."""


@dataclass(frozen=True)
class Schedule:
    """Runs on ``database`` every ``every`` minutes (a divisor of 60, or a multiple of 60 up to a day)."""

    database: Path
    every: int
    log: Path
    config: Path | None = None
    written: Sequence[Path] = ()
    """Files that a run writes besides the database."""

    def __post_init__(self) -> None:
        if self.every < 5 or (60 % self.every and self.every % 60) or self.every > 1440:
            raise ValueError(f"--every {self.every}: give 5 to 30 minutes that divide an hour, or whole hours up to 24")

    @property
    def offset(self) -> int:
        """Minutes past the hour, from the database's path: many installations must not all ask an outlet at :00."""
        return crc32(str(self.database).encode()) % min(self.every, 60)

    def command(self) -> list[str]:
        """The full command; cron knows neither a virtual environment nor a working directory."""
        program = shutil.which("jehyu", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
        start = [program] if program else [sys.executable, "-m", "jehyu"]
        config = ["--config", str(self.config.absolute())] if self.config else []
        return [*start, *config, "run", "--quiet", "--db", str(self.database)]

    def crontab_line(self) -> str:
        """One line: the time, the command with its log, and a mark by which `install_crontab` finds it again."""
        first = self.offset
        if self.every < 60:
            when = f"{','.join(str(minute) for minute in range(first, 60, self.every))} * * * *"
        else:
            hours = "*" if self.every == 60 else f"*/{self.every // 60}"
            when = f"{first} {hours} * * *"
        # A bare % means a newline to cron.
        command = f"{shlex.join(self.command())} >>{shlex.quote(str(self.log))} 2>&1".replace("%", r"\%")
        return f"{when} {command} {MARK}{self.database}"

    def systemd_units(self) -> dict[str, str]:
        """File name → text of a service and its timer."""
        words = " ".join(_systemd_word(word) for word in self.command())
        folder = str(self.database.parent).replace("%", "%%")  # to the end of the line: no quotes here
        writable = sorted({str(path.parent) for path in (self.database, *self.written)})
        service = (
            "[Unit]\nDescription=Jehyu: crawl, extract, resolve\nWants=network-online.target\n"
            "After=network-online.target\n\n"
            f"[Service]\nType=oneshot\nExecStart={words}\nWorkingDirectory={folder}\n"
            "# 1 = partly failed: the next run tries again; 3 = the last run is still at work.\n"
            "SuccessExitStatus=1 3\n# A run bounds itself (crawl.run_time_limit, extract.run_time_limit).\n"
            "TimeoutStartSec=infinity\nNice=10\nNoNewPrivileges=yes\nPrivateTmp=yes\n"
            f"ProtectSystem=strict\nReadWritePaths={' '.join(map(_systemd_word, writable))}\n"
        )
        timer = (
            f"[Unit]\nDescription=Jehyu every {self.every} minutes\n\n"
            f"[Timer]\nOnCalendar={self._calendar()}\nRandomizedDelaySec=120\nPersistent=yes\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
        return {"jehyu.service": service, "jehyu.timer": timer}

    def _calendar(self) -> str:
        if self.every < 60:
            return f"*:{self.offset:02}/{self.every}"
        return f"0/{self.every // 60}:{self.offset:02}"


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if set(word) & set(" \t\"'") else escaped


def install_crontab(schedule: Schedule) -> str:
    """Put the line into this user's crontab, in place of an earlier one for the same database. Returns the line.

    Raises `ScheduleError` when the crontab cannot be read or written; the old one then stands as it was.
    """
    if not shutil.which("crontab"):
        raise ScheduleError("no `crontab` on this machine: install cron, or use the systemd units")
    listed = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    if listed.returncode and "no crontab" not in listed.stderr:
        raise ScheduleError(f"crontab -l: {listed.stderr.strip()}")
    kept = [line for line in listed.stdout.splitlines() if not line.endswith(f"{MARK}{schedule.database}")]
    line = schedule.crontab_line()
    text = "\n".join([*kept, line, ""])
    written = subprocess.run(["crontab", "-"], input=text, capture_output=True, text=True, check=False)
    if written.returncode:
        raise ScheduleError(f"crontab -: {written.stderr.strip()}")
    return line


def install_systemd(schedule: Schedule, folder: Path) -> list[Path]:
    """Write the units into ``folder`` (usually ``~/.config/systemd/user``). Returns the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in schedule.systemd_units().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths

"""The lines that make Jehyu run by itself."""

import subprocess
from pathlib import Path

import pytest

from jehyu.schedule import MARK, Schedule, ScheduleError, install_crontab


def schedule(**changes: object) -> Schedule:
    values = {"database": Path("/srv/jehyu/news.db"), "every": 30, "log": Path("/srv/jehyu/run.log")} | changes
    return Schedule(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("every", "runs_a_day"), [(5, 288), (15, 96), (30, 48), (60, 24), (180, 8), (1440, 1)])
def test_a_crontab_line_runs_as_often_as_asked(every: int, runs_a_day: int) -> None:
    minutes, hours, *rest = schedule(every=every).crontab_line().split()[:5]
    assert rest == ["*", "*", "*"]
    step = 1 if hours == "*" else int(hours.removeprefix("*/"))
    assert len(minutes.split(",")) * len(range(0, 24, step)) == runs_a_day
    assert all(0 <= int(minute) < 60 for minute in minutes.split(","))


def test_paths_with_spaces_and_percent_signs_survive_cron() -> None:
    line = schedule(database=Path("/srv/my news/50%.db")).crontab_line()
    assert r"'/srv/my news/50\%.db'" in line


def test_two_databases_do_not_ask_outlets_in_the_same_minute() -> None:
    offsets = {schedule(database=Path(f"/srv/{number}.db")).offset for number in range(20)}
    assert len(offsets) > 10


@pytest.mark.parametrize("every", [0, 4, 7, 45, 90, 2880])
def test_an_interval_cron_cannot_say_is_refused(every: int) -> None:
    with pytest.raises(ValueError, match="--every"):
        schedule(every=every)


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    units = schedule(database=Path("/srv/my news/jehyu.db")).systemd_units()
    assert 'run --quiet --db "/srv/my news/jehyu.db"' in units["jehyu.service"]
    assert "Persistent=yes" in units["jehyu.timer"]


def test_a_service_may_write_what_the_settings_name() -> None:
    service = schedule(written=(Path("/var/log/jehyu/log.jsonl"),)).systemd_units()["jehyu.service"]
    assert "ReadWritePaths=/srv/jehyu /var/log/jehyu\n" in service


def test_installing_twice_leaves_one_line_and_other_peoples_lines_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "crontab.txt"
    kept.write_text("0 4 * * * /usr/bin/backup\n")
    program = tmp_path / "crontab"
    program.write_text(f'#!/bin/sh\nif [ "$1" = -l ]; then cat "{kept}"; else cat >"{kept}"; fi\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    install_crontab(schedule(every=30))
    install_crontab(schedule(every=60))
    lines = kept.read_text().splitlines()
    assert lines[0] == "0 4 * * * /usr/bin/backup"
    assert [line.endswith(f"{MARK}/srv/jehyu/news.db") for line in lines] == [False, True]


def test_a_crontab_that_cannot_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "crontab"
    program.write_text('#!/bin/sh\n[ "$1" = -l ] && exit 0\necho "disk full" >&2; exit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(ScheduleError, match="disk full"):
        install_crontab(schedule())
    assert subprocess.run([program, "-l"], capture_output=True, check=True).stdout == b""

"""The log file: a JSON object a line, no secret in it, never without end."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jehyu import logs
from jehyu.lock import AlreadyRunning, run_lock
from jehyu.outcome import Outcome
from jehyu.settings import Log, Receiver, Settings

SECRET = 'https://hooks.example/T0/"B1"/x9f2'


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run_tells_programs_what_it_did(run: Any, small_newsroom: Any, tmp_path: Path) -> None:
    settings = Settings(log=Log(file=tmp_path / "log.jsonl"))
    logs.set_up(settings)
    sources = small_newsroom.sources("saebyeok", "didim")
    dead = sources[1].model_copy(update={"feeds": ["http://127.0.0.1:9/feed"], "home": "http://127.0.0.1:9"})
    report = run(tmp_path / "news.db", settings, sources=[sources[0], dead])
    told = lines(tmp_path / "log.jsonl")
    assert [line["event"] for line in told] == ["run_started", "source", "source", "run_finished"]
    assert told[2]["source"] == "didim" and told[2]["outcome"] == "broken" and told[2]["level"] == "warning"
    assert told[3]["outcome"] == "partial" and told[3]["events_new"] == report.new > 0
    assert report.outcome == Outcome.PARTLY
    with run_lock(tmp_path / "news.db"), pytest.raises(AlreadyRunning):
        run(tmp_path / "news.db", settings)
    assert lines(tmp_path / "log.jsonl")[4]["event"] == "run_refused"


def test_a_run_that_breaks_leaves_its_traceback(run: Any, tmp_path: Path) -> None:
    settings = Settings(log=Log(file=tmp_path / "log.jsonl"))
    logs.set_up(settings)

    class Broken:
        version = "broken"

        @property
        def thresholds(self) -> dict[str, float]:
            raise RuntimeError("the weights are gone")

        def read(self, article: Any) -> dict[str, Any]:
            return {"id": article["id"], "events": []}

    with pytest.raises(RuntimeError):
        run(tmp_path / "news.db", settings, reader=Broken())
    last = lines(tmp_path / "log.jsonl")[-1]
    assert last["outcome"] == "failed" and "the weights are gone" in last["error"]


def test_no_secret_is_written_whoever_logs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESK", SECRET)
    monkeypatch.setenv("JEHYU_SMTP_PASSWORD", "hunter-22")
    receiver = Receiver(name="desk", kind="webhook", target_env="DESK")
    logs.set_up(Settings(receivers=(receiver,), log=Log(file=tmp_path / "log.jsonl")), verbose=True)
    logging.getLogger("somebody").error("cannot reach %s", SECRET, extra={logs.FIELDS: {"url": SECRET}})
    try:
        raise ValueError(f"login with hunter-22 at {SECRET}")
    except ValueError:
        logging.getLogger("jehyu.any").exception("failed")
    written = (tmp_path / "log.jsonl").read_text() + capsys.readouterr().err
    assert written.count("failed") == 2
    for secret in (SECRET, "x9f2", "hunter-22"):
        assert secret not in written
    assert lines(tmp_path / "log.jsonl")[0]["url"] == "***"


def test_the_log_is_bounded(tmp_path: Path) -> None:
    logs.set_up(Settings(log=Log(file=tmp_path / "log.jsonl", megabytes=1, keep=2)))
    for number in range(40):
        logging.getLogger("jehyu").info("%d %s", number, "가" * 30_000)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["log.jsonl", "log.jsonl.1", "log.jsonl.2"]
    assert all(path.stat().st_size <= 1_000_000 for path in tmp_path.iterdir())


def test_only_our_own_words_and_the_warnings_of_others_are_kept(tmp_path: Path) -> None:
    logs.set_up(Settings(log=Log(file=tmp_path / "log.jsonl")))
    logging.getLogger("crawler.run").info("ours")
    logging.getLogger("scrapy.core").info("chatter")
    logging.getLogger("scrapy.core").warning("trouble")
    assert [line["message"] for line in lines(tmp_path / "log.jsonl")] == ["ours", "trouble"]

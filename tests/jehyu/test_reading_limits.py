"""Reading within a time limit each, in one process and in several."""

import subprocess
import sys
from pathlib import Path

import pytest
from obedient_reader import Obedient

from jehyu import reading
from jehyu.lock import AlreadyRunning, run_lock
from jehyu.reading import read_all
from nlp import load_reader


def answers(processes: int, *texts: str, limit: float = 20) -> list[str | None]:
    articles = [{"id": number, "text": text} for number, text in enumerate(texts)]
    found = list(read_all(Obedient(), articles, processes=processes, limit=limit))
    assert [answer["id"] for answer in found] == list(range(len(texts)))
    return [answer.get("error") for answer in found]


@pytest.mark.parametrize("processes", [1, 3])
def test_answers_come_in_order_and_a_slow_article_keeps_its_error(processes: int) -> None:
    errors = answers(processes, "", "sleep", *[""] * 100, limit=4)
    assert errors == [None, "could not be read: took longer than 4 s", *[None] * 100]


def test_an_article_that_kills_its_reader_keeps_that_and_the_others_are_read() -> None:
    ended = "could not be read: the process that read it ended (-9)"
    assert answers(2, "die", "", "die", *[""] * 30) == [ended, None, ended, *[None] * 30]


def test_compiled_code_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_GRACE", 1.0)
    stopped = "could not be read: took longer than 4 s and could not be stopped"
    assert answers(2, "hang", "", "", limit=4) == [stopped, None, None]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_broken_reader_is_no_fault_of_an_article(processes: int) -> None:
    with pytest.raises(RuntimeError, match="company table is gone"):
        answers(processes, "", "break", "")


def test_the_real_reader_answers_the_same_in_workers() -> None:
    texts = (
        "가온전자는 6일 님버스와 업무협약을 맺었다고 밝혔다.",
        "카카오는 4일 오픈AI와 전략적 제휴를 체결했다.",
        "맑다.",
    )
    articles = [{"id": number, "title": None, "text": text, "lang": "ko"} for number, text in enumerate(texts)]
    reader = load_reader(model=False)
    one, two = [list(read_all(reader, articles, processes=number, limit=200)) for number in (1, 2)]
    assert one == two and one[1]["events"]


HOLD = """
import sys, time
from pathlib import Path
from jehyu.lock import run_lock
from jehyu.reading import read_all
sys.path.insert(0, sys.argv[2])
from obedient_reader import Obedient
if __name__ == "__main__":
    with run_lock(Path(sys.argv[1])):
        articles = [{"id": 0, "text": ""}, {"id": 1, "text": "sleep"}]
        for answer in read_all(Obedient(), articles, processes=2, limit=50):
            print("read", flush=True)
"""


def test_workers_of_a_killed_run_do_not_go_on_holding_its_lock(tmp_path: Path) -> None:
    program, database = tmp_path / "hold.py", tmp_path / "news.db"
    program.write_text(HOLD)
    command = [sys.executable, program, database, Path(__file__).parent]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "read\n"
        with pytest.raises(AlreadyRunning), run_lock(database):
            pass
        process.kill()
        process.stdout.close()
    with run_lock(database):
        pass

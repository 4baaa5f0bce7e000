"""A small number of the inputs of benchmarks/fuzz.py."""

import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"


def test_nothing_that_strangers_send_breaks_a_reader() -> None:
    done = subprocess.run([sys.executable, FUZZ, "--inputs", "2000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout

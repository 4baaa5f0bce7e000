"""A short form of benchmarks/faults.py: kills over all stages, and every other fault, once."""

import subprocess
import sys
from pathlib import Path

import pytest

SUITE = Path(__file__).parents[2] / "benchmarks" / "faults.py"


@pytest.mark.slow
def test_whatever_happens_the_next_run_ends_as_an_undisturbed_one() -> None:
    command = [sys.executable, SUITE, "--kills", "12", "--seed", "20250204"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "as undisturbed" in done.stdout

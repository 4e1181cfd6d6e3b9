"""kill -9 in the middle of a baseline run: the next worker goes on from the steps that were kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / "kill_baseline.py"
pytestmark = pytest.mark.once  # the steps are files; who takes a dead worker's run is tested on both databases


def killed(home: Path, *options: str) -> dict[str, Any]:
    """What the script found, on a database of its own."""
    environment = {**os.environ, "SALESYEAR_HOME": str(home), "PYTHONPATH": ":".join(sys.path)}
    environment |= {"DJANGO_SETTINGS_MODULE": "salesyear.web.settings"}
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(  # our own script
        [sys.executable, str(SCRIPT), *options], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_killed_in_the_middle_it_goes_on_and_without_the_steps_it_begins_anew(tmp_path: Path) -> None:
    kept, bare = killed(tmp_path / "a"), killed(tmp_path / "b", "--bare")
    for found in (kept, bare):
        assert (found["signal"], found["kept"]) == (9, 9), found
        assert (found["state"], found["error"], found["attempt"], found["baselines"]) == ("done", "", 2, 1), found
        assert found["left"] == 0
    assert bare["made"] > 9
    assert kept["made"] == bare["made"] - 9

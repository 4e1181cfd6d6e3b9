"""Work slow enough to be killed in the middle, and the command line that knows it (`python -m slow_kinds`)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from salesyear.cli.plain import set_up

set_up()
from salesyear.core.runs import run_kind  # noqa: E402 - its tables need Django started

STEPS = 10


def _count(params: dict[str, Any], progress: Any) -> dict[str, Any]:
    """Write ten currencies, slowly; the file named in `params` says how far it is."""
    from salesyear.sales.models import Currency

    for step in range(1, STEPS + 1):
        Currency.objects.create(code=f"{params.get('letter', 'X')}{step:02}", name="step", digits=2)
        with Path(params["file"]).open("a") as file:
            file.write(f"{step}\n")
        time.sleep(params.get("pause", 0.1))
        progress(step, STEPS, f"step {step}")
    return {"written": STEPS, "text": "Ten were written."}


@run_kind("test.count", label="counting", roles={"director", "administrator"})
def count(run: Any, params: dict[str, Any], progress: Any) -> dict[str, Any]:
    return _count(params, progress)


@run_kind("test.halves", atomic=False)
def halves(run: Any, params: dict[str, Any], progress: Any) -> dict[str, Any]:
    """The control: the same without the protection."""
    return _count(params, progress)


@run_kind("test.quick")
def quick(run: Any, params: dict[str, Any], progress: Any) -> dict[str, Any]:
    with Path(params["file"]).open("a") as file:
        file.write(f"{run.pk} {run.worker}\n")
    return {"seed": run.seed}


@run_kind("test.wrong")
def wrong(run: Any, params: dict[str, Any], progress: Any) -> dict[str, Any]:
    raise ZeroDivisionError("one by none")


if __name__ == "__main__":
    from salesyear.cli import main

    main()

"""`salesyear work`: a worker that takes background runs."""

from __future__ import annotations

import os
import signal
import threading
import time
from types import FrameType
from typing import Annotated

import typer

from salesyear.cli.plain import say, set_up


def work(
    once: Annotated[bool, typer.Option("--once", help="Do what is waiting now, then end.")] = False,
    pause: Annotated[float, typer.Option(help="Seconds between two looks into an empty queue.", min=0.05)] = 1.0,
    beside: Annotated[int, typer.Option(help="End when the process with this id is no longer the parent.")] = 0,
) -> None:
    """Take background runs (imports, plans) and do them; start as many workers as you like.

    A worker that dies, even by kill -9, loses nothing: its run is taken again by any other, or marked failed with
    its reason after three attempts. Ctrl+C or SIGTERM puts the run at hand back into the queue.

    Example: [bold]salesyear work[/bold]
    """
    set_up()
    from salesyear.core.worker import Labour
    from salesyear.org.access import scope_of

    labour = Labour(scope_of)
    _stop_when_told(labour.stop)
    if beside:
        threading.Thread(target=_stop_when_alone, args=(beside, labour.stop), daemon=True).start()
    if once:
        while not labour.stop.is_set() and labour.work_once():
            pass
        return
    say(f"Worker {labour.name} takes background runs. Stop it with Ctrl+C.")
    labour.work(pause)


def _stop_when_told(stop: threading.Event) -> None:
    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)


def _stop_when_alone(parent: int, stop: threading.Event) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    stop.set()

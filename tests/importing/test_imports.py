"""Files in: every row accounted for, the same file changes nothing, a whole import can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from cast import Cast, sell
from intake import FILES, NORTHWIND, SYSTEM, bring, counts, look, northwind, problems, written
from salesyear.core.models import Event
from salesyear.crm.models import Customer
from salesyear.importing import services
from salesyear.importing.layouts import Layout
from salesyear.importing.models import Import, Mapping, State
from salesyear.importing.reading import Refused
from salesyear.importing.services import NotSaved, RowsRefused, bring_in, read_file, undo_import
from salesyear.org.models import Assignment, Rep, Unit
from salesyear.sales.models import Credit, Order, OrderLine, Price, Product, Rate, Receipt
from salesyear.targets.models import Quota

pytestmark = pytest.mark.django_db

LINES = "order,line,date,customer,product,qty,amount\n"
GOOD = LINES + "A1,1,2026-01-05,C01,P-core,2,100\nA1,2,2026-01-05,C01,P-new,1,50.5\n"


def sold() -> int:
    """Cents of all lines there are."""
    return OrderLine.objects.within(SYSTEM).aggregate(sum=Sum("amount"))["sum"] or 0


def test_northwind_comes_in_by_its_headings_alone_and_sums_as_published() -> None:
    imports = northwind()
    assert [one.kind for one in imports[-3:]] == ["products", "orders", "orderlines"]
    assert counts(imports[-1]) == {"created": 2_155}
    assert sold() == 1_265_793_04
    assert Order.objects.within(SYSTEM).count() == 830
    assert Rep.objects.within(SYSTEM).get(code="1").name == "Nancy Davolio"
    assert str(Rep.objects.within(SYSTEM).get(code="1").manager) == "Andrew Fuller"


def test_the_same_files_again_change_nothing() -> None:
    northwind()
    events = Event.objects.count()
    again = northwind()
    assert {name for one in again for name in counts(one)} == {"unchanged"}
    assert sold() == 1_265_793_04
    assert Event.objects.count() == events + len(NORTHWIND)


def test_all_are_taken_back_the_last_first() -> None:
    imports = northwind()
    with pytest.raises(NotSaved, match=r"order_details.csv.*rests on rows of this one"):
        undo_import(imports[-2])
    for import_ in reversed(imports):
        assert undo_import(import_).state == State.UNDONE
    assert not any(model.objects.within(SYSTEM).exists() for model in (Unit, Rep, Customer, Product, Order, OrderLine))
    assert counts(northwind()[-1]) == {"created": 2_155}


def test_a_layout_is_remembered_for_the_next_file_with_these_headings(cast: Cast, tmp_path: Path) -> None:
    odd = "Beleg,Tag,Kunde,Ware,Wert\nA1,5/1/2026,C01,P-core,100\n"
    columns = {"order": ("Beleg",), "ordered_on": ("Tag",), "customer": ("Kunde",), "product": ("Ware",)}
    layout = Layout("orderlines", {**columns, "amount": ("Wert",)}, orders={"ordered_on": "dmy"})
    bring(written(tmp_path, odd), layout)
    assert Mapping.objects.count() == 1
    second = look(written(tmp_path, odd.replace("A1", "A2")))
    assert (second.kind, counts(second)) == ("orderlines", {"created": 1})


def test_every_problem_in_one_pass_and_nothing_saved(cast: Cast, tmp_path: Path) -> None:
    before = sold()
    text = GOOD + "A2,1,2026-02-30,C01,P-core,1,5\nA3,1,2026-01-06,C99,P-none,x,5\nA4,1,2026-01-06,C01,P-core,1,\n"
    checked = look(written(tmp_path, text + "A5,1,2026-01-06,C01,P-core,1,5,6\n"))
    assert counts(checked) == {"created": 2, "rejected": 4}
    assert problems(checked) == [
        (4, "2026-02-30", "“2026-02-30” is a day that the calendar does not have."),
        (5, "C99", "“C99” is not a known customer."),
        (5, "P-none", "“P-none” is not a known product."),
        (5, "x", "“x” is not a number."),
        (6, "", "The row has neither an amount nor a unit price."),
        (7, "A5,1,2026-01-06,C01,P-core,1,5,6", "The row has 8 cells under 7 headings."),
    ]
    with pytest.raises(RowsRefused, match="4 rows are refused"):
        services.save_import(checked, scope=SYSTEM)
    assert sold() == before


def test_the_good_rows_only_when_asked(cast: Cast, tmp_path: Path) -> None:
    before = sold()
    path = written(tmp_path, GOOD + "A2,1,2026-01-05,C99,P-core,1,5\n")
    assert counts(bring(path, good_rows_only=True)) == {"created": 2, "rejected": 1}
    assert sold() == before + 150_50
    assert counts(bring(path, good_rows_only=True)) == {"unchanged": 2, "rejected": 1}


def test_names_serve_as_well_as_codes_and_near_misses_are_named(cast: Cast, tmp_path: Path) -> None:
    text = "order,date,customer,product,rep,amount\n"
    text += "A1,2026-01-05,客户01,常规产品,李娜,7\nA2,2026-01-05,客户0１,常规产品,李那,7\n"
    checked = look(written(tmp_path, text))
    assert counts(checked) == {"created": 1, "rejected": 1}
    assert problems(checked) == [(3, "李那", "“李那” is not a known salesperson.")]
    near = look(written(tmp_path, LINES + "A1,1,2026-01-05,C01,P-coer,1,5\n"))
    assert "Did you mean" in near.shown["faults"][0]["mend"]


def test_two_rows_of_one_name_ask_for_the_code(cast: Cast, tmp_path: Path) -> None:
    for code in ("X1", "X2"):
        Customer.objects.create(code=code, name="同名公司")
    checked = look(written(tmp_path, LINES.replace("customer", "客户名称") + "A1,1,2026-01-05,同名公司,P-core,1,5\n"))
    assert problems(checked) == [(2, "同名公司", "“同名公司” is the name of 2 rows.")]


def test_an_empty_cell_never_overwrites_and_zero_does(cast: Cast, tmp_path: Path) -> None:
    bring(written(tmp_path, "code,name,city,employees\nC01,客户01,上海,40\n"))
    changed = bring(written(tmp_path, "code,name,city,employees\nC01,客户01,,0\n"))
    customer = Customer.objects.within(SYSTEM).get(code="C01")
    assert (customer.city, customer.employees, counts(changed)) == ("上海", 0, {"changed": 1})
    undo_import(changed)
    assert Customer.objects.within(SYSTEM).get(code="C01").employees == 40


def test_undoing_names_the_later_import_that_changed_the_same_rows(cast: Cast, tmp_path: Path) -> None:
    first = bring(written(tmp_path, "code,name,grade\nC01,客户01,A\n", "first.csv"))
    second = bring(written(tmp_path, "code,name,grade\nC01,客户01,B\n", "second.csv"))
    with pytest.raises(NotSaved, match=r"second.csv.*Undo that one first"):
        undo_import(first)
    undo_import(second)
    assert Customer.objects.within(SYSTEM).get(code="C01").grade == "A"
    undo_import(first)
    assert Customer.objects.within(SYSTEM).get(code="C01").grade == ""
    with pytest.raises(NotSaved, match="nothing to undo"):
        undo_import(first)


def test_undoing_leaves_what_other_people_built_on_it(cast: Cast, tmp_path: Path) -> None:
    made = bring(written(tmp_path, "code,name\nC50,新客户\n"), kind="customers")
    customer = Customer.objects.within(SYSTEM).get(code="C50")
    customer.owner, customer.unit = cast.reps["li"], cast.units["shanghai"]
    sell(cast, customer, cast.reps["li"].hired_on, 100)  # type: ignore[arg-type]  # the cast's reps have a day
    with pytest.raises(NotSaved, match="rest on rows of this import"):
        undo_import(made)


def test_missing_customers_products_and_regions_are_created_when_chosen(cast: Cast, tmp_path: Path) -> None:
    text = "order,date,customer name,segment,city,product name,category,area,amount\n"
    path = written(
        tmp_path,
        text
        + "A1,2026-01-05,卢芳,消费者,珠海,按钉,办公用品,中南,342\nA2,2026-01-05,卢芳,消费者,珠海,按钉,办公用品,中南,\n",
    )
    guessed = services.layout_for(read_file(path))
    assert counts(look(path)) == {"rejected": 2}
    made = bring(path, Layout(guessed.kind, guessed.columns, create_missing=True), good_rows_only=True)
    assert counts(made) == {"created": 1, "rejected": 1}
    line = (
        OrderLine.objects.within(SYSTEM)
        .select_related("customer", "product__line", "unit__parent")
        .get(order__number="A1")
    )
    assert (line.customer.segment, line.customer.city, str(line.product.line)) == ("消费者", "珠海", "办公用品")
    assert (str(line.unit), str(line.unit.parent), line.unit.path) == (  # type: ignore[union-attr]  # it has a unit
        "中南",
        "丰年公司",
        f"/{cast.units['company'].pk}/{line.unit_id}/",
    )
    undo_import(made)
    assert not Customer.objects.within(SYSTEM).filter(name="卢芳").exists()
    assert not Unit.objects.within(SYSTEM).filter(name="中南").exists()


def test_a_sale_counts_where_its_salesperson_was_that_day(cast: Cast, tmp_path: Path) -> None:
    seats = "rep,position,from,until\nli,P-shanghai,2024-01-01,2026-02-28\nli,P-sichuan,2026-03-01,\n"
    bring(written(tmp_path, seats), Layout("assignments", _same("rep", "position", starts_on="from", ends_on="until")))
    text = "order,date,customer,product,rep,amount\nA1,2026-02-28,C01,P-core,li,1\nA2,2026-03-01,C01,P-core,li,1\n"
    bring(written(tmp_path, text))
    places = dict(Order.objects.within(SYSTEM).filter(number__in=["A1", "A2"]).values_list("number", "unit__code"))
    assert places == {"A1": "shanghai", "A2": "sichuan"}
    assert Assignment.objects.within(SYSTEM).filter(rep__code="li").count() == 2


def _same(*names: str, **renamed: str) -> dict[str, tuple[str, ...]]:
    """Columns read from headings of the same name, or from those named."""
    return {**{name: (name,) for name in names}, **{name: (heading,) for name, heading in renamed.items()}}


def test_an_order_that_changes_takes_its_lines_along_and_back(cast: Cast, tmp_path: Path) -> None:
    bring(
        written(
            tmp_path,
            GOOD.replace("product,qty", "product,rep").replace(",2,100", ",li,100").replace(",1,50.5", ",li,50.5"),
        )
    )
    moved = bring(written(tmp_path, "order,date,customer,rep,unit\nA1,2026-01-05,C01,zhao,jiangsu\n"))
    assert counts(moved) == {"changed": 1}
    lines = OrderLine.objects.within(SYSTEM).filter(order__number="A1")
    assert set(lines.values_list("rep__code", "unit__code")) == {("zhao", "jiangsu")}
    undo_import(moved)
    assert set(lines.values_list("rep__code", "unit__code")) == {("li", "shanghai")}


def test_an_order_has_one_salesperson(cast: Cast, tmp_path: Path) -> None:
    text = "order,line,date,customer,product,rep,amount\n"
    text += "A1,1,2026-01-05,C01,P-core,li,1\nA1,2,2026-01-05,C01,P-core,zhao,1\n"
    assert problems(look(written(tmp_path, text))) == [
        (3, "zhao", "The row says otherwise than row 2 of the same order.")
    ]


def test_amounts_follow_from_quantity_price_and_discount(cast: Cast, tmp_path: Path) -> None:
    text = "order,date,customer,product,quantity,unit price,discount\n"
    bring(written(tmp_path, text + "A1,2026-01-05,C01,P-core,3,9.99,5%\nA1,2026-01-05,C01,P-core,1,0.333,0\n"))
    first, second = OrderLine.objects.within(SYSTEM).filter(order__number="A1").order_by("key")
    assert (first.stated_micros, first.amount, first.discount) == (28_471_500, 28_47, 50_000)
    assert (second.stated_micros, second.amount) == (333_000, 33)
    assert (first.key, second.key) == ("P-core#1", "P-core#2")


def test_a_line_whose_stated_amount_is_unchanged_keeps_its_cents(cast: Cast, tmp_path: Path) -> None:
    lines = [f"A1,{n},2026-01-05,C01,P-core,1,3.3333\n" for n in (1, 2, 3)]
    bring(written(tmp_path, LINES + "".join(lines)))
    amounts = OrderLine.objects.within(SYSTEM).filter(order__number="A1").order_by("key")
    assert list(amounts.values_list("amount", flat=True)) == [333, 334, 333]
    assert counts(bring(written(tmp_path, LINES + lines[1]))) == {"unchanged": 1}
    assert list(amounts.values_list("amount", flat=True)) == [333, 334, 333]


def test_a_sign_that_contradicts_the_currency_is_refused(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, LINES + "A1,1,2026-01-05,C01,P-core,1,$262\nA2,1,2026-01-05,C01,P-core,1,￥1.2万\n")
    checked = look(path)
    assert problems(checked) == [(2, "$262", "The sign “$” contradicts the currency CNY.")]
    assert bring(path, good_rows_only=True).created == 1
    assert OrderLine.objects.within(SYSTEM).get(order__number="A2").amount == 12_000_00


def test_papers_are_not_rounded(cast: Cast, tmp_path: Path) -> None:
    text = "payment number,payment date,customer,amount\nR1,2026-01-05,C01,12.34\nR2,2026-01-05,C01,12.345\n"
    checked = look(written(tmp_path, text))
    assert (checked.kind, counts(checked)) == ("receipts", {"created": 1, "rejected": 1})
    assert problems(checked) == [(3, "12.345", "“12.345” has more decimals than CNY has (2).")]
    services.save_import(checked, scope=SYSTEM, good_rows_only=True)
    receipt = Receipt.objects.within(SYSTEM).get()
    assert (receipt.amount, receipt.unit_id, receipt.currency_id) == (12_34, cast.units["shanghai"].pk, "CNY")


def test_the_other_kinds_come_in_too(cast: Cast, tmp_path: Path) -> None:
    bring(written(tmp_path, "currency,currency name,digits\nUSD,US dollar,2\nJPY,Yen,0\n"))
    bring(written(tmp_path, "currency,rate date,rate\nUSD,2026-01-01,7.012345\n"))
    assert Rate.objects.within(SYSTEM).get().micros == 7_012_345
    bring(written(tmp_path, "product,valid from,list price,standard cost\nP-core,2026-01-01,19.99,11.5\n"))
    assert Price.objects.within(SYSTEM).get().cost_micros == 11_500_000
    bring(written(tmp_path, "rep,quota date,end,sales quota\nli,2026-01-01,2026-03-31,30万\n"))
    assert Quota.objects.within(SYSTEM).get().amount == 300_000_00
    order = Order.objects.within(SYSTEM).order_by("pk").first()
    assert order is not None
    bring(written(tmp_path, f"order,rep,share\n{order.number},li,60%\n{order.number},zhao,40%\n"))
    assert sorted(Credit.objects.within(SYSTEM).values_list("share", flat=True)) == [400_000, 600_000]


def test_shares_that_make_no_whole_are_refused(cast: Cast, tmp_path: Path) -> None:
    order = Order.objects.within(SYSTEM).order_by("pk").first()
    assert order is not None
    checked = look(written(tmp_path, f"order,rep,share\n{order.number},li,60%\n{order.number},zhao,30%\n"))
    assert counts(checked) == {"rejected": 2}
    assert "The shares of this order make 90%, not 100%." in problems(checked)[0][2]


def test_rows_may_name_each_other_in_any_order_and_not_in_circles(cast: Cast, tmp_path: Path) -> None:
    tree = "code,name,level,belongs to\nN1,北一,territory,N\nN,华北,region,company\n"
    tree += "X,甲,region,Y\nY,乙,region,X\nZ,丙,territory,X\n"
    layout = Layout("units", _same("code", "name", kind="level", parent="belongs to"))
    made = bring(written(tmp_path, tree), layout, good_rows_only=True)
    assert counts(made) == {"created": 2, "rejected": 3}
    unit = Unit.objects.within(SYSTEM).get(code="N1")
    assert unit.path == f"/{cast.units['company'].pk}/{unit.parent_id}/{unit.pk}/"
    assert counts(bring(written(tmp_path, tree), layout, good_rows_only=True)) == {"unchanged": 2, "rejected": 3}


def test_a_unit_is_the_same_unit_when_the_file_leaves_its_start_out(cast: Cast, tmp_path: Path) -> None:
    renamed = bring(written(tmp_path, "unit code,unit name\neast,华东大区\n"))
    assert counts(renamed) == {"changed": 1}
    assert Unit.objects.within(SYSTEM).get(code="east").name == "华东大区"


def test_the_same_row_twice_in_a_file_is_named(cast: Cast, tmp_path: Path) -> None:
    checked = look(written(tmp_path, "code,name\nC01,甲\nC02,乙\nC01,丙\n"), kind="customers")
    assert problems(checked) == [(4, "C01", "The same row stands in row 2 already.")]


def test_the_english_superstore_is_read_with_its_dollars_and_percents(tmp_path: Path) -> None:
    bring(FILES / "northwind" / "currencies.csv")
    path = FILES / "superstore" / "flat.csv"
    guessed = services.layout_for(read_file(path))
    made = bring(path, Layout(guessed.kind, guessed.columns, create_missing=True))
    assert counts(made) == {"created": 120}
    first = OrderLine.objects.within(SYSTEM).get(order__number="CA-2016-152156", product__name__startswith="Bush")
    assert (first.ordered_on.isoformat(), first.amount, first.cost) == ("2016-11-08", 262_00, 220_00)


def test_every_row_of_a_file_without_quotation_marks_is_named(cast: Cast) -> None:
    path = FILES / "superstore" / "malformed.csv"
    checked = look(path)
    assert counts(checked) == {"rejected": 60}
    draft = services.check(read_file(path), Layout.of(checked.layout), SYSTEM)
    rules = {f"The row has {cells} cells under 17 headings." for cells in (18, 19, 20)}
    assert {fault.problem.rule % dict(fault.problem.places) for fault in draft.faults} <= rules
    assert [fault.row for fault in draft.faults] == list(range(2, 62))
    assert (checked.shown["problems"], len(checked.shown["faults"])) == (60, 50)


def test_files_over_a_limit_are_refused_with_the_limit(cast: Cast, tmp_path: Path, settings: object) -> None:
    path = written(tmp_path, GOOD)
    settings.IMPORT_MOST_ROWS = 1  # type: ignore[attr-defined]  # pytest-django's settings take any name
    with pytest.raises(Refused, match="more than 1 rows"):
        look(path)
    assert Import.objects.count() == 0


def test_a_contradiction_found_by_the_database_is_told_and_nothing_is_saved(cast: Cast, tmp_path: Path) -> None:
    path = written(tmp_path, "code,name,base\nEUR,Euro,yes\n")
    with pytest.raises(NotSaved, match="contradicts what is there"):
        bring(path, Layout("currencies", _same("code", "name", is_base="base")))
    table = read_file(path)
    with pytest.raises(NotSaved, match="contradicts what is there"):
        bring_in(table, "again", Layout("currencies", _same("code", "name", is_base="base")), scope=SYSTEM)
    assert not Import.objects.filter(state=State.SAVED).exists()


def test_saving_takes_as_many_queries_for_many_rows_as_for_few(cast: Cast, tmp_path: Path) -> None:
    def queries(rows: int) -> int:
        text = "".join(f"B{rows}-{n},1,2026-01-05,C01,P-core,1,5\n" for n in range(rows))
        checked = look(written(tmp_path, LINES + text))
        with CaptureQueriesContext(connection) as captured:
            services.save_import(checked, scope=SYSTEM)
        return len(captured)

    queries(1)  # the first time the headings are remembered
    assert queries(10) == queries(1_000)

"""Cells as people type them (acceptance case 29)."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.importing.values import Figure, Problem, Type, manner_of, read_cell, read_column

pytestmark = pytest.mark.once


def read(kind: Type, text: str, column: list[str] | None = None, order: str = "") -> object:
    """One cell, in a column that holds the others too."""
    return read_cell(text, manner_of(kind, column or [text], order=order))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.50"),
        ("１２３", "123"),
        ("1.2万", "12000"),
        ("3亿", "300000000"),
        ("(500)", "-500"),
        ("（２，３７５）", "-2375"),
        ("500-", "-500"),
        ("−7", "-7"),
        ("￥100", "100"),
        ("$262", "262"),
        ("-$3", "-3"),
        ("1 234.5", "1234.5"),
        ("99元", "99"),
        ("1.5E3", "1500"),
        ("2.5K", "2500"),
    ],
)
def test_amounts_as_typed(text: str, value: str) -> None:
    figure = read(Type.AMOUNT, text)
    assert isinstance(figure, Figure)
    assert figure.value == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["12,34.5", "1,2345.0", "NaN", "-inf", "∞", "#REF!", "abc", "1.2.3", "(5", "5%", "--5", "99999999999999", "１e99"],
)
def test_no_amount(text: str) -> None:
    assert isinstance(read(Type.AMOUNT, text), Problem)


def test_the_sign_beside_an_amount_is_kept() -> None:
    assert read(Type.AMOUNT, "US$ 5") == Figure(Decimal(5), "US$")
    assert read(Type.AMOUNT, "5 USD") == Figure(Decimal(5), "USD")


def test_a_decimal_comma_is_told_by_the_column() -> None:
    column = ["1.234,50", "1.234", "7,5"]
    assert [read(Type.DECIMAL, text, column) for text in column] == [Decimal("1234.50"), 1234, Decimal("7.5")]
    assert isinstance(read(Type.DECIMAL, "7,5", ["7,5", "7.5"]), Problem)
    assert read(Type.DECIMAL, "1,234") == 1234


def test_percent_points_are_told_by_the_column() -> None:
    assert read(Type.PERCENT, "5%", ["5%"]) == Decimal("0.05")
    assert read(Type.PERCENT, "20", ["0", "20", "40"]) == Decimal("0.2")
    assert read(Type.PERCENT, "1", ["0", "1", "40"]) == Decimal("0.01")
    assert read(Type.PERCENT, "0.15", ["0", "0.15", "1"]) == Decimal("0.15")
    assert read(Type.PERCENT, "1", ["0", "0.15", "1"]) == 1
    assert isinstance(read(Type.PERCENT, "1", ["0", "1"]), Problem)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05",
        "2026/1/5",
        "2026.1.5",
        "20260105",
        "46027",
        "46027.75",
        "2026年1月5日",
        "二〇二六年一月五日",
        "二零二六年一月五号",
        "２０２６／１／５",
        "5-Jan-2026",
        "Jan 5, 2026",
        "2026-01-05 23:59:59.999",
        "2026-01-05T10:00",
        "2026/1/5 下午3:05",
    ],
)
def test_one_day_in_many_hands(text: str) -> None:
    assert read(Type.DATE, text) == date(2026, 1, 5)


@pytest.mark.parametrize("text", ["2026-02-30", "12", "5/1/26", "Smarch 5, 2026", "2026-01-05 25:00", "二月三日"])
def test_no_day(text: str) -> None:
    assert isinstance(read(Type.DATE, text), Problem)


def test_day_and_month_are_told_by_the_column() -> None:
    assert read(Type.DATE, "11/8/2016", ["11/8/2016", "6/16/2016"]) == date(2016, 11, 8)
    assert read(Type.DATE, "11/8/2016", ["11/8/2016", "16/6/2016"]) == date(2016, 8, 11)
    assert read(Type.DATE, "11/8/2016", order="dmy") == date(2016, 8, 11)
    assert read(Type.DATE, "5/5/2016") == date(2016, 5, 5)
    alone = read(Type.DATE, "11/8/2016")
    assert isinstance(alone, Problem)
    assert "day/month or month/day" in str(alone)


def test_the_last_second_of_a_year_stays_in_it() -> None:
    shanghai = timezone(timedelta(hours=8))
    manner = manner_of(Type.DATE, [], zone=shanghai)
    assert read_cell("2026-12-31 23:59:59.999", manner) == date(2026, 12, 31)
    assert read_cell("2026-12-31T23:59:59.999+08:00", manner) == date(2026, 12, 31)
    assert read_cell("2026-12-31T23:59:59Z", manner) == date(2027, 1, 1)
    assert read_cell("2028-02-29", manner) == date(2028, 2, 29)


def test_a_long_number_that_lost_its_digits_is_refused() -> None:
    assert read(Type.CODE, "110101199003070011") == "110101199003070011"
    for text in ("1.23E+17", "1.10101199003071e+17", "１.２３Ｅ＋１７"):
        refused = read(Type.CODE, text)
        assert isinstance(refused, Problem)
        assert "last digits are lost" in str(refused)
        assert isinstance(read(Type.WHOLE, text), Problem)


def test_codes_keep_their_zeros_and_lose_their_width() -> None:
    assert read(Type.CODE, "01581") == "01581"
    assert read(Type.CODE, " ＡＢ１２ ") == "AB12"


def test_text_is_kept_whole_or_refused() -> None:
    assert read(Type.TEXT, "  北京\u3000华联  ") == "北京\u3000华联"
    assert read(Type.TEXT, "=1+1") == "=1+1"
    assert isinstance(read(Type.TEXT, "a\x00b"), Problem)
    assert isinstance(read_cell("四个汉字", manner_of(Type.TEXT, [], longest=3)), Problem)


def test_yes_and_no() -> None:
    assert [read(Type.YES_NO, text) for text in ("是", "Y", "1", "√")] == [True] * 4
    assert [read(Type.YES_NO, text) for text in ("否", "no", "0", "无")] == [False] * 4
    assert isinstance(read(Type.YES_NO, "maybe"), Problem)


def test_empty_is_not_zero() -> None:
    assert [read(Type.AMOUNT, text) for text in ("", "  ", "-", "N/A")] == [None] * 4
    assert read(Type.AMOUNT, "0") == Figure(Decimal(0))


def test_equal_cells_are_read_once_and_keep_their_places() -> None:
    manner = manner_of(Type.WHOLE, ["1", "2", "x"])
    first, second, third, fourth = read_column(["1", "x", "2", "x"], manner)
    assert (first, third) == (1, 2)
    assert second is fourth
    assert isinstance(second, Problem)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_written_out_is_read_back(number: Decimal) -> None:
    for written in (f"{number}", f"{number:,}", f"¥{number:,}"):
        figure = read(Type.AMOUNT, written)
        assert isinstance(figure, Figure)
        assert figure.value == number


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=30), st.sampled_from(Type))
def test_any_text_is_a_value_or_a_problem(text: str, kind: Type) -> None:
    problem = read_cell(text, manner_of(kind, [text]))
    if isinstance(problem, Problem):
        assert str(problem)

"""Files as tables: delimited text in every encoding, and workbooks that mean no harm."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesyear.importing.reading import Limits, Refused, Table, read_table

pytestmark = pytest.mark.once

TEXT = "订单号,客户,金额\nA-1,北京华联,1234.5\nA-2,上海联家,-500\n"
ROWS = [("A-1", "北京华联", "1234.5"), ("A-2", "上海联家", "-500")]
FILES = Path(__file__).parent / "files"


def rows(table: Table) -> list[tuple[str, ...]]:
    """All rows under the headings."""
    return [table.row(index) for index in range(table.height)]


def written(folder: Path, content: bytes, name: str = "orders.csv") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("gbk", b""),
        ("gb18030", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_same_table_in_every_dress(tmp_path: Path, encoding: str, mark: bytes, separator: str, ending: str) -> None:
    text = TEXT.replace(",", separator).replace("\n", ending)
    table = read_table(written(tmp_path, mark + text.encode(encoding)))
    assert table.headings == ("订单号", "客户", "金额")
    assert rows(table) == ROWS
    assert (table.separator, table.numbers) == (separator, [2, 3])


def test_utf16_without_a_mark(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, "code,name\n1,Chai\n2,Chang\n".encode("utf-16-be")))
    assert (table.encoding, rows(table)) == ("utf-16-be", [("1", "Chai"), ("2", "Chang")])


def test_packed_with_gzip(tmp_path: Path) -> None:
    assert rows(read_table(written(tmp_path, gzip.compress(TEXT.encode()), "orders.csv.gz"))) == ROWS
    with pytest.raises(Refused, match="larger than 1 MB"):
        read_table(written(tmp_path, gzip.compress(b"a" * 2**21)), Limits(unpacked=2**20))
    with pytest.raises(Refused, match="damaged"):
        read_table(written(tmp_path, gzip.compress(TEXT.encode())[:-9]))


def test_rows_too_long_are_named_and_the_others_read(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"a,b,c\n1,2,3\n1,701,5,0\n4,5\n7,8,9,,\n"))
    assert rows(table) == [("1", "2", "3"), ("4", "5", ""), ("7", "8", "9")]
    ((number, cells, fault),) = table.broken
    assert (number, cells) == (3, ("1", "701", "5", "0"))
    assert "4 cells under 3 headings" in str(fault)


def test_an_open_quotation_mark_hides_no_row(tmp_path: Path) -> None:
    content = b'a,b,c,d\n1,2,3,4\n5,"6,7,8\n9,10,11,12\n13,"x\ny",15,16\n17,18,19,20\n'
    table = read_table(written(tmp_path, content))
    assert rows(table) == [
        ("1", "2", "3", "4"),
        ("9", "10", "11", "12"),
        ("13", "x\ny", "15", "16"),
        ("17", "18", "19", "20"),
    ]
    ((number, cells, fault),) = table.broken
    assert (number, cells) == (3, ("5", '"6', "7", "8"))
    assert "does not close" in str(fault)


def test_two_stray_quotation_marks_swallow_nothing(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'a,b,c,d\n1,"2,3,4\n5,6,7,8\n9,10",11,12\n'))
    assert rows(table) == [("5", "6", "7", "8"), ("9", '10"', "11", "12")]
    assert [number for number, _cells, _fault in table.broken] == [2]


def test_a_value_of_many_lines_and_commas_is_one_value(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b'a,b,c\n1,"hood, doors, trunk\nopen, all, of them, wide",3\n4,5,6\n'))
    assert rows(table) == [("1", "hood, doors, trunk\nopen, all, of them, wide", "3"), ("4", "5", "6")]
    assert not table.broken


def test_headings_that_cannot_be_told_apart(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="“amount” stands over two columns"):
        read_table(written(tmp_path, b"Amount,Date,amount\n1,2,3\n"))
    assert read_table(written(tmp_path, b"Code,,Name,\n1,2,3,\n")).headings == ("Code", "(B)", "Name")
    with pytest.raises(Refused, match="first row is empty"):
        read_table(written(tmp_path, b",,\n1,2,3\n"))
    with pytest.raises(Refused, match="is empty"):
        read_table(written(tmp_path, b""))


def test_limits_refuse_and_never_cut(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"1,2\n" * 11)
    assert read_table(path, Limits(rows=11)).height == 11
    with pytest.raises(Refused, match="more than 10 rows"):
        read_table(path, Limits(rows=10))
    with pytest.raises(Refused, match="at most are read"):
        read_table(path, Limits(size=20))
    with pytest.raises(Refused, match="2 columns; 1 fit"):
        read_table(path, Limits(columns=1))


def test_the_apostrophe_that_guards_an_export_is_taken_off_again(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"a,b\n'=1+1,'twas\n''-x,-5\n"))
    assert rows(table) == [("=1+1", "'twas"), ("'-x", "-5")]


def test_bytes_in_no_encoding(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no known encoding"):
        read_table(written(tmp_path, b"name,b\nR\xff\xff,2\n"))


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("空")
        sheet = book.add_worksheet("订单")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for place, row in enumerate([("订单号", "日期", "金额"), ("A-1", 46027, 0.1 + 0.2), ("A-2", 46028, 500)]):
            sheet.write_row(place + 2, 1, row)
        sheet.set_column(2, 2, 12)
        sheet.write_number(3, 2, 46027, day)
        sheet.write_number(5, 1, 123456789012345678)
    table = read_table(path)
    assert (table.sheet, table.sheets, table.headings) == ("订单", ("空", "订单"), ("订单号", "日期", "金额"))
    assert rows(table) == [
        ("A-1", "2026-01-05", "0.3"),
        ("A-2", "46028", "500"),
        ("1.23456789012346e+17", "", ""),
    ]
    assert table.numbers == [4, 5, 6]


def test_an_old_workbook() -> None:
    table = read_table(FILES / "orders.xls")
    assert table.headings == ("订单号", "日期", "金额")
    assert rows(table) == [("A-1", "2026-01-05", "1234.5"), ("A-2", "2026-01-06", "-500")]


def test_an_open_document_sheet(tmp_path: Path) -> None:
    path = tmp_path / "orders.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = [("订单号", "客户"), ("A-1", "北京华联")]
    filled = "".join(
        f"<table:table-row>{''.join(cell.format(text) for text in line)}</table:table-row>" for line in lines
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = f"<office:document-content {spaces}><office:body><office:spreadsheet>"
    content += f'<table:table table:name="订单">{filled}</table:table>'
    content += "</office:spreadsheet></office:body></office:document-content>"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", '<?xml version="1.0" encoding="UTF-8"?>' + content)
    table = read_table(path)
    assert (table.sheet, rows(table)) == ("订单", [("A-1", "北京华联")])


@settings(
    derandomize=True,
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, b"a,b,c\n" + content)
    try:
        table = read_table(path)
    except Refused:
        return
    assert all(len(column) == table.height for column in table.columns)

"""`salesyear import`: a file in by command, checked, saved, or its problems told."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, console, say, set_up

if TYPE_CHECKING:
    from salesyear.importing.checking import Progress
    from salesyear.importing.deltas import Draft
    from salesyear.importing.layouts import Layout
    from salesyear.importing.reading import Table


def import_file(
    file: Annotated[Path, typer.Argument(help="The file to bring in.")],
    kind: Annotated[str, typer.Option(help="What is in it, for example customers or orderlines.")] = "",
    map_: Annotated[
        list[str] | None, typer.Option("--map", help="column=heading; join headings with +: name='First+Last'.")
    ] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="column=value, the same in every row.")] = None,
    dates: Annotated[str, typer.Option(help="How 11/8/2016 is meant: mdy or dmy.")] = "",
    sheet: Annotated[str, typer.Option(help="The sheet of a workbook; the first filled one unless said.")] = "",
    good_rows_only: Annotated[bool, typer.Option("--good-rows-only", help="Save the rows without a problem.")] = False,
    create_missing: Annotated[
        bool, typer.Option("--create-missing", help="Create customers, products and regions that are not known.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; save nothing.")] = False,
    errors: Annotated[Path | None, typer.Option(help="Write the problems to this XLSX file.")] = None,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Bring a file in: CSV in any encoding, XLSX, XLS or ODS.

    Kind and columns are guessed from the headings; what was chosen before for the same headings is remembered.
    All rows or none, unless --good-rows-only. The same file again changes nothing.

    Example: [bold]salesyear import orders.xlsx --map customer="Bill to" --set currency=USD[/bold]

    Exit codes: 0 done, 1 rows are refused (nothing saved unless --good-rows-only), 2 a mistake in what was asked.
    """
    set_up()
    with _progress(quiet=as_json) as progress:
        table = _read(file, sheet)
        layout = _layout(table, kind, map_ or [], set_ or [], dates, create_missing)
        if dry_run:
            draft, number = _check(table, layout, progress), None
        else:
            draft, number = _save(table, file, layout, good_rows_only, progress)
        if errors and draft.faults:
            _write_problems(errors, draft)
    _tell(draft, layout, number, as_json, errors)
    if draft.counts.rejected:
        raise typer.Exit(1)


def _read(file: Path, sheet: str) -> Table:
    """The file as a table."""
    from salesyear.importing.services import read_file

    if not file.is_file():
        raise UserError(f"There is no file {file}.")
    return read_file(file, sheet)


def _layout(table: Table, kind: str, maps: list[str], sets: list[str], dates: str, create: bool) -> Layout:
    """What was chosen on the command line over what was remembered or guessed."""
    from salesyear.core.columns import Type
    from salesyear.importing.kinds import kind_named
    from salesyear.importing.layouts import DATE_ORDERS, Layout
    from salesyear.importing.services import layout_for

    if dates and dates not in DATE_ORDERS:
        raise UserError(f"--dates is “{dates}”. It must be one of {', '.join(DATE_ORDERS)}.")
    start = layout_for(table, kind)
    chosen = {column: tuple(headings.split("+")) for column, headings in _pairs(maps, "--map").items()}
    taken = {heading for headings in chosen.values() for heading in headings}
    kept = {column: headings for column, headings in start.columns.items() if not taken & set(headings)}
    days = [column.name for column in kind_named(start.kind).columns if column.type is Type.DATE]
    return Layout(
        kind=start.kind,
        columns={column: headings for column, headings in {**kept, **chosen}.items() if headings != ("",)},
        constants={**start.constants, **_pairs(sets, "--set")},
        orders=dict.fromkeys(days, dates) if dates else start.orders,
        create_missing=create or start.create_missing,
    )


def _pairs(given: list[str], option: str) -> dict[str, str]:
    """`a=b` as pairs."""
    wrong = [text for text in given if "=" not in text]
    if wrong:
        raise UserError(f"{option} is “{wrong[0]}”. Write it as column=value.")
    return dict(text.split("=", 1) for text in given)


def _check(table: Table, layout: Layout, progress: Progress) -> Draft:
    """Everything the file would change and everything wrong with it."""
    from salesyear.core.scope import Scope
    from salesyear.importing.services import check

    return check(table, layout, Scope.system("salesyear import"), progress)


def _save(
    table: Table, file: Path, layout: Layout, good_rows_only: bool, progress: Progress
) -> tuple[Draft, int | None]:
    """Check and save in one transaction: the draft and the number of the import, None when rows were refused."""
    from salesyear.core.scope import Scope
    from salesyear.importing.services import RowsRefused, bring_in

    scope = Scope.system("salesyear import")
    try:
        import_, draft = bring_in(
            table, file.name, layout, scope=scope, good_rows_only=good_rows_only, progress=progress
        )
    except RowsRefused as refused:
        return refused.draft, None
    return draft, int(import_.pk)


def _write_problems(path: Path, draft: Draft) -> None:
    """The error workbook."""
    from salesyear.importing.documents import write_problems

    with path.open("wb") as stream:
        write_problems(stream, draft)


def _tell(draft: Draft, layout: Layout, number: int | None, as_json: bool, errors: Path | None) -> None:
    """What came of it, as sentences or as JSON."""
    from dataclasses import asdict

    counts = asdict(draft.counts)
    if as_json:
        faults = [{"row": one.row, "column": one.heading, "value": one.value, **_said(one)} for one in draft.faults]
        answer({"kind": layout.kind, "import": number, **counts, "layout": layout.kept(), "problems": faults})
        return
    for one in draft.faults[:20]:
        say(f"row {one.row}, {one.heading or 'the row'}: {one.problem}")
    if len(draft.faults) > 20:
        more = f"… and {len(draft.faults) - 20} more" + (f", all in {errors}" if errors else ": see --errors")
        say(more)
    say(f"{layout.kind}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))
    say(f"saved as import {number}" if number else "nothing saved")


def _said(fault: Any) -> dict[str, str]:  # noqa: ANN401 (a Fault, imported late)
    """Rule and mend of a problem."""
    places = dict(fault.problem.places)
    return {"rule": fault.problem.rule % places, "mend": fault.problem.mend % places}


class _progress:  # noqa: N801 (used as a function)
    """A progress bar on the terminal; none when the answer is JSON or nobody watches."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.progress import Progress

        self._bar = Progress(console=console(), transient=True, disable=quiet or not sys.stderr.isatty())
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Any:  # noqa: ANN401 (the function that is told of work done)
        self._bar.start()
        return self._told

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def _told(self, doing: str, done: int, of: int) -> None:
        """Move the bar of what is being done."""
        if doing not in self._tasks:
            self._tasks[doing] = self._bar.add_task(doing, total=of)
        self._bar.update(self._tasks[doing], completed=done, total=of)

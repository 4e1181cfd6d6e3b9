"""`salesyear targets`: share a number out by rules, check whether they can be met, compare two plans."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, console, say, set_up

if TYPE_CHECKING:
    import polars as pl

    from salesyear.core.scope import Scope
    from salesyear.engine.targets import Cells, Params, Plan, Rules
    from salesyear.engine.targets.conflicts import Conflict

app = typer.Typer(help="Targets: share one number out so that it adds up in every direction and says why.")

CELLS = typer.Option("--cells", help="One row per cell: level columns, month, attributes, prior (Parquet or CSV).")
RULES = typer.Option("--rules", help="The rules, in TOML or JSON.")
TABLES = (".parquet", ".csv")
STEPS = {
    "read": "Reading", "rules": "Writing the rules as rows", "solve": "Solving", "round": "Rounding",
    "clash": "Finding what clashes", "compare": "Comparing", "write": "Writing", "why": "Saying why",
}  # fmt: skip
Told = Callable[[str], None]


@app.command()
def solve(
    cells: Annotated[Path, CELLS],
    rules: Annotated[Path, RULES],
    out: Annotated[Path, typer.Option("--out", help="Where the plan goes (.parquet or .csv).")],
    unit: Annotated[int, typer.Option("--unit", help="Round to multiples of it; 0: as the rules say, else 1.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="For the rounding; -1: as the rules say, else 0.")] = -1,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say why the company and its parts have these numbers.")
    ] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Solve a plan: the prior changed as little as the rules allow, rounded, adding up exactly.

    Example: [bold]salesyear targets solve --cells cells.parquet --rules rules.toml --out plan.parquet[/bold]

    Exit codes: 0 done, 1 the rules cannot all be met (nothing is written), 2 a mistake in what was asked. Stop it with
    Ctrl+C: the file is then as it was before.
    """
    _check_place(out)
    with _bar() as told:
        plan = _solved(cells, rules, unit, seed, told)
        found = _clashes(plan, told)
        if plan.met:
            told("write")
            _write(plan.table(), out)
        told("why")
        parts = _reasons(plan) if explain and plan.met else []
    if not plan.met:
        _refuse(found, as_json=as_json)
    if as_json:
        answer({"met": True, "cells": len(plan.real), "total": float(plan.amounts.sum()), "why": parts})
        return
    say(f"{len(plan.real):,} cells, total {plan.amounts.sum():,.0f}, written to {out}")
    if len(plan.filled):
        say(
            f"{len(plan.filled):,} cells without history were given an even start, because a rule asks for sales there."
        )
    for part in parts:
        _say_why(part)


@app.command()
def check(
    cells: Annotated[Path, CELLS],
    rules: Annotated[Path, RULES],
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Say whether the rules can all be met, and if not, which ones clash and by how much.

    Exit codes: 0 they can, 1 they cannot, 2 a mistake in what was asked.

    Example: [bold]salesyear targets check --cells cells.parquet --rules rules.toml[/bold]
    """
    with _bar() as told:
        plan = _solved(cells, rules, 0, -1, told)
        found = _clashes(plan, told)
    if not plan.met:
        _refuse(found, as_json=as_json)
    if as_json:
        answer({"met": True, "conflicts": []})
    else:
        say("All rules can be met.")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A plan written by solve.")],
    new: Annotated[Path, typer.Argument(help="Another one.")],
    by: Annotated[str, typer.Option("--by", help="Columns to compare by, for example region,month.")] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Compare two plans: what changed, the largest change first.

    Exit codes: 0 no difference, 1 there are differences, 2 a mistake in what was asked.

    Example: [bold]salesyear targets diff old.parquet new.parquet --by region,month[/bold]
    """
    _one_thread()
    from salesyear.engine.targets.compare import compare

    columns = tuple(part.strip() for part in by.split(",") if part.strip())
    with _bar() as told:
        told("read")
        before, after = _read_table(old), _read_table(new)
        told("compare")
        changed = compare(before, after, columns)
    if as_json:
        answer(changed.to_dicts())
    elif changed.is_empty():
        say("No difference.")
    for row in [] if as_json else changed.to_dicts():
        where = " ".join(str(row[column]) for column in columns) or "company"
        growth = "--" if row["growth"] is None else f"{100 * row['growth']:+.1f} %"
        say(f"{where}: {row['old']:,.0f} -> {row['new']:,.0f} ({row['change']:+,.0f}, {growth})")
    if not changed.is_empty():
        raise typer.Exit(1)


@app.command()
def make(
    year: Annotated[int, typer.Option(help="The plan's year.")],
    total: Annotated[float | None, typer.Option(help="What the company is to sell, in its currency.")] = None,
    growth: Annotated[float | None, typer.Option(help="Or growth on last year, as a share: 0.1 is 10 %.")] = None,
    starts: Annotated[str, typer.Option(help="First day of a fiscal year, as 2027-04-01; else 1 January.")] = "",
    seed: Annotated[int, typer.Option(help="Of the rounding.", min=0)] = 1,
    name: Annotated[str, typer.Option(help="What the version is called.")] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Make a plan from the facts in the database: baseline, the policy's rules, one number for everybody.

    With neither total nor growth the plan is what is expected anyway.

    Example: [bold]salesyear targets make --year 2027 --growth 0.1[/bold]
    """
    set_up()
    from salesyear.sales.models import Currency

    base = Currency.objects.within(_everything()).filter(is_base=True).first()
    minor = None if total is None or base is None else round(total * 10**base.digits)
    _make(year, minor, growth, starts, seed, name, as_json=as_json)


def _make(
    year: int, total: int | None, growth: float | None, starts: str, seed: int, name: str, *, as_json: bool
) -> None:
    from datetime import date

    from rich.progress import Progress

    from salesyear.targets.services import PlanParams, make_plan

    day = date.fromisoformat(starts) if starts else None
    params = PlanParams(year=year, starts_on=day, total=total, growth=growth, seed=seed, name=name)
    with Progress(console=console(), transient=True) as bars:
        bar = bars.add_task("", total=1.0)
        made = make_plan(params, None, lambda step, share: bars.update(bar, description=step, completed=share))
    relaxed = made.inputs["relaxed"]
    if as_json:
        said = {"version": made.number, "plan": made.plan.name, "total": made.inputs["total"], "relaxed": relaxed}
        answer(said | {"fingerprint": made.fingerprint})
        return
    say(f"Plan {made.plan.name}, version {made.number} “{made.name}” is kept as a draft.")
    for one in relaxed:
        say(f"“{one['rule']}” had to give way at {one['path'] or 'the company'}: {one['asked']} -> {one['now']}")


def _everything() -> Scope:
    from salesyear.core.scope import Scope

    return Scope.system("salesyear targets make")


def _one_thread() -> None:
    """Small matrices lose by threads; must be said before NumPy is loaded."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@contextmanager
def _bar() -> Iterator[Told]:
    """Say which part of the work is being done and how long it has taken, on the terminal only."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    where = console()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=where, transient=True, disable=not where.is_terminal) as bars:
        task = bars.add_task("", total=None)
        yield lambda step: bars.update(task, description=STEPS[step])


def _solved(cells: Path, rules: Path, unit: int, seed: int, told: Told) -> Plan:
    _one_thread()
    from dataclasses import replace

    from salesyear.engine import targets

    told("read")
    table, asked, params = _read(cells, rules)
    params = replace(params, unit=unit or params.unit, seed=params.seed if seed < 0 else seed)
    return targets.solve(table, asked, params, told)


def _read(cells: Path, rules: Path) -> tuple[Cells, Rules, Params]:
    from salesyear.engine.targets import Cells
    from salesyear.engine.targets.written import levels_from, params_from, rules_from

    data = _read_rules(rules)
    return Cells(_read_table(cells), levels_from(data)), rules_from(data), params_from(data)


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise UserError(f"There is no file {path}.")


def _read_rules(path: Path) -> dict[str, Any]:
    _check_file(path)
    text = path.read_text(encoding="utf-8-sig")
    try:
        data = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as mistake:
        raise UserError(f"{path} cannot be read: {mistake}") from mistake
    if not isinstance(data, dict):
        raise UserError(f"{path} must hold rules by kind: total, share, profile, cell, lock.")
    return data


def _read_table(path: Path) -> pl.DataFrame:
    import polars as pl

    _check_file(path)
    if path.suffix.lower() not in TABLES:
        raise UserError(f"{path} cannot be read as a table: it must be a .parquet or a .csv file.")
    try:
        return pl.read_csv(path) if path.suffix.lower() == ".csv" else pl.read_parquet(path)
    except pl.exceptions.PolarsError as mistake:
        raise UserError(f"{path} cannot be read as a table: {mistake}") from mistake


def _check_place(out: Path) -> None:
    """Say before the work what could not be written after it."""
    if out.suffix.lower() not in TABLES:
        raise UserError(f"{out} cannot be written: --out must end in .parquet or .csv.")
    if not out.parent.is_dir():
        raise UserError(f"{out} cannot be written: there is no folder {out.parent}. Make it first.")


def _write(table: pl.DataFrame, path: Path) -> None:
    """Write a table whole or not at all: what was there stays until all of it is written."""
    half = path.with_name(f".{path.name}.half")
    try:
        if path.suffix.lower() == ".csv":
            table.write_csv(half)
        else:
            table.write_parquet(half)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _clashes(plan: Plan, told: Told) -> list[Conflict]:
    """What cannot hold together; nothing where the plan is met."""
    from salesyear.engine.targets.conflicts import conflicts

    if plan.met:
        return []
    told("clash")
    return list(conflicts(plan))


def _refuse(found: list[Conflict], *, as_json: bool) -> None:
    """Tell what clashes and leave with 1."""
    if as_json:
        said = [{"sentence": own.sentence(), "missing": own.missing, "locks": own.locks} for own in found]
        answer({"met": False, "conflicts": said})
    else:
        say("The rules cannot all be met.")
        for own in found:
            say(own.sentence())
            for row in own.rows:
                say(f"  {row.rule}: {row.place} between {row.at_least:,.12g} and {row.at_most:,.12g}")
    raise typer.Exit(1)


def _reasons(plan: Plan) -> list[dict[str, Any]]:
    """Why the company and each node of the first level has its number."""
    from dataclasses import asdict

    from salesyear.engine.targets.why import explain

    top = plan.model.cells.levels[0]
    places = [("company", {}), *((name, {top: (name,)}) for name in plan.model.org.names[1])]
    return [{"place": name, **asdict(explain(plan, where))} for name, where in places]


def _say_why(part: dict[str, Any]) -> None:
    say(f"{part['place']}: {part['prior']:,.0f} -> {part['target']:,.0f}")
    for one in part["parts"]:
        factor = "" if one["factor"] is None else f" x {one['factor']:.4f}"
        told = " ".join(text for text in (one["owner"], one["made_at"], one["reason"]) if text)
        say(f"  {one['name']}{factor} ({one['amount']:+,.0f}) {told}".rstrip())

"""`salesyear forecast`: a baseline from a file of sales, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesyear import __version__
from salesyear.core.steps import Steps, mark_of
from salesyear.engine.messages import EngineError, noop

if TYPE_CHECKING:
    import polars as pl
    from rich.progress import Progress, TaskID

    from salesyear.engine.forecast.baseline import Baseline, BaselineParams
    from salesyear.engine.forecast.panel import Panel
    from salesyear.engine.forecast.tree import Floats

STEPS = {"choose": "Choosing models", "backtest": "Looking back", "reconcile": "Adding up", "paths": "Drawing years"}


class NotReadable(EngineError):
    """A file that is neither CSV nor Parquet, or not there."""


def forecast(
    facts: Annotated[Path, typer.Option(help="Sales: one row per sale or per month, CSV or Parquet.")],
    out: Annotated[Path, typer.Option(help="Where the baseline goes: .csv or .parquet; the record goes beside it.")],
    levels: Annotated[str, typer.Option(help="The columns of the tree, outermost first.")] = "region,territory,rep",
    day: Annotated[str, typer.Option("--date", help="The column with the date.")] = "date",
    amount: Annotated[str, typer.Option(help="The column with the amount.")] = "amount",
    until: Annotated[str, typer.Option(help="Last closed day, as 2026-12-31; later rows are left out.")] = "",
    periods: Annotated[int, typer.Option(help="How many months ahead.", min=1, max=60)] = 12,
    country: Annotated[str, typer.Option(help="Whose holidays count (CN, US …); empty: no calendar.")] = "",
    view: Annotated[
        list[str] | None, typer.Option(help="The levels in another order, to forecast whole lines or customers too.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the possible years.")] = 1,
    paths: Annotated[int, typer.Option(help="How many possible years are drawn.", min=50, max=5000)] = 400,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an interrupted run has kept.")] = False,
    engine: Annotated[
        str, typer.Option(envvar="SALESYEAR_ENGINE", help="spark://host:port spreads the work over a cluster.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer with the record instead of words.")] = False,
) -> None:
    """Forecast every node of the tree, month by month, with 80 % and 95 % intervals that add up.

    The last month should be closed: use --until while one is running. Stop it with Ctrl+C; the same command goes on
    from where it was.

    Example: [bold]salesyear forecast --facts sold.csv --levels region,rep,line --country CN --out baseline.csv[/bold]
    """
    from salesyear.engine.forecast.baseline import BaselineParams, baseline
    from salesyear.engine.forecast.fan import fan_for
    from salesyear.engine.forecast.panel import PanelParams, panel_of

    last = datetime.strptime(until, "%Y-%m-%d").date() if until else None  # noqa: DTZ007 - a day, no clock in it
    panel = panel_of(_read(facts), PanelParams(_names(levels), day, amount, until=last))
    views = tuple(_names(one) for one in view or [])
    params = BaselineParams(periods, seed, paths, country or None, views)
    steps = _steps_of(out, panel, params)
    if fresh:
        steps.forget()
    with _bar(quiet=as_json) as bar:
        made = _run(partial(baseline, fan=fan_for(engine)), panel, params, Keeper(steps, bar))
    _write(made.table(), out)
    record = made.record.as_json()
    _beside(out, ".record.json").write_text(json.dumps(record, ensure_ascii=False, indent=2), encoding="utf-8")
    steps.forget()
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n" if as_json else _told(made, out))


class Keeper:
    """Shows progress and keeps each step in a folder, so that an interrupted run goes on from there."""

    def __init__(self, steps: Steps, bar: Progress) -> None:
        """Keep in `steps`."""
        self.steps, self.bar = steps, bar
        self.tasks: dict[str, TaskID] = {}

    def progress(self, step: str, share: float) -> None:
        """Move the bar of the step."""
        if step not in self.tasks:
            self.finish()
            self.tasks[step] = self.bar.add_task(STEPS.get(step, step), total=1.0)
        self.bar.update(self.tasks[step], completed=share)

    def finish(self) -> None:
        """Fill all bars there are."""
        for task in self.tasks.values():
            self.bar.update(task, completed=1.0)

    def keep(self, key: str, make: Callable[[], Floats]) -> Floats:
        """Read the step, or make it and keep it."""
        return self.steps.keep(key, make)


def _run(
    work: Callable[[Panel, BaselineParams, Keeper], Baseline], panel: Panel, params: BaselineParams, keeper: Keeper
) -> Baseline:
    try:
        made = work(panel, params, keeper)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. The same command goes on from here; --fresh begins anew.\n")
        raise
    keeper.finish()
    return made


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _read(file: Path) -> pl.DataFrame:
    import polars as pl

    if not file.exists():
        raise NotReadable(noop("%(file)s is not there."), file=file)
    if file.suffix == ".parquet":
        return pl.read_parquet(file)
    if file.suffix in {".csv", ".gz"}:
        return pl.read_csv(file, try_parse_dates=True, infer_schema_length=10_000)
    raise NotReadable(noop("%(file)s is neither CSV nor Parquet."), file=file)


def _write(table: pl.DataFrame, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".parquet":
        table.write_parquet(out)
    else:
        table.write_csv(out, float_precision=2)


def _beside(out: Path, ending: str) -> Path:
    return out.with_name(out.stem + ending)


def _steps_of(out: Path, panel: Panel, params: BaselineParams) -> Steps:
    """The folder of a run's steps: other facts or other parameters never meet them."""
    return Steps(_beside(out, f".steps-{mark_of(panel.fingerprint, params, __version__)}"))


def _bar(*, quiet: bool) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), disable=quiet)


def _told(made: Baseline, out: Path) -> str:
    """What was made, in a few lines."""
    record = made.record
    nodes = made.panel.tree.size
    lines = [
        f"{nodes} series of {record.periods[2]} months to {record.periods[1][:7]}, {len(made.periods)} ahead → {out}",
        f"{record.pooled} series were too short or too rare and follow their parent's shape.",
    ]
    lines += [
        f"  {row['level']}: error {row['wape']:.1%} of sales in back-tests, seasonal naive {row['wape_naive']:.1%}"
        for row in record.backtest.to_dicts()
    ]
    if record.calendar_provisional:
        lines.append("Holidays of some months ahead have not been decreed yet: provisional.")
    return "\n".join(lines) + "\n"

"""Columnar files beside the database: one a month and kind of facts, named for the month's stamp.

A file is fresh when the database says the stamp that is in its name; there is nothing else to remember, no lock to
hold, and the whole folder can be thrown away at any moment. Two processes that make the same file make the same file.

A month's file says in its own notes which stamp each of its days had. When a few of them have changed, the others are
taken over from it, and only those are read from the database. Beside it lie the same rows summed up without some of
their columns, for the many figures that do not ask for these (`tables.LIGHTER`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from salesyear.engine.metrics.tables import LIGHTER, SUMMED, TABLES
from salesyear.performance.facts import changes, reading, selects
from salesyear.performance.facts.changes import Stamps
from salesyear.performance.facts.selects import Money, Span

if TYPE_CHECKING:
    import polars as pl

KEPT_SECONDS = 3_600  # a file that is no longer wanted may still be read by somebody
TRIES = 5
LONG = 500_000  # rows to read for files that nobody waits for while a page is loading
CHANGED = 0.25  # of a month's rows are counted where a file of it is there: mostly some days are read, not all
FEW = 10  # days of a month that are read by themselves; when more have changed, all of it is
_DAYS = "salesyear.days"  # under this name a file says which stamps its days had
_ORDER = ("unit", "rep", "day", "row")
Told = Callable[[int, int], None]
Month = tuple[str, int]  # of which facts, and its number
_HIDDEN = {"sold": ("line_unit", "line_rep"), "customers": ("agency",)}


class KeptChanging(RuntimeError):
    """A month changed again each time it was read."""


class BeingMade(RuntimeError):
    """More is to be read than anybody waits for: `done` of `total` files of months are there."""

    def __init__(self, done: int, total: int) -> None:
        super().__init__(f"{done} of {total} files of months are there.")
        self.done, self.total = done, total


def folder() -> Path:
    """Where the files are, for their owner alone."""
    path = Path(settings.FACTS_ROOT)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def forget() -> None:
    """Throw all files away; they are made again when somebody asks."""
    shutil.rmtree(folder(), ignore_errors=True)


def schema_of(name: str) -> dict[str, Any]:
    """The columns of a kind of facts with their types, those included that only say who may see a row."""
    import polars as pl

    of, without = LIGHTER.get(name, (name, frozenset()))
    kinds = {"int64": pl.Int64, "date": pl.Date, "string": pl.String}
    own = {column: kinds[kind] for column, kind in TABLES[of].columns.items() if column not in without}
    return own | dict.fromkeys(_HIDDEN.get(of, ()), pl.Int64)


def fresh(
    money: Money, stamps: Stamps, *, kinds: Collection[str], patient: bool = True, told: Told | None = None
) -> dict[str, list[Path]]:
    """The files of some kinds of facts, those made anew whose month has changed; `told` hears how many are there.

    Raises BeingMade when that would take more reading than one who is not patient may wait for.
    """
    found = {name: [empty(name)] for name in kinds}
    months = sorted((name, month) for name, month in stamps if name in selects.DATED and name in kinds)
    paths = {key: _path_of(*key, money, stamps) for key in months}
    lacking = {key: path for key, path in paths.items() if not path.exists()}
    if lacking and not patient and _to_read(lacking, months) > LONG:
        raise BeingMade(len(months) - len(lacking), len(months))
    for done, (name, month) in enumerate(months):
        if told:
            told(done, len(months))
        path = _of_month(name, month, money, stamps) if (name, month) in lacking else paths[name, month]
        _add(found, name, path)
    for name in _WHOLE.keys() & kinds:
        if (name, 0) in stamps:
            found[name].append(kept(f"{name}/all.{stamps[name, 0]:x}", _once(name, _WHOLE[name])))
    return found


def _add(found: dict[str, list[Path]], name: str, path: Path) -> None:
    """Add a month's file, and what lies beside it."""
    found[name].append(path)
    for light, (of, without) in LIGHTER.items():
        if of == name:
            found[light].append(kept(f"{light}/{path.stem}", partial(_summed, path, without)))


def _summed(path: Path, without: frozenset[str]) -> pl.DataFrame:
    """The rows of a file without some of their columns, summed up."""
    import polars as pl

    rows = pl.read_parquet(path).drop(without)
    keys = [name for name in rows.columns if name not in SUMMED]
    order = sorted(keys, key=lambda name: (*_ORDER, name).index(name))
    return rows.group_by(keys).agg(pl.col(SUMMED).sum()).sort(order)


def _to_read(lacking: Mapping[Month, Path], months: Sequence[Month]) -> float:
    """About how many rows must be read for files that are not there, if a kind's months are about alike."""
    rows = {name: selects.about_how_many(name) for name in {name for name, _month in lacking}}
    several = Counter(name for name, _month in months)
    read = {key: CHANGED if _earlier(path) else 1 for key, path in lacking.items()}
    return sum(share * rows[name] / several[name] for (name, _month), share in read.items())


def stamp_of(name: str, month: int, money: Money, stamps: Stamps) -> str:
    """What a month's file is named for: its own stamp and that of the exchange rates it was converted at."""
    rate = ""
    if len(money.digits) > 1:
        rates = sum(stamp for (facts, since), stamp in stamps.items() if facts == "rates" and since <= month)
        rate = f".{rates:x}"
    return f"{stamps[name, month]:x}{rate}.{money.base}"


def sweep(wanted: Iterable[Path]) -> int:
    """Delete files that nobody has wanted for an hour; returns how many."""
    kept, gone = set(wanted), 0
    for path in folder().rglob("*.parquet"):
        if path not in kept and path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _of_month(name: str, month: int, money: Money, stamps: Stamps) -> Path:
    for _ in range(TRIES):
        path = _path_of(name, month, money, stamps)
        if path.exists():
            return path
        days = changes.days(name, month)
        rows = _rows(path, name, Span(month), money, days).sort(_ORDER)
        # Read once more which stamp it has: when it is the same, these are just the rows of that stamp.
        stamps = changes.stamps()
        if path == _path_of(name, month, money, stamps) and sum(days.values()) == stamps[name, month]:
            return _written(path, rows, {_DAYS: json.dumps(days)})
    raise KeptChanging(f"{name} of {month // 12}-{month % 12 + 1} kept changing.")


def _path_of(name: str, month: int, money: Money, stamps: Stamps) -> Path:
    return folder() / f"{name}/{month}.{stamp_of(name, month, money, stamps)}.parquet"


def _rows(path: Path, name: str, span: Span, money: Money, days: Mapping[int, int]) -> pl.DataFrame:
    """The rows of a month: of an earlier file of it those days that are as they were, from the database the others."""
    import polars as pl

    old = _earlier(path)
    before = _days_in(old) if old else {}
    changed = {day for day in {*days, *before} if days.get(day) != before.get(day)}
    if old is None or not before or 0 in changed or len(changed) > FEW:
        return reading.frame(selects.DATED[name](money, span), schema_of(name))
    new = reading.frame(selects.DATED[name](money, span.only(changed)), schema_of(name))
    return pl.concat([pl.read_parquet(old).filter(~pl.col("day").dt.day().is_in(list(changed))), new])


def _earlier(path: Path) -> Path | None:
    """The newest file of the same month, made with the same rates."""
    month, _stamp, rest = path.name.split(".", 2)
    found = (one for one in path.parent.glob(f"{month}.*") if one.name.split(".", 2)[2] == rest)
    return max(found, key=lambda one: one.stat().st_mtime_ns, default=None)


def _days_in(path: Path) -> dict[int, int]:
    """The stamps that a file's days had; none for a file that does not say it."""
    import polars as pl

    said = pl.read_parquet_metadata(path).get(_DAYS)
    return {int(day): stamp for day, stamp in json.loads(said).items()} if said else {}


def _once(name: str, make: Callable[[], pl.DataFrame]) -> Callable[[], pl.DataFrame]:
    return lambda: make().select(list(schema_of(name)))


def kept(mark: str, make: Callable[[], pl.DataFrame]) -> Path:
    """The file of this mark, made when it is not there."""
    path = folder() / f"{mark}.parquet"
    return path if path.exists() else _written(path, make())


def empty(name: str) -> Path:
    """A file without rows, so that there is always something with the right columns."""
    import polars as pl

    return kept(f"{name}/none.{mark_of(list(schema_of(name)))}", lambda: pl.DataFrame(schema=schema_of(name)))


def _written(path: Path, rows: pl.DataFrame, notes: dict[str, str] | None = None) -> Path:
    """Write a file whole or not at all, for its owner alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}.half")
    rows.write_parquet(
        half, compression="zstd", compression_level=1, statistics=True, row_group_size=122_880, metadata=notes
    )
    half.chmod(0o600)
    half.replace(path)
    return path


def mark_of(texts: Sequence[str]) -> str:
    """A short name for some texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]


def _customers() -> pl.DataFrame:
    return reading.frame(selects.CUSTOMERS, schema_of("customers"))


def _products() -> pl.DataFrame:
    return reading.frame(selects.PRODUCTS, schema_of("products"))


def _units() -> pl.DataFrame:
    from salesyear.core.scope import Scope
    from salesyear.sales.frames import places

    return places(Scope.system("where units stand today"))


_WHOLE: dict[str, Callable[[], pl.DataFrame]] = {"customers": _customers, "products": _products, "units": _units}
KINDS = (*selects.DATED, *LIGHTER, *_WHOLE)

"""Two plans beside each other: what changed, by any columns."""

from __future__ import annotations

import polars as pl

from salesyear.engine.targets.cells import require


def compare(old: pl.DataFrame, new: pl.DataFrame, by: tuple[str, ...], column: str = "target") -> pl.DataFrame:
    """Sums of both plans by some columns where they differ, the largest change first.

    Gives `old`, `new`, `change`, and `growth` (null from zero). A part that one plan does not have counts as 0.
    Raises BadCells for a column that one of them does not have.
    """
    for frame in (old, new):
        require(frame, *by, column)
    keys = [pl.col(name).cast(pl.String) for name in by]
    before, after = (frame.group_by(keys).agg(pl.col(column).sum()) for frame in (old, new))
    both = (
        before.rename({column: "old"}).join(
            after.rename({column: "new"}), on=list(by), how="full", coalesce=True, nulls_equal=True
        )
        if by
        else before.select(pl.col(column).sum().alias("old")).hstack(after.select(pl.col(column).sum().alias("new")))
    )
    both = both.with_columns(pl.col("old", "new").fill_null(0)).with_columns(change=pl.col("new") - pl.col("old"))
    growth = pl.when(pl.col("old") != 0).then(pl.col("change") / pl.col("old"))
    changed = both.with_columns(growth=growth).filter(pl.col("change") != 0)
    return changed.sort(pl.col("change").abs(), *by, descending=[True, *(False for _ in by)])

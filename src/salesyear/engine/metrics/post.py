"""Small reckonings on measured parts that are no plain division: the same for every engine."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from salesyear.engine.metrics.asking import Asked, month_number

Reduce = Callable[[pl.DataFrame, str, Asked], pl.DataFrame]


def _grouped(parts: pl.DataFrame, asked: Asked, value: pl.Expr) -> pl.DataFrame:
    return parts.group_by(list(asked.by)).agg(value) if asked.by else parts.select(value)


def _on_target_share(parts: pl.DataFrame, name: str, asked: Asked) -> pl.DataFrame:
    owing = pl.col("target") > 0
    reached = (owing & (pl.col("ordered") >= pl.col("target"))).sum()
    return _grouped(parts, asked, pl.when(owing.sum() > 0).then(reached / owing.sum()).alias(name))


def _volatility(parts: pl.DataFrame, name: str, asked: Asked) -> pl.DataFrame:
    """Months without a row count as 0: the sums of squares are over all months of the period."""
    x = pl.col("ordered").cast(pl.Float64)
    months = pl.lit(_months(parts, asked), dtype=pl.Float64)
    mean = x.sum() / months
    variance = ((x - mean) ** 2).sum() + (months - x.len()) * mean**2
    deviation = (variance / (months - 1)).sqrt()
    return _grouped(parts, asked, pl.when((months > 1) & (mean != 0)).then(deviation / mean).alias(name))


def _months(parts: pl.DataFrame, asked: Asked) -> int:
    if asked.to_date:
        return month_number(asked.to_date.last) - month_number(asked.to_date.first) + 1
    return parts["month"].n_unique()


REDUCED: dict[str, Reduce] = {"on_target_share": _on_target_share, "volatility": _volatility}

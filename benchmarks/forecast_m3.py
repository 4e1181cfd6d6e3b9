"""M3 competition, yearly and quarterly series: our forecast beside the methods that were handed in.

Run: python benchmarks/forecast_m3.py. The series are unrelated, so there is no tree to pool or add up along: this
judges the seasons, the models and nothing else. Ours is `two_thetas` on series freed of their shrunken seasons, fixed
before the run; the other models are shown beside it. sMAPE as in the competition (Makridakis & Hibon 2000).
"""

from __future__ import annotations

import time

import numpy as np
import polars as pl
from shared_data import path

from salesyear.engine.forecast.models import MODELS
from salesyear.engine.forecast.seasons import indices_alone, unfold
from salesyear.engine.forecast.tree import Floats

OURS = "two_thetas"
FOLDER = "forecast-m3-yearly-quarterly/"


def forecast(train: Floats, name: str, season: int, horizon: int) -> Floats:
    """One series by one model."""
    values, first = train[None, :], np.zeros(1, dtype=np.int64)
    shape = indices_alone(values, first, season)
    ahead = MODELS[name].forecast(values / unfold(shape, 0, len(train)), first, horizon)
    return np.asarray((ahead * unfold(shape, len(train), horizon))[0])


def smape(made: Floats, truth: Floats) -> float:
    """Mean of 200 |made - truth| ÷ (|made| + |truth|) over all points."""
    return float((200 * np.abs(made - truth) / (np.abs(made) + np.abs(truth))).mean())


def mase(made: Floats, truth: Floats, trains: list[Floats], season: int) -> float:
    """Mean absolute error in units of each series' own naive step."""
    scale = np.array([np.abs(one[season:] - one[:-season]).mean() for one in trains])
    return float((np.abs(made - truth).mean(axis=1) / scale).mean())


def judge(period: str, season: int) -> None:
    """One frequency: a table of all methods, best first."""
    series = pl.read_csv(path(FOLDER + "series.csv"), infer_schema_length=None).filter(pl.col("period") == period)
    values = pl.read_parquet(path(FOLDER + "values.parquet")).sort("series", "t")
    chosen = values.filter(pl.col("series").is_in(series["series"].implode()))
    parts = chosen.partition_by("series", "part", as_dict=True, maintain_order=True)
    names = series["series"].to_list()
    trains = [parts[one, "train"]["value"].to_numpy() for one in names]
    truth = np.array([parts[one, "test"]["value"].to_numpy() for one in names])
    rows = pl.read_csv(path(FOLDER + "accuracy.csv")).filter(pl.col("period") == period)
    table = [{"method": one["method"], "sMAPE": one["sMAPE"], "MASE": one["MASE"]} for one in rows.to_dicts()]
    for name in MODELS:
        start = time.perf_counter()
        made = np.array([forecast(one, name, season, truth.shape[1]) for one in trains])
        label = f"Salesyear: {name}" if name == OURS else f"(Salesyear's model {name})"
        seconds = time.perf_counter() - start
        table.append({"method": label, "sMAPE": smape(made, truth), "MASE": mase(made, truth, trains, season)})
        if name == OURS:
            print(f"{period}: {len(names)} series, {truth.shape[1]} ahead, {seconds:.1f} s")
    with pl.Config(tbl_rows=-1, fmt_str_lengths=40, float_precision=2):
        print(pl.DataFrame(table).sort("sMAPE").with_row_index("rank", offset=1))


def main() -> None:
    """Both frequencies."""
    judge("YEARLY", 1)
    judge("QUARTERLY", 4)


if __name__ == "__main__":
    main()

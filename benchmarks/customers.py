"""Customers: the published CDNOW fit and what came after it; churn and leads graded beside plain scikit-learn.

python benchmarks/customers.py [cdnow] [churn] [leads] [forward] [seed=1]     (all of them, all seeds, when not named)
Data: SALESYEAR_SHARED_DATA, else ../shared/data.

Grading: stratified 5-fold cross-validation, repeated with the seeds in SEEDS; the same splits for everybody; default
settings of scikit-learn for the peers, default settings of Salesyear for ours. AUC by ranks; calibration error = ECE
over 10 groups of equal count. `duration` is left out of the leads: it is known only after the call. `forward` trains on
the past and grades the next block of contacts, as a sales team would: five growing windows.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol

import numpy as np
import polars as pl
from shared_data import path
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from salesyear.engine.market.bgnbd import fit_bgnbd
from salesyear.engine.market.calibration import auc, calibration_error
from salesyear.engine.market.histories import purchase_histories
from salesyear.engine.market.learning import learn_scorecard
from salesyear.engine.market.spend import fit_gamma_gamma
from salesyear.engine.market.tables import Floats, Ints, floats
from salesyear.engine.market.value import ValueParams, customer_values

SEEDS = (0, 1)
END = date(1997, 9, 30)
Splits = list[tuple[Ints, Ints]]


class Classifier(Protocol):
    """What is used of scikit-learn's classifiers (the library ships no types)."""

    def fit(self, known: object, happened: Ints) -> Classifier:
        """Learn."""

    def predict_proba(self, asked: object) -> Floats:
        """Chances of both outcomes, (rows, 2)."""


def cdnow() -> None:
    """The published fits; then 39 weeks ahead against what came."""
    sample = pl.read_csv(path("retention-cdnow/cdnow_sample.csv"), try_parse_dates=True)
    purchases = sample.select(customer="sample_id", date="date", amount="dollar_value")
    histories = purchase_histories(purchases, END, least=0.0)
    repeats = floats(histories, "repeats")
    start = time.perf_counter()
    fit = fit_bgnbd(repeats, floats(histories, "recency") / 7, floats(histories, "age") / 7)
    spent = time.perf_counter() - start
    spend = fit_gamma_gamma(repeats, floats(histories, "repeat_spend"))
    print(f"BG/NBD       r {fit.r:.4f} alpha {fit.alpha:.4f} a {fit.a:.4f} b {fit.b:.4f} ", end="")
    print(f"log-likelihood {fit.log_likelihood:.2f} ({spent:.2f} s); published 0.243 4.414 0.793 2.426 -9582.4")
    print(f"gamma-gamma  p {spend.p:.2f} q {spend.q:.2f} gamma {spend.gamma:.2f}; published 6.25 3.74 15.44")
    ahead(purchases)


def ahead(purchases: pl.DataFrame) -> None:
    """Purchases, money and churn of the 39 weeks after the fit."""
    table = customer_values(purchases, END, ValueParams(horizon=273, least=0.0)).table
    after = purchases.filter(pl.col("date") > END)
    came = after.group_by("customer").agg(days=pl.col("date").n_unique(), amount=pl.col("amount").sum())
    both = table.join(came, on="customer", how="left").with_columns(pl.col("days", "amount").fill_null(0))
    for said, true in (("expected_purchases", "days"), ("expected_value", "amount")):
        link = np.corrcoef(both[said], both[true])[0, 1]
        print(f"{said:<19} {both[said].sum():9.0f}, came {both[true].sum():9.0f}; correlation {link:.3f}")
    repeaters = both.filter(pl.col("repeats") > 0)
    marked = repeaters.group_by("churned").agg(pl.len(), again=(pl.col("days") > 0).mean()).sort("churned")
    for gone, count, again in marked.iter_rows():
        print(f"repeat buyers {'marked as churned' if gone else 'not marked'}: {count}, bought again {again:.3f}")


def churn() -> tuple[pl.DataFrame, Ints]:
    """Telco customers: what is known of them, and who left."""
    table = pl.read_csv(path("churn-telco/Telco-Customer-Churn.csv.gz"), null_values=[" "], infer_schema_length=None)
    known = table.drop("customerID", "Churn").with_columns(pl.col("TotalCharges").fill_null(0.0))
    return known, (table["Churn"] == "Yes").cast(pl.Int64).to_numpy()


def leads() -> tuple[pl.DataFrame, Ints]:
    """Bank contacts in the order of time: what is known before the call, and who signed."""
    file = path("leads-bank-marketing/bank-additional-full.csv.gz")
    table = pl.read_csv(file, separator=";", infer_schema_length=None)
    return table.drop("duration", "y"), (table["y"] == "yes").cast(pl.Int64).to_numpy()


def ours(known: pl.DataFrame, happened: Ints, asked: pl.DataFrame) -> Floats:
    """Our scorecard."""
    return learn_scorecard(known.with_columns(happened=pl.Series(happened)), "happened").chance(asked)


def peer(kind: str) -> Callable[[pl.DataFrame, Ints, pl.DataFrame], Floats]:
    """A plain scikit-learn model at its defaults, after the encoding its documentation shows."""

    def chance(known: pl.DataFrame, happened: Ints, asked: pl.DataFrame) -> Floats:
        words = [name for name in known.columns if known[name].dtype == pl.String]
        numbers = [name for name in known.columns if name not in words]
        model = made(kind, words, numbers).fit(known.to_pandas(), happened)
        return np.asarray(model.predict_proba(asked.to_pandas())[:, 1])

    return chance


def made(kind: str, words: list[str], numbers: list[str]) -> Classifier:
    """The model and its encoding."""
    one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    model: Classifier
    if kind == "HistGradientBoosting":
        codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
        encode = make_column_transformer((codes, words), ("passthrough", numbers))
        boosting = HistGradientBoostingClassifier(categorical_features=list(range(len(words))), random_state=0)
        model = make_pipeline(encode, boosting)
    elif kind == "GradientBoosting":
        encode = make_column_transformer((one_hot, words), ("passthrough", numbers))
        model = make_pipeline(encode, GradientBoostingClassifier(random_state=0))
    else:
        encode = make_column_transformer((one_hot, words), (StandardScaler(), numbers))
        model = make_pipeline(encode, LogisticRegression(max_iter=3000))
    return model


MODELS = {"ours": ours} | {
    kind: peer(kind) for kind in ("HistGradientBoosting", "GradientBoosting", "LogisticRegression")
}


def shuffled(happened: Ints, seeds: tuple[int, ...]) -> Iterator[tuple[Ints, Ints]]:
    """Folds of the repeated cross-validation."""
    for seed in seeds:
        yield from StratifiedKFold(5, shuffle=True, random_state=seed).split(happened, happened)


def grade(name: str, known: pl.DataFrame, happened: Ints, splits: Splits) -> None:
    """Every model on every split; means, and the paired difference to ours with its standard error over splits."""
    scores = {model: np.zeros((len(splits), 3)) for model in MODELS}
    for at, (learn, test) in enumerate(splits):
        for model, chance in MODELS.items():
            start = time.perf_counter()
            said = chance(known[learn], happened[learn], known[test])
            spent = time.perf_counter() - start
            scores[model][at] = auc(said, happened[test]), calibration_error(said, happened[test]), spent
    for model, found in scores.items():
        area, error, spent = found.mean(axis=0)
        behind = scores["ours"][:, :2] - found[:, :2]
        doubt = behind.std(axis=0, ddof=1) / np.sqrt(len(splits))
        print(f"{name:<8}{model:<22} AUC {area:.4f}  ECE {error:.4f}  {spent:5.1f} s per fit   ours minus it: ", end="")
        print(f"AUC {behind[:, 0].mean():+.4f} ± {doubt[0]:.4f}  ECE {behind[:, 1].mean():+.4f} ± {doubt[1]:.4f}")


def main(asked: list[str]) -> None:
    """Those named, or all."""
    seeds = tuple(int(word[5:]) for word in asked if word.startswith("seed=")) or SEEDS
    wanted = [word for word in asked if "=" not in word] or ["cdnow", "churn", "leads", "forward"]
    if "cdnow" in wanted:
        cdnow()
    # One thread for everybody: seconds compare, and a shared machine is not fought over.
    with threadpool_limits(1):
        for name, read in (("churn", churn), ("leads", leads)):
            if name in wanted:
                known, happened = read()
                grade(name, known, happened, list(shuffled(happened, seeds)))
        if "forward" in wanted:
            known, happened = leads()
            grade("forward", known, happened, list(TimeSeriesSplit(5).split(happened)))


if __name__ == "__main__":
    main(sys.argv[1:])

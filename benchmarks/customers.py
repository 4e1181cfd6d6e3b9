"""Customers: the published CDNOW fit; churn and leads graded beside plain scikit-learn models in the same run.

Run: python benchmarks/customers.py. Chances are judged out of sample: five folds on churn-telco, three on
leads-bank-marketing (call length left out: it is known only after the call), the same folds for everybody.
"""

from __future__ import annotations

import time
import warnings
from datetime import date

import numpy as np
import polars as pl
from shared_data import path

from salesyear.engine.market.learning import (
    Bools,
    Classifier,
    LearnParams,
    area_under_curve,
    calibration_error,
    learn_chances,
)
from salesyear.engine.market.repeat import expected_purchases, fit_buying, fit_spend, purchase_histories


def cdnow() -> None:
    """Fit to 1997-09-30, 39 weeks ahead against what came."""
    sample = pl.read_csv(path("retention-cdnow/cdnow_sample.csv"), try_parse_dates=True)
    purchases = sample.select(customer="sample_id", date="date", amount="dollar_value")
    until = date(1997, 9, 30)
    histories = purchase_histories(purchases, until)
    start = time.perf_counter()
    buying = fit_buying(histories)
    seconds = time.perf_counter() - start
    spend = fit_spend(histories)
    came = purchases.filter(pl.col("date") > until).group_by("customer").agg(pl.col("date").n_unique())["date"].sum()
    print(f"CDNOW  r {buying.r:.3f} alpha {buying.alpha:.3f} a {buying.a:.3f} b {buying.b:.3f}", end="")
    print(f" log-likelihood {buying.log_likelihood:.1f} in {seconds:.2f} s (published 0.243 4.414 0.793 2.426 -9582.4)")
    print(f"       gamma-gamma p {spend.p:.2f} q {spend.q:.2f} gamma {spend.gamma:.2f} (published 6.25 3.74 15.44)")
    print(f"       purchases in the next 39 weeks {expected_purchases(buying, histories, 39).sum():.0f}, came {came}")


def telco() -> tuple[pl.DataFrame, Bools]:
    """Customers and whether they left."""
    table = pl.read_csv(path("churn-telco/Telco-Customer-Churn.csv.gz"), null_values=[" "], infer_schema_length=None)
    features = table.drop("customerID", "Churn").with_columns(pl.col("SeniorCitizen").cast(pl.String))
    return features, (table["Churn"] == "Yes").to_numpy()


def bank() -> tuple[pl.DataFrame, Bools]:
    """Leads and whether they were won."""
    file = path("leads-bank-marketing/bank-additional-full.csv.gz")
    table = pl.read_csv(file, separator=";", infer_schema_length=None)
    return table.drop("duration", "y"), (table["y"] == "yes").to_numpy()


def plain(features: pl.DataFrame, model: Classifier) -> Classifier:
    """A scikit-learn model as anybody would set it up: words one-hot, numbers scaled."""
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    words = features.select(pl.selectors.string()).columns
    numbers = [name for name in features.columns if name not in words]
    kinds = OneHotEncoder(handle_unknown="ignore")
    made: Classifier = make_pipeline(ColumnTransformer([("w", kinds, words), ("n", StandardScaler(), numbers)]), model)
    return made


def grading(name: str, features: pl.DataFrame, happened: Bools, folds: int) -> None:
    """Out-of-fold AUC and calibration error of ours and of the plain models."""
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    table = features.with_columns(pl.selectors.numeric().cast(pl.Float64).fill_null(0.0))
    split = list(StratifiedKFold(folds, shuffle=True, random_state=1).split(table, happened))
    chances = {one: np.empty(len(happened)) for one in ("ours", "gradient boosting", "logistic regression")}
    seconds = dict.fromkeys(chances, 0.0)
    for train, test in split:
        start = time.perf_counter()
        chances["ours"][test] = learn_chances(table[train], happened[train].tolist(), LearnParams()).of(table[test])
        seconds["ours"] += time.perf_counter() - start
        rivals = {
            "gradient boosting": GradientBoostingClassifier(random_state=0),
            "logistic regression": LogisticRegression(max_iter=2000),
        }
        for label, model in rivals.items():
            start = time.perf_counter()
            fitted = plain(table, model).fit(table[train].to_pandas(), happened[train])
            chances[label][test] = fitted.predict_proba(table[test].to_pandas())[:, 1]
            seconds[label] += time.perf_counter() - start
    for label, chance in chances.items():
        auc, off = area_under_curve(happened, chance), calibration_error(happened, chance)
        brier = float(((chance - happened) ** 2).mean())
        print(f"{name:<7}{label:<21} AUC {auc:.4f}  calibration error {off:.4f}", end="")
        print(f"  Brier {brier:.5f}  {seconds[label]:.0f} s")


def main() -> None:
    """All three sets."""
    warnings.simplefilter("ignore")
    cdnow()
    grading("churn", *telco(), folds=5)
    grading("leads", *bank(), folds=3)


if __name__ == "__main__":
    main()

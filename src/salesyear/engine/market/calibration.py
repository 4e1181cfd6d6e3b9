"""How good chances are: do the likelier ones come true more often, and do they come true as often as said?"""

from __future__ import annotations

import numpy as np

from salesyear.engine.market.tables import Floats, Ints


def auc(chance: Floats, outcome: Ints) -> float:
    """Chance that a random success was rated above a random failure, ties for half (Mann & Whitney 1947)."""
    from scipy.stats import rankdata

    hits = int(outcome.sum())
    misses = len(outcome) - hits
    if not hits or not misses:
        return float("nan")
    ranks = rankdata(chance)
    return float((ranks[outcome == 1].sum() - hits * (hits + 1) / 2) / (hits * misses))


def calibration_error(chance: Floats, outcome: Ints, *, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean of |mean chance - share that came true|.

    Rows are put in the order of their chance and cut into `bins` groups as equal as can be; groups weigh by their rows
    (Naeini, Cooper & Hauskrecht 2015, AAAI, with equal-count in place of equal-width bins).
    """
    order = np.argsort(chance, kind="stable")
    groups = [group for group in np.array_split(order, bins) if len(group)]
    return float(sum(abs(chance[group].sum() - outcome[group].sum()) for group in groups) / len(chance))


def log_losses(chance: Floats, outcome: Ints) -> Floats:
    """Each row's surprise, -log of the chance given to what happened."""
    said = np.where(outcome == 1, chance, 1.0 - chance)
    return np.asarray(-np.log(np.clip(said, 1e-12, 1.0)))


def calibrate(score: Floats, outcome: Ints) -> tuple[float, float]:
    """Slope and offset that turn scores into log odds: logistic regression on the score (Platt 1999).

    Platt's smoothed outcomes, (hits + 1) / (hits + 2) for 1 and 1 / (misses + 2) for 0, keep both finite.
    """
    hits = float(outcome.sum())
    aim = np.where(outcome == 1, (hits + 1.0) / (hits + 2.0), 1.0 / (len(outcome) - hits + 2.0))
    centre, spread = float(score.mean()), float(score.std()) or 1.0
    design = np.column_stack([(score - centre) / spread, np.ones(len(score))])
    beta = np.array([0.0, np.log(aim.mean() / (1.0 - aim.mean()))])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-design @ beta))
        curve = (design * (chance * (1.0 - chance))[:, None]).T @ design + 1e-9 * np.eye(2)
        step = np.linalg.solve(curve, design.T @ (aim - chance))
        beta += np.clip(step, -4.0, 4.0)
        if np.abs(step).max() < 1e-10:
            break
    slope = float(beta[0]) / spread
    return slope, float(beta[1]) - slope * centre

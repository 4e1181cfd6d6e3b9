"""Quota quality: is a set of targets fair and reachable, what is wrong with it, and what would mend it.

Two looks at the same five questions: `audit_past` sets quotas beside what was then sold, `audit_plan` sets
targets beside sample paths of what may be sold, before release.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import noop
from salesyear.engine.targets.ratchet import FEW, Ratchet, measure_ratchet

Floats = NDArray[np.float64]


NAN = float("nan")
NO_RATCHET = Ratchet(after_beat=NAN, after_miss=NAN, asymmetry=NAN, error=NAN, steps=0)


class Verdict(StrEnum):
    """What a measure says about the targets."""

    GOOD = "good"
    WATCH = "watch"
    POOR = "poor"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class QualityParams:
    """Where a measure stops being good and where it becomes poor.

    on_target: the healthy band of reps at or above 100 % (60-70 %: a rule of practitioners, of uneven
    sources; engine design 2.7); the other defaults are this project's own and can be changed.
    """

    correlation: tuple[float, float] = (0.2, 0.4)
    near: float = 0.2
    near_share: tuple[float, float] = (0.7, 0.5)
    asymmetry: tuple[float, float] = (0.1, 0.3)
    asymmetry_blur: float = 1.0
    chance_spread: tuple[float, float] = (0.2, 0.4)
    on_target: tuple[float, float] = (0.6, 0.7)
    on_target_slack: float = 0.1


@dataclass(frozen=True)
class Finding:
    """One measure: its value with an interval (NaN when unknown), the verdict, what it says and what would
    mend it.

    says and mend are English sentences with named places, to be filled from `values` after translation.
    """

    name: str
    value: float
    low: float
    high: float
    verdict: Verdict
    says: str
    mend: str
    values: dict[str, object]


@dataclass(frozen=True)
class Audit:
    """The findings of one set of targets."""

    findings: tuple[Finding, ...]

    def __getitem__(self, name: str) -> Finding:
        """The finding of that name."""
        return next(finding for finding in self.findings if finding.name == name)

    @property
    def worst(self) -> Verdict:
        """Poor if one is poor, else watch if one is to watch, else good."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((v for v in (Verdict.POOR, Verdict.WATCH, Verdict.GOOD) if v in verdicts), Verdict.UNKNOWN)


def audit_past(
    quota: Floats,
    sold: Floats,
    size: Floats,
    *,
    ratchet: Ratchet | None = None,
    params: QualityParams | None = None,
) -> Audit:
    """Audit quotas by what was then sold: quota, sold, size (reps or rep-periods,), quota above 0.

    size: how large the territory is, known when the quota was set (last year's sales, potential).
    """
    params = params or QualityParams()
    attained = sold / quota
    hit = float((attained >= 1).mean()) if attained.size else NAN
    return Audit(
        (
            _size_finding(attained, size, params),
            _near_finding(attained, params),
            _ratchet_finding(ratchet, params),
            _on_target_finding(hit, _binomial(hit, attained.size), params),
        )
    )


def audit_plan(
    targets: Floats,
    paths: Floats,
    size: Floats,
    *,
    ratchet: Ratchet | None = None,
    params: QualityParams | None = None,
) -> Audit:
    """Audit targets before release: targets, size (reps,); paths (paths, reps) of what each may sell.

    size: as in `audit_past`. Correlation and nearness are of the median path; the on-target share is counted
    path by path and given with the band that holds eight of ten paths.
    """
    params = params or QualityParams()
    expected = np.median(paths, axis=0) / targets
    hits = (paths >= targets).mean(axis=1)
    low, high = np.quantile(hits, [0.1, 0.9])
    return Audit(
        (
            _size_finding(expected, size, params),
            _near_finding(expected, params),
            _ratchet_finding(ratchet, params),
            _chance_finding((paths >= targets).mean(axis=0), params),
            _on_target_finding(float(hits.mean()), (float(low), float(high)), params),
        )
    )


def rank_correlation(left: Floats, right: Floats) -> tuple[float, float, float]:
    """Spearman's rank correlation with its 95 % interval (Fisher's transformation); NaN for too few.

    Ties share their mean rank. Interval: Bonett & Wright, Sample size requirements for estimating Pearson,
    Kendall and Spearman correlations, Psychometrika 65 (2000): standard error sqrt((1 + r²/2) / (n - 3)).
    """
    if left.size < FEW or np.ptp(left) == 0 or np.ptp(right) == 0:
        return (NAN,) * 3
    r = float(np.corrcoef(_ranks(left), _ranks(right))[0, 1])
    bounded = min(max(r, -1 + 1e-12), 1 - 1e-12)
    width = 1.96 * np.sqrt((1 + r * r / 2) / (left.size - 3))
    return r, float(np.tanh(np.arctanh(bounded) - width)), float(np.tanh(np.arctanh(bounded) + width))


def _ranks(values: Floats) -> Floats:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2)[place])


def _grade(value: float, good: float, poor: float) -> Verdict:
    """Good up to `good`, poor beyond `poor`, whichever of the two is larger."""
    if np.isnan(value):
        return Verdict.UNKNOWN
    sign = 1 if poor >= good else -1
    if sign * value <= sign * good:
        return Verdict.GOOD
    return Verdict.POOR if sign * value > sign * poor else Verdict.WATCH


def _finding(
    name: str, value: float, bounds: tuple[float, float], verdict: Verdict, says: str, mend: str, **values: float
) -> Finding:
    """A finding; what is unknown says so, and what is good needs no mending."""
    if verdict is Verdict.UNKNOWN:
        return Finding(name, value, *bounds, verdict, noop("Too few to say."), "", {})
    return Finding(name, value, *bounds, verdict, says, "" if verdict is Verdict.GOOD else mend, dict(values))


def _size_finding(attained: Floats, size: Floats, params: QualityParams) -> Finding:
    r, low, high = rank_correlation(attained, size)
    verdict = _grade(abs(r), *params.correlation)
    if verdict is Verdict.POOR and low <= 0 <= high:
        verdict = Verdict.WATCH
    light = noop("Large territories get off lightly: give their reps more of the total, or share it by chance.")
    heavy = noop("Large territories are overcharged: share less by last year's sales and more by potential.")
    says = noop("Attainment and size of the territory go together with %(correlation).2f (0 is fair).")
    return _finding("size", r, (low, high), verdict, says, light if r > 0 else heavy, correlation=r)


def _near_finding(attained: Floats, params: QualityParams) -> Finding:
    known = attained.size >= FEW
    share = float((np.abs(attained - 1) <= params.near + 1e-12).mean()) if known else NAN
    middle = float(np.median(attained)) if known else NAN
    level = noop("Targets miss as a whole (the middle rep reaches %(middle).0f %%): correct the total first.")
    single = noop("The total is right but its parts are not: share it by potential, or by equal chance.")
    says = noop("%(share).0f %% of the targets are met within ±%(near).0f %%.")
    return _finding(
        "near",
        share,
        _binomial(share, attained.size),
        _grade(share, *params.near_share),
        says,
        level if abs(middle - 1) > params.near / 2 else single,
        share=100 * share,
        near=100 * params.near,
        middle=100 * middle,
    )


def _ratchet_finding(ratchet: Ratchet | None, params: QualityParams) -> Finding:
    found = ratchet or NO_RATCHET
    bounds = found.asymmetry - 2 * found.error, found.asymmetry + 2 * found.error
    verdict = _grade(found.asymmetry, *params.asymmetry)
    if verdict is Verdict.POOR and bounds[0] <= 0:
        verdict = Verdict.WATCH
    if bounds[1] - bounds[0] > 2 * params.asymmetry_blur:
        verdict = Verdict.UNKNOWN
    return _finding(
        "ratchet",
        found.asymmetry,
        bounds,
        verdict,
        noop("After a beat targets follow by %(after_beat).0f %% of it, after a miss by %(after_miss).0f %%."),
        noop("A beat costs more than a miss saves: set targets from potential, not from last attainment."),
        after_beat=100 * found.after_beat,
        after_miss=100 * found.after_miss,
    )


def _chance_finding(chance: Floats, params: QualityParams) -> Finding:
    low, high = (float(edge) for edge in np.quantile(chance, [0.1, 0.9]))
    return _finding(
        "chances",
        high - low,
        (low, high),
        _grade(high - low, *params.chance_spread),
        noop("Eight of ten reps have a chance between %(low).0f %% and %(high).0f %%."),
        noop("Some are lucky and some have none: start from targets of equal difficulty."),
        low=100 * low,
        high=100 * high,
    )


def _on_target_finding(share: float, bounds: tuple[float, float], params: QualityParams) -> Finding:
    floor, ceiling = params.on_target
    few = noop("Too few will make it: lower the total, or add what lifts sales before releasing it.")
    many = noop("Nearly all will make it: the total asks too little.")
    return _finding(
        "on_target",
        share,
        bounds,
        _grade(max(floor - share, share - ceiling), 0, params.on_target_slack),
        noop("%(share).0f %% of reps reach their target; %(floor).0f to %(ceiling).0f %% is healthy."),
        few if share < floor else many,
        share=100 * share,
        floor=100 * floor,
        ceiling=100 * ceiling,
    )


def _binomial(share: float, count: int) -> tuple[float, float]:
    """Two standard errors either side of a share of `count` cases."""
    error = float(np.sqrt(share * (1 - share) / max(count, 1)))
    return share - 2 * error, share + 2 * error


__all__ = [
    "Audit",
    "Finding",
    "QualityParams",
    "Ratchet",
    "Verdict",
    "audit_past",
    "audit_plan",
    "measure_ratchet",
    "rank_correlation",
]

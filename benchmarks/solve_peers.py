"""General solvers on the instances of the target solve, each in a process of its own with a limit of time.

Used by `benchmarks/solve.py`. Amounts are divided by the mean prior. A peer that throws or runs out of time is reported
in words; its answer is spread over the cells and scored there, with every row summed exactly.
"""

from __future__ import annotations

import math
import multiprocessing as mp
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from multiprocessing.connection import Connection
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import scipy.sparse as sp

from salesyear.engine.targets.examples import Instance
from salesyear.engine.targets.numeric.response import Distance, cost
from salesyear.engine.targets.numeric.sparse import sparse_system
from salesyear.engine.targets.numeric.tree import Bools, Floats


@dataclass(frozen=True)
class Took:
    """Median seconds, runs, objective on the cells, and the worst row in units."""

    seconds: float
    runs: int
    objective: float
    worst: float


@dataclass(frozen=True)
class Problem:
    """Low <= rows x <= high and floor <= x <= cap, near a prior."""

    prior: Floats
    rows: sp.csc_matrix
    low: Floats
    high: Floats
    floor: Floats
    cap: Floats

    def sides(self) -> tuple[sp.csc_matrix, Floats, sp.csc_matrix, Floats]:
        """Equalities and inequalities A x <= b, the variables' own bounds (but x >= 0) among the latter."""
        equal = self.low == self.high
        below, above = np.isfinite(self.high) & ~equal, np.isfinite(self.low) & ~equal
        one, capped, floored = sp.identity(len(self.prior), format="csr"), np.isfinite(self.cap), self.floor > 0
        less = [self.rows[below], -self.rows[above], one[capped], -one[floored]]
        bound = np.r_[self.high[below], -self.low[above], self.cap[capped], -self.floor[floored]]
        return self.rows[equal], self.low[equal], sp.vstack(less, format="csc"), bound


@dataclass(frozen=True)
class Peers:
    """One instance as matrices over classes and over cells."""

    instance: Instance
    rows: sp.csc_matrix  # rows x classes
    low: Floats
    high: Floats
    held: Floats  # locked sums per class
    unit: float

    @classmethod
    def of(cls, instance: Instance) -> Peers:
        """Build the matrices once."""
        count = instance.tree.leaves * instance.attributes
        system = sparse_system(instance.tree, instance.blocks, np.arange(count))
        low, high = (np.concatenate([np.ravel(getattr(b, side)) for b in instance.blocks]) for side in ("low", "high"))
        held = np.where(instance.low == instance.high, instance.low, 0.0)
        sums = np.bincount(instance.classes, weights=held, minlength=count).astype(np.float64)
        asked = np.isfinite(low) | np.isfinite(high)
        rows = sp.csc_matrix(system.rows)[asked]
        return cls(instance, rows, low[asked], high[asked], sums, float(instance.prior.mean()))

    def free(self) -> Bools:
        """Cells that are not locked."""
        return np.asarray(self.instance.low < self.instance.high)

    @cached_property
    def lumped(self) -> Problem:
        """Priors of the classes, rows over them, and bounds less what is locked."""
        prior = np.where(self.free(), self.instance.prior, 0.0)
        sums = np.bincount(self.instance.classes, weights=prior, minlength=len(self.held)).astype(np.float64)
        return self._problem(sums, self.rows, np.zeros(len(sums)), np.full(len(sums), np.inf))

    @cached_property
    def cells(self) -> Problem:
        """The same over single free cells."""
        free, instance = self.free(), self.instance
        rows = self.rows[:, instance.classes[free]]
        return self._problem(instance.prior[free], rows, instance.low[free], instance.high[free])

    def _problem(self, prior: Floats, rows: sp.csc_matrix, floor: Floats, cap: Floats) -> Problem:
        away, unit = self.rows @ self.held, self.unit
        low, high = (self.low - away) / unit, (self.high - away) / unit
        return Problem(prior / unit, rows, low, high, floor / unit, cap / unit)

    def score(self, distance: Distance, sales: Floats, *, lumped: bool) -> tuple[float, float]:
        """Objective and worst row of a peer's answer, on the cells of the instance."""
        instance, free = self.instance, self.free()
        full = instance.low.copy()
        if lumped:
            prior = self.lumped.prior
            ratio = np.divide(sales, prior, out=np.zeros_like(sales), where=prior > 0)
            full[free] = (instance.prior * ratio[instance.classes])[free]
        else:
            full[free] = sales * self.unit
        return cost(distance, full, instance.prior), self.worst_row(full)

    def worst_row(self, cells: Floats) -> float:
        """Largest miss of any row, in units, over the cells themselves.

        Summed exactly (Shewchuk's method in math.fsum): a plain sum of ten million doubles is itself a thousandth off.
        """
        sums = np.bincount(self.instance.classes, weights=cells, minlength=len(self.held))  # some tens of cells each
        by_row = sp.csr_matrix(self.rows)
        parts = by_row.data * sums[by_row.indices]
        ends = by_row.indptr.tolist()
        value = np.array([math.fsum(parts[a:b].tolist()) for a, b in pairwise(ends)])
        return float(max((self.low - value).max(), (value - self.high).max(), 0.0))


def clarabel_kl(problem: Problem) -> Floats:
    """Entropy by exponential cones: minimise sum(-r - x) with r <= x log(p / x)."""
    import clarabel

    prior = problem.prior
    count = len(prior)
    equal, fixed, less, bound = problem.sides()
    wide = sp.csc_matrix((equal.shape[0], count)), sp.csc_matrix((less.shape[0], count))
    places = np.arange(3 * count).reshape(count, 3)
    at = np.r_[places[:, 0], places[:, 1]], np.r_[count + np.arange(count), np.arange(count)]
    cones = sp.csc_matrix((-np.ones(2 * count), at), shape=(3 * count, 2 * count))
    right = np.zeros(3 * count)
    right[places[:, 2]] = prior
    matrix = sp.vstack([sp.hstack([equal, wide[0]]), sp.hstack([less, wide[1]]), cones], format="csc")
    kinds = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(less.shape[0])]
    kinds += [clarabel.ExponentialConeT() for _ in range(count)]
    flat = sp.csc_matrix((2 * count, 2 * count))
    return _clarabel(flat, -np.ones(2 * count), matrix, np.r_[fixed, bound, right], kinds)[:count]


def clarabel_ls(problem: Problem) -> Floats:
    """Least squares as a quadratic program."""
    import clarabel

    equal, fixed, less, bound = problem.sides()
    count = len(problem.prior)
    matrix = sp.vstack([equal, less, -sp.identity(count, format="csc")], format="csc")
    kinds = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(less.shape[0] + count)]
    bend = sp.diags(1 / problem.prior, format="csc")
    return _clarabel(bend, -np.ones(count), matrix, np.r_[fixed, bound, np.zeros(count)], kinds)


def _clarabel(bend: sp.csc_matrix, slope: Floats, matrix: sp.csc_matrix, right: Floats, kinds: list[Any]) -> Floats:
    import clarabel

    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    answer = clarabel.DefaultSolver(bend, slope, matrix, right, kinds, settings).solve()
    if "Solved" not in str(answer.status):
        raise RuntimeError(str(answer.status))
    return np.array(answer.x)


def cvxpy_kl(problem: Problem) -> Floats:
    """The same in the words of a modelling language."""
    import cvxpy as untyped

    cvxpy: Any = untyped
    equal, fixed, less, bound = problem.sides()
    x = cvxpy.Variable(len(problem.prior))
    goal = cvxpy.Minimize(cvxpy.sum(cvxpy.kl_div(x, problem.prior)))
    model = cvxpy.Problem(goal, [equal @ x == fixed, less @ x <= bound])
    model.solve(solver=cvxpy.CLARABEL)
    if x.value is None:
        raise RuntimeError(model.status)
    return np.array(x.value)


def osqp_ls(problem: Problem) -> Floats:
    """Least squares by the alternating direction method, tolerances 1e-6."""
    import osqp

    count = len(problem.prior)
    solver = osqp.OSQP()
    matrix = sp.vstack([problem.rows, sp.identity(count, format="csc")], format="csc")
    solver.setup(
        sp.diags(1 / problem.prior, format="csc"), -np.ones(count), matrix, np.r_[problem.low, problem.floor],
        np.r_[problem.high, problem.cap], verbose=False, eps_abs=1e-6, eps_rel=1e-6, max_iter=20_000, polishing=True,
    )  # fmt: skip
    answer = solver.solve()
    if answer.info.status_val not in (1, 2):
        raise RuntimeError(answer.info.status)
    return np.array(answer.x)


def hipo_here() -> bool:
    """HiGHS's interior-point method for quadratic programs comes with highspy-extras, of the same version."""
    highspy = _highspy()
    solver = highspy.Highs()
    solver.silent()
    return bool(solver.setOptionValue("solver", "hipo") == highspy.HighsStatus.kOk)


def hipo_ls(problem: Problem) -> Floats:
    """Least squares by HiGHS's interior-point method HiPO."""
    return _highs_ls(problem, "hipo")


def highs_ls(problem: Problem) -> Floats:
    """Least squares by HiGHS's own choice: its active-set method."""
    return _highs_ls(problem, "choose")


def _highspy() -> Any:  # noqa: ANN401  # it has no types
    import highspy

    return highspy


def _highs_ls(problem: Problem, method: str) -> Floats:
    highspy = _highspy()
    count = len(problem.prior)
    model = highspy.HighsModel()
    model.lp_.num_col_, model.lp_.num_row_ = count, problem.rows.shape[0]
    model.lp_.col_cost_, model.lp_.col_lower_, model.lp_.col_upper_ = -np.ones(count), problem.floor, problem.cap
    model.lp_.row_lower_, model.lp_.row_upper_ = problem.low, problem.high
    matrix = sp.csc_matrix(problem.rows)
    model.lp_.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.lp_.a_matrix_.start_, model.lp_.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.lp_.a_matrix_.value_ = matrix.data
    model.hessian_.dim_, model.hessian_.format_ = count, highspy.HessianFormat.kTriangular
    model.hessian_.start_, model.hessian_.index_ = np.arange(count + 1), np.arange(count)
    model.hessian_.value_ = 1 / problem.prior
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", method)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(str(solver.getModelStatus()))
    return np.array(solver.getSolution().col_value)


Work = Callable[[Problem], Floats]
Sent = tuple[float, int, Floats] | str  # median seconds, runs and the answer; or why there is none


def in_own_process(work: Work, problem: Problem, seconds: float, runs: int) -> Sent:
    """Median time of a peer and its answer, or why there is none; `seconds`: of CPU, for all its runs."""
    here, there = mp.Pipe(duplex=False)
    process = mp.get_context("fork").Process(target=_child, args=(there, work, problem, runs, seconds))
    process.start()
    there.close()
    answer: Sent = f"did not finish in {seconds:.0f} s"
    try:
        while True:
            answer = here.recv()
    except EOFError:
        process.join()
    return answer


def _child(pipe: Connection, work: Work, problem: Problem, runs: int, seconds: float) -> None:
    """Send what is known after every run; the clock of the CPU ends the process, whatever the solver is doing."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    times: list[float] = []
    try:
        while len(times) < runs:
            start = process_time()
            sales = work(problem)
            times.append(process_time() - start)
            pipe.send((median(times), len(times), sales))
    except Exception as failure:  # noqa: BLE001  # whatever a peer throws is its result in this table
        pipe.send(f"did not finish: {failure}"[:60])

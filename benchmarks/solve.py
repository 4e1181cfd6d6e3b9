"""The target solve against general solvers, cell by cell and on the same lumped classes, in the same run.

python benchmarks/solve.py [--quick] [--cells 960000] [--seconds 60]

Instances come from `salesyear.engine.targets.examples` with published seeds. Ours: from the array of priors to the
array of all cells (lumping, solving and writing included). A peer's time holds its setup and solving, not the building
of its matrices. Peers run in a process of their own with a limit of --seconds; one that fails or runs out of time is
"did not finish". Times are CPU seconds of one thread, because the machine is shared. Medians of five runs, of fewer
where a single run is long (the column says how many).

Lines 1 are the fair ones: the peer gets the lumping for free, while we write every cell.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded; every solver here gets one thread

import multiprocessing as mp
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import scipy.sparse as sp

from salesyear.engine.targets.examples import Family, Instance, make_instance
from salesyear.engine.targets.numeric.lumping import spread
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance, cost
from salesyear.engine.targets.numeric.solving import solve_task
from salesyear.engine.targets.numeric.sparse import sparse_system
from salesyear.engine.targets.numeric.tree import Floats

SEED = 0
RUNS = 5


@dataclass(frozen=True)
class Took:
    """Median seconds, runs, objective on the cells, and the worst row in units."""

    seconds: float
    runs: int
    objective: float
    worst: float


@dataclass(frozen=True)
class Peers:
    """One instance as matrices over classes and over cells, amounts divided by the mean prior."""

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

    def free(self) -> np.ndarray:
        """Cells that are not locked."""
        return self.instance.low < self.instance.high

    def lumped(self) -> tuple[Floats, sp.csc_matrix, Floats, Floats]:
        """Priors of the classes, rows over them, and bounds less what is locked."""
        prior = np.bincount(
            self.instance.classes, weights=np.where(self.free(), self.instance.prior, 0.0), minlength=len(self.held)
        ).astype(np.float64)
        away = self.rows @ self.held
        return prior / self.unit, self.rows, (self.low - away) / self.unit, (self.high - away) / self.unit

    def cells(self) -> tuple[Floats, sp.csc_matrix, Floats, Floats]:
        """The same over single free cells."""
        away = self.rows @ self.held
        free = self.free()
        rows = self.rows[:, self.instance.classes[free]]
        return (
            self.instance.prior[free] / self.unit,
            rows,
            (self.low - away) / self.unit,
            (self.high - away) / self.unit,
        )

    def score(self, distance: Distance, sales: Floats, *, lumped: bool) -> tuple[float, float]:
        """Objective and worst row of a peer's answer, on the cells of the instance."""
        instance, free = self.instance, self.free()
        full = instance.low.copy()
        if lumped:
            prior = self.lumped()[0]
            ratio = np.divide(sales, prior, out=np.zeros_like(sales), where=prior > 0)
            full[free] = (instance.prior * ratio[instance.classes])[free]
        else:
            full[free] = sales * self.unit
        return cost(distance, full, instance.prior), worst_row(self, full)


def worst_row(peers: Peers, cells: Floats) -> float:
    """Largest miss of any row, in units, summed over the cells themselves."""
    sums = np.bincount(peers.instance.classes, weights=cells, minlength=len(peers.held)).astype(np.float64)
    value = peers.rows @ sums
    return float(max((peers.low - value).max(), (value - peers.high).max(), 0.0))


Problem = tuple[Floats, sp.csc_matrix, Floats, Floats]


def sides(problem: Problem) -> tuple[sp.csc_matrix, Floats, sp.csc_matrix, Floats]:
    """Equalities and inequalities A x <= b."""
    _, rows, low, high = problem
    equal = low == high
    below, above = np.isfinite(high) & ~equal, np.isfinite(low) & ~equal
    return (
        rows[equal],
        low[equal],
        sp.vstack([rows[below], -rows[above]], format="csc"),
        np.r_[high[below], -low[above]],
    )


def clarabel_kl(problem: Problem) -> Floats:
    """Entropy by exponential cones: minimise sum(-r - x) with r <= x log(p / x)."""
    import clarabel

    prior = problem[0]
    count = len(prior)
    equal, fixed, less, bound = sides(problem)
    wide = sp.csc_matrix((equal.shape[0], count)), sp.csc_matrix((less.shape[0], count))
    cone_rows = np.arange(3 * count).reshape(count, 3)
    cones = sp.csc_matrix(
        (
            -np.ones(2 * count),
            (np.r_[cone_rows[:, 0], cone_rows[:, 1]], np.r_[count + np.arange(count), np.arange(count)]),
        ),
        shape=(3 * count, 2 * count),
    )
    right = np.zeros(3 * count)
    right[cone_rows[:, 2]] = prior
    matrix = sp.vstack([sp.hstack([equal, wide[0]]), sp.hstack([less, wide[1]]), cones], format="csc")
    kinds = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(less.shape[0])]
    kinds += [clarabel.ExponentialConeT() for _ in range(count)]
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    solver = clarabel.DefaultSolver(
        sp.csc_matrix((2 * count, 2 * count)), -np.ones(2 * count), matrix, np.r_[fixed, bound, right], kinds, settings
    )
    answer = solver.solve()
    if "Solved" not in str(answer.status):
        raise RuntimeError(str(answer.status))
    return np.array(answer.x)[:count]


def cvxpy_kl(problem: Problem) -> Floats:
    """The same in the words of a modelling language, cell by cell."""
    import cvxpy as untyped

    cvxpy: Any = untyped
    equal, fixed, less, bound = sides(problem)
    x = cvxpy.Variable(len(problem[0]))
    model = cvxpy.Problem(
        cvxpy.Minimize(cvxpy.sum(cvxpy.kl_div(x, problem[0]))), [equal @ x == fixed, less @ x <= bound]
    )
    model.solve(solver=cvxpy.CLARABEL)
    if x.value is None:
        raise RuntimeError(model.status)
    return np.array(x.value)


def clarabel_ls(problem: Problem) -> Floats:
    """Least squares as a quadratic program."""
    import clarabel

    prior = problem[0]
    equal, fixed, less, bound = sides(problem)
    count = len(prior)
    matrix = sp.vstack([equal, less, -sp.identity(count, format="csc")], format="csc")
    kinds = [clarabel.ZeroConeT(equal.shape[0]), clarabel.NonnegativeConeT(less.shape[0] + count)]
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    solver = clarabel.DefaultSolver(
        sp.diags(1 / prior, format="csc"),
        -np.ones(count),
        matrix,
        np.r_[fixed, bound, np.zeros(count)],
        kinds,
        settings,
    )
    answer = solver.solve()
    if "Solved" not in str(answer.status):
        raise RuntimeError(str(answer.status))
    return np.array(answer.x)


def osqp_ls(problem: Problem) -> Floats:
    """Least squares by the alternating direction method, tolerances 1e-6."""
    import osqp

    prior, rows, low, high = problem
    count = len(prior)
    solver = osqp.OSQP()
    matrix = sp.vstack([rows, sp.identity(count, format="csc")], format="csc")
    solver.setup(
        sp.diags(1 / prior, format="csc"), -np.ones(count), matrix, np.r_[low, np.zeros(count)],
        np.r_[high, np.full(count, np.inf)], verbose=False, eps_abs=1e-6, eps_rel=1e-6, max_iter=20_000, polishing=True,
    )  # fmt: skip
    answer = solver.solve()
    if answer.info.status_val not in (1, 2):
        raise RuntimeError(answer.info.status)
    return np.array(answer.x)


def highs_ls(problem: Problem) -> Floats:
    """Least squares by HiGHS: HiPO where this build has it, its own active-set method otherwise."""
    import highspy as untyped

    highspy: Any = untyped
    prior, rows, low, high = problem
    count = len(prior)
    model = highspy.HighsModel()
    model.lp_.num_col_, model.lp_.num_row_ = count, rows.shape[0]
    model.lp_.col_cost_, model.lp_.col_lower_ = -np.ones(count), np.zeros(count)
    model.lp_.col_upper_ = np.full(count, np.inf)
    model.lp_.row_lower_, model.lp_.row_upper_ = low, high
    matrix = sp.csc_matrix(rows)
    model.lp_.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.lp_.a_matrix_.start_, model.lp_.a_matrix_.index_ = matrix.indptr, matrix.indices
    model.lp_.a_matrix_.value_ = matrix.data
    model.hessian_.dim_, model.hessian_.format_ = count, highspy.HessianFormat.kTriangular
    model.hessian_.start_, model.hessian_.index_ = np.arange(count + 1), np.arange(count)
    model.hessian_.value_ = 1 / prior
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(str(solver.getModelStatus()))
    return np.array(solver.getSolution().col_value)


Sent = tuple[float, int, Floats] | str  # median seconds, runs and the answer; or why there is none


def in_own_process(work: Callable[[Problem], Floats], problem: Problem, seconds: float, runs: int) -> Sent:
    """Median time of a peer and its answer's quality, or why there is none."""
    here, there = mp.Pipe()
    process = mp.get_context("fork").Process(target=_child, args=(there, work, problem, runs, seconds))
    process.start()
    answer: Sent = here.recv() if here.poll(seconds) else "did not finish in time"
    process.kill()
    process.join()
    return answer


def _child(pipe: Connection, work: Callable[[Problem], Floats], problem: Problem, runs: int, seconds: float) -> None:
    times: list[float] = []
    try:
        while len(times) < runs and sum(times) + (times[-1] if times else 0) < 0.8 * seconds:
            start = process_time()
            sales = work(problem)
            times.append(process_time() - start)
        pipe.send((median(times), len(times), sales))
    except Exception as failure:  # noqa: BLE001  # whatever a peer throws is its result in this table
        pipe.send(f"did not finish: {failure}"[:60])


def ours(instance: Instance, distance: Distance, runs: int) -> Took:
    """Priors in, all cells out; the sorting into classes is the order the instance comes in."""
    cells, peers = instance.cells(distance), Peers.of(instance)
    out, times = np.empty_like(instance.prior), []
    for _ in range(runs):
        start = process_time()
        task = instance.task(cells)
        answer = solve_task(task, Effort(), digit=2e-5)
        spread(cells, task.system.pull(answer.y), out)
        times.append(process_time() - start)
    if not answer.met:
        raise RuntimeError("our own solve did not meet the rules")
    return Took(median(times), runs, cost(distance, out, instance.prior), worst_row(peers, out))


def copy_time(instance: Instance, runs: int) -> float:
    """Median time to copy the array of cells: the least that any method must do."""
    target, times = np.empty_like(instance.prior), []
    for _ in range(runs):
        start = process_time()
        np.copyto(target, instance.prior)
        times.append(process_time() - start)
    return median(times)


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    ours: Took
    peer: Took | str

    def show(self) -> str:
        """Ratio peer / ours, times, and how the two answers compare."""
        own = f"{self.what:44s} {1e3 * self.ours.seconds:9.1f} ms  worst row {self.ours.worst:.0e}"
        if isinstance(self.peer, str):
            return f"{own} | {self.peer}"
        apart = (self.peer.objective - self.ours.objective) / max(abs(self.ours.objective), 1e-300)
        return (
            f"{own} | {1e3 * self.peer.seconds:10.1f} ms ({self.peer.runs}x)  worst row {self.peer.worst:.0e}  "
            f"objective {apart:+.0e} | 1/{self.peer.seconds / self.ours.seconds:,.0f}"
        )


def against(
    peers: Peers, own: Took, what: str, work: Callable[[Problem], Floats], seconds: float, *, lumped: bool
) -> None:
    """Run one peer and print the line."""
    distance = Distance.PRO_RATA if "KL" in what else Distance.LEAST_SQUARES
    sent = in_own_process(work, peers.lumped() if lumped else peers.cells(), seconds, RUNS)
    found = sent if isinstance(sent, str) else Took(*sent[:2], *peers.score(distance, sent[2], lumped=lumped))
    print(Line(what, own, found).show(), flush=True)


def one_size(reps: int, seconds: float) -> None:
    """All lines of one size."""
    slots = 4 if reps == 20 else 8
    std = make_instance(reps, "std", seed=SEED, slots=slots)
    size, classes = len(std.prior), std.tree.leaves * std.attributes
    print(f"\n{size:,} cells, {classes:,} classes")
    for family in ("std", "hard"):
        instance = std if family == "std" else make_instance(reps, "hard", seed=SEED, slots=slots)
        peers, own = Peers.of(instance), ours(instance, Distance.PRO_RATA, RUNS)
        against(peers, own, f"1 KL {family}, Clarabel on classes", clarabel_kl, seconds, lumped=True)
    peers = Peers.of(std)
    own, square = ours(std, Distance.PRO_RATA, RUNS), ours(std, Distance.LEAST_SQUARES, RUNS)
    against(peers, own, "2 KL std, cvxpy+Clarabel on cells", cvxpy_kl, seconds, lumped=False)
    for name, work in (("Clarabel", clarabel_ls), ("OSQP", osqp_ls), ("HiGHS", highs_ls)):
        against(peers, square, f"1 LS std, {name} on classes", work, seconds, lumped=True)
        against(peers, square, f"3 LS std, {name} on cells", work, seconds, lumped=False)


def own_families(reps: int) -> None:
    """Every family, ours alone, beside the time to copy the cells."""
    slots = 4 if reps == 20 else 8
    families: list[tuple[Family, float]] = [("std", 0.01), ("hard", 0.01), ("hard+bounds", 0.01), ("rich", 0.01)]
    families += [("tight", band) for band in (0.05, 0.01, 0.001, 0.0001, 0.00001)]
    for family, band in families:
        instance = make_instance(reps, family, seed=SEED, slots=slots, band=band)
        copy = copy_time(instance, RUNS)
        name = f"{family} {100 * band:g} %" if family == "tight" else family
        for distance in Distance:
            took = ours(instance, distance, RUNS)
            print(
                f"5 {name:12s} {distance.value:14s} {1e3 * took.seconds:9.1f} ms = {took.seconds / copy:7.1f} x copy "
                f"({1e3 * copy:.2f} ms)  worst row {took.worst:.0e}",
                flush=True,
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="the target solve against general solvers")
    parser.add_argument("--quick", action="store_true", help="the smallest size only, ten seconds for each peer")
    parser.add_argument("--cells", type=int, default=960_000, help="the largest instance (up to 9600000)")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit for each peer")
    arguments = parser.parse_args()
    seconds = 10.0 if arguments.quick else arguments.seconds
    cells = 9_600 if arguments.quick else arguments.cells
    for reps, size in ((20, 9_600), (1_000, 960_000)):
        if size <= cells:
            one_size(reps, seconds)
    for reps, size in ((20, 9_600), (100, 96_000), (1_000, 960_000), (10_000, 9_600_000)):
        if size <= cells:
            print(f"\n{size:,} cells, every family")
            own_families(reps)


if __name__ == "__main__":
    main()

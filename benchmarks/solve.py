"""The target solve: every family of plans, and beside it general solvers and raking, in one run.

python benchmarks/solve.py [--quick] [--cells 9600000] [--seconds 45]

Instances come from `salesyear.engine.targets.examples` with published seeds. Ours: from the array of priors to the
array of all cells (lumping, solving and writing included). A peer's time holds its setup and solving, not the building
of its matrices. Peers run with a limit of --seconds; one that fails or runs out of time "did not finish". Times are CPU
seconds of one thread, because the machine is shared; medians of five runs, of fewer where a single run is long.

Lines "on classes" are the fair ones: the peer gets the lumping for free, while we write every cell. Plans whose cells
have bounds of their own cannot be lumped for a peer; it gets the cells. Peers get cells up to 960,000 of them.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded; every solver here gets one thread

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Literal

import numpy as np
import solve_peers as peers_of
from solve_peers import Peers, Took, Work, in_own_process
from solve_raking import rake

from salesyear.engine.targets.examples import Family, Instance, make_instance
from salesyear.engine.targets.numeric.lumping import spread
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance, cost
from salesyear.engine.targets.numeric.solving import solve_task

SEED = 0
RUNS = 5
MOST_CELLS = 960_000  # that a peer is given one by one: 2 to 4 GB there
SIZES = {9_600: 20, 96_000: 100, 960_000: 1_000, 9_600_000: 10_000}  # cells: reps
Gets = Literal["classes", "cells"]
KL, LS = Distance.PRO_RATA, Distance.LEAST_SQUARES


@dataclass(frozen=True)
class Case:
    """A family; band: half the width of the bands of tight plans."""

    family: Family
    band: float = 0.01

    @property
    def name(self) -> str:
        """What to print."""
        return f"tight {100 * self.band:g} %" if self.family == "tight" else self.family


STD, HARD, BOUNDED, RICH = Case("std"), Case("hard"), Case("hard+bounds"), Case("rich")
WIDE, NARROW = Case("tight", 0.05), Case("tight", 0.01)
CASES = (STD, HARD, BOUNDED, RICH, WIDE, NARROW, *(Case("tight", band) for band in (0.001, 0.0001, 0.00001)))
RAKED = (STD, WIDE, NARROW)


@dataclass(frozen=True)
class Peer:
    """A solver, what it minimises, whether it gets classes or cells, and the families it is run on."""

    name: str
    work: Work
    distance: Distance
    gets: Gets
    cases: tuple[Case, ...]

    @property
    def what(self) -> str:
        """Name and what it gets."""
        return f"{self.name} on {self.gets}"


def general_solvers() -> tuple[Peer, ...]:
    """HiGHS runs HiPO where its extras are installed, and says so where they are not."""
    hipo = peers_of.hipo_here()
    highs = "HiGHS HiPO" if hipo else "HiGHS active set (HiPO is not in this build)"
    method = peers_of.hipo_ls if hipo else peers_of.highs_ls
    found = [
        Peer("Clarabel", peers_of.clarabel_kl, KL, "classes", (STD, HARD, RICH, NARROW)),
        Peer("Clarabel", peers_of.clarabel_kl, KL, "cells", (BOUNDED,)),
        Peer("cvxpy+Clarabel", peers_of.cvxpy_kl, KL, "cells", (STD,)),
    ]
    for name, work in (("Clarabel", peers_of.clarabel_ls), ("OSQP", peers_of.osqp_ls), (highs, method)):
        found += [Peer(name, work, LS, "classes", (STD,)), Peer(name, work, LS, "cells", (STD, BOUNDED))]
    return tuple(found)


def medians(work: Callable[[], object], seconds: float = 20.0) -> tuple[float, int]:
    """Median CPU seconds of five runs, of fewer once they have taken long."""
    times: list[float] = []
    while len(times) < RUNS and sum(times) < seconds:
        start = process_time()
        work()
        times.append(process_time() - start)
    return median(times), len(times)


def ours(peers: Peers, distance: Distance) -> Took:
    """Priors in, all cells out; the sorting into classes is the order the instance comes in."""
    instance = peers.instance
    cells, out = instance.cells(distance), np.empty_like(instance.prior)
    met = True

    def work() -> None:
        nonlocal met
        task = instance.task(cells)
        answer = solve_task(task, Effort(), digit=2e-5)
        spread(cells, answer.t, out)
        met = met and answer.met

    seconds, runs = medians(work)
    if not met:
        raise RuntimeError("our own solve did not meet the rules")
    return Took(seconds, runs, cost(distance, out, instance.prior), peers.worst_row(out))


def show(what: str, own: Took, peer: Took | str) -> None:
    """Print a peer's line: ratio peer / ours, times, and how the two answers compare."""
    start = f"    {what:58s} {1e3 * own.seconds:9.1f} ms"
    if isinstance(peer, str):
        print(f"{start} | {peer}", flush=True)
        return
    apart = (peer.objective - own.objective) / max(abs(own.objective), 1e-300)
    print(
        f"{start} | {1e3 * peer.seconds:10.1f} ms ({peer.runs}x)  worst row {peer.worst:.0e}  "
        f"objective {apart:+.0e} | 1/{peer.seconds / own.seconds:,.0f}",
        flush=True,
    )


def raked(instance: Instance, own: Took, peers: Peers, seconds: float) -> None:
    """Print the line of raking."""
    answer = rake(instance, seconds)
    if answer.done:
        found: Took | str = Took(
            answer.seconds, 1, cost(KL, answer.cells, instance.prior), peers.worst_row(answer.cells)
        )
    else:
        found = f"did not finish: {answer.miss:.0e} off after {answer.rounds} rounds, {answer.seconds:.0f} s"
    show(f"KL, compiled raking on cells, {answer.rounds} rounds", own, found)


def fitting(solvers: tuple[Peer, ...], case: Case, size: int) -> Iterator[Peer]:
    """Peers that are run on a family of this size."""
    for peer in solvers:
        if case in peer.cases and (peer.gets == "classes" or size <= MOST_CELLS):
            yield peer


def one_family(case: Case, reps: int, solvers: tuple[Peer, ...], seconds: float) -> None:
    """Ours in both distances beside the time to copy the cells, then the peers of this family."""
    instance = make_instance(reps, case.family, seed=SEED, slots=4 if reps == 20 else 8, band=case.band)
    peers, target = Peers.of(instance), np.empty_like(instance.prior)
    copy, _ = medians(lambda: np.copyto(target, instance.prior))
    own = {distance: ours(peers, distance) for distance in Distance}
    for distance, took in own.items():
        print(
            f"{case.name:13s} {'KL' if distance is KL else 'LS'} ours {1e3 * took.seconds:9.1f} ms ({took.runs}x) = "
            f"{took.seconds / copy:8.1f} x copy ({1e3 * copy:.3f} ms)  worst row {took.worst:.0e}",
            flush=True,
        )
    for peer in fitting(solvers, case, len(instance.prior)):
        sent = in_own_process(peer.work, peers.lumped if peer.gets == "classes" else peers.cells, seconds, RUNS)
        found = sent if isinstance(sent, str) else Took(*sent[:2], *scored(peers, peer, sent[2]))
        show(f"{'KL' if peer.distance is KL else 'LS'}, {peer.what}", own[peer.distance], found)
    if case in RAKED:
        raked(instance, own[KL], peers, seconds)


def scored(peers: Peers, peer: Peer, sales: np.ndarray) -> tuple[float, float]:
    """Objective and worst row of a peer."""
    return peers.score(peer.distance, sales, lumped=peer.gets == "classes")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="the target solve against general solvers and raking")
    parser.add_argument("--quick", action="store_true", help="the smallest size only, ten seconds for each peer")
    parser.add_argument("--cells", type=int, default=960_000, help="the largest instance (up to 9600000)")
    parser.add_argument("--seconds", type=float, default=45.0, help="limit for each peer")
    arguments = parser.parse_args()
    seconds = 10.0 if arguments.quick else arguments.seconds
    most = 9_600 if arguments.quick else arguments.cells
    solvers = general_solvers()
    for size, reps in SIZES.items():
        if size <= most:
            print(f"\n{size:,} cells, seed {SEED}", flush=True)
            for case in CASES:
                one_family(case, reps, solvers, seconds)


if __name__ == "__main__":
    main()

"""Breakback and clashing rules: edits with all cells written against a cold solve; the least relaxation against an LP.

python benchmarks/breakback.py [--quick] [--cells 960000]

An edit is: change the plan, solve again from the last multipliers, write every cell. A cold solve is the same without
anything remembered; one is timed before every fourth edit, because the machine is not equally fast all the time. Edits
go through `Session`, on tables, up to 960,000 cells; at 9,600,000 they go to the arrays beneath it. A plan of record is
solved from nothing and rounded after every edit (96,000 cells). The linear program gets the lumped classes and equal
weights, and one thread. Times are CPU seconds, because the machine is shared.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import process_time

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.optimize import linprog

from salesyear.engine.targets.breakback import SHOWN, CellEdit, Session, open_session
from salesyear.engine.targets.examples import Instance, make_instance, make_tables
from salesyear.engine.targets.numeric.lumping import class_of, lump, relump, spread
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.rows import Block
from salesyear.engine.targets.numeric.solving import make_task, solve_task
from salesyear.engine.targets.numeric.sparse import sparse_system
from salesyear.engine.targets.numeric.system import TreeSystem
from salesyear.engine.targets.numeric.tree import Floats
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.rules import Kind, Priority, Rule, Rules
from salesyear.engine.targets.solving import solve

SEED = 0
EDITS = 120


def timed(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call."""
    start = process_time()
    work()
    return 1e3 * (process_time() - start)


def report(what: str, times: list[float], cold: float) -> None:
    """Print median and 95th percentile, and both against the cold solve."""
    median, late = np.percentile(times, [50, 95])
    print(
        f"{what:44s} median {median:7.2f} ms = {median / cold:4.2f} x  p95 {late:7.2f} ms = {late / cold:4.2f} x cold "
        f"({cold:.1f} ms)",
        flush=True,
    )


def in_turn(what: str, edits: Sequence[Callable[[], object]], cold: Callable[[], object]) -> None:
    """Time edits, a cold solve before every fourth of them, and report."""
    alone, times = [], []
    for place, edit in enumerate(edits):
        if place % 4 == 0:
            alone.append(timed(cold))
        times.append(timed(edit))
    report(what, times, float(np.median(alone)))


def session_edits(reps: int, slots: int) -> None:
    """Edits of cells, reps and territories, and of a pair of regions, on tables."""
    cells, rules = make_tables(reps, slots=slots, seed=SEED)
    session = open_session(cells, rules, Params(whole=False))
    out, rng = np.empty(cells.frame.height), np.random.default_rng(SEED)
    base = session.base

    def cold() -> None:
        task = make_task(base.org.tree, session.task.blocks, lump(base.arrays), session.task.system)
        answer = solve_task(task, Effort(), digit=2e-5)
        session.writer.write(answer.t, out)

    cold()
    print(f"\n{len(out):,} cells")
    now, box = session.amounts(), [session]
    rows = rng.choice(len(out), EDITS, replace=False).tolist()
    cell_edits = [CellEdit(row, float(np.round(1.2 * now[row]))) for row in rows]
    in_turn("leaf: a cell + 20 %", [partial(edit_cell, box, edit, out) for edit in cell_edits], cold)
    kinds = {
        "rep: the total of its year": totals(session, "rep", rng),
        "territory: the total of its year": totals(session, "territory", rng),
        "region: the total of a month": months_of_regions(session, rng),
        "two regions: 1 % from one to the other": pairs(rules, rng),
        "share: a region's strategic lines": shares(session, rng),
    }
    for name, edits in kinds.items():
        in_turn(name, [partial(edit_rule, session, edit, out) for edit in edits], cold)


def records(reps: int, slots: int) -> None:
    """Edits with the whole plan of record after each: solved from nothing and rounded, the integers checked."""
    cells, rules = make_tables(reps, slots=slots, seed=SEED)
    params = Params()
    session = open_session(cells, rules, params, apart=("month", "line", "segment"))
    rng, now = np.random.default_rng(SEED), session.amounts()
    alone = float(np.median([timed(partial(solve, cells, rules, params)) for _ in range(5)]))
    print(f"\n{len(now):,} cells: plan of record in whole units, from tables {alone:.1f} ms", flush=True)
    session.plan()  # what no edit changes is worked out here
    times = []
    for row in rng.choice(len(now), EDITS, replace=False).tolist():
        edit = CellEdit(row, float(np.round(1.2 * now[row])))
        box: list[Session] = []
        times.append(timed(partial(edit_and_record, partial(session.set_cell, edit), box)))
        session = box[0]
    report("leaf: a cell + 20 %, edit and plan of record", times, alone)
    fresh = open_session(cells, rules, params)
    for level in ("rep", "territory"):
        edits = totals(fresh, level, rng)
        times = [timed(partial(edit_and_record, partial(fresh.with_rule, edit), [])) for edit in edits]
        report(f"{level}: its year, edit and plan of record", times, alone)


def edit_and_record(make: Callable[[], Session], box: list[Session]) -> None:
    """Edit, and make the whole plan of record."""
    box.append(make())
    if box[0].plan().whole is None:
        print("an edit could not be kept")


def edit_cell(box: list[Session], edit: CellEdit, out: Floats) -> None:
    """Set a cell, write all cells, and keep the session for the next edit."""
    box[0] = box[0].set_cell(edit)
    box[0].amounts(out)


def edit_rule(session: Session, rule: Rule, out: Floats) -> None:
    """Add or change a rule and write all cells."""
    session.with_rule(rule).amounts(out)


def totals(session: Session, level: str, rng: np.random.Generator) -> list[Rule]:
    """Year totals of random nodes, fixed half way between what they are and what the hidden plan has."""
    org, now = session.base.org, session.amounts()
    depth = org.levels.index(level)
    node = org.tree.ancestors(depth)[org.leaf]
    half = np.bincount(node, weights=(now + session.base.cells.frame["hidden"].to_numpy()) / 2)
    found = []
    for one in rng.choice(len(half), min(EDITS, len(half)), replace=False).tolist():
        where, amount = {level: (org.names[depth][one],)}, float(np.round(half[one]))
        found.append(Rule(name="Edit", where=where, at_least=amount, at_most=amount, priority=Priority.TOTAL))
    return found


def months_of_regions(session: Session, rng: np.random.Generator) -> list[Rule]:
    """Months of single regions, fixed 1 % above what they are; the other regions and months make room."""
    frame = session.base.cells.frame.select("region", "month").with_columns(pl.Series("now", session.amounts()))
    sums = frame.group_by("region", "month").agg(pl.col("now").sum()).sort("region", "month").rows()
    found = []
    for place in rng.integers(0, len(sums), EDITS).tolist():
        region, month, now = sums[place]
        amount = float(np.round(1.01 * now))
        where = {"region": (str(region),), "month": (str(month),)}
        found.append(Rule(name="Edit", where=where, at_least=amount, at_most=amount, priority=Priority.TOTAL))
    return found


def shares(session: Session, rng: np.random.Generator) -> list[Rule]:
    """One region's share of strategic lines, 0.1 to 1 point above what the rule asks of all."""
    names = session.base.org.names[1]
    where: dict[str, tuple[str, ...]] = {"line": ("L0", "L1", "L2")}
    return [
        Rule(name="Edit", kind=Kind.SHARE, at="region", nodes=(str(rng.choice(names)),), where=where, at_least=share)
        for share in np.round(rng.uniform(0.301, 0.31, EDITS), 4).tolist()
    ]


def pairs(rules: Rules, rng: np.random.Generator) -> list[Rule]:
    """Regions' totals with one per cent of one moved to another."""
    regions = next(rule for rule in rules.rules if rule.name == "Regions")
    found = []
    for _ in range(EDITS):
        one, other = rng.choice(list(regions.amounts), 2, replace=False)
        moved = round(0.01 * float(regions.amounts[one][0] or 0.0))
        amounts = dict(regions.amounts)
        for key, step in ((one, -moved), (other, moved)):
            amount = float(amounts[key][0] or 0.0) + step
            amounts[key] = (amount, amount)
        found.append(replace(regions, amounts=amounts))
    return found


def array_edits(reps: int) -> None:
    """Edit ten million cells, on the arrays beneath a session."""
    instance = make_instance(reps, "std", seed=SEED)
    cells, out, rng = instance.cells(), np.empty(len(instance.prior)), np.random.default_rng(SEED)

    def cold() -> None:
        task = instance.task(cells)
        spread(cells, solve_task(task, Effort(), digit=2e-5).t, out)

    cold()
    print(f"\n{len(out):,} cells")
    task = instance.task(cells)
    answer = solve_task(task, Effort(), digit=2e-5)
    now = spread(cells, answer.t)
    free = np.setdiff1d(rng.choice(len(out), 2 * EDITS, replace=False), cells.held)[:EDITS]

    def leaf(position: int) -> None:
        held = {position: float(np.round(1.2 * now[position]))}
        response = relump(cells, task.response, class_of(cells, np.array([position])), held)
        changed = replace(task, response=response)
        spread(cells, solve_task(changed, Effort(tolerance=SHOWN), answer.y).t, out)
        out[position] = held[position]

    def region(step: float) -> None:
        blocks = moved_regions(instance, step)
        changed = make_task(instance.tree, blocks, task.response, TreeSystem(instance.tree, blocks))
        spread(cells, solve_task(changed, Effort(tolerance=SHOWN), answer.y).t, out)

    in_turn("leaf: a cell + 20 %", [partial(leaf, position) for position in free.tolist()], cold)
    steps = np.linspace(0.001, 0.01, EDITS // 2).tolist()
    in_turn("two regions: up to 1 % from one to the other", [partial(region, step) for step in steps], cold)


def moved_regions(instance: Instance, step: float) -> tuple[Block, ...]:
    """Totals of the first two regions, a part of one moved to the other."""
    regions = instance.blocks[1]
    low, high = regions.low.copy(), regions.high.copy()
    moved = np.round(step * low[0, 0])
    for side in (low, high):
        side[0, 0] -= moved
        side[1, 0] += moved
    return (instance.blocks[0], replace(regions, low=low, high=high), *instance.blocks[2:])


def clashes(reps: int, slots: int, *, peer: bool) -> None:
    """Four ways to ask for too much, each solved by us and as an elastic linear program."""
    instance = make_instance(reps, "hard", seed=SEED, slots=slots)
    print(f"\n{reps * instance.attributes:,} classes, clashing rules: least total relaxation")
    for name, blocks in planted(instance).items():
        even = tuple(replace(block, give_up=np.full_like(block.give_up, 12.0)) for block in blocks)
        cells = instance.cells()
        task = make_task(instance.tree, even, lump(cells), TreeSystem(instance.tree, even))
        times, missed = [], 0.0
        for _ in range(5):
            start = process_time()
            answer = solve_task(task, Effort(), digit=2e-5)
            times.append(process_time() - start)
            missed = float(np.abs(answer.missed).sum())
        own = float(np.median(times))
        text = f"{name:40s} {1e3 * own:8.1f} ms {missed:18,.1f} ({answer.outcome.method}, {answer.outcome.steps})"
        if peer:
            took, least = elastic(instance, even, task.response.gain, task.response.held)
            text += f" | LP {1e3 * took:9.1f} ms {least:18,.1f} | apart {missed / least - 1:+.0e} | 1/{took / own:.0f}"
        print(text, flush=True)


def planted(instance: Instance) -> dict[str, tuple[Block, ...]]:
    """Instances that cannot be met, by what is wrong with them."""
    company, region, territory, rep = instance.blocks
    sums = np.add.reduceat(territory.high[:, 0], instance.tree.first_children(2))
    low, high = region.low.copy(), region.high.copy()
    low[0, 0] = high[0, 0] = 1.05 * sums[0]
    low[1, 0], high[1, 0] = (side[1, 0] - (low[0, 0] - region.low[0, 0]) for side in (region.low, region.high))
    too_much = (company, replace(region, low=low, high=high), territory, rep)
    floors = rep.low.copy()
    floors[0, 1:5] *= 1.3 * rep.high[0, 0] / floors[0, 1:5].sum()
    quarters = (company, region, territory, replace(rep, low=floors))
    months = company.low.copy()
    months[0, 0] += 2000.0
    typing = (replace(company, low=months, high=months), region, territory, rep)
    caps = territory.high.copy()
    caps[0, 0] *= 0.5
    capped = (company, region, replace(territory, high=caps), rep)
    return {
        "region above its territories' caps": too_much,
        "quarter floors above a rep's cap": quarters,
        "a cap below what its reps must sell": capped,
        "months do not add up to regions": typing,
    }


def elastic(instance: Instance, blocks: tuple[Block, ...], gain: Floats, held: Floats) -> tuple[float, float]:
    """Least total miss by HiGHS: seconds and amount."""
    count = instance.tree.leaves * instance.attributes
    rows = sp.csr_matrix(sparse_system(instance.tree, blocks, np.arange(count)).rows)
    low, high = (np.concatenate([np.ravel(getattr(b, side)) for b in blocks]) for side in ("low", "high"))
    unit = float(instance.prior.mean())
    low, high = (low - rows @ held) / unit, (high - rows @ held) / unit
    up, down = np.flatnonzero(np.isfinite(low)), np.flatnonzero(np.isfinite(high))
    eye = sp.identity(len(low), format="csr")
    matrix = sp.vstack(
        [sp.hstack([-rows[up], -eye[up], 0 * eye[up]]), sp.hstack([rows[down], 0 * eye[down], -eye[down]])],
        format="csc",
    )
    price = np.r_[np.zeros(count), np.ones(2 * len(low))]
    top = np.r_[np.where(gain > 0, np.inf, 0.0), np.full(2 * len(low), np.inf)]
    start = process_time()
    result = linprog(
        price, A_ub=matrix, b_ub=np.r_[-low[up], high[down]], bounds=np.c_[np.zeros(len(top)), top], method="highs"
    )
    return process_time() - start, float(result.fun) * unit


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="breakback and clashing rules")
    parser.add_argument("--quick", action="store_true", help="the two smallest sizes only")
    parser.add_argument("--cells", type=int, default=960_000, help="the largest instance (up to 9600000)")
    arguments = parser.parse_args()
    cells = 96_000 if arguments.quick else arguments.cells
    for reps, slots, size in ((20, 4, 9_600), (100, 8, 96_000), (1_000, 8, 960_000)):
        if size <= cells:
            session_edits(reps, slots)
            if size <= 96_000:
                records(reps, slots)
            clashes(reps, slots, peer=True)
    if cells >= 9_600_000:
        array_edits(10_000)


if __name__ == "__main__":
    main()

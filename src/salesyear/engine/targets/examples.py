"""Reproducible plans with a known feasible solution: for tests, benchmarks and trying rules out.

Recipe: company -> regions -> territories of ten reps; per rep 12 months x 10 product lines (3 strategic) x customer
slots (a quarter new). The prior breaks the rules (24 % strategic where 30 % is asked); a hidden plan keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.numeric.lumping import CellArrays, arrange, class_sums, lump
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.numeric.rows import Block, no_rows, plain_block
from salesyear.engine.targets.numeric.solving import Task, make_task
from salesyear.engine.targets.numeric.system import TreeSystem
from salesyear.engine.targets.numeric.tree import Floats, Ints, Tree, regular_tree
from salesyear.engine.targets.rules import Kind, Rule, Rules

Family = Literal["std", "hard", "hard+bounds", "rich", "tight"]
MONTHS, LINES, STRATEGIC = 12, 10, 3
SEASON = np.array([0.8, 0.6, 1.0, 1.0, 1.0, 1.1, 0.9, 0.9, 1.2, 1.0, 1.2, 1.3])
MIX = np.array([0.10, 0.08, 0.06, 0.16, 0.14, 0.12, 0.11, 0.09, 0.08, 0.06])


@dataclass(frozen=True)
class Instance:
    """Cells in the order of their classes, and the rules as rows.

    prior, hidden, low, high: one value per cell (low = high where a cell is locked); classes: class of each cell
    (leaf x attributes + attribute class); blocks: rows per level.
    """

    tree: Tree
    attributes: int
    classes: Ints
    prior: Floats
    hidden: Floats
    low: Floats
    high: Floats
    blocks: tuple[Block, ...]

    def cells(self, distance: Distance = Distance.PRO_RATA) -> CellArrays:
        """Sort the cells into free, locked and bounded ones."""
        count = self.tree.leaves * self.attributes
        return arrange(distance, self.prior, self.low, self.high, self.classes, count)

    def task(self, cells: CellArrays) -> Task:
        """Lump the cells and make the numeric problem."""
        blocks = self.blocks
        if cells.distance is Distance.LEAST_SQUARES:
            blocks = tuple(replace(block, give_up=1000 * block.give_up) for block in blocks)
        return make_task(self.tree, blocks, lump(cells), TreeSystem(self.tree, blocks))


def make_instance(reps: int, family: Family = "std", *, seed: int = 0, slots: int = 8, band: float = 0.01) -> Instance:
    """Build an instance with reps x 120 x slots cells (reps: a multiple of ten); `band`: half width of tight bands."""
    rng = np.random.default_rng((seed, reps))
    tree = _tree(reps)
    table = _Table(tree, slots, max(1, slots // 4), by_line=family == "rich")
    prior = _prior(rng, table)
    hidden = _hidden(rng, table, prior)
    order = np.argsort(table.class_index(), kind="stable")
    classes, prior, hidden = table.class_index()[order], prior.ravel()[order], hidden.ravel()[order]
    low, high = np.zeros_like(prior), np.full_like(prior, np.inf)
    if family == "hard+bounds":
        low, high = np.minimum(0.9 * prior, hidden), np.maximum(1.35 * prior, hidden)
    locked = rng.choice(len(prior), size=len(prior) // 100, replace=False)
    low[locked] = high[locked] = hidden[locked] = np.round(hidden[locked])
    sums = class_sums(classes, hidden, reps * table.attributes)
    last = class_sums(classes, prior, reps * table.attributes)
    rules = _Rules(table, tree.sum_up(sums.reshape(reps, -1)), tree.sum_up(last.reshape(reps, -1)))
    return Instance(tree, table.attributes, classes, prior, hidden, low, high, rules.blocks(family, band))


def _tree(reps: int) -> Tree:
    territories = reps // 10
    regions = max(r for r in range(1, 11) if territories % r == 0 and r * r <= 10 * territories)
    return regular_tree(regions, territories // regions, 10)


@dataclass(frozen=True)
class _Table:
    tree: Tree
    slots: int
    new_slots: int
    by_line: bool

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return self.tree.leaves, MONTHS, LINES, self.slots

    @property
    def attributes(self) -> int:
        return MONTHS * (LINES if self.by_line else 2) * 2

    def class_index(self) -> Ints:
        """Class of every cell of the full table, in C order."""
        leaf, month, line, slot = np.indices(self.shape, sparse=True)
        kind = line if self.by_line else (line < STRATEGIC).astype(np.int64)
        kinds = LINES if self.by_line else 2
        new = (slot >= self.slots - self.new_slots).astype(np.int64)
        index = ((leaf * MONTHS + month) * kinds + kind) * 2 + new
        return np.ascontiguousarray(np.broadcast_to(index, self.shape)).ravel()

    def pattern(self, **wanted: Ints) -> Floats:
        """0/1 over the attribute classes: those whose month, line kind and newness are among the wanted."""
        kinds = LINES if self.by_line else 2
        month, kind, new = np.indices((MONTHS, kinds, 2))
        strategic = (kind < STRATEGIC) if self.by_line else (kind == 1)
        have = {"month": month, "kind": kind, "strategic": strategic, "new": new}
        chosen = np.ones(month.shape, bool)
        for name, values in wanted.items():
            chosen &= np.isin(have[name], values)
        return chosen.ravel().astype(np.float64)


def _prior(rng: np.random.Generator, table: _Table) -> Floats:
    leaves = table.tree.leaves
    rank = np.arange(1, table.slots + 1) ** -0.7
    rank[table.slots - table.new_slots :] *= (
        0.11 / 0.89 * rank[: -table.new_slots].sum() / rank[-table.new_slots :].sum()
    )
    cells = np.exp(rng.normal(0, 0.5, leaves))[:, None, None, None] * SEASON[:, None, None] * MIX[:, None] * rank
    cells = cells * np.exp(rng.normal(0, 0.5, table.shape))
    return np.asarray(cells * (50_000 / cells.mean()))


def _hidden(rng: np.random.Generator, table: _Table, prior: Floats) -> Floats:
    """Grow by 8 % with the reps apart by 10 %, and lift strategic and new sales above their shares everywhere."""
    growth = 1.08 * np.exp(rng.normal(0, 0.10, table.tree.leaves))
    plan = prior * growth[:, None, None, None] * np.exp(rng.normal(0, 0.05, prior.shape))
    _lift(plan, (slice(None), slice(None), slice(0, STRATEGIC)), 0.32)
    _lift(plan, (slice(None), slice(None), slice(None), slice(table.slots - table.new_slots, None)), 0.17)
    _lift(plan, (slice(None), slice(None), slice(0, STRATEGIC)), 0.32)
    return plan


def _lift(plan: Floats, part: tuple[slice, ...], share: float) -> None:
    """Bring a part of every rep's plan up to a share of it, where it is below."""
    axes = (1, 2, 3)
    inside, total = plan[part].sum(axis=axes), plan.sum(axis=axes)
    raised = np.maximum(1.0, share * (total - inside) / ((1 - share) * inside))
    plan[part] *= raised[:, None, None, None]


@dataclass(frozen=True)
class _Rules:
    table: _Table
    plan: list[Floats]  # hidden sales, nodes x attribute classes, per level
    last: list[Floats]

    def blocks(self, family: Family, band: float) -> tuple[Block, ...]:
        none = [no_rows(self.table.tree.size(level), self.table.attributes) for level in range(4)]
        company, region, territory, rep = [self._months()], [self._regions()], [self._caps(1.10)], [self._bands()]
        if family in ("hard", "hard+bounds"):
            rep += [self._quarters(), self._shares(3, 0.22, 0.10)]
        if family == "rich":
            company, region = [self._month_lines()], [*region, self._line_floors()]
        if family == "tight":
            territory, rep = [self._caps(1 + band / 3)], [self._around(band)]
        groups = (company, region, territory, rep)
        return tuple(_stack(group) if group else empty for group, empty in zip(groups, none, strict=True))

    def _sum(self, level: int, pattern: Floats) -> Floats:
        return np.asarray(self.plan[level] @ pattern.T)

    def _months(self) -> Block:
        rows = np.stack([self.table.pattern(month=np.array([m])) for m in range(MONTHS)])
        return plain_block(rows, self._sum(0, rows), self._sum(0, rows), 20.0)

    def _month_lines(self) -> Block:
        pairs = [(m, k) for m in range(MONTHS) for k in range(LINES)]
        rows = np.stack([self.table.pattern(month=np.array([m]), kind=np.array([k])) for m, k in pairs])
        return plain_block(rows, self._sum(0, rows), self._sum(0, rows), 20.0)

    def _line_floors(self) -> Block:
        rows = np.stack([self.table.pattern(kind=np.array([k])) for k in range(LINES)])
        amount = 0.97 * self._sum(1, rows)
        return plain_block(rows, amount, np.full_like(amount, np.inf))

    def _regions(self) -> Block:
        """Totals fixed; strategic share at least 30 %, new share at least 15 %."""
        rows = np.stack([self.table.pattern(), *self._share_rows(0.30, 0.15)])
        total = self._sum(1, rows[:1])
        low = np.hstack([total, np.zeros((len(total), 2))])
        high = np.hstack([total, np.full((len(total), 2), np.inf)])
        return plain_block(rows, low, high)

    def _share_rows(self, strategic: float, new: float) -> tuple[Floats, Floats]:
        everything, yes = self.table.pattern(), np.array([1])
        return (
            self.table.pattern(strategic=yes) - strategic * everything,
            self.table.pattern(new=yes) - new * everything,
        )

    def _shares(self, level: int, strategic: float, new: float) -> Block:
        rows = np.stack(self._share_rows(strategic, new))
        shape = (len(self.plan[level]), 2)
        return plain_block(rows, np.zeros(shape), np.full(shape, np.inf))

    def _caps(self, room: float) -> Block:
        """Territory caps, never below what the hidden plan sells there."""
        rows = self.table.pattern()[None]
        amount = self._sum(2, rows)
        spread = amount.sum() / self.last[2].sum() * (self.last[2] @ rows.T)
        high = np.maximum(amount, room * spread) if room > 1.05 else room * amount
        return plain_block(rows, np.full_like(amount, -np.inf), high)

    def _bands(self) -> Block:
        """Rep totals within 95 % to 130 % of last year (widened where the hidden plan is outside)."""
        rows = self.table.pattern()[None]
        amount, last = self._sum(3, rows), self.last[3] @ rows.T
        return plain_block(rows, np.minimum(0.95 * last, amount), np.maximum(1.30 * last, amount))

    def _around(self, band: float) -> Block:
        rows = self.table.pattern()[None]
        amount = self._sum(3, rows)
        return plain_block(rows, (1 - band) * amount, (1 + band) * amount)

    def _quarters(self) -> Block:
        rows = np.stack([self.table.pattern(month=np.arange(3 * q, 3 * q + 3)) for q in range(4)])
        amount = 0.93 * self._sum(3, rows)
        return plain_block(rows, amount, np.full_like(amount, np.inf))


def _stack(blocks: list[Block]) -> Block:
    return Block(
        np.vstack([block.pattern for block in blocks]), None,
        *(np.hstack([getattr(block, name) for block in blocks]) for name in ("share", "low", "high", "give_up")),
    )  # fmt: skip


def make_tables(reps: int, *, slots: int = 8, seed: int = 0, hard: bool = False) -> tuple[Cells, Rules]:
    """Build the same plan as tables and rules with names: reps x 120 x slots rows, and the `std` or `hard` rules.

    Columns: region, territory, rep, month, line, segment, slot, prior and hidden (the plan that keeps the rules).
    """
    rng = np.random.default_rng((seed, reps))
    table = _Table(_tree(reps), slots, max(1, slots // 4), by_line=False)
    prior = _prior(rng, table)
    hidden = np.round(_hidden(rng, table, prior))
    leaf, month, line, slot = (axis.ravel() for axis in np.indices(table.shape))
    level = {name: table.tree.ancestors(depth)[leaf] for depth, name in ((1, "R"), (2, "T"), (3, "P"))}
    names = {letter: pl.Series([f"{letter}{i:05d}" for i in range(reps)]) for letter in level}
    frame = pl.DataFrame(
        {
            "region": names["R"][level["R"]], "territory": names["T"][level["T"]], "rep": names["P"][level["P"]],
            "month": month + 1, "line": pl.Series([f"L{i}" for i in range(LINES)])[line],
            "segment": pl.Series(["known", "new"])[(slot >= slots - table.new_slots).astype(np.int64)], "slot": slot,
            "prior": prior.ravel(), "hidden": hidden.ravel(),
        }
    )  # fmt: skip
    return Cells(frame, ("region", "territory", "rep")), Rules(tuple(_named_rules(frame, hard=hard)))


def _named_rules(frame: pl.DataFrame, *, hard: bool) -> list[Rule]:
    def sums(*columns: str) -> list[tuple[str, float, float]]:
        part = frame.group_by(columns).agg(pl.col("hidden").sum(), pl.col("prior").sum()).sort(columns)
        return [("/".join(map(str, row[:-2])), row[-2], row[-1]) for row in part.rows()]

    strategic: dict[str, tuple[str, ...]] = {"line": tuple(f"L{i}" for i in range(STRATEGIC))}
    new: dict[str, tuple[str, ...]] = {"segment": ("new",)}
    bands = {key: (min(0.95 * last, now), max(1.30 * last, now)) for key, now, last in sums("rep")}
    rules = [
        Rule(name="Months", each=("month",), amounts={key: (now, now) for key, now, _ in sums("month")}),
        Rule(name="Regions", at="region", amounts={key: (now, now) for key, now, _ in sums("region")}),
        Rule(name="Territory caps", at="territory", amounts={k: (None, 1.1 * now) for k, now, _ in sums("territory")}),
        Rule(name="Rep bands", at="rep", amounts=bands),
        Rule(name="Strategic lines", kind=Kind.SHARE, at="region", where=strategic, at_least=0.30),
        Rule(name="New customers", kind=Kind.SHARE, at="region", where=new, at_least=0.15),
    ]
    if hard:
        quarter = frame.with_columns(quarter=(pl.col("month") - 1) // 3 + 1)
        floors = quarter.group_by("rep", "quarter").agg(pl.col("hidden").sum()).rows()
        amounts = {f"{rep}/{number}": (0.93 * amount, None) for rep, number, amount in floors}
        rules += [
            Rule(name="Quarter floors", at="rep", each=("quarter",), amounts=amounts),
            Rule(name="Rep strategic lines", kind=Kind.SHARE, at="rep", where=strategic, at_least=0.22),
            Rule(name="Rep new customers", kind=Kind.SHARE, at="rep", where=new, at_least=0.10),
        ]
    return rules

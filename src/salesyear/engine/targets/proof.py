"""A proof that rules clash, checked in whole numbers and fractions: no float has a say in it.

Multipliers y prove that no plan keeps the rows low <= A x <= high (Farkas 1902; Schrijver 1986, section 7.3) if

    sum over rows of y low (y > 0) or y high (y < 0)   >   sum over cells of the most that (A'y) x can be

because a plan that keeps the rows would have to be at least the left and at most the right. Any y will do, wherever it
comes from: it is suggested by a linear program and made exact here, and then only the inequality counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from salesyear.engine.targets.elastic import Elastic, Pieces, elastic_rows, pieces_of
from salesyear.engine.targets.lines import MILLIONTH
from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.rows import row_address
from salesyear.engine.targets.numeric.tree import Floats, Ints

NOTHING = 1e-7  # of the largest multiplier: what the linear program means by zero
MOST_ROWS = 100  # larger systems are not made exact by elimination
Exact = list[Fraction]


@dataclass(frozen=True)
class Proof:
    """weights: a whole number for each row of the conflict, + for its floor, - for its cap.

    asked: what the weighted bounds demand; reach: the most that cells and locks allow. asked > reach is the proof.
    """

    weights: tuple[int, ...]
    asked: Fraction
    reach: Fraction

    @property
    def holds(self) -> bool:
        """The weighted rules ask for more than there can be."""
        return self.asked > self.reach


def prove(model: Model, rows: Ints, locks: tuple[str, ...]) -> Proof | None:
    """Prove that these rows cannot hold with these locks and cell bounds; None if no exact proof was found."""
    elastic = elastic_rows(model, rows, locks)
    table = _table(model, rows)
    for weights in _candidates(elastic, table, pieces_of(model, rows, locks)):
        proof = check(model, rows, locks, weights)
        if proof is not None and proof.holds:
            return proof
    return None


def check(model: Model, rows: Ints, locks: tuple[str, ...], weights: tuple[int, ...]) -> Proof | None:
    """Both sides of the inequality for whole weights, exactly; None where the cells can carry any amount."""
    table, pieces = _table(model, rows), pieces_of(model, rows, locks)
    values = [table.value(kind, weights) for kind in range(len(table.columns))]
    sign = np.array([(value > 0) - (value < 0) for value in values], dtype=np.int64)[table.kind[pieces.classes]]
    bound = np.where(sign > 0, pieces.most, np.where(sign < 0, pieces.least, 0.0))
    if not np.isfinite(bound).all():
        return None
    reach = Fraction(0)
    for place in np.flatnonzero(bound).tolist():
        reach += values[int(table.kind[pieces.classes[place]])] * Fraction(float(bound[place]))
    return Proof(weights, _asked(model, rows, weights), reach)


def _asked(model: Model, rows: Ints, weights: tuple[int, ...]) -> Fraction:
    asked = Fraction(0)
    for row, weight in zip(rows.tolist(), weights, strict=True):
        level, node, place = row_address(model.org.tree, model.task.blocks, row)
        line = model.levels[level][place]
        if weight:
            asked += weight * Fraction(float((line.low if weight > 0 else line.high)[node]))
    return asked


@dataclass(frozen=True)
class _Table:
    """Coefficients of the rows, exactly: columns: one per kind of class; kind: of every class, -1 if no row has it."""

    columns: list[Exact]
    kind: Ints

    def value(self, kind: int, weights: tuple[int, ...]) -> Fraction:
        """Return (A'y) of a kind of class."""
        return sum(
            (weight * part for weight, part in zip(weights, self.columns[kind], strict=True) if part), Fraction(0)
        )


def _table(model: Model, rows: Ints) -> _Table:
    """Leaves under the same rows have the same coefficients: few columns stand for all classes."""
    leaves, count = model.org.tree.leaves, model.attributes.count
    under = np.zeros((leaves, len(rows)), bool)
    exact = []
    for number, row in enumerate(rows.tolist()):
        level, node, place = row_address(model.org.tree, model.task.blocks, row)
        line = model.levels[level][place]
        under[:, number] = np.array(model.ground.above[level]) == node
        share = _exact_share(line.share[node], fixed=line.low[node] == line.high[node]) if line.whole is not None else 0
        whole = np.zeros(count, bool) if line.whole is None else line.whole
        exact.append([int(part) - share * int(all_) for part, all_ in zip(line.part, whole, strict=True)])
    marks, mark = np.unique(under, axis=0, return_inverse=True)
    columns: dict[tuple[Fraction, ...], int] = {}
    kinds = np.empty((len(marks), count), np.int64)
    for at, held in enumerate(marks):
        for attribute in range(count):
            column = tuple(Fraction(exact[i][attribute]) if held[i] else Fraction(0) for i in range(len(rows)))
            kinds[at, attribute] = columns.setdefault(column, len(columns))
    return _Table([list(column) for column in columns], kinds[mark.ravel()].ravel())


def _exact_share(share: float, *, fixed: bool) -> Fraction:
    """Floors and ceilings are meant in millionths; a fixed share is what its number says."""
    return Fraction(float(share)) if fixed else Fraction(round(share * MILLIONTH), MILLIONTH)


def _candidates(elastic: Elastic, table: _Table, pieces: Pieces) -> list[tuple[int, ...]]:
    """Whole weights to try: the program's own, made exact, and plainly rounded."""
    found = elastic.multipliers()
    size = float(np.abs(found).max(initial=0.0))
    if size == 0:
        return []
    y = np.where(np.abs(found) < NOTHING * size, 0.0, found / size)
    plain = [Fraction(float(value)).limit_denominator(1000) for value in y]
    tries = [plain]
    if len(y) <= MOST_ROWS:
        tries.insert(0, _on_the_edge(y, _edges(y, table, pieces)))
    return [_whole(one) for one in tries]


def _edges(y: Floats, table: _Table, pieces: Pieces) -> list[Exact]:
    """Columns of cells without a bound on which the weights must come to nothing."""
    loose = ~(np.isfinite(pieces.least) & np.isfinite(pieces.most))
    kinds = np.unique(table.kind[pieces.classes[loose]]).tolist()
    columns = [table.columns[kind] for kind in kinds]
    return [column for column in columns if any(column) and abs(float(np.array(column, float) @ y)) < NOTHING]


def _on_the_edge(y: Floats, edges: list[Exact]) -> Exact:
    """Return fractions nearest to y that make every edge exactly zero: elimination, what stays free rounded."""
    width = len(y)
    pivots: dict[int, Exact] = {}
    for edge in edges:
        row = list(edge)
        for column, pivot in pivots.items():
            if row[column]:
                row = [a - row[column] * b for a, b in zip(row, pivot, strict=True)]
        if any(row):
            _eliminate(pivots, row)
    exact = [Fraction(float(value)).limit_denominator(MILLIONTH) for value in y]
    for column, pivot in pivots.items():
        rest = (pivot[place] * exact[place] for place in range(width) if place not in pivots)
        exact[column] = -sum(rest, Fraction(0))
    return exact


def _eliminate(pivots: dict[int, Exact], row: Exact) -> None:
    """Add a row with a pivot of 1 and clear its column in the others."""
    first = next(place for place, value in enumerate(row) if value)
    row = [value / row[first] for value in row]
    for other, pivot in pivots.items():
        if pivot[first]:
            pivots[other] = [a - pivot[first] * b for a, b in zip(pivot, row, strict=True)]
    pivots[first] = row


def _whole(weights: Exact) -> tuple[int, ...]:
    """Multiply by the common denominator."""
    together = lcm(*(weight.denominator for weight in weights))
    return tuple(int(weight * together) for weight in weights)

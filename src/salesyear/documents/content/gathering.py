"""A version of a plan read once for a paper: every figure in one frozen value, within what somebody may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.org.models import Rep, Unit, UnitKind
from salesyear.plans.frames import cash_by_month, sheet_cells
from salesyear.plans.models import Version
from salesyear.plans.months import months_of
from salesyear.sales.models import Line

if TYPE_CHECKING:
    import polars as pl

MEASURES = ("last_year", "baseline", "target")
MONTHS = 12


@dataclass(frozen=True)
class Sums:
    """Twelve months of last year, of what is expected without doing anything new, and of the plan; minor units."""

    last_year: tuple[int, ...]
    baseline: tuple[int, ...]
    target: tuple[int, ...]

    @property
    def year(self) -> tuple[int, int, int]:
        """Last year, baseline and plan of the whole year."""
        return sum(self.last_year), sum(self.baseline), sum(self.target)

    @property
    def gap(self) -> int:
        """Plan less baseline."""
        return sum(self.target) - sum(self.baseline)

    def quarters(self) -> tuple[int, int, int, int]:
        """The plan by quarter."""
        q = [sum(self.target[start : start + 3]) for start in range(0, MONTHS, 3)]
        return (q[0], q[1], q[2], q[3])


NOTHING = Sums((0,) * MONTHS, (0,) * MONTHS, (0,) * MONTHS)


@dataclass(frozen=True)
class Node:
    """A place of the organisation with its sums and what is below it."""

    level: str
    key: int
    name: str
    sums: Sums
    below: tuple[Node, ...] = ()

    def all_below(self, level: str) -> list[Node]:
        """Every node of a level in this part of the tree, in order."""
        found = [self] if self.level == level else []
        return found + [one for node in self.below for one in node.all_below(level)]


@dataclass(frozen=True)
class PlanFacts:
    """Everything about the amounts of a version. lines, customers: name → sums; new: of customers still to be won."""

    months: tuple[date, ...]
    company: Node
    lines: Mapping[str, Sums]
    strategic: frozenset[str]
    customers: Mapping[str, Sums]
    new: Sums
    cash: tuple[int, ...]
    cells: pl.DataFrame
    names: Names


@dataclass(frozen=True)
class Names:
    """What keys are called, and the codes that files know them by."""

    units: Mapping[int, str]
    reps: Mapping[int, str]
    customers: Mapping[int, str]
    lines: Mapping[int, str]
    rep_codes: Mapping[int, str] = field(default_factory=dict)
    customer_codes: Mapping[int, str] = field(default_factory=dict)
    line_codes: Mapping[int, str] = field(default_factory=dict)

    def unit(self, key: int) -> str:
        """A region or territory; a dash where none is named."""
        return self.units.get(key, _("no territory") if not key else str(key))

    def rep(self, key: int) -> str:
        """A salesperson, or that the place is vacant."""
        return self.reps.get(key, _("vacant"))

    def customer(self, key: int) -> str:
        """A key customer, or all the others."""
        return self.customers.get(key, _("other customers"))

    def line(self, key: int) -> str:
        """A product line, or that none is named."""
        return self.lines.get(key, _("no line named"))


def facts_of(scope: Scope, version: Version) -> PlanFacts:
    """Read a version's amounts, a handful of queries whatever its size."""
    cells = sheet_cells(scope, version)
    names = _names(scope, cells)
    lines = dict(Line.objects.within(scope).values_list("pk", "strategic"))
    cash = cash_by_month(scope, version)
    by_line = _sums_by(cells, ["line"])
    by_customer = _sums_by(cells, ["customer"])
    return PlanFacts(
        tuple(months_of(version.plan)),
        _company(scope, cells, names),
        {names.line(key): sums for (key,), sums in by_line.items()},
        frozenset(names.line(key) for key, strategic in lines.items() if strategic and key in names.lines),
        {names.customer(key): sums for (key,), sums in by_customer.items() if key},
        _sums_by(cells, ["new"]).get((True,), NOTHING),
        tuple(_by_month(cash, "cash")),
        cells,
        names,
    )


def _names(scope: Scope, cells: pl.DataFrame) -> Names:
    customers = [key for key in cells["customer"].unique().to_list() if key]
    bought = list(Customer.objects.within(scope).filter(pk__in=customers).values_list("pk", "code", "name"))
    reps = list(Rep.objects.within(scope).values_list("pk", "code", "name"))
    lines = list(Line.objects.within(scope).values_list("pk", "code", "name"))
    return Names(
        dict(Unit.objects.within(scope).values_list("pk", "name")),
        {key: name for key, _code, name in reps},
        {key: name for key, _code, name in bought},
        {key: name for key, _code, name in lines},
        {key: code for key, code, _name in reps},
        {key: code for key, code, _name in bought},
        {key: code for key, code, _name in lines},
    )


def _sums_by(cells: pl.DataFrame, keys: list[str]) -> dict[tuple[int, ...], Sums]:
    """The twelve months of each measure by some keys, the greatest plan first."""
    import polars as pl

    grouped = cells.group_by([*keys, "place"]).agg(*(pl.col(name).sum() for name in MEASURES)).sort([*keys, "place"])
    months: dict[tuple[int, ...], dict[str, list[int]]] = defaultdict(lambda: {n: [0] * MONTHS for n in MEASURES})
    for row in grouped.iter_rows(named=True):
        for name in MEASURES:
            months[tuple(row[key] for key in keys)][name][row["place"] - 1] = row[name]
    made = {key: Sums(*(tuple(one[name]) for name in MEASURES)) for key, one in months.items()}
    return dict(sorted(made.items(), key=lambda pair: (-sum(pair[1].target), pair[0])))


def _by_month(cash: pl.DataFrame, column: str) -> list[int]:
    import polars as pl

    found = dict(cash.group_by("place").agg(pl.col(column).sum()).iter_rows())
    return [int(found.get(place, 0)) for place in range(1, MONTHS + 1)]


def _company(scope: Scope, cells: pl.DataFrame, names: Names) -> Node:
    """The tree from the company down to the salespeople; a place above the territories stands beside them."""
    top = Unit.objects.within(scope).filter(kind=UnitKind.COMPANY).order_by("pk").first()
    by_leaf = _sums_by(cells, ["region", "territory", "unit", "rep"])
    regions: dict[int, dict[int, list[Node]]] = defaultdict(lambda: defaultdict(list))
    for (region, territory, _unit, rep), sums in by_leaf.items():
        regions[region][territory].append(Node("rep", rep, names.rep(rep), sums))
    nodes = [_region(key, territories, names) for key, territories in regions.items()]
    nodes.sort(key=lambda node: (-sum(node.sums.target), node.name))
    name = str(top.name) if top else _("Company")
    return Node("company", top.pk if top else 0, name, _total(nodes), tuple(nodes))


def _region(key: int, territories: Mapping[int, list[Node]], names: Names) -> Node:
    below: list[Node] = []
    for territory, reps in territories.items():
        if territory:
            below.append(Node("territory", territory, names.unit(territory), _total(reps), tuple(reps)))
        else:
            below += reps
    below.sort(key=lambda node: (-sum(node.sums.target), node.name))
    return Node("region", key, names.unit(key) if key else _("not in a region"), _total(below), tuple(below))


def _total(nodes: Iterable[Node]) -> Sums:
    return added_up(node.sums for node in nodes)


def added_up(sums: Iterable[Sums]) -> Sums:
    """The sums of several places, month by month."""
    every = list(sums)
    return (
        Sums(*(tuple(map(sum, zip(*(getattr(one, name) for one in every), strict=True))) for name in MEASURES))
        if every
        else NOTHING
    )

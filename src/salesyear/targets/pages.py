"""What the baseline page shows of a node: its year, its charts, what it is made of, and how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext

from salesyear.core import numbers
from salesyear.core.charts import Chart
from salesyear.core.scope import Scope
from salesyear.targets import charts, queries
from salesyear.targets.models import Baseline, BaselineCell, Level
from salesyear.targets.queries import NodeKey

LEVEL_NAMES = ("company", "region", "territory", "rep", "line")


@dataclass(frozen=True)
class Link:
    """A node that one can go to."""

    name: str
    level: str
    url: str


@dataclass(frozen=True)
class YearRow:
    """A node's year beside the year before, for the table of what a node is made of."""

    link: Link
    cell: BaselineCell
    before: int | None

    @property
    def expected(self) -> int | None:
        """What the year comes to: expected, or sold when it is over."""
        return either(self.cell)

    @property
    def change(self) -> int | None:
        """Change on the year before, in parts per million; None when there was nothing to compare with."""
        return change_of(self.expected, self.before)

    @property
    def arrow(self) -> str:
        """The change's direction: its sign is not left to colour."""
        return "" if not self.change else "▲" if self.change > 0 else "▼"


@dataclass(frozen=True)
class Tested:
    """A level's back-test: our error and seasonal naive's (WAPE), both also in MASE, and the model it got."""

    level: str
    series: int
    model: str
    wape: float | None
    wape_naive: float | None
    mase: float | None
    mase_naive: float | None


class BaselinePage:
    """One node of the newest baseline in one year."""

    do_not_call_in_templates = True

    def __init__(self, scope: Scope, baseline: Baseline, cells: Sequence[BaselineCell], year: int) -> None:
        self._scope, self.baseline, self.year = scope, baseline, year
        self.node = cells[0]
        self.months = [cell for cell in cells if cell.months == 1]
        self._years = {cell.starts_on.year: cell for cell in cells if cell.is_year}

    @property
    def level(self) -> str:
        """The node's level in words."""
        return level_words(self.node)

    @cached_property
    def charts(self) -> list[Chart]:
        """The two charts, on one scale."""
        return [charts.month_columns(self.months, self.year), charts.fan(self.months)]

    @property
    def this(self) -> YearRow | None:
        """The node's own year."""
        cell = self._years.get(self.year)
        return self._row(cell, self._years.get(self.year - 1)) if cell else None

    @property
    def years(self) -> list[tuple[int, str, bool]]:
        """The years one can look at: number, address, whether it is this one."""
        return [(year, address(self.node, year), year == self.year) for year in sorted(self._years)]

    @cached_property
    def _near(self) -> list[BaselineCell]:
        return queries.years_around(self._scope, self.node, self.year)

    @property
    def trail(self) -> list[Link]:
        """The node's ancestors that this person sees, the company's first."""
        above = self.node.lineage.removesuffix(f"{self.node.node}/")
        return [self._link(cell) for cell in self._of_year(self._near) if f"/{cell.node}/" in above]

    @property
    def parts(self) -> list[YearRow]:
        """What the node is made of, the greatest first."""
        return self._rows([cell for cell in self._near if cell.parent == self.node.node])

    @property
    def beside(self) -> list[YearRow]:
        """The other nodes on the highest level that this person sees: their own, where they see no total."""
        return self._rows(
            [cell for cell in self._near if cell.level == self.node.level and cell.node != self.node.node]
        )

    @property
    def file(self) -> str:
        """The address of this node's figures as a workbook."""
        return reverse("baselines-export", args=["xlsx"]) + "?" + self._asked()

    @property
    def rows(self) -> str:
        """The address of the list of this node's figures."""
        return reverse("baselines") + "?" + self._asked()

    @property
    def tested(self) -> list[Tested]:
        """The back-test of each level from this person's highest down."""
        models = (self.baseline.record.get("models") or [{}])[0]
        rows = {row["level"]: row for row in self.baseline.record.get("backtest", [])}
        return [_tested(level, rows[level], models) for level in LEVEL_NAMES[self._highest :] if level in rows]

    @property
    def steps(self) -> list[str]:
        """How the baseline came about, a sentence a step."""
        return list(_steps(self.baseline))

    @property
    def _highest(self) -> int:
        return min((cell.level for cell in self._near), default=self.node.level)

    def _asked(self) -> str:
        return urlencode({"baseline": self.baseline.pk, "node": self.node.node})

    def _of_year(self, cells: Sequence[BaselineCell]) -> list[BaselineCell]:
        return [cell for cell in cells if cell.starts_on.year == self.year]

    def _rows(self, cells: Sequence[BaselineCell]) -> list[YearRow]:
        before = {cell.node: cell for cell in cells if cell.starts_on.year == self.year - 1}
        rows = [self._row(cell, before.get(cell.node)) for cell in self._of_year(cells)]
        return sorted(rows, key=lambda row: -(row.expected or 0))

    def _row(self, cell: BaselineCell, before: BaselineCell | None) -> YearRow:
        return YearRow(self._link(cell), cell, either(before) if before else None)

    def _link(self, cell: BaselineCell) -> Link:
        return Link(cell.name, level_words(cell), address(cell, self.year))


def level_words(cell: BaselineCell) -> str:
    """Return the level of a node; below the territories also which one it is in, for a person may have several."""
    level = str(cell.get_level_display())
    return f"{level} · {cell.unit}" if cell.level > Level.TERRITORY and cell.unit else level


def either(cell: BaselineCell) -> int | None:
    """Return what a cell comes to: all that is expected, or what was sold when it is over."""
    found: int | None = cell.actual if cell.mean is None else cell.mean
    return found


def change_of(now: int | None, before: int | None) -> int | None:
    """Return the change on an amount in parts per million; None when there is nothing above 0 to compare with."""
    if now is None or before is None or before <= 0:
        return None
    return round((now - before) / before * 1_000_000)


def address(cell: BaselineCell, year: int) -> str:
    """Return where a node is shown, by what it is about."""
    keys = {"level": cell.level, "unit": cell.unit_id, "rep": cell.rep_id, "line": cell.line_id, "year": year}
    return "?" + urlencode({name: key for name, key in keys.items() if key is not None})


def key_from(query: Mapping[str, str]) -> NodeKey | None:
    """Read the node from the URL; None when it names none. A key that is no number matches nothing."""
    if "level" not in query:
        return None
    keys = {name: query.get(name, "") for name in ("level", "unit", "rep", "line")}
    numbers_ = {name: int(key) if key.isdecimal() and len(key) < 10 else -1 for name, key in keys.items() if key}
    return NodeKey(**({"level": -1} | numbers_))


def _tested(level: str, row: Mapping[str, Any], models: Mapping[str, str]) -> Tested:
    return Tested(
        str(Level(LEVEL_NAMES.index(level)).label),
        row["series"],
        model_words(models.get(level, "")),
        row["wape"],
        row["wape_naive"],
        row["mase"],
        row["mase_naive"],
    )


def model_words(name: str) -> str:
    """Return what a model is called for people."""
    words = {
        "level_and_theta": gettext("level and theta"),
        "level": gettext("smoothed level"),
        "theta": gettext("theta"),
        "dynamic_theta": gettext("dynamic theta"),
        "ces": gettext("complex smoothing (CES)"),
        "ets": gettext("exponential smoothing (ETS)"),
        "seasonal_naive": gettext("same month of last year"),
    }
    return words.get(name, name or numbers.MISSING)


def _steps(baseline: Baseline) -> Iterator[str]:
    record = baseline.record
    asked = record.get("asked", {})
    yield gettext("%(count)d months of sales, %(first)s to %(last)s, returns in the month they were booked in.") % {
        "count": record["periods"][2],
        "first": f"{baseline.first_month:%Y-%m}",
        "last": f"{baseline.last_month:%Y-%m}",
    }
    yield _calendar_step(record, asked.get("country", ""))
    count = len(record["origins"])
    yield ngettext(
        "Models were compared at each level by forecasting the past from %(count)d month in it.",
        "Models were compared at each level by forecasting the past from %(count)d months in it.",
        count,
    ) % {"count": count}
    yield gettext("%(count)d series too short or too rare to have a season of their own follow their parent's.") % {
        "count": record["pooled"]
    }
    yield gettext("The forecasts were made to add up: each gives way in proportion to how far off it used to be.")
    yield gettext("The bounds come from %(paths)d possible years drawn with seed %(seed)d; each of them adds up.") % {
        "paths": asked.get("paths", 0),
        "seed": baseline.seed,
    }
    libraries = ", ".join(f"{name} {version}" for name, version in record.get("libraries", {}).items())
    yield gettext("Fingerprint of the facts: %(mark)s. Computed with %(libraries)s.") % {
        "mark": baseline.fingerprint[:12],
        "libraries": libraries,
    }


def _calendar_step(record: Mapping[str, Any], country: str) -> str:
    if not country:
        return gettext("No calendar was asked for: working days and holidays were not taken into account.")
    if not record.get("calendar"):
        return gettext("Working days and holidays (%(country)s) did not make it better and were left out.") % {
            "country": country
        }
    said = gettext(
        "Working days and holidays (%(country)s) were taken into account: they take away %(gain)d %% of the error."
    )
    sentence = said % {"country": country, "gain": round(100 * (record.get("calendar_gain") or 0))}
    if record.get("calendar_provisional"):
        sentence += " " + gettext("Some holidays ahead have not been decreed yet: they are provisional.")
    return sentence

"""What the main job says at its end: sums, how much of the gap is covered, the audit, three things to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from salesyear.core.numbers import grouped, major
from salesyear.core.scope import Scope
from salesyear.core.sentences import enumerated, together
from salesyear.documents.content.building import PaperParams, paper_of
from salesyear.documents.content.model import Cell, Paper
from salesyear.documents.content.quality import said_of
from salesyear.documents.content.words import growth_on, whole_percent
from salesyear.importing.folder.findings import Finding, Weight
from salesyear.importing.folder.loading import Taken
from salesyear.plans.models import Version
from salesyear.plans.reports import Coverage, coverage_of, ledger

if TYPE_CHECKING:
    from salesyear.targets.reports.audit import AuditReport, Line

SHOWN = 6  # files that are named
NAMED = 3  # places that nobody holds
WORTH_A_LOOK = 0.005  # of the plan, without a name or without an initiative; less would read 0%


@dataclass(frozen=True)
class Summary:
    """What came of it: sums in minor units, the ledger's coverage, the audit, what to know, the files."""

    year: int
    language: str
    money: tuple[str, int]
    sums: dict[str, int]
    covered: Coverage
    audit: AuditReport
    clashes: list[str]
    look_at: list[str]
    findings: list[Finding]
    files: list[Path] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "year": self.year,
            "currency": self.money[0],
            **self.sums,
            "needed": self.covered.needed,
            "covered": self.covered.covered,
            "coverage": self.covered.share,
            "initiatives": self.covered.initiatives,
            "audit": [
                {"measure": one.name, "verdict": one.verdict, "says": one.says, "mend": one.mend}
                for one in self.audit.lines
            ],
            "clashes": self.clashes,
            "look_at": self.look_at,
            "findings": [{"weight": one.weight, "text": str(one)} for one in self.findings],
            "files": self.files,
        }

    def lines(self) -> Iterator[str]:
        """The summary for the terminal, in the first language asked for."""
        with translation.override(self.language):
            yield from list(self._lines())

    def opened_by(self, command: str) -> str:
        """How to see the same plan in the browser."""
        with translation.override(self.language):
            return _("In the browser: %(command)s") % {"command": command}

    def _lines(self) -> Iterator[str]:
        yield from (f"· {one}" for one in self.findings)
        yield ""
        yield from self._amounts()
        yield from self._judged()
        yield _("Three things to look at:")
        yield from (f"{number}. {text}" for number, text in enumerate(self.look_at, start=1))
        yield ""
        more = len(self.files) - SHOWN
        yield _("Written: %(files)s") % {"files": enumerated(self.files[:SHOWN])} + (f" (+{more})" if more > 0 else "")

    def _amounts(self) -> Iterator[str]:
        words = {
            "target": _("Plan"),
            "last_year": _("Last year"),
            "baseline": _("Baseline"),
            "gap": _("Gap"),
            "expected": _("Expected of initiatives"),
        }
        shown = {name: self._amount(self.sums[name]) for name in words}
        width = max(map(len, shown.values()))
        yield from (f"{shown[name]:>{width}}  {label}" for name, label in words.items())

    def _judged(self) -> Iterator[str]:
        if self.covered.needed:
            yield self._covering()
        if self.audit.lines:
            yield said_of(self.audit)
            yield from (f"  {_measure(one)}" for one in self.audit.lines)
        yield _("Clashes: %(list)s") % {"list": pgettext("between phrases", "; ").join(self.clashes) or _("none")}

    def _covering(self) -> str:
        """What the initiatives close; of the places' own gaps where the plan is not above its baseline everywhere."""
        covered = self.covered
        values = {
            "count": covered.initiatives,
            "share": whole_percent(covered.share),
            "needed": self._amount(covered.needed),
        }
        if covered.needed == covered.gap:
            return _("%(count)d initiatives cover %(share)s of the gap.") % values
        return (
            _("%(count)d initiatives cover %(share)s of the %(needed)s missing where it exceeds the baseline.") % values
        )

    def _amount(self, minor: int) -> str:
        return amount_of(minor, self.money)


def amount_of(minor: int, money: tuple[str, int]) -> str:
    """An amount to the unit: `USD 1,234`. money: its currency's code and digits."""
    return f"{money[0]} {grouped(major(minor, money[1]), 0)}"


def _measure(one: Line) -> str:
    """A measure of the audit as a line: the verdict, its name, what it says and what would mend it."""
    named = pgettext("a verdict and its measure", "%(verdict)s: %(measure)s.")
    return together(named % {"verdict": one.words, "measure": one.name}, one.says, one.mend)


def summary_of(scope: Scope, version: Version, taken: Taken, language: str, files: list[Path]) -> Summary:
    """Read what was planned once more, as the papers have it."""
    from salesyear.targets.reports.audit import audit

    paper = paper_of(scope, version, PaperParams(language))
    known = ledger(scope, version)
    covered = coverage_of(known)
    sums = {
        "target": sum(known.total.target),
        "last_year": sum(cell.last_year for cell in paper.cells),
        "baseline": sum(known.total.baseline),
        "gap": covered.gap,
        "expected": covered.expected,
    }
    clashes = [str(one.get("name") or one) for one in version.inputs.get("relaxed", [])]
    judged = audit(scope, version)
    look_at = list(_look_at(paper, covered, judged, clashes, taken))[:3]
    money = (paper.money.code, paper.money.digits)
    return Summary(version.plan.year, language, money, sums, covered, judged, clashes, look_at, taken.findings, files)


def _look_at(
    paper: Paper, covered: Coverage, judged: AuditReport, clashes: Sequence[str], taken: Taken
) -> Iterator[str]:
    """What deserves a look first: what had to give way, what is open, who holds it, what is unfair, what is missing."""
    if clashes:
        yield _("%(count)d rules of the policy gave way so that a plan was possible.") % {"count": len(clashes)}
    yield from about_the_gap(
        covered, sum(sum(cell.plan) for cell in paper.cells), (paper.money.code, paper.money.digits)
    )
    yield from _vacant(paper.cells)
    if judged.poor:
        yield said_of(judged)
    yield from _steepest(paper.cells)
    yield from (str(one) for one in taken.findings if one.weight is Weight.GAP)
    best = max(range(12), key=lambda place: sum(cell.plan[place] for cell in paper.cells))
    yield _("%(month)s is the greatest month of the plan.") % {"month": f"{paper.months[best]:%Y-%m}"}


def about_the_gap(covered: Coverage, target: int, money: tuple[str, int]) -> Iterator[str]:
    """A plan below its baseline; what no initiative closes, and of which places where the company has no gap itself."""
    if covered.gap < -target * WORTH_A_LOOK:
        values = {"below": amount_of(-covered.gap, money)}
        yield _("The plan is %(below)s below the baseline, which is expected anyway: is its total too low?") % values
    if covered.open < max(1, target * WORTH_A_LOOK):
        return
    values = {"open": amount_of(covered.open, money), "share": whole_percent(covered.open / covered.needed)}
    if covered.needed == covered.gap:
        yield _("%(open)s of the gap (%(share)s) is not covered by any initiative.") % values
    else:
        yield _("Where the plan is above its baseline, %(open)s (%(share)s) is not covered by any initiative.") % values


def _vacant(cells: Sequence[Cell]) -> Iterator[str]:
    """How much of the plan is nobody's, where others have a name to answer for theirs."""
    open_ = [cell for cell in cells if not cell.rep_code]
    share = sum(sum(cell.plan) for cell in open_) / max(1, sum(sum(cell.plan) for cell in cells))
    if share < WORTH_A_LOOK or len(open_) == len(cells):
        return
    by_place: dict[str, int] = {}
    for cell in open_:
        by_place[cell.territory or cell.region] = by_place.get(cell.territory or cell.region, 0) + sum(cell.plan)
    names = sorted(by_place, key=lambda name: (-by_place[name], name))
    listed = enumerated(names[:NAMED]) + ("…" if len(names) > NAMED else "")
    values = {"share": whole_percent(share), "places": listed}
    yield _("Nobody holds %(share)s of the plan (%(places)s): name a salesperson there, or move it.") % values


def _steepest(cells: Sequence[Cell]) -> Iterator[str]:
    """Whose target grows most on last year; regions where nobody holds anything."""
    held = [cell for cell in cells if cell.rep_code]
    by_name: dict[str, list[int]] = {}
    for cell in held or cells:
        known = by_name.setdefault(cell.rep if held else cell.region, [0, 0])
        known[0] += sum(cell.plan)
        known[1] += cell.last_year
    grown = sorted(((plan / last, name) for name, (plan, last) in by_name.items() if last > 0), reverse=True)
    if grown:
        name = grown[0][1]
        yield _("%(name)s has the steepest target: %(change)s.") % {"name": name, "change": growth_on(*by_name[name])}

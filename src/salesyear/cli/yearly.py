"""The steps of the main job, in order, each a function of the site's own; and what is told at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from salesyear.cli.plain import UserError
from salesyear.core.scope import Scope
from salesyear.documents.content.building import PaperParams, paper_of
from salesyear.documents.making import Wanted, all_or_nothing, write_papers
from salesyear.engine.messages import EngineError, noop
from salesyear.importing.folder.choices import FILE
from salesyear.importing.folder.findings import Finding, FolderRefused, Weight
from salesyear.importing.folder.loading import Taken, take_folder
from salesyear.importing.values.figures import Figure, read_figure
from salesyear.plans.models import Initiative, Plan, Sheet, Version
from salesyear.plans.policy_file import read_policy, write_policy
from salesyear.sales.models import Currency
from salesyear.targets.planning.params import PlanParams

Told = Callable[[str, float], None]
POLICY = "policy.toml"
PATHS = 400  # years that are drawn for the baseline


@dataclass(frozen=True, kw_only=True)
class YearsJob:
    """What was asked for on the command line."""

    data: Path
    out: Path
    year: int
    total: str = ""
    growth: str = ""
    starts: str = ""
    languages: tuple[str, ...] = ("zh-hans",)
    organisation: str = ""
    presenter: str = ""
    seed: int = 1
    regions: bool = True
    reps: bool = True

    @property
    def first_day(self) -> date:
        """The plan's first day. Raises UserError when the month is none."""
        if not self.starts:
            return date(self.year, 1, 1)
        try:
            return date.fromisoformat(f"{self.starts}-01")
        except ValueError as wrong:
            raise UserError(f"--starts is “{self.starts}”. Write it like 2027-04.") from wrong


@dataclass(frozen=True)
class YearsPlan:
    """What came of it: sums in minor units, what to know, the files."""

    job: YearsJob
    money: tuple[str, int]
    sums: dict[str, int]
    initiatives: int
    clashes: list[str]
    look_at: list[str]
    findings: list[Finding]
    files: list[Path] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "year": self.job.year,
            "currency": self.money[0],
            **self.sums,
            "initiatives": self.initiatives,
            "clashes": self.clashes,
            "look_at": self.look_at,
            "findings": [{"weight": one.weight, "text": str(one)} for one in self.findings],
            "files": self.files,
        }

    def lines(self) -> Iterator[str]:
        """The summary for the terminal, in the first language asked for."""
        with translation.override(self.job.languages[0]):
            yield from list(self._lines())

    def _lines(self) -> Iterator[str]:
        for one in self.findings:
            yield f"· {one}"
        yield ""
        words = {
            "target": _("Plan"),
            "last_year": _("Last year"),
            "baseline": _("Baseline"),
            "gap": _("Gap"),
            "expected": _("Expected of initiatives"),
        }
        width = max(len(f"{self._amount(self.sums[name])}") for name in words)
        for name, label in words.items():
            yield f"{self._amount(self.sums[name]):>{width}}  {label}"
        gap = self.sums["gap"]
        if gap > 0:
            share = f"{self.sums['expected'] / gap:.0%}"
            yield _("%(count)d initiatives cover %(share)s of the gap.") % {"count": self.initiatives, "share": share}
        yield _("Clashes: %(list)s") % {"list": "; ".join(self.clashes) or _("none")}
        yield _("Three things to look at:")
        yield from (f"{number}. {text}" for number, text in enumerate(self.look_at, start=1))
        yield ""
        yield _("Written: %(files)s") % {"files": ", ".join(str(path) for path in self.files[:6])} + (
            f" (+{len(self.files) - 6})" if len(self.files) > 6 else ""
        )

    def _amount(self, minor: int) -> str:
        from salesyear.core.numbers import grouped, major

        return f"{self.money[0]} {grouped(major(minor, self.money[1]), 0)}"


def make_year(job: YearsJob, told: Told) -> YearsPlan:
    """Do the whole job. Raises UserError with the list when the folder cannot be planned from."""
    with translation.override(job.languages[0]):
        try:
            return _make(job, told)
        except FolderRefused as refused:
            lines = [_(refused.text) % refused.values, *(f"- {one}" for one in refused.findings)]
            raise UserError("\n".join(lines)) from refused
        except EngineError as refused:
            raise UserError(_(refused.text) % refused.values) from refused


def _make(job: YearsJob, told: Told) -> YearsPlan:
    first = job.first_day
    given = job.data / POLICY if (job.data / POLICY).exists() else job.out / POLICY
    policy = read_policy(given) if given.exists() else {}
    growth = _growth(job.growth)
    wanted = read_figure(job.total) if job.total else None
    if wanted is not None and (not isinstance(wanted, Figure) or wanted.value <= 0 or wanted.percent):
        raise UserError(f"--total is “{job.total}”. Write it like 1.2亿, 12M or 120,000,000.")
    with all_or_nothing(job.out) as fresh:
        kept = fresh / FILE if not (job.out / FILE).exists() else job.out / FILE
        taken = take_folder(job.data, kept=kept, plan_year=job.year, told=told)
        version = _version(job, first, taken, policy, _total(wanted, taken), growth, told)
        if not given.exists():
            write_policy(fresh / POLICY)
        written = _papers(job, version, taken, fresh, told)
        names = [path.relative_to(fresh) for path in written]
    return _told_at_the_end(job, version, taken, [job.out / name for name in names])


def _total(wanted: Any, taken: Taken) -> int | None:  # noqa: ANN401 - a Figure or nothing
    if wanted is None:
        return None
    digits = Currency.objects.within(_system()).get(code=taken.currency).digits
    return int(Decimal(wanted.value).scaleb(digits))


def _growth(text: str) -> float | None:
    if not text:
        return None
    read = read_figure(text)
    if not isinstance(read, Figure) or (not read.percent and abs(read.value) > 1):
        raise UserError(f"--growth is “{text}”. Write it like 8% or 0.08.")
    return float(read.value / 100 if read.percent else read.value)


def _version(
    job: YearsJob,
    first: date,
    taken: Taken,
    policy: dict[str, float],
    total: int | None,
    growth: float | None,
    told: Told,
) -> Version:
    from salesyear.plans.services import set_value
    from salesyear.targets.reports.baseline import BaselineParams, baseline_of_year
    from salesyear.targets.services.baseline import keep_baseline
    from salesyear.targets.services.plans import make_plan

    system = _system()
    baseline = BaselineParams(year=first.year + (first.month > 1), seed=job.seed, paths=PATHS)
    keep_baseline(baseline_of_year(system, baseline, taken.as_of, told), run=None, actor=None)
    _grade(taken, told)
    moment = _moment(taken)
    span = str(first.year) if first.month == 1 else f"{first.year}/{(first.year + 1) % 100:02}"
    row = Plan.objects.create(name=span, year=job.year, starts_on=first, currency_id=taken.currency, made_at=moment)
    for name, value in policy.items():
        set_value(row, name, value, source=POLICY, actor=None)
    params = PlanParams(year=job.year, starts_on=first, total=total, growth=growth, seed=job.seed)
    version = make_plan(params, None, told)
    _suggest(version, taken.as_of, told)
    return version


def _grade(taken: Taken, told: Told) -> None:
    """Grade the customers; where too few bought twice, that is a finding, not the end."""
    from salesyear.market.reports import GradeWeights, NoCustomers, customer_scores
    from salesyear.market.services import keep_scores

    try:
        made = customer_scores(_system(), GradeWeights(), taken.as_of, told)
    except (EngineError, NoCustomers) as refused:
        text = refused.text % refused.values if isinstance(refused, EngineError) else str(refused)
        taken.findings.append(
            Finding(Weight.GAP, "", noop("The customers could not be graded: %(reason)s"), "", {"reason": text})
        )
        return
    keep_scores(made, run=None, actor=None)


def _suggest(version: Version, today: date, told: Told) -> None:
    """Put what the figures suggest into the ledger, the most valuable first, until the gap is covered."""
    from salesyear.plans.services import add_initiative
    from salesyear.targets.suggestions import suggestions

    told(noop("Looking for what closes the gap"), 0.0)
    sums = Sheet.objects.within(_system()).filter(version=version)
    gap = sum(target - base for target, base in sums.values_list("target_total", "baseline_total"))
    found = sorted(suggestions(_system(), version, today).lines, key=lambda one: (-one.value, one.source))
    for one in found:
        if gap <= 0:
            return
        add_initiative(version.plan, one.params(version.plan.starts_on), source=one.source, actor=None)
        gap -= one.value


def _papers(job: YearsJob, version: Version, taken: Taken, folder: Path, told: Told) -> list[Path]:
    written: list[Path] = []
    for language in job.languages:
        suffix = f".{language[:2]}" if len(job.languages) > 1 else ""
        with translation.override(language):
            remarks = tuple(str(one) for one in taken.findings)
        params = PaperParams(
            language,
            organisation=job.organisation or taken.choices.company,
            presenter=job.presenter,
            remarks=remarks,
            moment=_moment(taken),
        )
        wanted = Wanted(params, suffix, regions=job.regions, reps=job.reps)
        written += write_papers(_system(), version, wanted, folder, told)
    return written


def _moment(taken: Taken) -> datetime:
    """The day the facts end, as the date inside every file: the clock has no part in a plan."""
    return datetime.combine(taken.as_of, time(), UTC)


def _told_at_the_end(job: YearsJob, version: Version, taken: Taken, files: list[Path]) -> YearsPlan:
    from salesyear.documents.content.gap import expected_of

    paper = paper_of(_system(), version, PaperParams(job.languages[0]))
    last = sum(cell.last_year for cell in paper.cells)
    base, target = sum(cell.baseline for cell in paper.cells), sum(sum(cell.plan) for cell in paper.cells)
    rows = list(Initiative.objects.within(_system()).filter(plan=version.plan))
    expected = sum(map(expected_of, rows))
    sums = {"target": target, "last_year": last, "baseline": base, "gap": target - base, "expected": expected}
    clashes = [str(one.get("name") or one) for one in version.inputs.get("relaxed", [])]
    look_at = list(_look_at(paper, sums, clashes, taken))[:3]
    money = (paper.money.code, paper.money.digits)
    return YearsPlan(job, money, sums, len(rows), clashes, look_at, taken.findings, files)


def _look_at(paper: Any, sums: dict[str, int], clashes: Sequence[str], taken: Taken) -> Iterator[str]:  # noqa: ANN401
    """What deserves a look first: rules that gave way, the open gap, the steepest place, then what data are missing."""
    if clashes:
        yield _("%(count)d rules of the policy gave way so that a plan was possible.") % {"count": len(clashes)}
    if sums["gap"] > sums["expected"]:
        share = f"{1 - sums['expected'] / sums['gap']:.0%}"
        yield _("%(share)s of the gap is not covered by any initiative.") % {"share": share}
    by_rep: dict[str, list[int]] = {}
    for cell in paper.cells:
        known = by_rep.setdefault(cell.rep if cell.rep_code else cell.region, [0, 0])
        known[0] += sum(cell.plan)
        known[1] += cell.last_year
    grown = sorted(((plan / last - 1, name) for name, (plan, last) in by_rep.items() if last > 0), reverse=True)
    if grown:
        values = {"name": grown[0][1], "growth": f"{grown[0][0]:+.0%}"}
        yield _("%(name)s has the steepest target: %(growth)s on last year.") % values
    yield from (str(one) for one in taken.findings if one.weight is Weight.GAP)
    best = max(range(12), key=lambda place: sum(cell.plan[place] for cell in paper.cells))
    yield _("%(month)s is the greatest month of the plan.") % {"month": f"{paper.months[best]:%Y-%m}"}


def _system() -> Scope:
    return Scope.system("salesyear plan")

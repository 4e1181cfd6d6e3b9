"""The steps of the main job, in order, each a function of the site's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from salesyear.cli.closing import close_the_gap
from salesyear.cli.plain import UserError
from salesyear.cli.summary import Summary, summary_of
from salesyear.core.scope import Scope
from salesyear.documents.content.building import PaperParams
from salesyear.documents.making import Wanted, all_or_nothing, write_papers
from salesyear.engine.messages import EngineError, noop
from salesyear.importing.folder.choices import FILE
from salesyear.importing.folder.findings import Finding, FolderRefused, Weight
from salesyear.importing.folder.loading import Taken, take_folder
from salesyear.importing.values.figures import Figure, read_figure
from salesyear.plans.models import Plan, Version
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


def make_year(job: YearsJob, told: Told) -> Summary:
    """Do the whole job. Raises UserError with the list when the folder cannot be planned from."""
    with translation.override(job.languages[0]):
        try:
            return _make(job, told)
        except FolderRefused as refused:
            lines = [_(refused.text) % refused.values, *(f"- {one}" for one in refused.findings)]
            raise UserError("\n".join(lines)) from refused
        except EngineError as refused:
            raise UserError(_(refused.text) % refused.values) from refused


def _make(job: YearsJob, told: Told) -> Summary:
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
        close_the_gap(_system(), version, taken.as_of, told)
        if not given.exists():
            write_policy(fresh / POLICY)
        written = _papers(job, version, taken, fresh, told)
        names = [path.relative_to(fresh) for path in written]
    return summary_of(_system(), version, taken, job.languages[0], [job.out / name for name in names])


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
    baseline = BaselineParams(year=first.year + (first.month > 1), seed=job.seed, paths=PATHS, fiscal=first.month)
    keep_baseline(baseline_of_year(system, baseline, taken.as_of, told), run=None, actor=None)
    _grade(taken, told)
    moment = _moment(taken)
    span = str(first.year) if first.month == 1 else f"{first.year}/{(first.year + 1) % 100:02}"
    row = Plan.objects.create(name=span, year=job.year, starts_on=first, currency_id=taken.currency, made_at=moment)
    for name, value in policy.items():
        set_value(row, name, value, source=POLICY, actor=None)
    params = PlanParams(year=job.year, starts_on=first, total=total, growth=growth, seed=job.seed)
    return make_plan(params, None, told)


def _grade(taken: Taken, told: Told) -> None:
    """Grade the customers; where too few bought twice, that is a finding, not the end."""
    from salesyear.market.reports import GradeWeights, NoCustomers, customer_scores
    from salesyear.market.services import keep_scores

    try:
        made = customer_scores(_system(), GradeWeights(), taken.as_of, told)
    except (EngineError, NoCustomers) as refused:
        text = _(refused.text) % refused.values if isinstance(refused, EngineError) else str(refused)
        taken.findings.append(
            Finding(Weight.GAP, "", noop("The customers could not be graded: %(reason)s"), "", {"reason": text})
        )
        return
    keep_scores(made, run=None, actor=None)


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


def _system() -> Scope:
    return Scope.system("salesyear plan")

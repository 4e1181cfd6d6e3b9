"""What the pages of plans show: the start of a new one, a version with its rules, history and next steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.plans.models import Edit, EditKind, Plan, Sheet, State, Step, Version
from salesyear.targets import queries
from salesyear.targets.access import APPROVERS, MAKERS, PUBLISHERS, may_make, may_replan
from salesyear.targets.models import Baseline, BaselineCell, Level
from salesyear.targets.names import Names, names_for

LATEST = 30


@dataclass(frozen=True)
class Start:
    """Where a new plan starts from: last year and what is expected, of what somebody sees; regions: each one's own."""

    baseline: Baseline
    expected: int | None
    before: int | None
    regions: Sequence[tuple[str, int]] = ()

    @property
    def growth(self) -> int | None:
        """What is expected against the year before, in parts per million."""
        if not self.before or self.before <= 0 or self.expected is None:
            return None
        return round((self.expected - self.before) / self.before * 1_000_000)


def start_of(scope: Scope) -> Start | None:
    """Return the newest baseline's year and the one before it; None where there is no baseline."""
    found = queries.latest_baseline()
    if found is None:
        return None
    years = _years(scope, found)
    return Start(found, years.get(found.year), years.get(found.year - 1), _regions(scope, found))


def _regions(scope: Scope, baseline: Baseline) -> list[tuple[str, int]]:
    """What is expected of each region in the baseline's year."""
    cells = BaselineCell.objects.within(scope).filter(baseline=baseline, months=12, level=Level.REGION)
    rows = cells.filter(starts_on=date(baseline.year, 1, 1), line=None, rep=None).order_by("unit__path")
    return [(name, mean) for name, mean in rows.values_list("unit__name", "mean") if name and mean is not None]


def _years(scope: Scope, baseline: Baseline) -> dict[int, int | None]:
    """The baseline's year and the one before it, of the highest level that is seen; one query."""
    days = [date(year, 1, 1) for year in (baseline.year - 1, baseline.year)]
    cells = BaselineCell.objects.within(scope).filter(baseline=baseline, months=12, starts_on__in=days)
    sums = cells.order_by().values_list("starts_on", "level").annotate(mean=Sum("mean"), actual=Sum("actual"))
    by_level = sorted(sums, key=lambda row: row[1], reverse=True)  # the highest level comes last, and stays
    return {day.year: mean if mean is not None else actual for day, _level, mean, actual in by_level}


@dataclass(frozen=True)
class Deed:
    """A step that somebody may take now: its name in the address, its words, whether it needs a note."""

    name: str
    words: str
    primary: bool = False


class VersionPage:
    """One version as somebody sees it."""

    do_not_call_in_templates = True

    def __init__(self, scope: Scope, version: Version) -> None:
        self._scope, self.version = scope, version

    @cached_property
    def sums(self) -> dict[str, int]:
        """Last year, baseline, target and cash of what is seen."""
        names = ("last_year", "baseline", "target", "cash")
        rows = Sheet.objects.within(self._scope).filter(version=self.version)
        found = rows.aggregate(**{name: Sum(f"{name}_total") for name in names})
        return {name: found[name] or 0 for name in names}

    @property
    def growth(self) -> int | None:
        """Target against last year in parts per million."""
        last = self.sums["last_year"]
        return round((self.sums["target"] - last) / last * 1_000_000) if last > 0 else None

    @property
    def deeds(self) -> list[Deed]:
        """The steps this person may take now."""
        roles, state = self._scope.roles, self.version.state
        found = []
        if state == State.DRAFT and roles & MAKERS:
            found.append(Deed("submit", _("Submit"), primary=True))
        if state == State.SUBMITTED and roles & APPROVERS:
            found.append(Deed("approve", _("Approve"), primary=True))
        if state == State.APPROVED and roles & PUBLISHERS:
            found.append(Deed("publish", _("Publish"), primary=True))
        if state in {State.SUBMITTED, State.APPROVED} and roles & APPROVERS:
            found.append(Deed("send-back", _("Send back")))
        return found

    @property
    def may_copy(self) -> bool:
        """Whether this person makes scenarios."""
        return may_make(self._scope)

    @property
    def sees_totals(self) -> bool:
        """Whether the company's own amounts are this person's to see."""
        return bool(self.deeds) or self.may_copy

    @property
    def may_replan(self) -> bool:
        """Whether the year has begun and is not over, and this person may plan the rest of it anew."""
        return may_replan(self._scope, self.version.plan, timezone.localdate())

    @property
    def published(self) -> Version | None:
        """The version everybody works by."""
        return next((one for one in self._versions if one.state == State.PUBLISHED), None)

    @property
    def others(self) -> list[Version]:
        """The other versions, to compare with."""
        return [one for one in self._versions if one.pk != self.version.pk]

    @cached_property
    def _versions(self) -> list[Version]:
        return list(self.version.plan.versions.all())

    @cached_property
    def steps(self) -> Sequence[Step]:
        """Who brought it where and when."""
        return list(self.version.steps.select_related("actor"))

    @cached_property
    def edits(self) -> list[dict[str, Any]]:
        """The latest changes that this person sees, the newest first."""
        rows = Edit.objects.within(self._scope).filter(version=self.version).select_related("actor")
        found = list(rows.order_by("-number")[:LATEST])
        names = names_for(self._scope, _keys(found))
        return [_said(edit, names) for edit in found]

    @property
    def rules(self) -> list[dict[str, Any]]:
        """The rules it was solved with, in words."""
        said = self.version.inputs.get("rules", {})
        return [_rule(one, kind) for kind, rules in said.items() for one in rules]

    @property
    def relaxed(self) -> list[dict[str, Any]]:
        """The rules that had to give way when it was made: where, what was asked and what was had."""
        found = self.version.inputs.get("relaxed", [])
        keys: dict[str, list[int]] = {"region": [], "territory": [], "rep": []}
        levels = {"r": "region", "t": "territory", "p": "rep"}
        for one in found:
            last = one["path"].rsplit("/", 1)[-1]
            if last[:1] in levels:
                keys[levels[last[0]]].append(int(last[1:]))
        names = names_for(self._scope, keys)
        seen = [one for one in found if names.node(one["path"]) != "--"]
        return [{"rule": _(one["rule"]), "place": names.node(one["path"]), **_bounds(one)} for one in seen]


def _bounds(one: dict[str, Any]) -> dict[str, Any]:
    side = 0 if one["asked"][0] != one["now"][0] else 1
    share = (one["asked"][side] or 0) <= 1
    return {"share": share, "asked": _figure(one["asked"][side], share), "now": _figure(one["now"][side], share)}


def _figure(value: float | None, share: bool) -> int | None:  # noqa: FBT001 - which unit
    return None if value is None else round(value * 1_000_000) if share else round(value)


def _rule(one: dict[str, Any], kind: str) -> dict[str, Any]:
    low = one.get("exactly", one.get("at_least"))
    share = kind in {"share", "profile"}
    value = None if low is None else _figure(float(low), share)
    exact, places = "exactly" in one, len(one.get("amounts", {}))
    return {"name": _(one["name"]), "share": share, "value": value, "exact": exact, "places": places}


def _keys(edits: Sequence[Edit]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for edit in edits:
        for name, keys in edit.where.items():
            found.setdefault(name, []).extend(keys)
    return found


def _said(edit: Edit, names: Names) -> dict[str, Any]:
    parts = [names.of(name, keys[0]) for name, keys in edit.where.items() if name != "month"]
    months = edit.where.get("month", [])
    return {"edit": edit, "what": _what(edit), "where": " · ".join(parts) or _("the company"), "months": months}


def _what(edit: Edit) -> str:
    if "undo" in edit.rule:
        return _("took a step back")
    if "redo" in edit.rule:
        return _("did a step again")
    return {
        EditKind.SET: _("set an amount"),
        EditKind.LOCK: _("locked"),
        EditKind.RULE: _("let a rule give way"),
        EditKind.LIFT: _("lifted"),
    }[EditKind(edit.kind)]


def plans_with_versions() -> list[tuple[Plan, list[Version]]]:
    """Return all plans, the newest first, each with its versions; none of them holds an amount."""
    plans = Plan.objects.select_related("currency", "unit").prefetch_related("versions__made_by", "versions__parent")
    return [(plan, list(plan.versions.all())) for plan in plans]

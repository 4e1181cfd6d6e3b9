"""The catalogue's page: every figure with its definition, by what it can be split, and which facts are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from salesyear.engine.metrics import SPLITS, TABLES, Better, Figure, Unit, missing_of, splits_of
from salesyear.engine.metrics.catalogue import GROUPS

GROUP_NAMES: dict[str, str | Promise] = {
    "sales": _("Sales and targets"),
    "customers": _("Customers"),
    "cash": _("Cash"),
    "pipeline": _("Pipeline"),
    "satisfaction": _("Satisfaction"),
}
UNITS: dict[Unit, str | Promise] = {
    Unit.MONEY: _("money"),
    Unit.SHARE: _("share"),
    Unit.COUNT: _("count"),
    Unit.DAYS: _("days"),
    Unit.TIMES: _("times"),
    Unit.POINTS: _("points"),
    Unit.MONEY_A_DAY: _("money a day"),
}
BETTER: dict[Better, str | Promise] = {
    Better.MORE: _("more is better"),
    Better.LESS: _("less is better"),
    Better.NEITHER: _("neither is better"),
}


@dataclass(frozen=True)
class Entry:
    """A figure in the reader's language, with its name in the other one."""

    figure: Figure
    label: str
    other: str
    other_language: str
    formula: str
    unit: str | Promise
    better: str | Promise
    splits: str
    missing: str


@dataclass(frozen=True)
class Group:
    """The figures of one subject."""

    key: str
    name: str | Promise
    entries: list[Entry]


def groups() -> list[Group]:
    """The whole catalogue in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    return [
        Group(key, GROUP_NAMES[key], [_entry(figure, chinese=chinese) for figure in figures])
        for key, figures in GROUPS.items()
    ]


def _entry(figure: Figure, *, chinese: bool) -> Entry:
    words, side = figure.words, int(chinese)
    return Entry(
        figure,
        label=words.zh if chinese else words.en,
        other=words.en if chinese else words.zh,
        other_language="en" if chinese else "zh-Hans",
        formula=words.formula_zh if chinese else words.formula_en,
        unit=UNITS[figure.unit],
        better=BETTER[figure.better],
        splits=_listed((SPLITS[name][side] for name in splits_of(figure.name)), chinese=chinese),
        missing=_listed((TABLES[name].words[side] for name in missing_of(figure.name)), chinese=chinese),
    )


def _listed(words: Iterable[str], *, chinese: bool) -> str:
    return ("、" if chinese else ", ").join(words)

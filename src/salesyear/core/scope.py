"""Who sees which rows: one `Scope` per request, and managers that refuse a query without one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar, cast

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.sql import Query


class Reach(StrEnum):
    """How far somebody sees within one family of rows."""

    ALL = "all"
    UNITS = "units"
    OWN = "own"
    AGENCY = "agency"


class Unscoped(RuntimeError):
    """A scoped model was queried without saying for whom."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see, resolved once per request from dated grants.

    reach: family of rows → how far; a family that is missing is not seen at all.
    units, reps, agencies: primary keys, units with all their descendants. places: names of the units granted.
    masks: names of fields shown masked ("contact", "cost"). kept: what has been read for it once (a person's scope
    lives no longer than their request).
    """

    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    reach: Mapping[str, frozenset[Reach]] = field(default_factory=dict)
    units: frozenset[int] = frozenset()
    reps: frozenset[int] = frozenset()
    agencies: frozenset[int] = frozenset()
    places: tuple[str, ...] = ()
    masks: frozenset[str] = frozenset()
    why: str = ""
    kept: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def system(cls, why: str) -> Scope:
        """The scope of work nobody signed in for (commands, workers); `why` goes to the history."""
        return cls(roles=frozenset({"system"}), reach=_Everything(), why=why)

    def sees(self, family: str) -> frozenset[Reach]:
        """Return how far this scope reaches in a family of rows; empty when not at all."""
        return self.reach.get(family, frozenset())


class _Everything(dict[str, frozenset[Reach]]):
    """A reach table that says ALL whatever family it is asked for."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - dict's own signature
        return frozenset({Reach.ALL})


NOBODY = Scope(why="nobody is signed in")


@dataclass(frozen=True, slots=True)
class Also:
    """Rows seen through another table: `column` stands in `model`.`key` where that row's unit or rep is mine.

    `key` may go through one foreign key (`order__customer`). An empty `unit` or `rep` means that the other table does
    not say it.
    """

    column: str
    model: str
    key: str
    unit: str = "unit"
    rep: str = "rep"


@dataclass(frozen=True, slots=True)
class Visible:
    """Declares by which columns a row is seen; read by the manager and by the database's own policies.

    A column may go through one foreign key (`position__unit`). `family` names the line of the role table.
    """

    family: str
    unit: str = ""
    rep: str = ""
    agency: str = ""
    also: tuple[Also, ...] = ()

    def condition(self, scope: Scope) -> Q:
        """Return the filter that leaves what `scope` may see; one that matches nothing when it sees nothing."""
        reach = scope.sees(self.family)
        if Reach.ALL in reach:
            return Q()
        parts = [
            Q(**{f"{column}__in": keys})
            for wanted, column, keys in self._columns(scope)
            if wanted in reach and column and keys
        ]
        if reach & {Reach.UNITS, Reach.OWN}:
            parts += [self._through(also, scope, reach) for also in self.also]
        condition = Q(pk__in=[])
        for part in parts:
            condition |= part
        return condition

    def _columns(self, scope: Scope) -> Iterable[tuple[Reach, str, frozenset[int]]]:
        yield Reach.UNITS, self.unit, scope.units
        yield Reach.OWN, self.rep, scope.reps
        yield Reach.AGENCY, self.agency, scope.agencies

    def _through(self, also: Also, scope: Scope, reach: frozenset[Reach]) -> Q:
        mine = Q(pk__in=[])
        if Reach.UNITS in reach and also.unit and scope.units:
            mine |= Q(**{f"{also.unit}__in": scope.units})
        if Reach.OWN in reach and also.rep and scope.reps:
            mine |= Q(**{f"{also.rep}__in": scope.reps})
        rows = apps.get_model(also.model)._base_manager.filter(mine)
        return Q(**{f"{also.column}__in": rows.values(also.key)})


class ScopedQuery(Query):
    """A query that will not become SQL before somebody has said for whom it is."""

    scope: Scope | None = None

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Django's own signature
        if self.scope is None:
            name = cast("type[models.Model]", self.model).__name__
            raise Unscoped(f"{name} was queried without a scope: write {name}.objects.within(scope).")
        return super().get_compiler(*args, **kwargs)


M = TypeVar("M", bound="ScopedModel")


class ScopedQuerySet(models.QuerySet[M, M]):
    """Rows of a scoped model; everything but creating needs `within(scope)` first."""

    def __init__(self, model: type[M] | None = None, query: Query | None = None, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(model, query or ScopedQuery(model), *args, **kwargs)

    def within(self, scope: Scope) -> Self:
        """Keep what `scope` may see."""
        rows = self.all()
        cast("ScopedQuery", rows.query).scope = scope
        return rows.filter(self.model.visible.condition(scope))

    def update(self, **kwargs: Any) -> int:  # noqa: ANN401 - Django's own signature
        self._need_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._need_scope()
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        self._need_scope()
        return super()._raw_delete(using)

    def _merge_sanity_check(self, other: ScopedQuerySet[M]) -> None:
        # `mine | everything` would otherwise carry the scope of the left and the rows of the right.
        self._need_scope()
        other._need_scope()
        super()._merge_sanity_check(other)  # type: ignore[misc]  # private, but the way into `|` and `&`

    def _need_scope(self) -> None:
        if cast("ScopedQuery", self.query).scope is None:
            raise Unscoped(f"{self.model.__name__} was changed without a scope.")


class ScopedModel(models.Model):
    """A row that not everybody may see: declare `visible`, then ask with `objects.within(scope)`."""

    visible: ClassVar[Visible]

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True


def scoped_models() -> list[type[ScopedModel]]:
    """Return every scoped model of the installed slices, in a stable order."""
    return sorted(
        (model for model in apps.get_models() if issubclass(model, ScopedModel)),
        key=lambda model: model._meta.label,
    )

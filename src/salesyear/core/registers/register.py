"""A declared list of rows: which columns, filters and searches, always through what the person may see."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, Sum
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import get_language

from salesyear.core.pinyin import PinyinKey, initials
from salesyear.core.registers.columns import Block, BoundColumn, Column, Kind, field_at
from salesyear.core.registers.filters import Filter, Rows, Widget, matching, offered
from salesyear.core.scope import Scope, ScopedModel

PAGE_SIZE = 50
_BLOCK = 2_000  # rows read and written at a time for a file
_SHORTEST, _LONGEST = 2, 12  # how many letters may be meant as the initials of a Chinese name


@dataclass(frozen=True)
class Related:
    """A list that holds rows of this row: the register and its `Of` filter (`orders`, `customer`)."""

    register: str
    parameter: str
    label: str | Promise


@dataclass(frozen=True)
class Asked:
    """What the URL asks for, without what it leaves empty."""

    values: Mapping[str, str]

    @property
    def search(self) -> str:
        """The words searched for."""
        return self.values.get("q", "")

    def link(self, **changes: str) -> str:
        """Return the query string with some values changed; an empty one is taken out."""
        kept = {name: value for name, value in {**self.values, **changes}.items() if value}
        return f"?{urlencode(kept)}"


@dataclass(frozen=True)
class Summary:
    """What stands above a list: how many rows, and for each currency the sums of its money columns."""

    count: int
    sums: list[dict[str, Any]]


class Register:
    """Declares one list; a slice writes one subclass for each kind of row.

    name: its place in the URL and the name of its view. order: fields, "-" before one for the last first.
    search: text fields. sounds: model and name field searched by pinyin initials, by the path that leads there.
    totals: money columns summed by currency below the list.
    """

    do_not_call_in_templates = True  # a template takes a class for something to call

    name: ClassVar[str]
    model: ClassVar[type[ScopedModel]]
    title: ClassVar[str | Promise]
    question: ClassVar[str | Promise]
    why_empty: ClassVar[str | Promise]
    columns: ClassVar[tuple[Column, ...]]
    filters: ClassVar[tuple[Filter, ...]] = ()
    search: ClassVar[tuple[str, ...]] = ()
    sounds: ClassVar[Mapping[str, str]] = {}
    order: ClassVar[tuple[str, ...]] = ("pk",)
    totals: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[Related, ...]] = ()

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @classmethod
    def url(cls, **values: Any) -> str:  # noqa: ANN401 - values of a URL
        """Return the address of the list, narrowed by `values`."""
        return reverse(cls.name) + (f"?{urlencode(values)}" if values else "")

    @classmethod
    def opens_for(cls, scope: Scope) -> bool:
        """Whether this person sees this kind of row at all."""
        return bool(scope.sees(cls.model.visible.family))

    @classmethod
    def heading(cls) -> str:
        """The title with a capital letter."""
        return str(capfirst(str(cls.title)))

    @cached_property
    def bound(self) -> list[BoundColumn]:
        """The columns this person gets, looked up on the model."""
        return [column.bind(self.model) for column in self.columns if not column.absent_for(self.scope)]

    @property
    def listed(self) -> list[BoundColumn]:
        """The columns of the list."""
        return [column for column in self.bound if column.declared.listed]

    def seen(self) -> Rows:
        """Every row the person may see, nothing asked."""
        return self.model.objects.within(self.scope)

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Read the URL: only known parameters, no blanks, no NUL (PostgreSQL refuses it)."""
        names = ["q", "sort", "page", *(name for one in self.filters for name in one.parameters)]
        values = {name: query.get(name, "").replace("\x00", "").strip() for name in names}
        return Asked({name: value for name, value in values.items() if value})

    def rows(self, asked: Asked) -> Rows:
        """The rows asked for, in the order asked for."""
        condition = Q()
        for one in self._usable_filters():
            condition &= one.condition(asked.values)
        found = matching(self.seen(), condition)
        if asked.search:
            found = found.filter(self._found(asked.search))
        return found.order_by(*self._ordering(asked))

    def page(self, rows: Rows, asked: Asked, count: int) -> Page[Any]:
        """One page; a number that is none, or too high, gives the first or the last."""
        paginator = Paginator(rows.values(*self._paths()), PAGE_SIZE)
        paginator.count = count  # already known: not asked for a second time
        return paginator.get_page(asked.values.get("page", 1))

    def widgets(self, asked: Asked) -> list[Widget]:
        """The filters with their choices, each drawn from the rows the person may see."""
        return offered(self._usable_filters(), self.seen(), asked.values, self.scope)

    def summary(self, rows: Rows) -> Summary:
        """How many rows there are, and the sums of the money columns by currency: two are never added."""
        if not self.totals:
            return Summary(rows.count(), [])
        sums = {f"sum_{name}": Sum(name) for name in self.totals}
        by_currency = rows.order_by().values("currency_id", "currency__digits").annotate(rows=Count("pk"), **sums)
        found = list(by_currency.order_by("currency_id"))
        return Summary(sum(one["rows"] for one in found), found)

    def find(self, pk: str) -> dict[str, Any]:
        """One row by its key. Raises Http404 alike for what is not there and what is not theirs."""
        read: dict[str, Any] | None = matching(self.seen(), Q(pk=pk)).values(*self._paths()).first()
        if read is None:
            raise Http404
        return read

    def exported(self, rows: Rows) -> Iterator[Block]:
        """Every row asked for, as values for a file, a few thousand at a time, each time column by column."""
        paths = self._paths()
        read = rows.values_list(*paths).iterator(chunk_size=_BLOCK)
        while block := list(islice(read, _BLOCK)):
            columns = dict(zip(paths, zip(*block, strict=True), strict=True))
            yield [column.values(columns, self.scope) for column in self.bound]

    def sort_of(self, column: BoundColumn, asked: Asked) -> str:
        """How the list is sorted by a column: `ascending`, `descending`, or not (empty)."""
        sort = asked.values.get("sort", "") or self.order[0]
        if sort.removeprefix("-") != column.name:
            return ""
        return "descending" if sort.startswith("-") else "ascending"

    def _paths(self) -> list[str]:
        return list(dict.fromkeys(["pk", *(path for column in self.bound for path in column.paths)]))

    def _masked(self) -> set[str]:
        return {column.path for column in self.columns if column.hidden_from(self.scope)}

    def _usable_filters(self) -> list[Filter]:
        # Whoever may not read a field may not find out by filtering, searching or sorting either.
        return [one for one in self.filters if one.path not in self._masked()]

    def _ordering(self, asked: Asked) -> list[Any]:
        sort = asked.values.get("sort", "")
        known = {column.name for column in self.listed} - self._masked()
        fields = [sort, *self.order] if sort.removeprefix("-") in known else self.order
        first = {field.removeprefix("-"): field for field in reversed(fields)}
        names = dict.fromkeys(field.removeprefix("-") for field in fields)
        return [*(self._by(first[name]) for name in names), "pk"]

    def _by(self, field: str) -> Any:  # noqa: ANN401 - an ordering expression
        name = field.removeprefix("-")
        by_sound = (get_language() or "").startswith("zh") and name.endswith("name")
        expression = PinyinKey(F(name)) if by_sound else F(name)
        return expression.desc(nulls_last=True) if field.startswith("-") else expression.asc(nulls_last=True)

    def _found(self, words: str) -> Q:
        """Match every word somewhere, as typed or in the other width of letters, or by pinyin initials."""
        fields = [path for path in self.search if path not in self._masked()]
        condition = Q()
        for word in words.split():
            either = Q(pk__in=[])
            for form in {word, narrow(word), widen(word), widen(narrow(word).upper())}:
                for path in fields:
                    either |= Q(**{f"{path}__icontains": form})
            condition &= either | self._sounding(narrow(word).casefold())
        return condition

    def _sounding(self, letters: str) -> Q:
        if not (letters.isascii() and letters.isalnum() and _SHORTEST <= len(letters) <= _LONGEST):
            return Q(pk__in=[])
        condition = Q(pk__in=[])
        for key, name in self.sounds.items():
            model: Any = self.model if key == "pk" else field_at(self.model, key).related_model
            pairs = model.objects.within(self.scope).order_by().values_list("pk", name)
            keys = [pk for pk, text in pairs.iterator() if not text.isascii() and letters in initials(text)]
            condition |= Q(**{f"{key}__in": keys})
        return condition


def narrow(text: str) -> str:
    """Full-width letters and figures as ordinary ones: ＡＢ１２ is AB12."""
    return unicodedata.normalize("NFKC", text)


def widen(text: str) -> str:
    """Ordinary letters and figures as full-width ones, as some sources store them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


__all__ = ["PAGE_SIZE", "Asked", "Kind", "Register", "Related"]

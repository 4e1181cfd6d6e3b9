"""What is typed about the policy and the initiatives of the ledger, made into parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Scope
from salesyear.core.typed import NotAnAmount, typed_minor
from salesyear.crm.models import Customer
from salesyear.engine.rounding import share_out
from salesyear.org import tree
from salesyear.org.models import Rep, Unit, UnitKind
from salesyear.plans.access import may_place
from salesyear.plans.models import Initiative, InitiativeKind, InitiativeState, Plan
from salesyear.plans.months import months_of
from salesyear.plans.pages import month_words
from salesyear.plans.policy import Figure
from salesyear.plans.services import InitiativeParams
from salesyear.sales.models import Line

WHOLE = 1_000_000
_IN = "\u2003"  # sets a territory in under its region
_LARGEST = 1_000_000  # of a figure of the policy, in its own unit


class AmountField(forms.CharField):
    """An amount as people type it, in minor units of a currency with so many decimals."""

    def __init__(self, *, digits: int, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(max_length=40, **kwargs)
        self.digits = digits
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Return whole minor units, None for nothing typed."""
        try:
            return typed_minor(str(value or ""), self.digits)
        except NotAnAmount as refused:
            raise ValidationError(str(refused)) from refused

    def validate(self, value: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Ask for an amount where one is needed; 0 is one."""
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"])

    def run_validators(self, value: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Leave out the checks of a text: this is a number by now."""

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Write minor units as a number of the currency's units."""
        return f"{value / 10**self.digits:.{self.digits}f}" if isinstance(value, int) else value


class ValueForm(forms.Form):
    """A figure of the policy in its own unit (a share in per cent), and where the new value comes from."""

    value = forms.FloatField(label=_("Value"), min_value=0, max_value=_LARGEST)
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("Who decided it, or where it is written."))

    def __init__(self, *args: Any, figure: Figure, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        self.figure = figure
        if figure.unit == "share":
            self.fields["value"].label = _("Value, per cent")

    def clean_value(self) -> float:
        """Return the value in the unit's own measure: 30 per cent is 0.3."""
        typed = float(self.cleaned_data["value"])
        if self.figure.unit in {"count", "days", "months"} and typed != int(typed):
            raise ValidationError(_("A whole number is needed here."))
        return typed / 100 if self.figure.unit == "share" else typed


class InitiativeForm(forms.Form):
    """An initiative: what, where, by whom, from when, how much, how sure, at what cost."""

    title = forms.CharField(label=_("What is to be done"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=InitiativeKind.choices)
    place = forms.ChoiceField(label=_("Whose sales it lifts"))
    customers = forms.CharField(
        label=_("Customers"), required=False, max_length=2_000, help_text=_("Codes, with commas; empty: all.")
    )
    line: forms.ModelChoiceField[Line] = forms.ModelChoiceField(
        label=_("Product line"), queryset=None, required=False, empty_label=_("all")
    )
    owner = forms.CharField(label=_("Owner"), required=False, max_length=200)
    starts_on = forms.DateField(label=_("Starts"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("Ends"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    chance = forms.FloatField(label=_("Chance that it works, per cent"), min_value=0, max_value=100)

    def __init__(self, *args: Any, plan: Plan, scope: Scope, row: Initiative | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        kwargs["initial"] = _initial(row, plan, scope)
        super().__init__(*args, **kwargs)
        self._plan, self._scope, self._row = plan, scope, row
        self._places = dict(_places(scope))
        self._choose("place", [(key, words) for key, (words, _unit, _rep) in self._places.items()])
        lines = self.fields["line"]
        assert isinstance(lines, forms.ModelChoiceField)  # noqa: S101 - declared above
        lines.queryset = Line.objects.within(scope)
        digits = plan.currency.digits
        self.fields["amount"] = AmountField(
            digits=digits,
            required=False,
            label=_("Expected if it works, in all"),
            help_text=_("Spread evenly over its months, unless you give them one by one below."),
        )
        self.fields["cost"] = AmountField(digits=digits, required=False, label=_("Cost"))
        for place, month in enumerate(months_of(plan)):
            self.fields[f"month_{place}"] = AmountField(digits=digits, required=False, label=month_words(month))
        if row:
            self.fields["state"] = forms.ChoiceField(
                label=_("State"), choices=InitiativeState.choices, initial=row.state
            )

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    @property
    def main(self) -> list[forms.BoundField]:
        """The fields but those of the months."""
        return [field for field in self if not field.name.startswith("month_")]

    @property
    def by_month(self) -> list[forms.BoundField]:
        """The twelve fields of the months."""
        return [field for field in self if field.name.startswith("month_")]

    def clean_customers(self) -> list[int]:
        """Return the keys of the customers named. A code that is not there, or not theirs, is refused alike."""
        codes = [code.strip() for code in self.cleaned_data["customers"].replace("，", ",").split(",") if code.strip()]
        found = dict(Customer.objects.within(self._scope).filter(code__in=codes).values_list("code", "pk"))
        missing = [code for code in codes if code not in found]
        if missing:
            raise ValidationError(_("There is no customer with the code %(code)s."), params={"code": missing[0]})
        return sorted(found.values())

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, amounts that contradict each other, and none at all."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("starts_on") and said.get("ends_on") and said["ends_on"] < said["starts_on"]:
            self.add_error("ends_on", ValidationError(_("It cannot end before it starts.")))
        if self.errors:
            return said
        given = [said[f"month_{place}"] for place in range(12)]
        total = said.get("amount")
        if any(month is not None for month in given):
            said["months"] = [month or 0 for month in given]
            if total is not None and total != sum(said["months"]) and "amount" in self.changed_data:
                self.add_error("amount", ValidationError(_("The months do not add up to this: empty one of the two.")))
        elif total is None:
            self.add_error("amount", ValidationError(_("Say how much it should bring.")))
        else:
            said["months"] = spread_evenly(total, months_of(self._plan), said["starts_on"], said.get("ends_on"))
        return said

    def params(self) -> InitiativeParams:
        """Return what was typed as parameters."""
        said = self.cleaned_data
        _words, unit, rep = self._places[said["place"]]
        where: dict[str, list[int]] = {}
        if said["customers"]:
            where["customer"] = said["customers"]
        if said["line"]:
            where["line"] = [said["line"].pk]
        if self._row and self._row.where.get("new"):
            where["new"] = self._row.where["new"]
        return InitiativeParams(
            kind=said["kind"],
            title=said["title"],
            unit=unit,
            rep=rep,
            owner=said["owner"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            chance=round(said["chance"] / 100 * WHOLE),
            cost=said["cost"] or 0,
            months=said["months"],
            where=where,
            state=said.get("state") or InitiativeState.PROPOSED,
        )


def spread_evenly(total: int, months: Sequence[date], starts_on: date, ends_on: date | None) -> list[int]:
    """Share an amount over the months of the plan that something lasts; over all of them where it lasts in none."""
    first = starts_on.replace(day=1)
    lasts = [1 if first <= month and (ends_on is None or month <= ends_on) else 0 for month in months]
    return share_out(total, lasts)


def _initial(row: Initiative | None, plan: Plan, scope: Scope) -> dict[str, Any]:
    if row is None:
        today = timezone.localdate()
        return {"starts_on": max(today, plan.starts_on), "chance": 50}
    place = f"r{row.rep_id}" if row.rep_id else f"u{row.unit_id}" if row.unit_id else ""
    keys = [int(key) for key in row.where.get("customer", [])]
    named = Customer.objects.within(scope).filter(pk__in=keys).order_by("code") if keys else None
    codes = [] if named is None else list(named.values_list("code", flat=True))
    plain = {name: getattr(row, name) for name in ("title", "kind", "owner", "starts_on", "ends_on", "cost")}
    months = {f"month_{place}": amount for place, amount in enumerate(row.months)}
    line = (row.where.get("line") or [None])[0]
    more = {"place": place, "customers": ", ".join(codes), "line": line, "chance": row.chance / WHOLE * 100}
    return plain | months | more | {"amount": row.expected}


def _places(scope: Scope) -> Iterator[tuple[str, tuple[str, Unit | None, Rep | None]]]:
    """The places that an initiative of this person may be kept for: what they see themselves, and no more."""
    if may_place(scope, None, None):
        yield "", (str(_("the whole company")), None, None)
    units = [
        unit
        for unit in tree.units(scope)
        if unit.holds_on(timezone.localdate()) and unit.kind != UnitKind.COMPANY and may_place(scope, unit, None)
    ]
    for unit in units:
        yield f"u{unit.pk}", (_IN * (unit.kind == UnitKind.TERRITORY) + unit.name, unit, None)
    for rep in Rep.objects.within(scope).filter(left_on=None).select_related("unit"):
        if may_place(scope, rep.unit, rep):
            yield f"r{rep.pk}", (f"{rep.name} · {rep.unit or ''}".rstrip(" ·"), rep.unit, rep)

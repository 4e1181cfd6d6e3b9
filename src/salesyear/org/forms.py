"""What an administrator types about users, made into the parameters of services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Scope
from salesyear.org.models import Grant, Rep, Role, Unit, User, in_force


class AddUserForm(forms.Form):
    """A new account, linked to a salesperson where it is one's."""

    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(label=_("Name"), max_length=200)
    rep: forms.ModelChoiceField[Rep] = forms.ModelChoiceField(
        label=_("Is the salesperson"), queryset=None, required=False
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        taken = User.objects.filter(rep__isnull=False).values("rep")
        _choose(self.fields["rep"], Rep.objects.within(scope).exclude(pk__in=taken))

    def params(self) -> dict[str, Any]:
        """Return the arguments of `services.add_user`."""
        return {name: self.cleaned_data[name] for name in ("email", "name", "rep")}


def _day_input() -> forms.DateInput:
    # A browser's own picker takes a day in this form only, whatever the reader's language.
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class GiveRoleForm(forms.Form):
    """A role from a day on; a unit for a regional manager, an agency for an agent."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit: forms.ModelChoiceField[Unit] = forms.ModelChoiceField(
        label=_("Region or territory"), queryset=None, required=False
    )
    agency: forms.ModelChoiceField[Any] = forms.ModelChoiceField(label=_("Agency"), queryset=None, required=False)
    starts_on = forms.DateField(label=_("From"), widget=_day_input())

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["starts_on"].initial = today
        _choose(self.fields["unit"], Unit.objects.within(scope).filter(in_force(today)))
        agencies: Any = Grant._meta.get_field("agency").related_model
        _choose(self.fields["agency"], agencies.objects.within(scope))

    def params(self) -> dict[str, Any]:
        """Return the arguments of `services.give_role`; what the role does not take is left out."""
        said = self.cleaned_data
        takes = {Role.REGIONAL_MANAGER: "unit", Role.AGENT: "agency"}.get(said["role"])
        place = {takes: said[takes]} if takes else {}
        return {"role": said["role"], "starts_on": said["starts_on"], **place}


def _choose(field: forms.Field, rows: Any) -> None:  # noqa: ANN401 - rows of any model
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
    field.queryset = rows

"""Which paper somebody asks for: of what, in which form and language."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

FORMS = (
    ("pptx", _("Deck (PPTX)")),
    ("xlsx", _("Workbook (XLSX)")),
    ("pdf", _("PDF")),
    ("ics", _("Calendar (ICS)")),
)
REVIEWED: Final = ("pptx", "pdf")  # the forms of a review
Choices = list[tuple[str, str]]


class PaperForm(forms.Form):
    """A version's paper; `about` offers what this person sees of it, and nothing else."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    month = forms.ChoiceField(label=_("Which paper"), required=False)
    about = forms.ChoiceField(label=_("About"), required=False)
    form = forms.ChoiceField(label=_("Form"), choices=FORMS)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, about: Choices, months: Sequence[date], **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        """Offer these parts of the plan, and reviews of the months that have begun."""
        super().__init__(*args, **kwargs)
        reviews = [(f"{one:%Y-%m}", gettext("Review of %(month)s") % {"month": f"{one:%Y-%m}"}) for one in months]
        self.fields["about"].choices = about  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["month"].choices = [("", gettext("The year's plan")), *reviews]  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        """A review is a deck or a PDF."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("month") and typed.get("form") not in REVIEWED:
            self.add_error("form", gettext("A review is made as a deck or as a PDF."))
        return typed

    @classmethod
    def fresh(
        cls, version: int, about: Choices, language: str, *, months: Sequence[date] = (), month: str = ""
    ) -> PaperForm:
        """An empty form with a token of its own, so that a second click asks for nothing new."""
        first = {"version": version, "form": "pptx", "language": language, "token": secrets.token_hex(16)}
        return cls(initial=first | {"month": month}, about=about, months=months)

    def params(self) -> dict[str, Any]:
        """What the run is told."""
        kept = self.cleaned_data
        return {name: kept[name] for name in ("version", "about", "form", "language", "month")}

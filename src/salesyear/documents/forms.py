"""Which paper somebody asks for: of what, in which form and language."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

FORMS = (
    ("pptx", _("Deck (PPTX)")),
    ("xlsx", _("Workbook (XLSX)")),
    ("pdf", _("PDF")),
    ("ics", _("Calendar (ICS)")),
)


class PaperForm(forms.Form):
    """A version's paper; `about` offers what this person sees of it, and nothing else."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    about = forms.ChoiceField(label=_("About"), required=False)
    form = forms.ChoiceField(label=_("Form"), choices=FORMS)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, about: list[tuple[str, str]], **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        """Offer these parts of the plan."""
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = about  # type: ignore[attr-defined]  # a ChoiceField

    @classmethod
    def fresh(cls, version: int, about: list[tuple[str, str]], language: str) -> PaperForm:
        """An empty form with a token of its own, so that a second click asks for nothing new."""
        first = {"version": version, "form": "pptx", "language": language, "token": secrets.token_hex(16)}
        return cls(initial=first, about=about)

    def params(self) -> dict[str, Any]:
        """What the run is told."""
        kept = self.cleaned_data
        return {name: kept[name] for name in ("version", "about", "form", "language")}

"""What was chosen on the pages of an import, made into a layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salesyear.importing.kinds import KINDS
from salesyear.importing.layouts import DATE_ORDERS, Layout, guess


class FileForm(forms.Form):
    """A file that is not too large to be opened."""

    file = forms.FileField(label=_("File"))

    def clean_file(self) -> UploadedFile[Any]:
        """Refuse a file that is too large before it is opened."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        most = settings.IMPORT_MOST_BYTES
        if file.size and file.size > most:
            sentence = gettext("The file has %(size)s MB; %(most)s MB at most are read. Split it into smaller files.")
            raise forms.ValidationError(
                sentence % {"size": f"{file.size / 1e6:,.1f}", "most": f"{most / 1e6:,.0f}"}, code="too_large"
            )
        return file


class AnswersForm(FileForm):
    """A workbook of the plan with commitments filled in."""

    file = forms.FileField(
        label=_("File"), help_text=_("The plan's workbook with its sheets of commitments filled in, or one as CSV.")
    )


class UploadForm(FileForm):
    """The file, and its kind if one wants to say it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in any common encoding, or a workbook: XLSX, XLS, ODS. Its first filled sheet is read."),
    )
    kind = forms.ChoiceField(label=_("What is in it"), required=False, help_text=_("Left open, the headings tell."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (Django's own signature)
        super().__init__(*args, **kwargs)
        kinds = [(name, str(kind.label)) for name, kind in KINDS.items()]
        self.fields["kind"].choices = [("", gettext("By its headings")), *kinds]  # type: ignore[attr-defined]  # a choice field


def layout_from(posted: Mapping[str, str], headings: Sequence[str], present: Layout) -> Layout:
    """The layout that was chosen: a column for each heading, one value for all rows, the order of dates.

    Another kind than before starts from a new guess. Headings joined into one column keep the order they had.
    """
    kind = posted.get("kind", present.kind)
    if kind not in KINDS:
        kind = present.kind
    if kind != present.kind:
        return guess(headings, kind)
    columns: dict[str, tuple[str, ...]] = {}
    for place, heading in enumerate(headings):
        name = posted.get(f"heading-{place}", "")
        if name in KINDS[kind].by_name:
            columns[name] = (*columns.get(name, ()), heading)
    for name, chosen in columns.items():
        if set(chosen) == set(present.columns.get(name, ())):
            columns[name] = tuple(present.columns[name])
    return Layout(
        kind=kind,
        columns=columns,
        constants=_given(posted, "constant-", kind),
        orders={name: order for name, order in _given(posted, "order-", kind).items() if order in DATE_ORDERS},
        create_missing="create_missing" in posted,
    )


def _given(posted: Mapping[str, str], prefix: str, kind: str) -> dict[str, str]:
    """What was typed in the fields of this prefix, by column."""
    typed = {name: posted.get(f"{prefix}{name}", "").strip() for name in KINDS[kind].by_name}
    return {name: text for name, text in typed.items() if text}

"""The words of the planning table, which its script shows: the script itself holds no sentence."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.simple_tag
def table_texts() -> dict[str, str]:
    """Return every sentence by the name that the script asks for; what stands in braces it fills in."""
    return {**_of_the_cells(), **_of_the_answers(), **_of_the_questions()}


def _of_the_cells() -> dict[str, str]:
    return {
        "table": _("Planning table"),
        "rows": pgettext("planning table", "Rows"),
        "amounts_in": _("Amounts in {unit}"),
        "new_value": _("New value of {cell}"),
        "locked": _("Locked by {who}, {when}: {why}"),
        "comments": _("Comments: {n}"),
        "edited": _("Set by hand"),
        "theirs": _("Just changed by {who}"),
        "selected": _("{n} cells, sum {sum}"),
        "lock": _("Lock"),
        "lift": _("Lift the lock"),
        "why": _("Why this number: {cell}"),
        "audit": _("How good these targets are"),
        "outside": _("outside the table"),
        "closed_frozen": _("This version is frozen: copy it to change it."),
        "closed_read_only": _("This figure is computed and cannot be typed over."),
        "closed_locked": _("This cell is locked. Lift the lock first."),
        "closed_outside": _("There is no cell for it in the table."),
    }


def _of_the_answers() -> dict[str, str]:
    return {
        "copied": _("Cells copied: {n}"),
        "others_changed": _("{who} changed rows: {n}"),
        "refused": _("The server answered {status}. Nothing was changed."),
        "offline": _("The server cannot be reached. Nothing was changed."),
        "too_many": _("{n} cells are too many for one paste; it takes up to {most}."),
    }


def _of_the_questions() -> dict[str, str]:
    return {
        "take_others": _("Take the other cells: {n}"),
        "mine": _("Mine: {value}"),
        "by_them": _("{who}: {value}"),
        "would_change": _("Amounts that would change: {n}"),
        "from_seen": _("Change as little as possible from what I see"),
        "only_a_look": _(
            "Only a look: what is kept is always worked out from the start, so that it does not depend on the order of "
            "the changes."
        ),
        "from_start": _("Spread as the plan was made"),
        "kept_here": _("What was typed still stands in its cells: {n}"),
    }

"""T6 空白市场渗透: segments and places nobody covers, with what they are worth."""

from __future__ import annotations

from django.utils.translation import gettext

from salesyear.market.models import Study, WhiteSpace
from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, micros, share_words


def report(asked: Asked) -> RowReport:
    """Return the white space of the newest market study, the greatest first."""
    kinds = (InitiativeKind.WHITE_SPACE,)
    wanted = f"+{asked.goal('coverage_gain')}"
    study = Study.objects.order_by("-pk").first()
    spaces = list(_spaces(asked, study)) if study else []
    if not spaces:
        missing = gettext(
            "How many firms there are by place and segment is not known: white space and its worth would stand here."
        )
        return RowReport((Goal(gettext("Gain in coverage of the market"), wanted),), kinds=kinds, missing=[missing])
    firms, buyers = sum(one.firms for one in spaces), sum(one.buyers for one in spaces)
    goal = Goal(
        gettext("Gain in coverage of the market"),
        wanted,
        note=gettext("Coverage now: %(now)s of the firms known; planned: %(planned)s.")
        % {
            "now": share_words(buyers, firms),
            "planned": share_words(buyers * (1 + asked.values["coverage_gain"]), firms),
        },
    )
    table = Table(
        gettext("White space, worth most first"),
        (
            Column(gettext("Where")),
            Column(gettext("Segment")),
            Column(gettext("Product line")),
            Column(gettext("Firms"), "count"),
            Column(gettext("Buyers"), "count"),
            Column(gettext("Coverage"), "share"),
            Column(gettext("Expected in a year"), "money"),
        ),
        [
            (
                str(one.unit),
                one.segment,
                str(one.line),
                one.firms,
                one.buyers,
                micros(one.buyers, one.firms),
                one.expected,
            )
            for one in spaces
        ],
    )
    return RowReport((goal,), table, kinds, links={gettext("White space"): "white-space"})


def _spaces(asked: Asked, study: Study) -> list[WhiteSpace]:
    rows = WhiteSpace.objects.within(asked.scope).filter(study=study).select_related("unit", "line")
    return list(rows.order_by("-expected", "pk"))

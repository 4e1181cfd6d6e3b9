"""Every list of the site, in the sections of the data page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from salesyear.core.registers import Register
from salesyear.core.scope import Scope
from salesyear.crm.registers import AgencyRegister, CustomerRegister
from salesyear.market.registers import (
    CohortRegister,
    IndicatorRegister,
    MarketCellRegister,
    MarketSizeRegister,
    ScoreRegister,
    ShiftRegister,
    TierCoverageRegister,
    WhiteSpaceRegister,
)
from salesyear.org.registers import AssignmentRegister, PositionRegister, RepRegister, UnitRegister
from salesyear.performance.registers import AlertRegister, LessonRegister, RuleRegister, TaskRegister
from salesyear.sales.registers import (
    CreditRegister,
    CurrencyRegister,
    InvoiceRegister,
    LineRegister,
    OrderLineRegister,
    OrderRegister,
    PriceRegister,
    ProductRegister,
    RateRegister,
    ReceiptRegister,
    ReturnRegister,
)
from salesyear.targets.registers import BaselineRegister, QuotaRegister
from salesyear.web.history import EventRegister
from salesyear.web.policy import POLICY


@dataclass(frozen=True)
class Section:
    """Lists that belong together."""

    title: str | Promise
    registers: tuple[type[Register], ...]


SECTIONS = (
    Section(_("Sales"), (OrderRegister, OrderLineRegister, CreditRegister, ReturnRegister)),
    Section(_("Customers"), (CustomerRegister, AgencyRegister, ScoreRegister)),
    Section(_("Cash"), (InvoiceRegister, ReceiptRegister, CurrencyRegister, RateRegister)),
    Section(_("Products"), (ProductRegister, LineRegister, PriceRegister)),
    Section(_("Organisation"), (UnitRegister, PositionRegister, RepRegister, AssignmentRegister)),
    Section(_("Targets"), (QuotaRegister, BaselineRegister)),
    Section(
        _("Market"),
        (
            MarketSizeRegister,
            IndicatorRegister,
            MarketCellRegister,
            WhiteSpaceRegister,
            TierCoverageRegister,
            CohortRegister,
            ShiftRegister,
        ),
    ),
    Section(_("Performance"), (AlertRegister, RuleRegister, TaskRegister, LessonRegister)),
    Section(_("Administration"), (EventRegister,)),
)
REGISTERS = {register.name: register for section in SECTIONS for register in section.registers}


def may_open(name: str, scope: Scope) -> bool:
    """Whether the policy table lets somebody read the view with this name."""
    gate = POLICY.get(name)
    return gate is not None and gate.allows("GET", scope.roles)


def may_list(register: type[Register], scope: Scope) -> bool:
    """Whether somebody may open a list: by its address, and by the family of its rows."""
    return may_open(register.name, scope) and register.opens_for(scope)


def sections_for(scope: Scope) -> list[Section]:
    """Return the sections with the lists this person sees; a section with none is left out."""
    sections = (Section(one.title, tuple(r for r in one.registers if may_list(r, scope))) for one in SECTIONS)
    return [section for section in sections if section.registers]

"""Who sees which facts: each kind as the rows it is made of; on PostgreSQL the condition of its view as well."""

from __future__ import annotations

from collections.abc import Mapping

from salesyear.core import rls
from salesyear.core.scope import Reach, Visible
from salesyear.crm.models import Customer
from salesyear.plans.models import Sheet
from salesyear.sales.models import Invoice, OrderLine, Receipt

SEEN: Mapping[str, Visible] = {
    "sold": OrderLine.visible,
    "invoices": Invoice.visible,
    "receipts": Receipt.visible,
    "targets": Sheet.visible,
    "cash_targets": Sheet.visible,
    "customers": Customer.visible,
}
_AGENCY = {Reach.AGENCY: "customer IN (SELECT id FROM crm_customer WHERE agency_id = ANY ({mine}))"}
_OWN = {Reach.UNITS: "unit = ANY ({mine})", Reach.OWN: "rep = ANY ({mine})"}
_WAYS: Mapping[str, Mapping[Reach, str]] = {
    # Whose order it was sees all shares of it, as the policy of order lines has it.
    "sold": {
        Reach.UNITS: "unit = ANY ({mine}) OR line_unit = ANY ({mine})",
        Reach.OWN: "rep = ANY ({mine}) OR line_rep = ANY ({mine})",
        **_AGENCY,
    },
    "invoices": _OWN | _AGENCY,
    "receipts": _OWN | _AGENCY,
    "targets": _OWN,
    "cash_targets": _OWN,
    "customers": {},
}


def gate_of(name: str) -> str:
    """Return the condition on a view of these facts that lets through what the policies of their rows do.

    What is no row of anybody's (products, units) is everybody's. PostgreSQL only.
    """
    if name not in SEEN:
        return "TRUE"
    rule = rls.gate(SEEN[name], _WAYS[name])
    return f"{rule} OR customer IN ({rls.seen(Customer)})" if name == "customers" else rule

"""What people do with customers; each intention recorded."""

from __future__ import annotations

from django.db import transaction

from salesyear.core import events
from salesyear.crm.models import Customer
from salesyear.org.models import User


@transaction.atomic
def unmask_contact(customer: Customer, *, actor: User) -> dict[str, str]:
    """Return a customer's contact in full and write down who looked."""
    events.record("crm.contact.unmasked", actor=actor, subject=customer.code)
    return {name: getattr(customer, name) for name in ("contact", "phone", "email", "address", "postcode")}

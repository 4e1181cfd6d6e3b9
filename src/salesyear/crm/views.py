"""The pages of customers that are more than a list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from salesyear.core.requests import Request
from salesyear.crm import services
from salesyear.crm.models import Customer
from salesyear.org.access import person


@require_POST
def unmask(request: Request, pk: int) -> HttpResponse:
    """Show a masked contact in full, once; that it was shown is in the history."""
    customer = get_object_or_404(Customer.objects.within(request.scope), pk=pk)
    found = services.unmask_contact(customer, actor=person(request))
    fields = [(Customer._meta.get_field(name).verbose_name, value) for name, value in found.items()]  # type: ignore[union-attr]  # own columns
    return render(request, "crm/contact.html", {"customer": customer, "fields": fields})

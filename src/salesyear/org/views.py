"""The pages of users: who may sign in, and what each may do."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.org import services
from salesyear.org.access import person
from salesyear.org.forms import AddUserForm, GiveRoleForm
from salesyear.org.models import Grant, User

WORDS_OF_A_PASSWORD = 12


@require_safe
def users(request: Request) -> HttpResponse:
    """List everybody who has an account, with their roles."""
    everybody = User.objects.select_related("rep").prefetch_related("grants__unit", "grants__agency")
    return render(request, "org/users.html", {"users": everybody})


@require_http_methods(["GET", "HEAD", "POST"])
def user_add(request: Request) -> HttpResponse:
    """Make an account; its first password is shown once, to be changed at the first sign-in."""
    form = AddUserForm(request.POST or None, scope=request.scope)
    if not form.is_valid():
        return render(request, "org/user_add.html", {"form": form}, status=422 if form.is_bound else 200)
    password = secrets.token_urlsafe(WORDS_OF_A_PASSWORD)
    try:
        user = services.add_user(**form.params(), password=password, actor=person(request))
    except services.NotPossible as reason:
        form.add_error("email", str(reason))
        return render(request, "org/user_add.html", {"form": form}, status=422)
    said = _("%(email)s can sign in with this password, shown only now: %(password)s")
    messages.success(request, said % {"email": user.email, "password": password})
    return redirect("user", user.pk)


@require_safe
def user(request: Request, pk: int) -> HttpResponse:
    """Show one account and its roles."""
    return _user_page(request, pk, GiveRoleForm(scope=request.scope))


@require_POST
def role_give(request: Request, pk: int) -> HttpResponse:
    """Give a role; it holds from the next request on."""
    somebody = get_object_or_404(User, pk=pk)
    form = GiveRoleForm(request.POST, scope=request.scope)
    if form.is_valid():
        try:
            services.give_role(somebody, actor=person(request), **form.params())
            return redirect("user", pk)
        except services.NotPossible as reason:
            form.add_error("role", str(reason))
    return _user_page(request, pk, form, status=422)


@require_POST
def role_take(request: Request, pk: int, grant: int) -> HttpResponse:
    """Take a role away; it is gone at the next request, in open pages too."""
    services.take_role(get_object_or_404(Grant, pk=grant, user=pk), actor=person(request))
    return redirect("user", pk)


@require_POST
def deactivate(request: Request, pk: int) -> HttpResponse:
    """Close an account and end its sessions; nobody closes their own."""
    somebody = get_object_or_404(User, pk=pk)
    if somebody == request.user:
        messages.error(request, _("You cannot close your own account: ask another administrator."))
    else:
        services.deactivate_user(somebody, actor=person(request))
    return redirect("user", pk)


def _user_page(request: Request, pk: int, form: GiveRoleForm, status: int = 200) -> HttpResponse:
    somebody = get_object_or_404(User.objects.select_related("rep"), pk=pk)
    grants = somebody.grants.select_related("unit", "agency")
    return render(request, "org/user.html", {"somebody": somebody, "grants": grants, "form": form}, status=status)

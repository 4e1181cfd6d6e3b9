"""Every page of the site that is read, from the list of URLs, with a row of the company where one is asked for."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from cast import Cast
from salesyear.core.scope import Scope
from salesyear.importing.models import Import
from salesyear.performance.models import Lesson, Rule
from salesyear.plans.models import Initiative, Version
from salesyear.web.registers import REGISTERS

# Not pages: files, parts, addresses that only take a form, links that come by mail, and what ends the session.
NOT_PAGES = {
    "health",
    "set_language",
    "set_theme",
    "account_logout",
    "account_signup",
    "account_inactive",
    "account_set_password",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "mfa_authenticate",
    "mfa_trust",
    "mfa_login_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_signup_webauthn",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "customer-unmask",
    "user-role-give",
    "user-role-take",
    "user-deactivate",
    "market-study-run",
    "import-columns",
    "import-save",
    "import-undo",
    "import-problems",
    "run-status",
    "run-cancel",
    "baseline-run",
    "board-headline",
    "board-live",
    "board-standing",
    "alert-acknowledge",
    "alert-rule-switch",
    "alert-channel-add",
    "alert-channel-drop",
    "alert-channel-try",
    "customer-grades-run",
    "effects-run",
    "task-done",
    "paper-make",
    "paper-file",
    "suggestion-take",
    "suggestion-put-back",
    "initiative-drop",
    "initiative-resume",
    "plan-copy",
    "plan-rest",
    "plan-step",
    "plan-table-rows",
    "plan-table-changes",
    "plan-table-edits",
    "plan-table-undo",
    "plan-table-redo",
    "plan-table-lock",
    "plan-table-lift",
    "plan-table-comment",
    "plan-table-why",
    "plan-table-audit",
    "plan-table-coverage",
}

VERSIONS = {"plan-version": 2, "plan-table": 2, "plan-difference": 3}  # pages of a version, and how many keys they take


def pages(cast: Cast) -> dict[str, str]:
    """Return the addresses of all pages by the name of their view."""
    named = {name: pattern for name, pattern in _patterns() if name not in NOT_PAGES}
    return {name: _address(name, pattern, cast) for name, pattern in named.items() if not name.endswith("-export")}


def page_of(name: str, cast: Cast) -> str:
    """Return the address of one page."""
    return _address(name, dict(_patterns())[name], cast)


def _patterns() -> list[tuple[str, URLPattern]]:
    return _below(get_resolver().url_patterns, "")


def _address(name: str, pattern: URLPattern, cast: Cast) -> str:
    if name in VERSIONS:
        plan, number = Version.objects.order_by("pk").values_list("plan", "number")[0]
        return reverse(name, args=[plan, number, number][: VERSIONS[name]])  # a difference: of a version with itself
    if not pattern.pattern.converters:
        return reverse(name)
    return reverse(name, args=[_key(name, cast)])


def _key(name: str, cast: Cast) -> Any:
    if name == "user":
        return cast.users["li"].pk
    if name == "lesson":
        return Lesson.objects.within(Scope.system("a lesson to look at")).order_by("pk")[0].pk
    if name == "alert-rule":
        return Rule.objects.within(Scope.system("a rule to look at")).order_by("pk")[0].pk
    if name == "import":
        return Import.objects.values_list("pk", flat=True).get()
    if name == "initiative":
        return Initiative._base_manager.order_by("pk").values_list("pk", flat=True)[0]
    if name == "commitments-of":
        return cast.reps["li"].pk
    if name == "policy-value":
        return "win_back_rate"
    register = REGISTERS.get(name.removesuffix("-row"))
    if register is None:
        raise LookupError(f"Say in site_pages.py which row the page “{name}” is to be looked at with.")
    first = register.model._base_manager.order_by("pk").first()
    assert first, f"The company has no row for {name}."
    return first.pk


def _below(patterns: list[Any], space: str) -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += _below(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            found.append((f"{space}{pattern.name or ''}", pattern))
    return found

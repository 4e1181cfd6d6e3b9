"""The policy table: every address of the site by name, and which roles may read it or write to it.

An address that is not here is refused, and a test fails the build until it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from salesyear.market.runs import GRADERS
from salesyear.org.models import Role
from salesyear.plans import access as plans
from salesyear.targets.access import EDITORS, MAKERS, READERS
from salesyear.targets.runs import PLANNERS

EVERYBODY = frozenset(Role.values)
INSIDE = EVERYBODY - {Role.AGENT}
SELLING = frozenset({Role.DIRECTOR, Role.REGIONAL_MANAGER, Role.SALESPERSON, Role.FINANCE, Role.ADMINISTRATOR})
CUSTOMERS = SELLING | {Role.AGENT, Role.MARKETING}
CASH = SELLING | {Role.AGENT}
PEOPLE = SELLING | {Role.HR}
ANALYSTS = SELLING | {Role.MARKETING}
IMPORTERS = frozenset({Role.DIRECTOR, Role.FINANCE, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
AUDITORS = frozenset({Role.DIRECTOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Gate:
    """Which roles may read (GET, HEAD) and which may write (POST); a method that is neither is refused."""

    read: frozenset[str] = frozenset()
    write: frozenset[str] = frozenset()

    PUBLIC: ClassVar[Gate]
    SIGNED_IN: ClassVar[Gate]

    def allows(self, method: str, roles: frozenset[str]) -> bool:
        """Say whether somebody with these roles may use this method here."""
        if method in {"GET", "HEAD", "OPTIONS"}:
            return bool(self.read & roles)
        return method == "POST" and bool(self.write & roles)


Gate.PUBLIC = Gate()
Gate.SIGNED_IN = Gate(EVERYBODY, EVERYBODY)


def _register(name: str, roles: frozenset[str]) -> dict[str, Gate]:
    """Return the gates of a register's three addresses: the list, its export, one row."""
    return {f"{name}{part}": Gate(roles) for part in ("", "-export", "-row")}


POLICY: dict[str, Gate] = {
    # Before sign-in, and one's own account
    "health": Gate.PUBLIC,
    "set_language": Gate.PUBLIC,
    "set_theme": Gate.PUBLIC,
    "preferences": Gate.SIGNED_IN,
    "home": Gate.SIGNED_IN,
    "account_login": Gate.PUBLIC,
    "account_logout": Gate.SIGNED_IN,
    "account_signup": Gate.PUBLIC,
    "account_inactive": Gate.PUBLIC,
    "account_reauthenticate": Gate.SIGNED_IN,
    "account_change_password": Gate.SIGNED_IN,
    "account_set_password": Gate.SIGNED_IN,
    "account_email": Gate.SIGNED_IN,
    "account_email_verification_sent": Gate.PUBLIC,
    "account_confirm_email": Gate.PUBLIC,
    "account_reset_password": Gate.PUBLIC,
    "account_reset_password_done": Gate.PUBLIC,
    "account_reset_password_from_key": Gate.PUBLIC,
    "account_reset_password_from_key_done": Gate.PUBLIC,
    "account_confirm_login_code": Gate.PUBLIC,
    "usersessions_list": Gate.SIGNED_IN,
    "mfa_index": Gate.SIGNED_IN,
    "mfa_authenticate": Gate.PUBLIC,
    "mfa_reauthenticate": Gate.SIGNED_IN,
    "mfa_activate_totp": Gate.SIGNED_IN,
    "mfa_deactivate_totp": Gate.SIGNED_IN,
    "mfa_generate_recovery_codes": Gate.SIGNED_IN,
    "mfa_view_recovery_codes": Gate.SIGNED_IN,
    "mfa_download_recovery_codes": Gate.SIGNED_IN,
    "mfa_list_webauthn": Gate.SIGNED_IN,
    "mfa_add_webauthn": Gate.SIGNED_IN,
    "mfa_reauthenticate_webauthn": Gate.SIGNED_IN,
    "mfa_edit_webauthn": Gate.SIGNED_IN,
    "mfa_remove_webauthn": Gate.SIGNED_IN,
    # The six chapters
    **{name: Gate(INSIDE) for name in ("targets", "market", "strategy", "actions", "resources", "performance")},
    # Targets
    "baseline": Gate(ANALYSTS),
    "baseline-run": Gate(write=PLANNERS),
    "prior": Gate(ANALYSTS),
    **{name: Gate(READERS) for name in ("plans", "plan-version", "plan-difference")},
    "plan-new": Gate(MAKERS, MAKERS),
    "plan-copy": Gate(write=MAKERS),
    "plan-rest": Gate(write=MAKERS),
    "plan-step": Gate(write=MAKERS),
    # The planning table: everybody reads their own part, editors write (targets/access.py says where)
    **{
        f"plan-table{part}": Gate(READERS)
        for part in ("", "-rows", "-changes", "-why", "-audit", "-coverage", "-export")
    },
    **{f"plan-table-{deed}": Gate(write=EDITORS) for deed in ("edits", "undo", "redo", "lock", "lift")},
    "plan-table-comment": Gate(write=READERS),
    "ledger": Gate(plans.READERS),
    "ledger-export": Gate(plans.READERS),
    "initiative-add": Gate(plans.WRITERS, plans.WRITERS),
    "initiative": Gate(plans.READERS, plans.WRITERS),
    "initiative-drop": Gate(write=plans.WRITERS),
    "initiative-resume": Gate(write=plans.WRITERS),
    "commitments": Gate(plans.READERS),
    "commitments-of": Gate(plans.READERS, plans.MANAGERS | {Role.SALESPERSON}),
    "commitments-import": Gate(plans.MANAGERS | {Role.SALESPERSON}, plans.MANAGERS | {Role.SALESPERSON}),
    "effects-run": Gate(write=PLANNERS),
    "quarters": Gate(plans.READERS, plans.MANAGERS),
    **{f"row-t{number}{part}": Gate(ANALYSTS) for number in range(2, 13) for part in ("", "-export")},
    "suggestions": Gate(plans.WRITERS),
    "suggestion-take": Gate(write=plans.WRITERS),
    "suggestion-put-back": Gate(write=plans.WRITERS),
    "policy": Gate(INSIDE),
    "policy-value": Gate(INSIDE, plans.POLICY_MAKERS),
    "papers": Gate(READERS),
    "paper-make": Gate(write=READERS),
    "paper-file": Gate(READERS),
    # Market
    "customer-grades": Gate(ANALYSTS),
    "customer-grades-run": Gate(write=GRADERS),
    **{
        name: Gate(GRADERS)
        for name in ("market-potential", "white-space", "tier-coverage", "new-customers", "buying-shifts")
    },
    "market-study-run": Gate(write=GRADERS),
    # Performance
    "figures": Gate(INSIDE),
    "board": Gate(SELLING),
    "board-headline": Gate(SELLING),
    "board-live": Gate(SELLING),
    "board-standing": Gate(SELLING),
    "board-export": Gate(SELLING),
    "alerts": Gate(SELLING),
    "alert-acknowledge": Gate(write=SELLING),
    "alert-rule-new": Gate(SELLING, SELLING),
    "alert-rule": Gate(SELLING, SELLING),
    "alert-rule-switch": Gate(write=SELLING),
    "alert-channel-add": Gate(write=SELLING),
    "alert-channel-drop": Gate(write=SELLING),
    "alert-channel-try": Gate(write=SELLING),
    "review": Gate(SELLING, SELLING),
    "task-done": Gate(write=SELLING),
    "lesson": Gate(SELLING, SELLING),
    # Data
    "data": Gate(EVERYBODY),
    **_register("units", INSIDE),
    **_register("positions", PEOPLE),
    **_register("reps", PEOPLE),
    **_register("assignments", PEOPLE),
    **_register("agencies", CUSTOMERS),
    **_register("customers", CUSTOMERS),
    "customer-unmask": Gate(write=frozenset({Role.FINANCE, Role.ADMINISTRATOR})),
    **_register("currencies", INSIDE),
    **_register("rates", INSIDE),
    **_register("lines", EVERYBODY),
    **_register("products", EVERYBODY - {Role.HR}),
    **_register("prices", EVERYBODY - {Role.HR}),
    **_register("orders", CUSTOMERS),
    **_register("orderlines", CUSTOMERS),
    **_register("credits", SELLING),
    **_register("returns", CUSTOMERS),
    **_register("invoices", CASH),
    **_register("receipts", CASH),
    **_register("quotas", PEOPLE),
    **_register("baselines", ANALYSTS),
    **_register("scores", ANALYSTS),
    **_register("market_sizes", ANALYSTS),
    **_register("indicators", ANALYSTS),
    **_register("potentials", GRADERS),
    **_register("white_spaces", GRADERS),
    **_register("coverages", GRADERS),
    **_register("cohorts", GRADERS),
    **_register("shifts", GRADERS),
    **_register("alertlist", SELLING),
    **_register("alertrules", SELLING),
    **_register("tasks", SELLING),
    **_register("lessons", SELLING),
    # Background work: one's own, and for administrators everybody's (core/access.py)
    "run-status": Gate(EVERYBODY),
    "run-cancel": Gate(write=EVERYBODY),
    # Files in
    "imports": Gate(IMPORTERS, IMPORTERS),
    "import": Gate(IMPORTERS),
    "import-columns": Gate(write=IMPORTERS),
    "import-save": Gate(write=IMPORTERS),
    "import-undo": Gate(write=IMPORTERS),
    "import-problems": Gate(IMPORTERS),
    # Administration
    **_register("events", AUDITORS),
    "users": Gate(ADMINISTRATORS),
    "user": Gate(ADMINISTRATORS),
    "user-add": Gate(ADMINISTRATORS, ADMINISTRATORS),
    "user-role-give": Gate(write=ADMINISTRATORS),
    "user-role-take": Gate(write=ADMINISTRATORS),
    "user-deactivate": Gate(write=ADMINISTRATORS),
}

"""A draft plan of the company every test knows, and somebody to ask its table: what several test files start from."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.test import Client

from cast import Cast, sell
from salesyear.core.scope import Scope
from salesyear.plans.models import Version
from salesyear.targets.editing.state import forget
from salesyear.targets.reports import BaselineParams, baseline_of_year
from salesyear.targets.services import PlanParams, keep_baseline, make_plan

SYSTEM = Scope.system("test")


def quiet(_step: str, _share: float) -> None:
    """Nobody listens."""


def draft(cast: Cast, **params: Any) -> Version:
    """Make a draft for 2026 with 10 % growth; some strategic sales and the policy's shares."""
    forget()
    for customer in cast.customers[::4]:
        sell(cast, customer, date(2025, 7, 3), 600_00, "new")
    made = baseline_of_year(SYSTEM, BaselineParams(paths=40), date(2026, 1, 20), quiet)
    keep_baseline(made, run=None, actor=None)
    return make_plan(PlanParams(**{"year": 2026, "growth": 0.1, "rep_least": 0.5, **params}))


class Asker:
    """Sends things to a version's pages as somebody of the cast; GET without a body."""

    def __init__(self, cast: Cast, version: Version) -> None:
        self._cast, self._version = cast, version
        self._clients: dict[str, Client] = {}

    def client(self, who: str) -> Client:
        """Return somebody's browser, signed in."""
        if who not in self._clients:
            client = Client()
            client.force_login(self._cast.users[who], backend="allauth.account.auth_backends.AuthenticationBackend")
            self._clients[who] = client
        return self._clients[who]

    def __call__(self, who: str, path: str, body: dict[str, Any] | None = None, **query: Any) -> Any:
        """Ask the planning table."""
        address = f"/targets/plans/{self._version.plan_id}/{self._version.number}/table/{path}"
        if body is None:
            return self.client(who).get(address, query)
        return self.client(who).post(address, json.dumps(body), content_type="application/json")

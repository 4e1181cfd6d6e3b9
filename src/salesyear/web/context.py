"""What every page shows around its content: who is asking, what they see, the chapters, language and theme."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

import salesyear
from salesyear.core.scope import NOBODY, Reach, Scope
from salesyear.core.sentences import enumerated
from salesyear.org.models import Role
from salesyear.plans.chapters import CHAPTERS
from salesyear.samples.loading import SAMPLES, loaded
from salesyear.samples.tables import Sample
from salesyear.web.policy import POLICY, Gate

THEME_COOKIE = "salesyear_theme"
THEMES = {"auto": _("Automatic"), "light": _("Light"), "dark": _("Dark")}
_ACCOUNT_PAGES = (
    ("mfa_index", _("Two-step sign-in")),
    ("usersessions_list", _("Where you are signed in")),
    ("account_change_password", _("Change password")),
    ("users", _("Users")),
)
_BELONGS_TO_DATA = "/imports/"  # pages that stand under Data though their address does not


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; `current` is what `aria-current` says, empty elsewhere."""

    title: str | Promise
    url: str
    current: str = ""
    apart: bool = False


@dataclass(frozen=True)
class Theme:
    """One choice of the theme switch."""

    value: str
    label: str | Promise
    pressed: str


class Shell:
    """The frame of a page; reads nothing before a template asks for it."""

    version = salesyear.__version__

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._scope: Scope = getattr(request, "scope", NOBODY)

    @property
    def signed_in(self) -> bool:
        """Whether somebody is signed in (an error page may come before anybody is known)."""
        user = getattr(self._request, "user", None)
        return bool(user and user.is_authenticated)

    @property
    def theme(self) -> str:
        """The theme chosen by cookie, `auto` when none was."""
        chosen = self._request.COOKIES.get(THEME_COOKIE, "auto")
        return chosen if chosen in THEMES else "auto"

    @property
    def themes(self) -> list[Theme]:
        """The choices of the theme switch."""
        return [Theme(value, label, "true" if value == self.theme else "false") for value, label in THEMES.items()]

    @property
    def as_of(self) -> date:
        """The day the page is true for."""
        return timezone.localdate()

    @cached_property
    def places(self) -> list[Place]:
        """The six chapters in the plan's order, then the data."""
        open_ = [chapter for chapter in CHAPTERS if self._may_open(chapter.slug)]
        chapters = [self._place(chapter.title, reverse(chapter.slug)) for chapter in open_]
        data = self._place(_("Data"), reverse("data"), apart=True)
        below = self._request.path.startswith(_BELONGS_TO_DATA)
        return [*chapters, replace(data, current="true") if below else data]

    @property
    def account_links(self) -> list[Place]:
        """The pages about one's own account."""
        return [self._place(title, reverse(name)) for name, title in _ACCOUNT_PAGES if self._may_open(name)]

    @property
    def role_words(self) -> str:
        """The roles held today, in words."""
        names = [str(label) for value, label in Role.choices if value in self._scope.roles]
        return enumerated(names) or gettext("no role yet")

    @cached_property
    def reach_words(self) -> str:
        """What of the sales this person sees, in words; asks for unit names only when reach is by unit."""
        reach = self._scope.sees("sales") or self._scope.sees("people")
        if Reach.ALL in reach:
            return gettext("the whole company")
        parts = [self._unit_words()] if Reach.UNITS in reach else []
        parts += [gettext("own customers and sales")] if Reach.OWN in reach else []
        parts += [gettext("the agency's customers and orders")] if Reach.AGENCY in reach else []
        return enumerated(part for part in parts if part) or gettext("nothing yet")

    @cached_property
    def not_in_sample(self) -> Sample | None:
        """The sample company in this database, which says what it was published without; None for one's own data."""
        return SAMPLES.get(loaded())

    def _unit_words(self) -> str:
        places = self._scope.places
        more = len(places) - 3
        words = enumerated(places[:3])
        return words if more <= 0 else words + " " + ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more}

    def _may_open(self, name: str) -> bool:
        gate = POLICY.get(name)
        return gate is not None and (gate is Gate.SIGNED_IN or gate.allows("GET", self._scope.roles))

    def _place(self, title: str | Promise, url: str, *, apart: bool = False) -> Place:
        path = self._request.path
        current = "page" if path == url else "true" if path.startswith(url) else ""
        return Place(title, url, current, apart)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: give the templates their frame."""
    return {"shell": Shell(request)}

"""Adding amounts: within one currency exactly, across currencies only at a dated rate, rounded once."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Scope
from salesyear.sales.models import Currency, Rate

MICRO = 1_000_000


class NoRate(ValueError):
    """Amounts of two currencies cannot be added, because a rate is missing; the text names it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates into the company's own currency, each from a day on; `decimals` are the digits of minor units."""

    base: str
    decimals: dict[str, int]
    since: dict[str, tuple[list[date], list[int]]]

    def at(self, currency: str, day: date) -> Fraction:
        """Return how many minor units of the base one minor unit was worth. Raises NoRate when nobody has said."""
        if currency == self.base:
            return Fraction(1)
        days, micros = self.since.get(currency, ([], []))
        place = bisect_right(days, day) - 1
        if place < 0:
            said = _("There is no rate of %(currency)s for %(day)s, so it cannot be added to %(base)s. Import one.")
            raise NoRate(said % {"currency": currency, "day": day, "base": self.base})
        return Fraction(micros[place] * 10 ** self.decimals[self.base], MICRO * 10 ** self.decimals[currency])


def rates_of(scope: Scope) -> Rates:
    """Read the currencies and, where there are several, their dated rates. Raises NoRate when none is the company's."""
    known = list(Currency.objects.within(scope))
    base = next((currency.code for currency in known if currency.is_base), "")
    if not base:
        raise NoRate(_("No currency is marked as the company's own: mark one in the currencies."))
    since: dict[str, tuple[list[date], list[int]]] = defaultdict(lambda: ([], []))
    if len(known) == 1:
        return Rates(base, {base: known[0].digits}, {})
    for currency, day, micros in (
        Rate.objects.within(scope).order_by("starts_on").values_list("currency_id", "starts_on", "micros")
    ):
        since[currency][0].append(day)
        since[currency][1].append(micros)
    return Rates(base, {currency.code: currency.digits for currency in known}, dict(since))


def total_in_base(amounts: Iterable[tuple[str, date, int]], rates: Rates) -> int:
    """Return the sum in minor units of the base: each amount at the rate of its own day, rounded once at the end.

    amounts: (currency, day, minor units). Raises NoRate.
    """
    exact = sum((rates.at(currency, day) * amount for currency, day, amount in amounts), Fraction(0))
    return round_half_up(exact)


def round_half_up(exact: Fraction) -> int:
    """Round to a whole number, halves away from zero, as invoices do."""
    whole = (abs(exact.numerator) * 2 + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole

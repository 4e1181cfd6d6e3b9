"""The company of all tests with a published plan for 2026 and a first quarter in which the East sells too little."""

from __future__ import annotations

from datetime import date

import numpy as np

from cast import Cast, sell
from plans_cast import plan_of_2026
from salesyear.core.scope import Scope
from salesyear.plans.models import Sheet, State, Version
from salesyear.sales.models import Receipt

TODAY = date(2026, 3, 31)
SYSTEM = Scope.system("test")
LI, ZHAO, SUN = 0, 4, 8  # the first customer of each


def quarter(cast: Cast) -> Version:
    """Each of three salespeople owes 1,200 yuan a month; Li sells 1,000, Zhao nothing, Sun (the West) 1,500."""
    version = plan_of_2026(cast, state=State.PUBLISHED)
    for month in (1, 2, 3):
        sell(cast, cast.customers[LI], date(2026, month, 15), 1_000_00)
        sell(cast, cast.customers[SUN], date(2026, month, 15), 1_500_00)
    return version


def seasonal(cast: Cast, version: Version) -> list[int]:
    """Give Li's plan a season: 100 yuan in January, 200 in February, and so on; returns the months in cents."""
    months = [100_00 * place for place in range(1, 13)]
    sheet = Sheet.objects.within(SYSTEM).get(version=version, rep=cast.reps["li"])
    sheet.target, sheet.target_total = np.array(months, dtype="<i8").tobytes(), sum(months)
    sheet.save()
    return months


def receive(cast: Cast, place: int, day: date, amount: int) -> Receipt:
    """Book money from a customer."""
    assert cast.currency
    customer = cast.customers[place]
    return Receipt.objects.create(
        number=f"Z-{customer.code}-{day}",
        received_on=day,
        customer=customer,
        rep=customer.owner,
        unit=customer.unit,
        currency=cast.currency,
        amount=amount,
    )

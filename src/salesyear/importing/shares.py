"""Sales splits: the shares of an order make a whole, with those that are there and not in the file."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from salesyear.engine.messages import noop
from salesyear.importing.checking import Reading
from salesyear.importing.deltas import existing
from salesyear.importing.values import problem

WHOLE: Final = 1_000_000


def refuse_what_makes_no_whole(reading: Reading) -> None:
    """Refuse every row of an order whose shares, in parts per million, do not add up to 100 %."""
    orders, reps, shares = (reading.column(name) for name in ("order", "rep", "share"))
    after: dict[Any, dict[Any, int]] = defaultdict(dict)
    named = {orders[row] for row in reading.good()}
    for _key, order, rep, share in existing(reading, "sales.Credit", "order", named, ("order_id", "rep_id", "share")):
        after[order][rep] = share
    for row in reading.good():
        after[orders[row]][reps[row]] = shares[row]
    for row in reading.good():
        total = sum(after[orders[row]].values())
        if total != WHOLE:
            rule = noop("The shares of this order make %(total)s%%, not 100%%.")
            mend = noop("Name everybody who shares the order, with shares that make a whole.")
            reading.refuse(row, "share", problem(rule, mend, total=f"{total / 10_000:g}"))

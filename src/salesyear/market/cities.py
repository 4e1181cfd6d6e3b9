"""City tiers by administrative rank, where a customer's own record does not say one.

1 municipality, 2 provincial capital or city planned separately, 3 other prefecture-level city, 4 county town or other
place with a Chinese name, 0 not known. (Rankings of cities by glamour are somebody's property and change every year.)
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

TIERS = (1, 2, 3, 4)
UNKNOWN = 0
COUNTY_TOWN = 4
_ENDINGS = ("市", "地区", "盟")


def tier_of(city: str) -> int:
    """Return the tier of a city by its name, with or without 市; any other Chinese name is taken for a county town."""
    name = city.strip()
    found = next((known for known in (name, *_shorter(name)) if known in ranks()), "")
    if found:
        return ranks()[found]
    return COUNTY_TOWN if any("一" <= sign <= "鿿" for sign in name) else UNKNOWN


@cache
def ranks() -> Mapping[str, int]:
    """Every ranked city by the name it goes by."""
    path = files("salesyear.market") / "data" / "cities.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    named = {row["city"]: int(row["tier"]) for row in rows}
    return named | {short: tier for name, tier in named.items() for short in _shorter(name)}


def cities_of(tier: int) -> int | None:
    """Return how many cities of a tier there are; None where nobody has counted them here."""
    count = sum(1 for row in _listed() if row == tier)
    return count or None


@cache
def _listed() -> tuple[int, ...]:
    path = files("salesyear.market") / "data" / "cities.csv"
    return tuple(int(row["tier"]) for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _shorter(name: str) -> list[str]:
    return [name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending) and len(name) > len(ending) + 1]

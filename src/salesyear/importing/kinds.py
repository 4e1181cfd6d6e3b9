"""Every kind of row that files bring in, as the slices declare them."""

from __future__ import annotations

from typing import Final

from salesyear.core.columns import ImportKind
from salesyear.crm import columns as crm
from salesyear.engine.messages import EngineError, noop
from salesyear.market import columns as market
from salesyear.org import columns as org
from salesyear.sales import columns as sales
from salesyear.targets import columns as targets

KINDS: Final[dict[str, ImportKind]] = {
    kind.name: kind for slice_ in (org, crm, sales, market, targets) for kind in slice_.KINDS
}


class UnknownKind(EngineError):
    """A kind of row that no slice declares."""


def kind_named(name: str) -> ImportKind:
    """The kind of this name. Raises UnknownKind, naming all there are."""
    if name not in KINDS:
        raise UnknownKind(
            noop("“%(name)s” is no kind of import. There are: %(kinds)s."), name=name, kinds=", ".join(KINDS)
        )
    return KINDS[name]

"""Work in parts that know nothing of each other: done one after the other here, or spread over a Spark cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from salesyear.engine.forecast.tree import Floats

if TYPE_CHECKING:
    from salesyear.engine.metrics.engines.spark import Spark


class Fan(Protocol):
    """Does a piece of work for each item; the answers come in the items' order and are the same wherever it is done."""

    def __call__(self, make: Callable[[int], Floats], items: Sequence[int]) -> Iterable[Floats]:
        """The answers, one for each item."""
        ...


class SparkFan:
    """Sends each item to a worker of a Spark cluster. Workers need this package and NumPy as they are here."""

    def __init__(self, spark: Spark) -> None:
        """Use the session of `spark`, which is opened with the first piece of work."""
        self._spark = spark

    def __call__(self, make: Callable[[int], Floats], items: Sequence[int]) -> Iterable[Floats]:
        """Return the answers as they were given; the work itself (a panel and its models) is sent once to a worker."""
        context: Any = self._spark.session.sparkContext
        sent = context.broadcast(make)
        try:
            return list(context.parallelize(items, max(len(items), 1)).map(lambda item: sent.value(item)).collect())
        finally:
            sent.unpersist()


def fan_for(engine: str) -> Fan | None:
    """The cluster that `SALESYEAR_ENGINE` names, if it names one; else None: the work stays here."""
    if not engine.startswith("spark://"):
        return None
    from salesyear.engine.metrics.engines.spark import Spark

    return SparkFan(Spark(engine))

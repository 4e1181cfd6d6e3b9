"""Apache Spark: the same figures and forecasts on a cluster, over the same columnar files. Needs Java 17.

Files are named to the cluster as they are here, so every worker must see the folder (one machine, or a shared disk).
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl


class Spark:
    """One session on a cluster, opened when it is first asked."""

    dialect = "pyspark"

    def __init__(self, master: str, settings: Mapping[str, str] | None = None) -> None:
        """Remember the cluster's address (`spark://host:7077`) and what else Spark is to know."""
        import ibis

        _ = ibis.pyspark  # Ibis reads its options for Spark's SQL only when this is named
        self.master = master
        self._settings = dict(settings or {})
        self._session: Any = None

    @property
    def session(self) -> Any:  # noqa: ANN401 - a Spark session
        """The session, opened if need be."""
        if self._session is None:
            self._session = self._opened()
        return self._session

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query."""
        return pl.DataFrame(pl.from_arrow(self.session.sql(sql).toArrow()))

    def held(self, sql: str) -> str | None:
        """Nothing is kept: a cluster works answers out where they are asked."""
        return None

    def view(self, name: str, files: Sequence[Path]) -> str:
        """A name for just these files; the same files have the same name."""
        listed = [str(file) for file in files]
        known = f"{name}_{hashlib.sha256(repr(listed).encode()).hexdigest()[:16]}"
        if not self.session.catalog.tableExists(known):
            self.session.read.parquet(*listed).createOrReplaceTempView(known)
        return known

    def close(self) -> None:
        """Leave the cluster."""
        if self._session is not None:
            self._session.stop()
            self._session = None

    def _opened(self) -> Any:  # noqa: ANN401 - as above
        from pyspark.sql import SparkSession

        host = self.master.removeprefix("spark://").partition(":")[0]
        here = _address_towards(host)
        made = SparkSession.builder.master(self.master).appName("Salesyear")
        fixed = {
            "spark.driver.host": here,
            "spark.driver.bindAddress": here,
            "spark.ui.enabled": "false",
            "spark.sql.session.timeZone": "UTC",
            "spark.sql.shuffle.partitions": "4",
            "spark.sql.ansi.enabled": "true",
            # Days and whole numbers are what files hold; newer Parquet encodings of Spark itself are not needed.
            "spark.sql.parquet.enableVectorizedReader": "true",
        }
        for name, value in (fixed | self._settings).items():
            made = made.config(name, value)
        session = made.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session


def _address_towards(host: str) -> str:
    """Under which address that host sees this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect((host, 9))
        return str(asked.getsockname()[0])

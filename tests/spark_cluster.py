"""A real Spark cluster for tests: a standalone master with two workers, each a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
PATIENCE = 90.0


@contextmanager
def cluster() -> Iterator[str]:
    """Start it, wait until both workers have come, give its address, and end just these processes."""
    import pyspark

    folder = Path(tempfile.mkdtemp(prefix="salesyear-spark-"))
    home = str(Path(str(pyspark.__file__)).parent)
    port, page = free_port(), free_port()
    surroundings = {
        **os.environ,
        "SPARK_HOME": home,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_WORKER_DIR": str(folder),
        "SPARK_LOG_DIR": str(folder),
    }
    master = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    asked = [[f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]]
    worker = [f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
    asked += [[*worker, master]] * WORKERS
    started = [
        subprocess.Popen(
            [f"{home}/bin/spark-class", *words],
            env=surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for words in asked
    ]
    try:
        wait_for_workers(page)
        yield master
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_workers(page: int) -> None:
    """Ask the master's own page until it knows of every worker."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{page}/json/", timeout=5) as answer:
                if answer.read().decode().count('"ALIVE"') > WORKERS:  # the master says it of itself, too
                    return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError("The Spark cluster did not come up.")


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])

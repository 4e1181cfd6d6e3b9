"""Steps of a long computation kept in a folder, so that work killed in the middle goes on from where it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]


class Steps:
    """One folder, one file per step. Name the folder for everything the steps depend on: they are never checked."""

    def __init__(self, folder: Path) -> None:
        """Keep in `folder`, which is made with the first step."""
        self.folder = folder

    def keep(self, key: str, make: Callable[[], Array]) -> Array:
        """Read the step, or make it and write it: whole or not at all."""
        import numpy as np

        file = self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.npy"
        if file.exists():
            return np.asarray(np.load(file, allow_pickle=False))
        made = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".half")
        with half.open("wb") as stream:
            np.save(stream, made, allow_pickle=False)
        half.replace(file)
        return made

    def forget(self) -> None:
        """Throw all steps away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def mark_of(*parts: object) -> str:
    """Return a short name for everything a run depends on: facts, parameters, versions."""
    return hashlib.sha256(" ".join(str(part) for part in parts).encode()).hexdigest()[:16]

"""The policy as a file: every figure with its words and its unit, written for people to change, read back strictly."""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.utils.translation import gettext as _

from salesyear.engine.messages import EngineError, noop
from salesyear.plans.policy import BY_NAME, FIGURES, Figure


class WrongPolicy(EngineError):
    """A `policy.toml` that names a figure there is not, or a value that is no number."""


def write_policy(path: Path) -> None:
    """Write every figure at its default, what it means above it."""
    head = _("The figures of the plan's policy. Change them and run the plan again: the file is never overwritten.")
    shares = _("Shares are fractions: 0.30 is 30%. A figure left out has its default.")
    lines = [f"# {head}", f"# {shares}"]
    for figure in FIGURES:
        lines += ["", f"# {_meaning(figure)}", f"{figure.name} = {figure.value:g}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _meaning(figure: Figure) -> str:
    return f"{figure.row}: {_(figure.label)} [{figure.unit}]"


def read_policy(path: Path) -> dict[str, float]:
    """Read the figures a file sets. Raises WrongPolicy, naming the figure."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise WrongPolicy(noop("%(file)s cannot be read: %(reason)s"), file=path.name, reason=str(wrong)) from wrong
    for name, value in said.items():
        if name not in BY_NAME:
            text = noop("There is no figure “%(name)s” in the policy. There are: %(names)s.")
            raise WrongPolicy(text, name=name, names=", ".join(BY_NAME))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise WrongPolicy(noop("“%(name)s” is “%(value)s”: write a number."), name=name, value=value)
    return {name: float(value) for name, value in said.items()}

"""What is wrong with a cell, as a value: the rule it breaks and how to mend it, both translatable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A rule that a cell breaks, and the mend.

    `rule` and `mend` are English sentences with named places, `places` what goes into them, so that a page
    can show them in another language: `gettext(problem.rule) % dict(problem.places)`.
    """

    rule: str
    mend: str
    places: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Both sentences in English."""
        return f"{self.rule % dict(self.places)} {self.mend % dict(self.places)}"


def problem(rule: str, mend: str, **places: object) -> Problem:
    """A problem whose places are given by name; long values are shown by their beginning."""
    shown = tuple((name, shortened(str(value))) for name, value in places.items())
    return Problem(rule, mend, shown)


def shortened(text: str, most: int = 60) -> str:
    """A value as it is quoted in a sentence: 60 characters at most."""
    return text if len(text) <= most else text[: most - 1] + "…"

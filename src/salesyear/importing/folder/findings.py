"""What somebody should know about a folder: decisions taken for them, gaps, and what stops the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext as _

from salesyear.core.sentences import about, enumerated, together
from salesyear.engine.messages import EngineError, noop


class Weight(StrEnum):
    """How much a finding matters."""

    STOP = "stop"  # no plan can be made of this
    GAP = "gap"  # the plan is made, and is poorer for it
    CHOICE = "choice"  # decided for them; folder.toml decides otherwise


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: about which file (empty: the folder), as a sentence, and how to mend or to overrule it.

    values: what the sentence is filled with; a tuple is set as a list in the reader's language.
    """

    weight: Weight
    file: str
    text: str
    mend: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in the reader's language, the way out behind it."""
        said = together(self._said(self.text), self._said(self.mend))
        return about(self.file, said)

    def _said(self, text: str) -> str:
        values = {key: enumerated(one) if isinstance(one, tuple) else one for key, one in self.values.items()}
        return (_(text) % values if values else _(text)) if text else ""


def stop(file: str, text: str, mend: str = "", **values: object) -> Finding:
    """Make a finding that stops the plan."""
    return Finding(Weight.STOP, file, text, mend, values)


def gap(file: str, text: str, mend: str = "", **values: object) -> Finding:
    """Make a finding about something that is missing."""
    return Finding(Weight.GAP, file, text, mend, values)


def choice(file: str, text: str, mend: str = "", **values: object) -> Finding:
    """Make a finding about something that was decided."""
    return Finding(Weight.CHOICE, file, text, mend, values)


class FolderRefused(EngineError):
    """A folder of which no plan can be made; `findings` holds the whole list, not its first line only."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Name how many things stand in the way."""
        self.findings = list(findings)
        count = sum(1 for one in self.findings if one.weight is Weight.STOP)
        super().__init__(noop("The folder cannot be planned from: %(count)s things stand in the way."), count=count)


def refuse_if_stopped(findings: Iterable[Finding]) -> None:
    """Raise FolderRefused when one of the findings stops the plan."""
    findings = list(findings)
    if any(one.weight is Weight.STOP for one in findings):
        raise FolderRefused(findings)

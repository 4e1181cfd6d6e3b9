"""How a board writes amounts, differences and shares."""

from __future__ import annotations

from dataclasses import dataclass

from salesyear.core import drawings, numbers


@dataclass(frozen=True)
class Money:
    """How amounts of minor units are written on this page."""

    currency: str
    digits: int

    def text(self, minor: float | None) -> str:
        """Briefly, with the sign of the currency."""
        return numbers.money(None if minor is None else round(minor), self.currency, digits=self.digits).text

    def signed(self, minor: float | None) -> str:
        """A difference: with its sign, always."""
        if minor is None:
            return numbers.MISSING
        whole = round(minor)
        text = self.text(abs(whole))
        return f"+{text}" if whole > 0 else f"{drawings.MINUS}{text}" if whole < 0 else text

    def exact(self, minor: float | None) -> str:
        """To the minor unit, without the currency's sign."""
        if minor is None:
            return numbers.MISSING
        return numbers.grouped(numbers.major(round(minor), self.digits), self.digits)


def direction(value: float | None, better: int = 1) -> tuple[str, str]:
    """Return the arrow of a difference and the style that says whether it is good: never colour alone."""
    if not value:
        return "", ""
    return ("▲" if value > 0 else "▼"), ("good" if value * better > 0 else "bad")


def percent(part: float | None, *, signed: bool = False) -> str:
    """Write a share in per cent."""
    if part is None:
        return numbers.MISSING
    sign = drawings.MINUS if part < 0 else "+" if signed and part > 0 else ""
    return f"{sign}{abs(100 * part):.1f}%"

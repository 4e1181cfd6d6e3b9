"""Whole cents for stated amounts that have more decimals: the remainder is carried down the file (ADR 0002)."""

from __future__ import annotations

from collections.abc import Iterable


def carried(micros: Iterable[int], digits: int) -> list[int]:
    """Minor units whose total is the rounded total, each within one unit of its own stated amount.

    micros: stated amounts in millionths of the currency's unit, in file order. digits: decimals of the currency.
    amount_k = round(S_k) - round(S_(k-1)), S the exact running total; halves are rounded away from zero.
    """
    step = 10 ** (6 - digits)
    amounts, total, given = [], 0, 0
    for stated in micros:
        total += stated
        reached = rounded(total, step)
        amounts.append(reached - given)
        given = reached
    return amounts


def rounded(micros: int, step: int) -> int:
    """Steps in an amount, halves away from zero."""
    whole = (2 * abs(micros) + step) // (2 * step)
    return whole if micros >= 0 else -whole

"""The compiled loops do exactly what the NumPy reference does; here they run as plain Python, without a
compiler."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.rounding import OrgTree, compiled
from salesyear.engine.rounding.halving import BITS, ONE, network, round_fractions

pytestmark = pytest.mark.once


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_loops_equal_the_reference_bit_for_bit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes = int(rng.integers(1, 30))
    parents = tuple(int(rng.integers(-1, place)) if place else -1 for place in range(nodes))
    tree = OrgTree(tuple(f"n{place}" for place in range(nodes)), parents)
    shape = (tree.leaves.size, int(rng.integers(1, 13)))
    fractions, words = rng.integers(0, ONE, shape), rng.integers(0, 2**63, shape).astype(np.uint64)
    net = network(tree, shape[1])
    expected = round_fractions(fractions, words, net)
    value = fractions.astype(np.int32).ravel()
    years, months = net.years, net.months
    compiled.clear_digits(value, words.ravel(), years.order, years.groups, months.order, months.groups, BITS)
    assert ((value >> BITS).reshape(shape) == expected).all()


def test_nothing_is_compiled_unless_asked_for() -> None:
    assert compiled.ready() is None

"""The gap ledger by hand, and its promises on any ledger: it adds up, and nobody's surplus fills another's gap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesyear.engine.plans.effect import NotMonthByMonth, uplift
from salesyear.engine.plans.ledger import Initiative, Leaf, Ledger, Sums, ledger

pytestmark = pytest.mark.once

EAST, WEST = 1, 2
SHANGHAI, JIANGSU, SICHUAN = 11, 12, 21
LI, ZHAO, SUN = 101, 102, 201


def year(first: int, *more: int) -> tuple[int, ...]:
    """A year of a few months, so that it can be added up by hand."""
    return (first, *more, *(0,) * (11 - len(more)))


# Targets 1,000 / 600 / 400 a year, baselines 800 / 600 / 100: gaps 200 / 0 / 300.
LEAVES = (
    Leaf((EAST, SHANGHAI, LI), year(600, 400), year(500, 300)),
    Leaf((EAST, JIANGSU, ZHAO), year(300, 300), year(300, 300)),
    Leaf((WEST, SICHUAN, SUN), year(200, 200), year(50, 50)),
)


def of(made: Ledger, *place: int) -> Sums:
    return next(node.sums for node in made.nodes if node.place == place)


def test_without_initiatives_the_gap_is_open() -> None:
    made = ledger(LEAVES, [])
    assert sum(made.total.gap) == 500
    assert made.total.gap[:2] == (250, 250)
    assert made.total.coverage == 0
    assert [node.place for node in made.nodes] == [
        (),
        (EAST,),
        (EAST, SHANGHAI),
        (EAST, SHANGHAI, LI),
        (EAST, JIANGSU),
        (EAST, JIANGSU, ZHAO),
        (WEST,),
        (WEST, SICHUAN),
        (WEST, SICHUAN, SUN),
    ]


def test_a_chance_weighs_and_is_shown_beside_the_hope() -> None:
    made = ledger(LEAVES, [Initiative(1, "win_back", year(0, 100), 300_000, {"rep": frozenset({LI})})])
    assert made.total.hoped == year(0, 100)
    assert made.total.expected == year(0, 30)
    assert made.total.coverage == pytest.approx(30 / 500)
    assert made.total.coverage_hoped == pytest.approx(100 / 500)
    assert made.total.kinds == {"win_back": year(0, 30)}


def test_one_regions_initiative_never_covers_anothers_gap() -> None:
    """East gets 400 for a gap of 200; West's 300 stay open. The sum says 80 %, where it is needed it is 40 %."""
    made = ledger(LEAVES, [Initiative(1, "campaign", year(400), 1_000_000, {"territory": frozenset({SHANGHAI})})])
    assert made.total.coverage == pytest.approx(400 / 500)
    assert made.total.coverage_needed == pytest.approx(200 / 500)
    assert of(made, EAST).coverage == pytest.approx(2.0)
    assert of(made, WEST).coverage == 0
    assert of(made, WEST).expected == ()
    assert made.lifts[0].covered == 200


def test_a_regions_initiative_is_shared_by_targets_and_adds_up() -> None:
    """101 over targets of 1,000 and 600: 63.125 and 37.875, so 63 and 38; Zhao has no gap for his 38."""
    made = ledger(LEAVES, [Initiative(1, "campaign", year(101), 1_000_000, {"region": frozenset({EAST})})])
    assert sum(of(made, EAST, SHANGHAI).expected) == 63
    assert sum(of(made, EAST, JIANGSU).expected) == 38
    assert (made.total.needed, made.total.covered) == (500, 63)


def test_what_was_measured_replaces_the_estimate_of_its_months() -> None:
    """Estimated 100 a month at 50 %; January brought 80, February −10, March is still an estimate."""
    one = Initiative(1, "promotion", year(100, 100, 100), 500_000, {"rep": frozenset({LI})}, measured=(80, -10))
    made = ledger(LEAVES, [one])
    assert made.total.expected[:4] == (80, -10, 50, 0)
    assert made.total.hoped[:4] == (80, -10, 100, 0)


def test_two_initiatives_on_the_same_cells_are_flagged() -> None:
    where = {"rep": frozenset({LI})}
    first = Initiative(1, "promotion", year(10, 10), 1_000_000, where | {"line": frozenset({7})})
    same = Initiative(2, "campaign", year(0, 10), 1_000_000, {"region": frozenset({EAST})})
    later = Initiative(3, "campaign", year(0, 0, 10), 1_000_000, where)
    other_line = Initiative(4, "promotion", year(10), 1_000_000, where | {"line": frozenset({8})})
    next_door = Initiative(5, "promotion", year(10), 1_000_000, {"rep": frozenset({SUN})})
    flags = {lift.key: lift.overlaps for lift in ledger(LEAVES, [first, same, later, other_line, next_door]).lifts}
    assert flags == {1: (2,), 2: (1,), 3: (), 4: (), 5: ()}


def test_cells_that_are_in_no_leaf_count_nowhere() -> None:
    made = ledger(LEAVES, [Initiative(1, "hire", year(100), 1_000_000, {"rep": frozenset({999})})])
    assert made.lifts[0].parts == {}
    assert made.total.expected == ()
    assert made.total.coverage == 0


def test_a_plan_below_its_baseline_has_no_gap_to_cover() -> None:
    made = ledger([Leaf((EAST, SHANGHAI, LI), year(90), year(100))], [])
    assert (sum(made.total.gap), made.total.needed) == (-10, 0)
    assert made.total.coverage is None
    assert made.total.coverage_needed is None


@given(
    st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), min_size=1, max_size=6),
    st.lists(
        st.tuples(st.lists(st.integers(0, 10**11), min_size=12, max_size=12), st.integers(0, 10**6), st.integers(0, 7)),
        max_size=5,
    ),
)
def test_nodes_months_kinds_and_initiatives_add_up(
    amounts: list[tuple[int, int]], wanted: list[tuple[list[int], int, int]]
) -> None:
    leaves = [Leaf((at % 2, at % 3, at), year(owed), year(anyway)) for at, (owed, anyway) in enumerate(amounts)]
    ideas = [
        Initiative(key, f"kind {key % 2}", tuple(months), chance, {"rep": frozenset(range(upto))})
        for key, (months, chance, upto) in enumerate(wanted)
    ]
    made = ledger(leaves, ideas)
    for depth in (1, 2, 3):
        nodes = [node.sums for node in made.nodes if len(node.place) == depth]
        for name in ("needed", "covered", "covered_hoped"):
            assert sum(getattr(sums, name) for sums in nodes) == getattr(made.total, name)
        for name in ("target", "baseline", "gap", "expected", "hoped"):
            parts = [getattr(sums, name) for sums in nodes if getattr(sums, name)]
            assert [sum(month) for month in zip(*parts, strict=True)] == list(getattr(made.total, name))
    placed = [lift for lift in made.lifts if lift.parts]
    assert sum(sum(lift.expected) for lift in placed) == sum(made.total.expected)
    assert sum(sum(months) for months in made.total.kinds.values()) == sum(made.total.expected)
    assert sum(lift.covered for lift in made.lifts) == made.total.covered
    assert made.total.covered <= min(made.total.needed, sum(made.total.expected))


def test_the_measured_effect_is_what_was_sold_above_the_baseline() -> None:
    """Sold 120 and 130; expected anyway 100 (80 to 120) and 100 (70 to 140): 50, between −10 and 100."""
    effect = uplift([120, 130], [100, 100], [80, 70], [120, 140])
    assert (effect.months, effect.total) == ((20, 30), 50)
    assert (effect.low, effect.high) == (-10, 100)
    with pytest.raises(NotMonthByMonth, match="same months"):
        uplift([1], [1, 2], [1], [1])

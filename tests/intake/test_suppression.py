"""Small counts are hidden with as few others as it takes: by hand, and by trying every possible list.

Whole linked tables are attacked in tests/intake/observatory/test_attack.py.
"""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.models import IntakeSettings
from intake.suppression import HIDDEN, LEAST_POSSIBLE, bounds, is_small, protect_grid, protect_line, threshold


def hidden_in(*counts: int, at: int = 5, last_resort: tuple[int, ...] = ()) -> set[int] | None:
    found = protect_line(dict(enumerate(counts)), at, last_resort)
    return None if found is None else set(found)


def grid(rows: list[list[int]]) -> frozenset[tuple[int, int]] | None:
    return protect_grid({(r, c): n for r, row in enumerate(rows) for c, n in enumerate(row)}, 5)


class TestByHand:
    def test_nothing_small_nothing_hidden(self):
        assert hidden_in(12, 0, 5) == set()
        assert hidden_in() == set()

    def test_a_small_count_takes_the_smallest_other_that_is_enough(self):
        assert hidden_in(40, 4, 9, 0) == {1, 2}

    def test_one_that_leaves_too_few_possibilities_is_not_enough(self):
        # 1 and 5 make 6: who knows that the other is 5 at least knows that one is 1.
        assert hidden_in(1, 5, 40) == {0, 2}

    def test_two_small_counts_may_hide_each_other(self):
        assert hidden_in(2, 3, 50) == {0, 1}
        # But not when what they make is small too.
        assert hidden_in(1, 1, 50) == {0, 1, 2}

    def test_a_list_that_cannot_be_made_safe_is_withheld(self):
        assert hidden_in(1, 5) is None
        assert hidden_in(1, 1, 1, 1, 1) is None

    def test_some_never_protect_another(self):
        assert hidden_in(40, 4, 9, last_resort=(2,)) == {0, 1}
        assert hidden_in(4, 9, last_resort=(1,)) is None

    def test_zeros_are_zeros(self):
        assert hidden_in(0, 3, 0, 30) == {1, 3}

    def test_a_small_count_in_a_grid_takes_a_rectangle(self):
        assert grid([[30, 3, 20], [25, 8, 19], [90, 50, 60]]) == {(0, 1), (0, 2), (1, 1), (1, 2)}

    def test_a_grid_without_a_way_is_withheld(self):
        assert grid([[30, 3], [0, 9]]) is None

    def test_a_higher_threshold_for_personal_situations(self):
        assert hidden_in(10, 30, 40, at=11) == {0, 1}

    def test_mistakes_are_told(self):
        with pytest.raises(ValueError, match="below zero"):
            hidden_in(-1)
        with pytest.raises(TypeError, match="neither zero"):
            bool(HIDDEN)
        assert str(HIDDEN) == "masqué"


@pytest.mark.django_db
def test_thresholds_are_settings(commit):
    assert (threshold(), threshold(situation=True)) == (5, 11)
    IntakeSettings.objects.create(suppression_threshold=7, situation_threshold=20)
    commit()
    assert (threshold(), threshold(situation=True)) == (7, 20)


def possible_values(counts: list[int], hidden: frozenset[int], at: int) -> dict[int, set[int]]:
    """What each hidden count may be: every list with the same sum is tried."""
    total = sum(counts[place] for place in hidden)
    ranges = []
    for place in sorted(hidden):
        low, high = bounds(counts[place], at)
        ranges.append(range(low, (high or total) + 1))
    possible: dict[int, set[int]] = {place: set() for place in hidden}
    for values in itertools.product(*ranges):
        if sum(values) == total:
            for place, value in zip(sorted(hidden), values, strict=True):
                possible[place].add(value)
    return possible


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 8)), min_size=1, max_size=4))
def test_no_hidden_count_of_a_list_can_be_worked_out(counts):
    hidden = protect_line(dict(enumerate(counts)), 5)
    small = {place for place, count in enumerate(counts) if is_small(count, 5)}
    if hidden is None:
        # Withheld only when hiding every count that is not zero would not do.
        everything = frozenset(place for place, count in enumerate(counts) if count)
        values = possible_values(counts, everything, 5)
        assert sum(counts) < 5 or any(len(found) < LEAST_POSSIBLE for found in values.values())
        return
    assert small <= hidden and not any(counts[place] == 0 for place in hidden)
    for place, values in possible_values(counts, hidden, 5).items():
        assert len(values) >= LEAST_POSSIBLE, (counts, hidden, place, values)


def test_the_trial_finds_what_only_small_counts_hide():
    """So that the proof above can fail."""
    assert possible_values([30, 3, 8], frozenset({1}), 5) == {1: {3}}


def test_a_grid_of_a_whole_territory_takes_no_time():
    """51 communes × 40 services, most of them asked little."""
    cells = {
        (row, column): (row * 7919 + column * 104729) % 97 % 13 if (row + column) % 3 else 0
        for row, column in itertools.product(range(51), range(40))
    }
    start = time.process_time()
    hidden = protect_grid(cells, 5)
    assert time.process_time() - start < 3
    assert hidden is not None and 0.1 < len(hidden) / len(cells) < 0.6

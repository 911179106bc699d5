"""No hidden count of the whole catalogue can be worked out: tried by integer programming."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from intake.observatory import catalogue
from intake.observatory.catalogue import GRIDS, TABLES, UNKNOWN, Year, protect
from intake.observatory.months import Span, completed, gathered
from intake.suppression import HIDDEN, is_small
from tests.intake.observatory.attack import Attack

AT, AT_SITUATION = 5, 11
# Not made smaller when one fails: each try solves some hundred programs.
TRIES = settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
SERVICES = {"a1": "A", "a2": "A", "a3": "A", "b1": "B", "b2": "B", "c1": "C", "d1": "D", "d2": "D"}
COMMUNES = {"x1": "X", "x2": "X", "x3": "X", "y1": "Y", "y2": "Y", "z1": "Z"}
BENEFICIARIES = ("self", "older", "disabled")


def year_of(contacts: list[tuple[int, ...]], needs: list[tuple[Any, ...]], searches: list[str]) -> Year:
    """A year from its contacts (month, channel, kind, source) and needs (service, commune, answer, news, for whom)."""

    def count(values: Any, keys: Any) -> dict[str, int]:
        return dict.fromkeys(keys, 0) | dict(Counter(values))

    months = [f"{month:02d}" for month in range(1, 13)]
    lines: dict[str, dict[str, int]] = {
        "months": count((months[row[0]] for row in contacts), months),
        "channels": count((f"ch{row[1]}" for row in contacts), [f"ch{n}" for n in range(4)]),
        "kinds": count((f"k{row[2]}" for row in contacts), [*(f"k{n}" for n in range(3)), UNKNOWN]),
        "heard_from": count((f"h{row[3]}" for row in contacts), [*(f"h{n}" for n in range(4)), UNKNOWN]),
        "services": count((need[0] for need in needs), [*SERVICES, UNKNOWN]),
        "communes": count((need[1] for need in needs), [*COMMUNES, UNKNOWN]),
        "families": count((SERVICES.get(need[0], "") for need in needs), ["A", "B", "C", "D", UNKNOWN]),
        "epcis": count((COMMUNES.get(need[1], "") for need in needs), ["X", "Y", "Z", UNKNOWN]),
        "beneficiaries": count((need[4] for need in needs), [*BENEFICIARIES, UNKNOWN]),
        "searched": count(searches, ["A", "B", "C", "D"]),
    }
    answers = [need[2] if need[0] or need[2] != "directed" else "pending" for need in needs]
    directed = ["unmet_at_contact" if answer.startswith("unmet") else answer for answer in answers]
    lines["at_contact"] = count(directed, ["directed", "unmet_at_contact", "pending"])
    lines["unmet"] = count(
        (
            "no_such_service" if answer == "unmet_none" else "service_exists"
            for answer in answers
            if "unmet" in answer
        ),
        ["no_such_service", "service_exists"],
    )
    lines["news"] = count(
        (
            "other_news" if answer != "directed" else need[3]
            for answer, need in zip(answers, needs, strict=True)
        ),
        ["met", "unmet_at_follow_up", "not_known", "other_news"],
    )
    return Year(
        {"contacts": len(contacts), "needs": len(needs), "searches": len(searches)},
        lines,
        {
            "services": {key: SERVICES.get(key, UNKNOWN) for key in lines["services"]},
            "communes": {key: COMMUNES.get(key, UNKNOWN) for key in lines["communes"]},
            "unmet": dict.fromkeys(lines["unmet"], "unmet_at_contact"),
        },
        {
            "families_epcis": dict(
                Counter((SERVICES.get(need[0], ""), COMMUNES.get(need[1], "")) for need in needs)
            ),
            "families_at_contact": dict(
                Counter(
                    (SERVICES.get(need[0], ""), answer) for need, answer in zip(needs, directed, strict=True)
                )
            ),
        },
    )


# Skewed, so that small counts stand beside large ones.
def skewed(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(
        [value for place, value in enumerate(values) for _ in range(2 ** (5 - min(place, 5)))]
    )


contacts = st.lists(
    st.tuples(st.integers(0, 11), skewed([0, 1, 2, 3]), skewed([0, 1, 2]), skewed([0, 1, 2, 3])), max_size=80
)
needs = st.lists(
    st.tuples(
        skewed([*SERVICES, UNKNOWN]),
        skewed([*COMMUNES, UNKNOWN]),
        skewed(["directed", "unmet_exists", "unmet_none", "pending"]),
        skewed(["met", "not_known", "unmet_at_follow_up"]),
        skewed(["older", UNKNOWN, "self", "disabled"]),
    ),
    max_size=120,
)
searches = st.lists(skewed(["A", "B", "C", "D"]), max_size=25)


@TRIES
@given(contacts, needs, searches)
def test_no_hidden_count_of_any_small_year_can_be_worked_out(contacts, needs, searches):
    check(year_of(contacts, needs, searches))


@TRIES
@given(st.randoms(use_true_random=False), st.integers(1, 400), st.integers(1, 500))
def test_no_hidden_count_of_any_year_can_be_worked_out(random, many_contacts, many_needs):
    check(random_year(random, many_contacts, many_needs))


def random_year(random: Any, many_contacts: int, many_needs: int) -> Year:
    def pick(values: list[Any]) -> Any:
        return random.choices(values, [3.0**-place for place in range(len(values))])[0]

    return year_of(
        [
            (random.randrange(12), pick([0, 1, 2, 3]), pick([0, 1, 2]), pick([0, 1, 2, 3]))
            for _ in range(many_contacts)
        ],
        [
            (
                pick([*SERVICES, UNKNOWN]),
                pick([*COMMUNES, UNKNOWN]),
                pick(["directed", "unmet_exists", "pending", "unmet_none"]),
                pick(["met", "not_known", "unmet_at_follow_up"]),
                pick(["older", UNKNOWN, "self", "disabled"]),
            )
            for _ in range(many_needs)
        ],
        [pick(["A", "B", "C", "D"]) for _ in range(random.randrange(30))],
    )


def check(year: Year) -> None:
    shown = protect(year, AT, AT_SITUATION)
    for unit, total in shown.totals.items():
        assert (total is HIDDEN) == is_small(year.totals[unit], AT)
    for table in TABLES.values():
        limit = AT_SITUATION if table.situation else AT
        for above, (_total, counts) in year.groups(table).items():
            for key, count in counts.items():
                value = shown.lines[table.name][key]
                # What is shown is true and not small; a zero is one, but where nothing is told.
                assert value is HIDDEN or (value == count and not is_small(count, limit))
                assert count or value == 0 or (table.name, above) in shown.withheld
    for name, grid in shown.grids.items():
        if grid:
            assert sum(year.grids[name].values()) == year.totals["needs"]
            assert not any(is_small(value, AT) for value in grid.cells.values() if isinstance(value, int))
    found = Attack(year, shown, AT, AT_SITUATION).found()
    assert not found, (found, shown)


@TRIES
@given(st.randoms(use_true_random=False), st.integers(1, 200), st.integers(1, 12))
def test_nor_by_who_kept_the_months_published_before_their_year(random, many_contacts, month):
    """The year after some of its months were published, and corrected since: requests entered late, or set aside."""
    year = random_year(random, many_contacts, 40)
    counts = year.lines["months"]
    before = {key: max(0, count + random.choice([0, 0, 0, -1, 1, 3])) for key, count in counts.items()}
    kept = gathered([(int(key), before[key]) for key in sorted(before)[:month]], AT)[:-1]
    line, is_told = completed(kept, counts, AT)
    year.lines["months"] = line
    year.hidden_totals = frozenset() if is_told else frozenset({"contacts"})
    shown = protect(year, AT, AT_SITUATION)
    earlier = {span.key: span.contacts for span in kept}
    if is_told and kept:
        # Unchanged, and nothing else of them: two editions have nothing to subtract.
        assert shown.lines["months"].items() >= earlier.items()
        assert HIDDEN not in shown.lines["months"].values()
    assert not any(is_small(count, AT) for count in earlier.values())
    assert not Attack(year, shown, AT, AT_SITUATION, earlier).found()


def test_a_small_rest_of_a_year_is_found_where_its_total_is_shown():
    """So that what is above can fail."""
    import random

    year = random_year(random.Random(3), 100, 40)
    rest = 2
    kept = [Span(1, 11, 98)]
    year.lines["months"] = {"01-11": 98, "12": rest}
    shown = protect(year, AT, AT_SITUATION)
    shown.lines["months"] = {"01-11": HIDDEN, "12": HIDDEN}
    shown.withheld.add(("months", ""))
    found = Attack(year, shown, AT, AT_SITUATION, {span.key: span.contacts for span in kept}).found()
    assert found[("months", "12")] == {rest}


def only_small(counts: Any, at: int, *_others: Any) -> frozenset[Any]:
    return frozenset(key for key, count in counts.items() if is_small(count, at))


@pytest.mark.parametrize("switched_off", ["protect_line", "protect_grid"])
def test_the_attack_finds_them_when_only_small_counts_are_hidden(monkeypatch, switched_off):
    """So that what is above can fail."""
    import random

    year = random_year(random.Random(7), 120, 150)
    assert not Attack(year, protect(year, AT, AT_SITUATION), AT, AT_SITUATION).found()
    monkeypatch.setattr(catalogue, switched_off, only_small)
    shown = protect(year, AT, AT_SITUATION)
    found = Attack(year, shown, AT, AT_SITUATION).found()
    assert any(len(values) == 1 for values in found.values())
    tables = {name[0] for name in found}
    assert tables <= set(GRIDS) if switched_off == "protect_grid" else tables & set(TABLES)

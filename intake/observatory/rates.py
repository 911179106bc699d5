"""How much more often something happened in one stretch of time than in another, with an honest interval.

Two counts are taken as Poisson, over *days* of their own. Given their sum, the
second is binomial, and the exact limits of Clopper and Pearson for its share
give those of the ratio of the two rates (Przyborowski and Wilenski, 1940). No
approximation: it holds for small counts, where intervals are wide, and says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LEVEL = 0.95
FEWEST = 10  # events in both stretches together: below, nothing can be concluded whatever the interval
_PRECISION = 1e-12


@dataclass(frozen=True)
class RateRatio:
    """Rates before and during, per week; their ratio, and its limits (None: no limit) at LEVEL."""

    before: int
    days_before: int
    during: int
    days_during: int
    ratio: float | None
    low: float
    high: float | None

    @property
    def is_enough(self) -> bool:
        """Whether there were events enough to say anything."""
        return self.before + self.during >= FEWEST

    @property
    def is_up(self) -> bool:
        return self.is_enough and self.low > 1

    @property
    def is_down(self) -> bool:
        return self.is_enough and self.high is not None and self.high < 1

    @property
    def is_conclusive(self) -> bool:
        return self.is_up or self.is_down

    @property
    def weekly_before(self) -> float:
        return 7 * self.before / self.days_before

    @property
    def weekly_during(self) -> float:
        return 7 * self.during / self.days_during


def tail(successes: int, trials: int, share: float) -> float:
    """Probability of at least *successes* in *trials*, each of probability *share*; exact to double precision."""
    if successes <= 0 or share >= 1:
        return 1.0
    if successes > trials or share <= 0:
        return 0.0
    if successes <= trials * share:
        # The other side is the short one: at least so many failures.
        return 1 - tail(trials - successes + 1, trials, 1 - share)
    log = (
        math.lgamma(trials + 1)
        - math.lgamma(successes + 1)
        - math.lgamma(trials - successes + 1)
        + successes * math.log(share)
        + (trials - successes) * math.log1p(-share)
    )
    term = total = math.exp(log)
    odds = share / (1 - share)
    for number in range(successes, trials):
        term *= (trials - number) / (number + 1) * odds
        total += term
        if term < total * 1e-17:
            break
    return min(total, 1.0)


def _share_with_tail(successes: int, trials: int, wanted: float) -> float:
    """The share for which the tail from *successes* is *wanted*; the tail grows with the share."""
    low, high = 0.0, 1.0
    while high - low > _PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if tail(successes, trials, middle) < wanted else (low, middle)
    return (low + high) / 2


def shares(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Limits of Clopper and Pearson for the share of *successes* among *trials*."""
    beside = (1 - level) / 2
    low = _share_with_tail(successes, trials, beside) if successes else 0.0
    high = _share_with_tail(successes + 1, trials, 1 - beside) if successes < trials else 1.0
    return low, high


def rate_ratio(
    before: int, days_before: int, during: int, days_during: int, level: float = LEVEL
) -> RateRatio | None:
    """The rate *during* against the rate *before*; None when nothing happened, or a stretch has no day."""
    if days_before <= 0 or days_during <= 0 or before + during == 0:
        return None
    scale = days_before / days_during
    low, high = shares(during, before + during, level)
    return RateRatio(
        before,
        days_before,
        during,
        days_during,
        ratio=during / before * scale if before else None,
        low=low / (1 - low) * scale if low < 1 else 0.0,
        high=high / (1 - high) * scale if before else None,
    )

"""The power law of counts: it finds what made the counts, and its ranges hold later ones."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from returnplan.errors import ReturnplanError
from returnplan.insight.power_law import PowerLaw

SINCE = date(2021, 1, 1)


def after(days: int) -> date:
    """Last of so many days that are counted."""
    return SINCE + timedelta(days=days - 1)


def law(totals: dict[int, int]) -> PowerLaw:
    """Fit to totals by the number of days that they count."""
    return PowerLaw(since=SINCE, dates=[after(days) for days in totals], totals=[*totals.values()])


def made(rng: np.random.Generator, days: list[int], beta: float, lambda_: float) -> list[int]:
    """Draw totals of a Poisson process whose expected count is a power law."""
    expected = lambda_ * np.array(days, float) ** beta
    return [int(total) for total in np.cumsum(rng.poisson(np.diff(expected, prepend=0.0)))]


def test_two_totals_are_met_exactly() -> None:
    # 30 victims by day 90 and twice as many by day 360: t four times as long, so beta = 1/2.
    two = law({90: 30, 360: 60})
    assert two.beta == pytest.approx(0.5, abs=1e-9)
    assert two.lambda_ == pytest.approx(60 / math.sqrt(360))
    assert two.expected(after(90)) == pytest.approx(30)
    assert two.dispersion == 1.0


def test_totals_that_follow_a_law_give_it_back() -> None:
    found = law({100: 100, 400: 200, 900: 300, 1600: 400})
    assert found.beta == pytest.approx(0.5, abs=1e-9)
    assert found.lambda_ == pytest.approx(10.0)
    assert found.dispersion == 1.0


@pytest.mark.parametrize(("beta", "lambda_"), [(0.4, 8_000.0), (1.0, 100.0), (1.4, 12.0)])
def test_many_victims_of_a_known_law_give_back_its_numbers(beta: float, lambda_: float) -> None:
    days = [100, 250, 380, 600, 900]
    totals = made(np.random.default_rng(3), days, beta, lambda_)
    found = law(dict(zip(days, totals, strict=True)))
    assert found.beta == pytest.approx(beta, rel=0.02)
    assert found.lambda_ * 900**found.beta == pytest.approx(lambda_ * 900**beta, rel=0.02)
    low, high = found.beta_range
    assert low < found.beta < high


def test_the_likelihood_is_greatest_at_beta() -> None:
    totals = {232: 140, 401: 200, 696: 257}
    found = law(totals)

    def likelihood(beta: float) -> float:
        shares = np.diff((np.array([*totals]) / 696) ** beta, prepend=0.0)
        return float(np.array([140, 60, 57]) @ np.log(shares))

    assert likelihood(found.beta) > likelihood(found.beta - 1e-3)
    assert likelihood(found.beta) > likelihood(found.beta + 1e-3)


def test_dispersion_is_pearsons_chi2_by_the_totals_beyond_two() -> None:
    found = law({100: 100, 400: 150, 900: 300})
    expected = [found.expected(after(days)) for days in (100, 400, 900)]
    parts = np.diff(expected, prepend=0.0)
    chi2 = sum((np.array([100, 50, 150]) - parts) ** 2 / parts)
    assert found.dispersion == pytest.approx(chi2)
    assert found.dispersion > 1


def test_uneven_counts_have_wider_ranges_than_even_ones() -> None:
    even, uneven = law({100: 100, 400: 200, 900: 300}), law({100: 130, 400: 170, 900: 300})
    spans = []
    for found in (even, uneven):
        low, _, high = found.between(after(900), after(1265))
        spans.append(high - low)
    assert spans[1] > 1.5 * spans[0]


def test_a_range_of_a_poisson_count_alone_is_that_of_poisson() -> None:
    # A million victims tell the law; the next 100 of them are a Poisson count: 87 and 113.
    rate = law({5_000: 500_000, 10_000: 1_000_000})
    assert rate.between(after(10_000), after(10_001)) == (87, 100, 113)


def test_forecasts_count_from_the_last_total_on() -> None:
    found = law({100: 100, 400: 200})
    table = found.forecast([after(500), after(800)])
    assert table["new_p50"].tolist() == [23, 82]  # 200 (500 / 400)^0.5 = 223.6, and 282.8
    assert table["total_p50"].tolist() == [200 + count for count in table["new_p50"]]
    assert (table["new_p10"] < table["new_p50"]).all()
    assert (table["new_p50"] < table["new_p90"]).all()
    with pytest.raises(ValueError, match="must lie after 2022-02-04"):
        found.between(after(399), after(500))


def covered(size: float) -> tuple[int, int]:
    """Made cases of 3 to 6 totals: how many later counts lie in their 80 % range, of how many.

    Parameters
    ----------
    size
        Victims of each accident: the variance of counts by their mean.
    """
    rng, held, cases = np.random.default_rng(19), 0, 200
    for case in range(cases):
        while True:
            beta, total = rng.uniform(0.3, 1.3), rng.uniform(40, 400)
            days = [*sorted(rng.choice(np.arange(60, 650), 2 + case % 4, replace=False)), 700]
            expected = total * (np.array([*days, 1100]) / 700) ** beta
            counts = size * rng.poisson(np.diff(expected, prepend=0.0) / size)
            if (counts[:-1] > 0).sum() >= 2:
                break
        totals = np.cumsum(counts[:-1]).astype(int)
        found = law({int(day): int(sum_) for day, sum_ in zip(days, totals, strict=True)})
        low, _, high = found.between(after(700), after(1100))
        held += low <= counts[-1] <= high
    return held, cases


def test_ranges_hold_later_counts_of_poisson_processes_in_about_80_percent() -> None:
    held, cases = covered(1)
    assert 0.74 <= held / cases <= 0.9


def test_ranges_see_that_accidents_hurt_two_people_each() -> None:
    held, cases = covered(2)
    assert held / cases >= 0.7


@pytest.mark.parametrize(
    ("totals", "reason"),
    [
        ({100: 50}, "totals of at least 2 dates, not 1"),
        ({}, "not 0"),
        ({100: 50, 200: 40}, "cannot be lower than the one before it, as that of 2021-07-19 is"),
        ({100: 50, 200: 50}, "at least two of the periods"),
        ({100: 0, 200: 50}, "at least two of the periods"),
        ({200: 50, 100: 60}, "one after another, from 2021-01-01 on"),
        ({-5: 50, 100: 60}, "one after another, from 2021-01-01 on"),
    ],
)
def test_totals_that_tell_no_law_are_refused(totals: dict[int, int], reason: str) -> None:
    with pytest.raises(ReturnplanError, match=reason):
        law(totals)


@pytest.mark.parametrize("totals", [{1: 1, 2: 2}, {699: 1, 700: 500}, {1: 500, 700: 501}])
def test_laws_of_hardly_any_counts_still_have_ranges(totals: dict[int, int]) -> None:
    found = law(totals)
    low, middle, high = found.between(after(700), after(1100))
    assert 0 <= low <= middle <= high

"""Exponents are those that a person would compute, and what grows faster than n log n is told apart."""

import math

import pytest

from models_py.experiments.benchmark.growth import exponent, exponent_of_n_log_n, growth


def row(plays: int, cpu: float, stage: str = "marts", startup: float = 0.0, peak: float = 100.0) -> dict[str, object]:
    return {
        "stage": stage,
        "plays": plays,
        "cpu_seconds": cpu,
        "startup_cpu_seconds": startup,
        "peak_memory_mb": peak,
    }


@pytest.mark.parametrize(("power", "cost"), [(0, 5), (1, 50), (2, 500), (0.5, 5 * math.sqrt(10))])
def test_the_exponent_is_the_power_of_n(power: float, cost: float) -> None:
    assert exponent(1000, 10_000, 5, cost) == pytest.approx(power)


def test_n_log_n_grows_a_little_faster_than_n() -> None:
    # 10 times the plays and 4/3 of their logarithm
    assert exponent_of_n_log_n(1000, 10_000) == pytest.approx(math.log10(10 * 4 / 3))


@pytest.mark.parametrize(("cost", "within"), [(10, True), (13.3, True), (18, True), (20, False), (100, False)])
def test_what_is_worse_than_n_log_n_is_flagged(cost: float, within: bool) -> None:
    [compared] = growth([row(1000, 1.0), row(10_000, cost)])
    assert compared["within_n_log_n"] is within


def test_start_up_does_not_hide_growth() -> None:
    [compared] = growth([row(1000, 11.0, startup=10), row(10_000, 110.0, startup=10)])
    assert compared["cpu_exponent"] == pytest.approx(2)
    assert not compared["within_n_log_n"]


def test_each_stage_is_compared_with_its_next_larger_size() -> None:
    rows = [row(9000, 9.0, peak=200), row(1000, 1.0), row(3000, 3.0), row(1000, 4.0, "tests"), row(3000, 4.0, "tests")]
    compared = growth(rows)
    assert [(one["stage"], one["plays_from"], one["plays_to"]) for one in compared] == [
        ("marts", 1000, 3000),
        ("marts", 3000, 9000),
        ("tests", 1000, 3000),
    ]
    assert compared[1]["memory_exponent"] == pytest.approx(math.log(2) / math.log(3))


@pytest.mark.parametrize("rows", [[], [row(1000, 1.0)], [row(1000, 1.0), row(1000, 2.0)], [row(0, 1.0), row(9, 2.0)]])
def test_one_size_shows_no_growth(rows: list[dict[str, object]]) -> None:
    assert growth(rows) == []


def test_a_stage_too_short_to_measure_is_not_called_bad() -> None:
    [compared] = growth([row(1000, 0.0), row(10_000, 1.0)])
    assert math.isnan(compared["cpu_exponent"]) and compared["within_n_log_n"] is None

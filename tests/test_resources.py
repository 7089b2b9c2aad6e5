"""What a step used is seen, for failures as well."""

import time

import numpy as np
import pytest

from models_py.resources import measured

MEBIBYTE = 2**20


def test_memory_held_while_it_ran_is_seen():
    with measured() as usage:
        held = np.ones(200 * MEBIBYTE, dtype=np.uint8)
    assert held.all() and usage.peak_memory_mb >= 200


def test_a_failing_step_is_measured_too():
    with pytest.raises(ZeroDivisionError), measured() as usage:
        _ = 1 / 0
    assert usage.seconds > 0 and usage.peak_memory_mb > 0


def test_cpu_seconds_leave_waiting_out():
    with measured() as usage:
        time.sleep(0.3)
    assert 0 <= usage.cpu_seconds < usage.seconds


def test_a_step_does_not_hide_the_peak_of_the_whole():
    with measured() as whole:
        held = np.ones(200 * MEBIBYTE, dtype=np.uint8)
        assert held.all()
        del held
        with measured() as step:
            pass
    assert whole.peak_memory_mb >= step.peak_memory_mb and whole.peak_memory_mb >= 200

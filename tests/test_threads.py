"""One thread of BLAS while small matrices are solved, and the former number afterwards."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sandtime import threads
from sandtime.threads import one_blas_thread


def blas_threads():
    """How many threads each BLAS of this process may use."""
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def two_threads():
    with one_blas_thread():  # so that every BLAS is loaded
        pass
    with threadpool_limits(2, user_api="blas"):
        if blas_threads() != {2}:
            pytest.skip("this BLAS cannot be given two threads")
        yield


def test_the_number_is_one_inside_and_what_it_was_outside():
    with one_blas_thread():
        assert blas_threads() == {1}
        with one_blas_thread():
            assert blas_threads() == {1}
        assert blas_threads() == {1}
    assert blas_threads() == {2}


def test_an_error_inside_restores_the_number():
    @one_blas_thread()
    def fail():
        assert blas_threads() == {1}
        raise ZeroDivisionError

    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            fail()
        assert blas_threads() == {2}


@pytest.mark.parametrize("first", ["this thread", "the other"])
def test_the_number_is_restored_after_threads_that_overlap(first):
    both_inside, leave, errors = threading.Barrier(2, timeout=30), threading.Event(), []

    def stay():
        try:
            with one_blas_thread():
                both_inside.wait()
                leave.wait(30)
        except Exception as error:
            errors.append(error)

    other = threading.Thread(target=stay)
    with one_blas_thread():
        other.start()
        both_inside.wait()
        assert blas_threads() == {1}
        if first == "the other":
            leave.set()
            other.join()
    leave.set()
    other.join()
    assert errors == []
    assert blas_threads() == {2}


def test_the_tests_run_with_the_number_that_the_environment_asks_for():
    # the fixture lifts it to two: asked of a fresh process instead
    code = (
        "import numpy; from threadpoolctl import threadpool_info as info; "
        "print(*{x['num_threads'] for x in info() if x['internal_api'] == 'openblas'})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    asked = int(os.environ["OPENBLAS_NUM_THREADS"])
    if found.stdout.split():  # Apple's own BLAS does not read the variable
        assert int(found.stdout) == min(asked, os.cpu_count())


def test_a_process_that_may_not_look_for_libraries_calculates_all_the_same(monkeypatch):
    def closed():
        raise PermissionError(13, "Permission denied", "/proc/self/maps")

    monkeypatch.setattr(threads, "ThreadpoolController", closed)
    threads._libraries.cache_clear()
    try:
        with threads.one_blas_thread():
            assert threads._libraries() == []
            assert (np.eye(3) @ np.eye(3)).sum() == 3
    finally:
        threads._libraries.cache_clear()

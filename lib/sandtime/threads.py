"""One thread of BLAS where matrices are small.

OpenBLAS shares a product out among all cores from a size on at which that does not pay yet: waiting
for the slowest takes longer than the product, and on a busy machine many times longer.
"""

import contextlib
import functools
import threading

from threadpoolctl import ThreadpoolController

__all__ = ["one_blas_thread"]

_lock, _here = threading.Lock(), threading.local()
_inside, _found = 0, ()  # threads inside, and what the first of them found


@functools.lru_cache(maxsize=1)
def _libraries():
    """Every BLAS that is loaded; looking for them takes milliseconds, so it is done once.

    None where a process may not look, as one that runs the answer of a student: there BLAS keeps
    its threads, which costs time only.
    """
    import scipy.linalg  # noqa: F401  (SciPy brings a BLAS of its own)

    try:
        return ThreadpoolController().select(user_api="blas").lib_controllers
    except PermissionError:  # they are found in /proc
        return []


def _enter():
    global _inside, _found
    with _lock:
        if _inside == 0:
            _found = [library.num_threads for library in _libraries()]
        _inside += 1
        for library in _libraries():
            library.set_num_threads(1)


def _leave():
    # each thread restores: in OpenBLAS one thread cannot always lift what another has lowered
    global _inside
    with _lock:
        _inside -= 1
        for library, number in zip(_libraries(), _found, strict=True):
            library.set_num_threads(number)


@contextlib.contextmanager
def one_blas_thread():
    """Give BLAS one thread, and its former number back at the end.

    Works as a context and as a decorator, and may be nested.  The number is one per process: where
    several threads are inside, the first to leave restores it for all, which costs time only.

    Examples
    --------
    >>> import numpy as np
    >>> @one_blas_thread()
    ... def square(a):
    ...     return a @ a
    >>> float(square(np.eye(3)).sum())
    3.0
    """
    depth = getattr(_here, "depth", 0)
    if depth == 0:
        _enter()
    _here.depth = depth + 1
    try:
        yield
    finally:
        _here.depth = depth
        if depth == 0:
            _leave()

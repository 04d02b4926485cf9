"""What goes between the grader and a student's process: frames of JSON, never a pickle.

The worker loads this file by its path, so it imports nothing of the package.  What arrives in the
grader was written by a student: it becomes numbers, text, lists and arrays, or an object that is
good for nothing.
"""

import json
import struct
import time

import numpy as np

LIMIT = 4_000_000
"""Bytes of a frame, at most."""

DEEPEST = 6
LONGEST = 100_000

_dumps = json.JSONEncoder(ensure_ascii=True).encode
_loads = json.JSONDecoder().decode


class Lost(Exception):
    """The other side is gone, silent or makes no sense."""


class TooLate(Lost):
    """The other side did not answer in time."""


def send(link, message):
    """Send a frame over a socket."""
    data = _dumps(message).encode()
    try:
        link.sendall(struct.pack(">I", len(data)) + data)
    except TimeoutError as error:
        raise TooLate("nobody reads") from error
    except OSError as error:
        raise Lost("the link is closed") from error


def receive(link, deadline=None):
    """The next frame, before a time of `time.monotonic`."""
    (size,) = struct.unpack(">I", _take(link, 4, deadline))
    if size > LIMIT:
        raise Lost("the frame is too large")
    try:
        return _loads(_take(link, size, deadline).decode())
    except (ValueError, RecursionError) as error:
        raise Lost("the frame is no JSON") from error


def _take(link, size, deadline):
    found = bytearray()
    while len(found) < size:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TooLate("no answer in time")
        try:
            link.settimeout(left)
            part = link.recv(min(65536, size - len(found)))
        except TimeoutError as error:
            raise TooLate("no answer in time") from error
        except OSError as error:
            raise Lost("the link is broken") from error
        if not part:
            raise Lost("the link is closed")
        found += part
    return bytes(found)


def encode(value, depth=0):
    """A value as what JSON can hold; what it cannot hold as the name of its type.

    >>> encode((1, np.float64(2.5), np.array([1, 2])))
    {'tuple': [1, 2.5, {'array': [1, 2]}]}
    >>> decode(encode({"a": 1j}))
    {'a': 1j}
    """
    kind = type(value)
    if value is None or kind in (bool, float):
        return value
    if value is ...:
        return {"ellipsis": 1}
    if kind is int:
        return value if -(2**1000) < value < 2**1000 else {"object": "int"}
    if kind is str:
        return {"text": value[:LONGEST]}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if isinstance(value, np.generic):
        return encode(value.item(), depth) if kind is not np.longdouble else float(value)
    if depth < DEEPEST and kind in (tuple, list) and len(value) <= LONGEST:
        return {kind.__name__: [encode(each, depth + 1) for each in value]}
    if depth < DEEPEST and kind is dict and len(value) <= LONGEST:
        return {"dict": [[encode(k, 9), encode(v, depth + 1)] for k, v in value.items()]}
    if isinstance(value, np.ndarray) or hasattr(kind, "__array__"):
        return _encode_array(np.asarray(value), depth)
    if callable(value):
        return {"function": str(getattr(value, "__name__", ""))[:80]}
    return {"object": str(kind.__name__)[:80]}


def _encode_array(value, depth):
    if value.size > LONGEST or depth >= DEEPEST:
        return {"object": "array of too many numbers"}
    if value.dtype.kind == "c":
        return {"array": value.real.tolist(), "imaginary": value.imag.tolist()}
    if value.dtype.kind in "iufb":
        return {"array": value.astype(float if value.dtype.itemsize > 8 else value.dtype).tolist()}
    return {"list": [encode(each, depth + 1) for each in value.ravel().tolist()]}


def decode(found):
    """The value behind what `encode` made; an `object` of the named type where there is none."""
    if found is None or isinstance(found, bool | int | float):
        return found
    try:
        (kind, *rest), inner = found, next(iter(found.values()))
        if kind == "array":
            real = np.array(inner)
            return np.array(real + 1j * np.array(found["imaginary"])) if rest else real
        return _DECODERS[kind](inner)
    except Exception:  # whatever a student's process sends
        return nothing("unreadable")


def nothing(name):
    """An object without any use, of a type of that name."""
    name = "".join(c if c.isalnum() or c in " _." else "_" for c in str(name)[:80])
    return type(name or "object", (), {})()


_DECODERS = {
    "ellipsis": lambda inner: ...,
    "text": str,
    "complex": lambda inner: complex(*inner),
    "tuple": lambda inner: tuple(decode(each) for each in inner),
    "list": lambda inner: [decode(each) for each in inner],
    "dict": lambda inner: {decode(key): decode(each) for key, each in inner},
    "object": nothing,
    "function": lambda inner: nothing("function"),
}

"""A room in which the answers of one student are tried, each in a process of its own.

The grader stays outside: it hands in cells and arguments, gets values back (`wire`) and ends what
takes too long.  `worker` is what runs inside, `confine` what it may not do.
"""

import atexit
import contextlib
import inspect
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from sandtime.coursework import wire

_WORKER = Path(__file__).with_name("worker.py")
_JUDGES = [str(_WORKER.parent), str(_WORKER.parents[1] / "exercises")]
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "HOME", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV")
_KEPT += ("MPLCONFIGDIR", "XDG_CACHE_HOME", "TEMP", "TMP", "TMPDIR", "OPENBLAS_CORETYPE")
_FULL = 100_000_000  # bytes in an attempt's folder


@dataclass(frozen=True)
class Limits:
    """What one attempt may use.

    Attributes
    ----------
    seconds : int
        Of processor time.
    patience : float
        Seconds by the clock, as a multiple of `seconds`: for code that sleeps, on a busy machine.
    memory, file_size : int
        Bytes of a process, with the libraries; of a file.
    """

    seconds: int = 15
    patience: float = 4.0
    memory: int = 2_500_000_000
    file_size: int = 10_000_000


@dataclass
class Outcome:
    """What came out of an attempt.

    Attributes
    ----------
    value : object
        What the name was bound to; a function as one that is called in the student's process.
    present : bool
        Whether the name was defined.
    errors : dict
        Label of a cell to what it raised, in words.
    end : str
        "" as long as the process lives, else "time", "memory", "full" or "died".
    running : str
        Label of the cell that ran last.
    """

    value: object = ...
    present: bool = False
    errors: dict = field(default_factory=dict)
    end: str = ""
    running: str = ""


class Room:
    """A student's process with data and given cells, made when it is first needed.

    Parameters
    ----------
    files : dict
        Name → text or bytes, what the student was given.
    given : sequence of (label, source)
        Cells to run before any attempt.
    limits : Limits
    hidden : sequence of str or path
        What is not to be read, besides this package.
    without : sequence of str
        Measures of `confine` to leave out; "fork" for one process an attempt.
    warm : (dict, sequence of str)
        Files, and cells of our own to run once for all rooms alike, before any student's: what
        they import and compute once is there afterwards.
    """

    def __init__(self, files, given=(), limits=None, hidden=(), without=(), warm=None):
        self.files, self.given, self.limits = dict(files), list(given), limits or Limits()
        self.without, self.held, self._warm = (
            tuple(without),
            {},
            warm or ({}, [s for _, s in given]),
        )
        self.hidden = [str(Path(each).resolve()) for each in hidden]
        self._fork = hasattr(os, "fork") and "fork" not in self.without
        self._base = self._control = None
        self.failed = ()
        self._top = Path(tempfile.mkdtemp(prefix="sandtime-"))
        self._ear, self._address = _listen(self._top)
        self._process = None
        _open.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """End every process and remove the folder."""
        if self._process:
            self._process.end()
        self._end_base()
        self._ear.close()
        shutil.rmtree(self._top, ignore_errors=True)
        if self in _open:
            _open.remove(self)

    @contextlib.contextmanager
    def attempt(self, cells, name, asked="", forbid=()):
        """Run cells in a process of their own and look at a name.

        Parameters
        ----------
        cells : sequence of (label, source)
        name : str
            Variable or function to look at afterwards.
        asked : str
            Label of the cell from which on the names in `forbid` are blocked.
        forbid : sequence of str

        Yields
        ------
        Outcome
            Its function, if it is one, can be called until the block is left.
        """
        self._start_base()
        folder = self._folder()
        token, process = secrets.token_hex(16), None
        order = {"cells": list(cells), "name": name, "asked": asked, "forbid": list(forbid)}
        outcome = Outcome()
        try:
            self._order(order | {"folder": str(folder), "token": token})
            process = self._process = _Process(self._accept(token), self.limits, folder)
            self._follow(process, outcome)
            if outcome.end:
                process.end()
                outcome.end = self._why(outcome.end)
            yield outcome
            if process.lost and not outcome.end:
                process.end()
                outcome.end = self._why(process.lost)
        finally:
            if process:
                process.end()
            if not outcome.end:
                self._why("")
            shutil.rmtree(folder, ignore_errors=True)

    def _order(self, order):
        """Ask for an attempt, of a new process if the one that waits has been ended."""
        try:
            wire.send(self._control, order)
        except wire.Lost:
            self._end_base()
            self._start_base()
            wire.send(self._control, order)

    def _follow(self, process, outcome):
        """Listen to a process until it has said what the name is bound to."""
        try:
            self.held = process.receive()["held"]
            while True:
                message = process.receive()
                if "running" not in message:
                    break
                outcome.running = str(message["running"])
            outcome.errors = {str(k): _words(v) for k, v in dict(message["errors"]).items()}
            outcome.present = message["present"] is True
            found = message["value"]
            if "signature" in message:
                outcome.value = process.function(message["signature"], found)
            else:
                outcome.value = wire.decode(found)
        except wire.Lost:
            outcome.end = process.lost
        except (KeyError, TypeError, ValueError, AttributeError):  # made up by the student's code
            outcome.end = "died"

    def _why(self, lost):
        """How an attempt ended, after what the process that waits for it says."""
        if not self._fork:
            self._end_base()
            return lost
        try:
            told = wire.receive(self._control, time.monotonic() + 10)
        except wire.Lost:
            self._end_base()
            return lost
        if lost == "died" and told["seconds"] > self.limits.seconds - 0.5:
            return "time"
        return lost

    # --- the process that waits -----------------------------------------------------------

    def _start_base(self):
        if self._control is not None:
            return
        token, folder = secrets.token_hex(16), self._folder()
        if self._fork:
            self._base = _nursery(*self._warm)
            order = {"token": token, "folder": str(folder), "address": self._address}
            wire.send(self._base.link, order)
        else:
            self._base = _start(self._address, token, folder)
        self._control = self._accept(token)
        wire.send(
            self._control,
            {
                "given": self.given, "fork": self._fork, "without": self.without,
                "hidden": [*self.hidden, *_JUDGES], "seconds": self.limits.seconds,
                "memory": self.limits.memory, "file_size": self.limits.file_size,
                "address": self._address,
            },
        )  # fmt: skip
        ready = wire.receive(self._control, time.monotonic() + 120)
        self.failed, self._pid = ready["failed"], ready["pid"]

    def _end_base(self):
        if self._control is not None:
            self._control.close()
            with contextlib.suppress(OSError):
                os.kill(self._pid, getattr(signal, "SIGKILL", signal.SIGTERM))
        if self._base is not None and not self._fork:
            self._base.kill()
            self._base.wait()
        self._base = self._control = None

    def _folder(self):
        """A new folder with the student's files."""
        folder = Path(tempfile.mkdtemp(dir=self._top))
        _fill(folder, self.files)
        return folder

    def _accept(self, token):
        return _accept(self._ear, token, self._base)


# --- starting processes -------------------------------------------------------------------


def _start(address, token, folder):
    """Start a worker, which will connect to an address and say a token."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    environment |= {"MPLBACKEND": "Agg", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-W", "ignore", str(_WORKER), str(address)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=folder, env=environment, start_new_session=True,
    )  # fmt: skip
    with contextlib.suppress(OSError):
        process.stdin.write(token.encode() + b"\n")
        process.stdin.close()
    return process


class _Nursery:
    """A worker that has run cells of ours, and makes copies of itself."""

    def __init__(self, files, cells):
        self._top = Path(tempfile.mkdtemp(prefix="sandtime-"))
        self._process = self.link = None
        _open.append(self)
        _fill(self._top, files)
        ear, address = _listen(self._top)
        token = secrets.token_hex(16)
        self._process = _start(address, token, self._top)
        self.poll = self._process.poll
        with contextlib.closing(ear):
            self.link = _accept(ear, token, self)
        wire.send(self.link, {"warm": list(cells)})
        wire.receive(self.link, time.monotonic() + 120)

    def close(self):
        if self.link:
            self.link.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._top, ignore_errors=True)
        if self in _open:
            _open.remove(self)


_nurseries = {}
_open = []


def _nursery(files, cells):
    """The nursery of this process for such cells; made anew if it was ended."""
    key = (os.getpid(), tuple(cells))
    if key in _nurseries and _nurseries[key].poll() is not None:
        _nurseries.pop(key).close()
    if key not in _nurseries:
        _nurseries[key] = _Nursery(files, cells)
    return _nurseries[key]


@atexit.register
def clear_up():
    """End all processes of this one's rooms, and those that wait for more students."""
    while _open:
        _open.pop().close()
    _nurseries.clear()


def _fill(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def _listen(folder):
    """A socket to be called at, and its address."""
    if hasattr(socket, "AF_UNIX"):
        ear, address = socket.socket(socket.AF_UNIX), str(folder / "ear")
        ear.bind(address)
    else:
        ear = socket.socket(socket.AF_INET)
        ear.bind(("127.0.0.1", 0))
        address = ear.getsockname()[1]
    ear.listen(8)
    return ear, address


def _accept(ear, token, process):
    """The link of the one who knows a token."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        ear.settimeout(1)
        try:
            link, _ = ear.accept()
        except TimeoutError:
            if process.poll() is not None:
                break
            continue
        with contextlib.suppress(wire.Lost):
            if wire.receive(link, time.monotonic() + 10) == {"token": token}:
                return link
        link.close()
    raise RuntimeError(f"the worker did not start: {_WORKER.name} has ended or is silent")


# --- one attempt --------------------------------------------------------------------------


class _Process:
    """One attempt as the grader sees it: a link, a time to end, a folder that may fill."""

    def __init__(self, link, limits, folder):
        self._link, self._folder, self.lost, self._pid = link, folder, "", None
        self._deadline = time.monotonic() + limits.seconds * limits.patience

    def receive(self):
        """The next message, a dict."""
        while True:
            soon = min(self._deadline, time.monotonic() + 0.5)
            try:
                message = self._wait(soon)
                break
            except wire.TooLate:
                if time.monotonic() >= self._deadline:
                    self.lost = "time"
                    raise
                if _size(self._folder) > _FULL:
                    self.lost = "full"
                    raise
        if not isinstance(message, dict):
            self.lost = "died"
            raise wire.Lost("no message")
        if self._pid is None:
            self._pid = message["pid"]
        return message

    def _wait(self, soon):
        ready, _, _ = select.select([self._link], [], [], max(0.0, soon - time.monotonic()))
        if not ready:
            raise wire.TooLate("no answer yet")
        try:
            return wire.receive(self._link, self._deadline)
        except wire.Lost as error:
            self.lost = "time" if isinstance(error, wire.TooLate) else "died"
            raise wire.Lost(str(error)) from error

    def function(self, kinds, found):
        """The student's function, to be called here and run there."""

        def call(*arguments):
            try:
                wire.send(self._link, {"call": [wire.encode(each) for each in arguments]})
                answer = self.receive()
            except wire.Lost:
                self.lost = self.lost or "died"
                raise
            if "raised" in answer:
                raised = answer["raised"] if isinstance(answer["raised"], dict) else {}
                name = "".join(c for c in str(raised.get("name")) if c.isalnum())[:60]
                raise type(name or "Error", (Exception,), {})(str(raised.get("words"))[:200])
            return wire.decode(answer.get("value"))

        if isinstance(kinds, str) and set(kinds) <= set("povk"):
            with contextlib.suppress(ValueError):
                call.__signature__ = inspect.Signature(
                    [_parameter(k, n) for n, k in enumerate(kinds)]
                )
        call.__name__ = str(found.get("function")) if isinstance(found, dict) else "answer"
        return call

    def end(self):
        """End the process and those it has started."""
        if self._pid is not None and hasattr(os, "killpg"):
            for kill in (os.killpg, os.kill):
                with contextlib.suppress(OSError):
                    kill(self._pid, signal.SIGKILL)
        self._pid = None
        self._link.close()


def _parameter(kind, number):
    kinds = inspect.Parameter
    return kinds(
        f"a{number}",
        {"v": kinds.VAR_POSITIONAL, "k": kinds.KEYWORD_ONLY}.get(kind, kinds.POSITIONAL_ONLY),
        default=None if kind == "o" else kinds.empty,
    )


def _words(raised):
    line = f" (line {raised['line']})" if isinstance(raised.get("line"), int) else ""
    return f"{str(raised['name'])[:60]}: {str(raised['words'])[:200] or 'no message'}{line}"


def _size(folder):
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(place, name)).st_size
    return total

"""Runs a student's cells and hands over what they define.  Nothing here knows a right value.

The grader starts this file by its path, in an empty folder with the student's data.  It runs the
cells that were given, then waits.  For each attempt it makes a copy of itself (a fork), which gives
up its rights (`confine`), runs cells of the student, sends one value and, if that is a function,
calls it as long as it is asked.  Where there is no fork, one process makes one attempt.
"""

import builtins
import contextlib
import importlib
import importlib.util
import os
import signal
import socket
import sys
import time
import types
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_FORK = hasattr(os, "fork")


def _load(name):
    spec = importlib.util.spec_from_file_location(f"_{name}", _HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


confine, wire = _load("confine"), _load("wire")


class Forbidden(Exception):
    """A name was called that this answer may not call."""


# --- cells --------------------------------------------------------------------------------


def compiled(source, name):
    """The code of a cell; lines for IPython (``%matplotlib``, ``!pip``) are left out if need be."""
    try:
        return compile(source, name, "exec", dont_inherit=True)
    except SyntaxError:
        if not any(line.lstrip()[:1] in ("%", "!", "?") for line in source.splitlines()):
            raise
    lines = [
        line[: len(line) - len(line.lstrip())] + "pass"
        if line.lstrip()[:1] in ("%", "!", "?")
        else line
        for line in source.splitlines()
    ]
    return compile("\n".join(lines), name, "exec", dont_inherit=True)


def run(source, space, name):
    """Run a cell; what it raised in words, or None."""
    try:
        exec(compiled(source, name), space)
    except BaseException as error:
        return told(error)
    return None


def told(error):
    """Name, words and line of what a student's code raised."""
    try:
        words = " ".join(str(error).split())[:200]
        line, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith("<answer"):
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, SyntaxError):
            words, line = str(error.msg)[:200], error.lineno
        return {"name": str(type(error).__name__)[:60], "words": words, "line": line}
    except BaseException:  # an error that raises when it is printed
        return {"name": "error", "words": "", "line": None}


def stand_in():
    """Modules that know nothing, for those that know what is right; given cells ask for them."""
    for name in ("coursework", "coursework.practice", "exercises"):
        module = types.ModuleType(f"sandtime.{name}")
        module.__getattr__ = _nothing
        sys.modules[module.__name__] = module


def _nothing(name):
    """A function that returns a check, which says nothing and gives no points."""
    if name.startswith("__"):
        raise AttributeError(name)
    return lambda *arguments, **options: lambda *asked, **more: _unsaid


_unsaid = types.SimpleNamespace(passed=False, kind="", hint="", credit=0.0)


# --- forbidden names ----------------------------------------------------------------------


def forbid(names, space, asked):
    """Let the names raise when a student's code calls them, also through another function."""
    library = (
        str(Path(sys.modules["sandtime"].__file__).parent) if "sandtime" in sys.modules else "?"
    )
    for name in names:
        holder, original = _find(name)
        if original is None:
            continue
        if isinstance(original, type):
            holder, original, last = original, original.__init__, "__init__"
        else:
            last = name.rpartition(".")[2]
        guard = _guard(original, name, asked, library)
        setattr(holder, last, guard)
        spaces = [space, *(vars(m) for m in list(sys.modules.values()) if hasattr(m, "__dict__"))]
        for each in spaces:
            for key in [key for key, value in list(each.items()) if value is original]:
                each[key] = guard


def _find(name):
    """What holds a name, and the object; ``sand.diffusivity`` is looked for in sandtime first."""
    for full in (f"sandtime.{name}", name):
        parts = full.split(".")
        for cut in range(len(parts) - 1, 0, -1):
            try:
                holder = importlib.import_module(".".join(parts[:cut]))
                for part in parts[cut:-1]:
                    holder = getattr(holder, part)
                return holder, getattr(holder, parts[-1])
            except (ImportError, AttributeError):
                continue
    return None, None


def _guard(original, name, asked, library):
    def guard(*arguments, **options):
        frame = sys._getframe(1)
        while asked and frame is not None:
            file = frame.f_code.co_filename
            if file.startswith("<answer"):
                raise Forbidden(f"{name} is not to be called in this answer")
            if file.startswith(library):
                break
            frame = frame.f_back
        return original(*arguments, **options)

    guard.__name__, guard.__doc__ = original.__name__, original.__doc__
    return guard


# --- an attempt ---------------------------------------------------------------------------


def attempt(order, space, settings):
    """Run cells, send the value, answer calls; the process is of no use afterwards."""
    link = connect(settings["address"], order["token"])
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = order["folder"]
    os.chdir(folder)
    silence()
    os.environ.update(HOME=folder, TMPDIR=folder, MPLCONFIGDIR=folder)
    if "tempfile" in sys.modules:  # it remembers
        sys.modules["tempfile"].tempdir = folder
    sys.stdin = open(os.devnull)  # noqa: SIM115
    held = confine.confine(
        folder, settings["hidden"], settings["seconds"], settings["memory"], settings["file_size"],
        settings["without"],
    )  # fmt: skip
    _control_process(1, 9)  # ends with the process that waits for it
    wire.send(link, {"pid": os.getpid(), "held": held})
    saved, asked, errors = dict(vars(builtins)), [], {}
    forbid(order["forbid"], space, asked)
    for label, source in order["cells"]:
        if label == order["asked"]:
            asked.append(True)
        wire.send(link, {"running": label})
        if (error := run(source, space, f"<answer {label}>")) is not None:
            errors[label] = error
    asked.append(True)
    vars(builtins).update(saved)
    present = order["name"] in space
    value = space.get(order["name"])
    message = {"errors": errors, "present": present, "value": wire.encode(value)}
    if callable(value):
        message["signature"] = signature(value)
    wire.send(link, message)
    while True:
        call = wire.receive(link)
        try:
            found = value(*[wire.decode(each) for each in call["call"]])
            answer = {"value": wire.encode(found)}
        except BaseException as error:
            answer = {"raised": told(error)}
        wire.send(link, answer)


def signature(function):
    """Kinds of a function's parameters: "p" to be given by position, "o" too but optional, ..."""
    import inspect

    try:
        found = list(inspect.signature(function).parameters.values())
    except BaseException:
        return None
    kinds = {"POSITIONAL_ONLY": "p", "POSITIONAL_OR_KEYWORD": "p", "VAR_POSITIONAL": "v"}
    kinds["KEYWORD_ONLY"] = "k"
    letters = [(kinds.get(p.kind.name, ""), p.default is p.empty) for p in found]
    return "".join(
        k if needed or k == "v" else k.replace("p", "o").replace("k", "") for k, needed in letters
    )


def silence():
    """What is printed goes nowhere; nothing can be typed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)


def connect(address, token):
    """A link to the grader."""
    local = isinstance(address, str)
    link = socket.socket(socket.AF_UNIX if local else socket.AF_INET)
    link.connect(address if local else tuple(address))
    wire.send(link, {"token": token})
    return link


# --- the process that waits ---------------------------------------------------------------


def main(address, token):
    """Serve one grader: as a nursery of such processes, or for one student."""
    control = connect(address, token)
    settings = wire.receive(control)
    stand_in()
    silence()
    _control_process(1, 9)  # ends with the grader
    if "warm" in settings:
        nursery(control, settings["warm"])
    else:
        serve(control, settings)


def nursery(control, cells):
    """Run cells of ours once, and become one student's process as often as asked (a fork)."""
    space = {"__name__": "__main__", "__builtins__": builtins, "display": lambda *a, **k: None}
    for source in cells:
        run(source, space, "warm")
    del space
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    wire.send(control, {"ready": True})
    while True:
        try:
            order = wire.receive(control)
        except wire.Lost:
            return
        if not os.fork():
            try:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                with contextlib.suppress(OSError):
                    os.setsid()
                _control_process(1, 9)
                os.chdir(order["folder"])
                link = connect(order["address"], order["token"])
                serve(link, wire.receive(link))
            finally:
                os._exit(0)


def serve(control, settings):
    """Run the given cells of one student, then attempts until nobody asks any more."""
    space = {"__name__": "__main__", "__builtins__": builtins, "display": lambda *a, **k: None}
    left = [label for label, source in settings["given"] if run(source, space, label)]
    wire.send(control, {"failed": left, "pid": os.getpid()})
    _control_process(36, 1)  # orphans of an attempt become children of this process
    while True:
        try:
            order = wire.receive(control)
        except wire.Lost:
            return
        if not settings["fork"] or not _FORK:
            control.close()
            attempt(order, space, settings)
        pid = os.fork()
        if not pid:
            try:
                control.close()
                attempt(order, space, settings)
            finally:
                os._exit(0)
        _, status, used = os.wait4(pid, 0)
        _bury()
        wire.send(control, {"status": status, "seconds": used.ru_utime + used.ru_stime})


def _control_process(option, value):
    """Call prctl, on Linux."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _bury():
    """End what an attempt has left behind, where it could start processes at all."""
    for _ in range(100):
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        for entry in os.scandir("/proc") if os.path.isdir("/proc") else ():
            if entry.name.isdigit() and _parent(entry.name) == os.getpid():
                os.kill(int(entry.name), signal.SIGKILL)
        time.sleep(0.01)


def _parent(pid):
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


if __name__ == "__main__":
    place = sys.argv[1]
    main(("127.0.0.1", int(place)) if place.isdigit() else place, sys.stdin.readline().strip())

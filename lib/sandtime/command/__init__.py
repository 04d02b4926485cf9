"""The command line: ``sandtime read | check | fit | sand | strip`` (chapter *Your own spectrum*).

Each command is a thin face of the library.  `parser` says what can be asked for, `options` turns
words into numbers, `inputs` finds the files, `work` reads and fits some of them at a time,
`journal` keeps what is done, and `folder` puts these together, so that a folder of any length is
worked through in little memory, and goes on where it was stopped.

The exit status is

- 0 if all went well: also if a fit does not describe its spectrum, which the table says;
- 1 if some files or spectra could not be read or worked on; the rest were;
- 2 if the command cannot be understood;
- 3 if the output exists already or cannot be written, or a worker died;
- 130 if it was interrupted.
"""

import os
import signal
import sys
import threading
from importlib import import_module

__all__ = ["main"]


def main(argv=None):
    """Run one command.

    Parameters
    ----------
    argv : list of str, optional
        Without, what the process was called with.

    Returns
    -------
    int
        The exit status, as above.

    Examples
    --------
    >>> main(["--version"])  # doctest: +ELLIPSIS
    sandtime ...
    0
    """
    from sandtime.command.parser import parse
    from sandtime.command.say import Halt, shown, warn

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console may not know every letter
            stream.reconfigure(errors="backslashreplace")
    main_thread = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, _interrupt) if main_thread else None
    try:
        said = parse(sys.argv[1:] if argv is None else argv)
        status = said if isinstance(said, int) else _run(said)
        sys.stdout.flush()
        return status
    except Halt as halt:
        warn(f"sandtime: {halt}")
        return halt.status
    except BrokenPipeError:
        # whoever read the output has gone; nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 3
    except OSError as error:
        warn(f"sandtime: {shown(error.filename or '')}: {error.strerror or error}")
        return 3
    except KeyboardInterrupt:
        warn("sandtime: interrupted")
        return 130
    finally:
        if main_thread:
            signal.signal(signal.SIGTERM, before)


def _run(args):
    """What was asked for; only what it needs is imported."""
    return import_module(f"sandtime.command.{args.module}").run(args)


def _interrupt(number, frame):
    raise KeyboardInterrupt

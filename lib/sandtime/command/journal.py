"""What is done so far, in a file beside the output, so that a run that was stopped goes on.

``results.csv.part`` holds a line of options and then one line for each part of the files: its key,
which stands for the names and checksums of these files, and the rows of the table.  A line that
was cut off is dropped.  The output itself appears at the end, at once and complete.
"""

import contextlib
import errno
import json
import os

from sandtime.command.say import Halt, shown

PART = ".part"


class Journal:
    """Parts that are done, on disk; in memory only where each begins.

    Parameters
    ----------
    output : str
        Name of the table.
    options : dict
        All that the rows depend on besides the files; if it differs from that of a former run,
        that one's parts are thrown away.
    force : bool
        Whether an output that is there may be replaced.
    say : callable
        Takes a message.
    """

    def __init__(self, output, options, *, force, say):
        self.output, self.path = output, output + PART
        writable(output, force)
        self.options = json.loads(json.dumps(options))
        self.at = {}
        try:
            self.file = open(self.path, "a+b")  # noqa: SIM115  (closed by `close`)
        except OSError as error:
            raise Halt(f"{shown(self.path)}: {error.strerror}", 3) from None
        _lock(self.file, self.path)
        self._take_up(say)

    def _take_up(self, say):
        """Read what a former run left."""
        self.file.seek(0)
        end, head = 0, None
        for line in self.file:
            try:
                if not line.endswith(b"\n"):
                    break
                entry = json.loads(line)
                if head is None:
                    head = dict(entry["options"])
                    if head != self.options:
                        break
                else:
                    self.at[entry["key"]] = end
            except (ValueError, KeyError, TypeError):
                break
            end += len(line)
        if head is None or head != self.options:
            if head is not None:
                say(f"{_changed(head, self.options)}: starting anew")
            end, self.at = 0, {}
        self._cut(end)
        if head is None or head != self.options:
            self._write({"options": self.options})

    def __contains__(self, key):
        return key in self.at

    def __getitem__(self, key):
        self.file.seek(self.at[key])
        return json.loads(self.file.readline())["record"]

    def add(self, key, record):
        """Keep a record; it is on disk when this returns."""
        self.at[key] = self._write({"key": key, "record": record})

    def _write(self, entry):
        begin = self.file.seek(0, os.SEEK_END)
        try:
            self.file.write(json.dumps(entry, allow_nan=False).encode() + b"\n")
            self.file.flush()
            os.fsync(self.file.fileno())
        except OSError as error:
            raise Halt(
                f"{shown(self.path)}: {error.strerror}; what is done is kept there, and the same "
                "command goes on",
                3,
            ) from None
        return begin

    def _cut(self, end):
        self.file.flush()
        self.file.truncate(end)

    def finish(self, head, keys):
        """Write the output: a first line, and the rows of these parts in this order."""

        def pieces():
            yield head
            for key in keys:
                yield self[key]["rows"]

        replace(self.output, pieces())
        self.close()
        with contextlib.suppress(OSError):
            os.remove(self.path)

    def close(self):
        """Leave the parts for another run."""
        with contextlib.suppress(OSError):
            self.file.close()


def writable(output, force):
    """An error if an output cannot be written, or is there and nobody said that it may go."""
    folder = os.path.dirname(os.path.abspath(output))
    if not os.path.isdir(folder):
        raise Halt(f"{shown(output)} cannot be written: there is no folder {shown(folder)}", 3)
    if os.path.lexists(output):
        if not os.path.isfile(output):
            raise Halt(f"{shown(output)} cannot be written: it is not a file", 3)
        if not force:
            raise Halt(
                f"{shown(output)} is there already: --force replaces it, another name keeps both",
                3,
            )


def replace(output, pieces):
    """Write text to a file at once: complete, or not at all."""
    output = os.path.realpath(output)
    unfinished = f"{output}.new{PART}"
    try:
        with open(unfinished, "w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, output)
    except OSError as error:
        raise Halt(f"{shown(output)} cannot be written: {error.strerror}", 3) from None
    finally:
        with contextlib.suppress(OSError):
            os.remove(unfinished)


def _changed(before, now):
    """Which options differ, in words."""
    names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    return "options changed since the run before: " + ", ".join(
        f"{name} was {before.get(name)!r}, is {now.get(name)!r}" for name in names
    )


def _lock(file, path):
    """Keep a second run from the same journal; the system forgets the lock with the process."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(1 << 40)  # far beyond the end: what is locked cannot be read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            file.close()
            raise Halt(f"{shown(path)} is being written by another run", 3) from None
        # a file system without locks: then nobody looks out for a second run

"""Which files: names, folders and patterns into a list, cut into parts worked on at once."""

import glob
import hashlib
import json
import os
from dataclasses import dataclass

from sandtime.command.journal import PART
from sandtime.command.say import Halt, shown
from sandtime.eis.reading.files import paths as files_of

_FILES, _BYTES = 256, 4_000_000  # of a part, at most; a larger file is a part of its own


def expand(words, outputs=()):
    """Names of files, each once, in the order of the words; those of a folder in natural order.

    A folder stands for the files that `eis.read` would read of it, but for `outputs` and their
    parts.
    """
    found, own = {}, {os.path.realpath(each) for each in outputs if each}
    for word in words:
        if os.path.isdir(word):
            try:
                names = [str(path) for path in files_of(word)]
            except ValueError as error:
                raise Halt(str(error)) from None
            names = _not_ours(names, own)
        elif not os.path.exists(word) and glob.has_magic(word):
            names = sorted(name for name in glob.glob(word) if os.path.isfile(name))
            if not names:
                raise Halt(f"no file is called as {shown(word)}")
            names = _not_ours(names, own)
        else:
            names = [word]
        for name in names:
            found.setdefault(os.path.realpath(name), name)
    return list(found.values())


def _not_ours(names, own):
    names = (name for name in names if not name.endswith(PART))
    return [name for name in names if os.path.realpath(name) not in own]


def not_among(outputs, files):
    """An error if an output would replace a file that is read."""
    for output in filter(None, outputs):
        if not os.path.exists(output):
            continue
        for name in files:
            if os.path.exists(name) and os.path.samefile(name, output):
                raise Halt(f"{shown(output)} is one of the files to be read: choose another name")


@dataclass(frozen=True)
class Part:
    """Some files that follow one another.

    Attributes
    ----------
    names, checksums : tuple of str
        A checksum is empty if the file cannot be read.
    """

    names: tuple
    checksums: tuple

    @property
    def key(self):
        """Tells this part from every other, and from itself after a file changed."""
        text = json.dumps([self.names, self.checksums])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def parts(names):
    """The files in parts of at most some hundred, and of some million bytes."""
    some, checksums, size = [], [], 0
    for name in names:
        checksum, length = _checksum(name)
        if some and (len(some) == _FILES or size + length > _BYTES):
            yield Part(tuple(some), tuple(checksums))
            some, checksums, size = [], [], 0
        some.append(name)
        checksums.append(checksum)
        size += length
    if some:
        yield Part(tuple(some), tuple(checksums))


def _checksum(name):
    if not os.path.isfile(name):  # a pipe or a device may never end
        return "", 0
    try:
        with open(name, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
    except OSError:
        return "", 0

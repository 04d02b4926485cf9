"""What is said on the way: to stderr, one line a message, whatever stands in a file's name."""

import sys
import time


class Halt(Exception):
    """The end of a command, with its exit status."""

    def __init__(self, message, status=2):
        super().__init__(message)
        self.status = status


def shown(name):
    """A name or message as text that can be printed: no control characters, no broken letters.

    >>> shown("a\\nb"), shown("caf\\udce9")
    ('a\\\\nb', 'caf\\\\udce9')
    """
    text = str(name).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def lines_shown(message):
    """As `shown`, but line breaks stay."""
    return "\n".join(shown(line) for line in str(message).split("\n"))


def warn(message):
    """One message to stderr."""
    print(lines_shown(message), file=sys.stderr, flush=True)


def plural(number, noun):
    """A number with its noun.

    >>> plural(1, "file"), plural(30000, "spectrum")
    ('1 file', '30,000 spectra')
    """
    many = {"spectrum": "spectra"}.get(noun, noun + "s")
    return f"{number:,} {noun if number == 1 else many}"


class Progress:
    """A bar on stderr, if that is a terminal and nobody asked for quiet."""

    def __init__(self, total, quiet=False):
        self.total, self.began, self.last = total, time.monotonic(), -1.0
        self.live = not quiet and sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, done, words=""):
        """Show how far it is, five times a second at most."""
        now = time.monotonic()
        if not self.live or (now - self.last < 0.2 and done < self.total):
            return
        self.last = now
        share = done / max(self.total, 1)
        bar = "#" * round(30 * share)
        left = ""
        if 0 < done < self.total:
            seconds = round((now - self.began) * (1 / share - 1))
            left = f", {seconds // 60}:{seconds % 60:02} left"
        text = f"[{bar:30}] {done:,} of {self.total:,} files{words}{left}"
        print(f"\r{text:<78.78}", end="", file=sys.stderr, flush=True)

    def clear(self):
        """Leave the line to others."""
        if self.live and self.last >= 0:
            print(f"\r{'':78}\r", end="", file=sys.stderr, flush=True)

    def say(self, message):
        """One message, above the bar."""
        self.clear()
        warn(message)

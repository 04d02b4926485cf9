"""``python -m sandtime.coursework release | grade | class | nbgrader``."""

import sys
from importlib import import_module

COMMANDS = {
    "release": ("release", "write the sheets of a class"),
    "grade": ("grading", "mark what a class handed in"),
    "class": ("demonstration", "write what the demonstration class hands in"),
    "nbgrader": ("nbgrader", "mark the demonstration class with nbgrader and compare"),
}


def main(arguments):
    """Run one command; returns the exit status."""
    if not arguments or arguments[0] not in COMMANDS:
        print("python -m sandtime.coursework COMMAND …  (COMMAND --help tells more)")
        for name, (_, words) in COMMANDS.items():
            print(f"  {name:9} {words}")
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    module = import_module(f"sandtime.coursework.{COMMANDS[arguments[0]][0]}")
    return module.main(arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

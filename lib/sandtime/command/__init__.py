"""The command line: ``python -m sandtime`` or ``sandtime`` (chapter *Your own spectrum*)."""

"""Coursework: sheets in which each student has data of their own; their release and their marks.

A `sheet.Sheet` makes a truth out of a seed, files out of the truth, and tasks out of what the files
say.  `seeds` gives each student a seed, `release` writes folders for a class.  A student's notebook
asks `practice` whether an answer is right; the marks are given elsewhere, with hidden cases.
"""

from sandtime.coursework.practice import practice
from sandtime.coursework.sheet import SHEETS, Sheet, Task

__all__ = ["SHEETS", "Sheet", "Task", "practice"]

"""The check in a student's notebook: a verdict by the data in its folder, without marks of record.

It compares with the estimator on the files as they lie there, and tries functions on cases that
everybody may know.  The marks are given with other cases, on the data as they were released.
"""

import contextlib
import io
import warnings

from sandtime.coursework.sheet import SHEETS, VISIBLE
from sandtime.exercises.checking import judge


class Practice:
    """What `practice` returns: ``check(task, answer)`` prints one line and returns a `Verdict`.

    Attributes
    ----------
    sheet : Sheet
    folder : str or path
    draw : int
        Draws the cases on which functions are tried.
    """

    def __init__(self, sheet, folder="."):
        self.sheet, self.folder, self.draw, self._tasks = SHEETS[sheet], folder, VISIBLE, {}

    def __call__(self, task, answer):
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            verdict = judge(self._task(task).question, answer)
        print(f"{task}: {verdict.hint}")
        return verdict

    def _task(self, task):
        draw = self.draw
        if draw not in self._tasks:
            tasks = self.sheet.visible_tasks(self.folder, draw)
            self._tasks[draw] = {each.id: each for each in tasks}
        found = self._tasks[draw]
        if task not in found:
            raise ValueError(f"task = {task!r}: the sheet {self.sheet.name} has {', '.join(found)}")
        return found[task]


def practice(sheet, folder="."):
    """A check for the notebook of one sheet.

    Parameters
    ----------
    sheet : str
    folder : str or path
        Where the data files lie.

    Returns
    -------
    Practice
        To be called with the id of a task and the answer.
    """
    return Practice(sheet, folder)

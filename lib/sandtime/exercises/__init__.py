"""Exercises: what they ask, what is right, and what a wrong answer is told.

A `Question` declares the right answer, the tolerance and the mistakes that are known, each as a
function that makes it.  `check` compares an answer with them and never shows the right value.
"""

from sandtime.exercises.question import LEVELS, Mistake, Question, Verdict
from sandtime.exercises.register import audit, check, question, questions

__all__ = ["LEVELS", "Mistake", "Question", "Verdict", "audit", "check", "question", "questions"]

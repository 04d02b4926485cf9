"""Exercises: what they ask, what is right, and what a wrong answer is told.

A `Question` declares the right answer, the tolerance and the mistakes that are known, each as a
function that makes it.  `check` compares an answer with them and never shows the right value.
"""

from sandtime.exercises.checking import judge, judge_values
from sandtime.exercises.question import (
    KINDS,
    LEVELS,
    Choice,
    Mistake,
    Open,
    Option,
    Order,
    Question,
    Verdict,
    failed,
    passed,
)
from sandtime.exercises.register import audit, check, question, questions

__all__ = [
    "KINDS",
    "LEVELS",
    "Choice",
    "Mistake",
    "Open",
    "Option",
    "Order",
    "Question",
    "Verdict",
    "audit",
    "check",
    "failed",
    "judge",
    "judge_values",
    "passed",
    "question",
    "questions",
]

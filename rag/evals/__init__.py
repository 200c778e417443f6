"""Evaluation: labelled sets in, figures out.

    datasets -> runner (index, retrieve, answer, check) -> metrics -> report

It drives the same pipeline and reads the same events as everything else; nothing here changes an answer.
"""

from rag.evals.report import table
from rag.evals.runner import run_eval

__all__ = ["run_eval", "table"]

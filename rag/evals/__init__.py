"""Evaluation: labelled sets in, figures out.

    datasets -> indexes -> searches, outcomes, claims -> metrics -> runner -> report

It drives the same pipeline and reads the same events as everything else; nothing here changes an answer.
"""

"""Rows of answered questions -> numbers with n and an interval.

``answers``, ``citations``, ``retrieval`` and ``spans`` score one question; ``rows`` holds what was scored;
``statistics`` says what a set of rows amounts to under any weighting of them; ``table`` names the measures
and puts intervals beside them; ``compare`` sets two runs side by side. Nothing here asks a question: that
is ``qa.eval``.
"""

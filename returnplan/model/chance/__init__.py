"""Uncertain numbers (model §9): a scenario and its table of assumptions in, ``Values`` out.

``assumptions`` holds the shipped table, the rows in force and ``expected_values``; ``draws`` makes
the ``Values`` of a draw. Behind it lie ``uniforms``, the luck of each thing by its name, and
``distributions``, which turn luck into values; ``months`` cut the time axis, for the weather.

To add an uncertain number, add a row to ``data/assumptions.csv`` and read it as
``values.number["its_id"]``. One that differs from thing to thing also stands in ``draws.ONE_EACH``
and is a field of ``Values``. To add a distribution, add its entry to ``distributions`` and its
name, which types and readers need, to ``domain.DistributionName`` and MODEL.md §9. Laws test it.
"""

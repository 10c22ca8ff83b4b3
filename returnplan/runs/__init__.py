"""Many draws: allocations run, kept, put together, written and read again.

In: a scenario with names of allocations, draws and a seed. Out:
:class:`~returnplan.runs.results.Results` (tables and ready days), or a run folder that holds them.

``outcome`` one run (``rp.simulate``); ``ensemble`` many draws (``rp.ensemble``); ``tables`` the
result tables; ``blocks`` how well draws pin a mean down, ``difference`` which of two is better,
``paired`` all of them over the same draws (``rp.compare``), ``decisions`` what more teams would
bring; ``precision`` as many draws as are needed; ``calibrate`` weights draws by facts
(``rp.calibrate``), ``calibrated`` whether these may be used, and what is said of them; ``run``
scenario to run folder; ``merge`` parts to one run; ``folder`` files of a run, ``reading`` a run
folder read again; ``machine`` threads, clusters, kept draws; ``speed`` benchmarks.

To add a result table: ``runs.tables``. Nothing here draws or prints; whoever wants figures in a run
folder hands their writer in.
"""

DRAWS = 128
"""Draws of a run that asks for no other number."""

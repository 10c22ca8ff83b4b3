"""Many draws: allocations run, kept, put together, written and read again.

In: a scenario with names of allocations, draws and a seed. Out:
:class:`~returnplan.runs.results.Results` (tables and ready days), or a run folder that holds them.

``outcome`` one run (``rp.simulate``); ``ensemble`` many draws (``rp.ensemble``); ``tables`` the
result tables; ``paired`` differences over the same draws (``rp.compare``); ``run`` scenario to run
folder; ``merge`` parts to one run; ``folder`` files of a run, ``reading`` a run folder read again;
``machine`` threads, clusters, kept draws; ``speed`` benchmarks.

To add a result table: ``runs.tables``. Nothing here draws or prints; whoever wants figures in a run
folder hands their writer in.
"""

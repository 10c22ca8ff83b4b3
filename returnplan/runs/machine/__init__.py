"""Where draws are computed and kept: threads, processes, a Dask cluster, shards, a resumed run.

In: a :class:`~returnplan.runs.machine.runner.DrawRunner`. Out: chunks of draws in files, the same
to the last bit whoever computed them.

``runner`` all allocations on one draw; ``chunks`` draws in pieces, in files; ``choice`` who runs
them; ``threads``; ``processes`` and the ``worker`` that each of them is; ``cluster`` Dask;
``memory`` of all of them; ``working_folder`` what must match when a run is continued; ``progress``
who is told how far it is.
"""

"""Where draws are computed and kept: threads, a Dask cluster, shards, a run that goes on.

In: a :class:`~returnplan.runs.machine.runner.DrawRunner`. Out: chunks of draws in files, the same
to the last bit whoever computed them.

``runner`` all allocations on one draw; ``chunks`` draws in pieces, on threads, in files;
``cluster`` Dask; ``working_folder`` what must match when a run is continued; ``progress`` who is
told how far it is.
"""

"""Why so late (model §7.1): every day of waiting is booked to one cause.

In: what happened in one run, by number. Out: seconds by settlement and cause, roads that keep
people waiting, and the chain of one settlement.

``walk`` the compiled walk back from the ready time; ``causes`` the causes with all that is said of
them, and the numbers that stand for them.

To add a cause: its number in ``walk``, its entry in ``CAUSES``; the twin in
``tests/reference_delays.py`` first. Only what takes it away from a scenario is in
``insight.whatif``.
"""

"""Why so late (model §7.1): every day of waiting is booked to one cause.

In: what happened in one run, by number. Out: seconds by settlement and cause, roads that keep
people waiting, and the chain of one settlement.

``walk`` the compiled walk back from the ready time; ``causes`` puts names on and takes them off.

To add a cause: its number in ``walk``, its name and meaning in ``causes``, its words in
``language.names``; the twin in ``tests/reference_delays.py`` first.
"""

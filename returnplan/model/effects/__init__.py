"""What follows from dates: returns and harm (model §8), cost (model §10).

In: ready times, works, risk and team-days of one run.
Out: people and casualties by instant, costs by year and team type, as arrays.

``returns`` who comes home when; ``harm`` expected casualties; ``cost`` presence and pay of teams.

To add an effect: a class that is made once for a scenario or an allocation, a call in
``model.simulation.simulate``, a field of its ``Account``; its table in ``runs.tables``.
"""

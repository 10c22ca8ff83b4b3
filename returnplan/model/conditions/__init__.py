"""Conditions for return (model §7): when each gate holds, how much of each condition is there.

In: a :class:`~returnplan.model.conditions.history.History`, what happened in one run.
Out: one time for each settlement and gate, in whole seconds: ``NEVER``, ``UNKNOWN`` or a time.

``history`` the settlements and what happened there; ``gates`` the family of gates, presets, status;
``risk`` individual risk from hazards near (model §8); ``score`` the soft score.

To add a gate: one function under ``@gate`` in ``gates``. The decorator says what pages call it, the
data it needs, what it waits for and its parameters; a scenario switches it on under ``[gates]``.
"""

"""Teams at work (model §2 to §6): from hazards, roads and works to times of milestones.

In: a scenario, an allocation's teams and order, the amounts of work of one draw.
Out: a :class:`~returnplan.model.work.arrays.WorkLog`: when every milestone was passed, by whom.

``milestones`` jobs and waits, and their numbering; ``network`` roads and access routes; ``teams``
who can do what; ``calendars`` workable days; ``policies`` the order of communities; ``arrays`` ids
to numbers and back; ``loop`` the compiled dispatch; ``land`` released area by district and year.

To add an order of communities: one function under ``@by_key`` or ``@policy`` in ``policies``.
"""

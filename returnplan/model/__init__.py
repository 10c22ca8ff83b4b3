"""The model, MODEL.md as code: one draw of one allocation.

In: a :class:`~returnplan.domain.Scenario`, the name of an allocation, the numbers of a draw.
Out: an :class:`~returnplan.model.simulation.Account` in numbers; ``runs`` makes tables of it.
No pandas, no charts, no chance of its own: every uncertain number is drawn before anything runs.

``simulation`` is the method section, read it first. Below it, each the section of MODEL.md:
``reasons`` §7.1, ``effects`` §8 and §10, ``conditions`` §7, ``work`` §2 to §6, ``chance`` §9.
``compiled`` says where compiled code is kept.

To add a gate: ``conditions``; an order of communities: ``work``; an uncertain number: ``chance``.
"""

"""Why, and what if: from a run to reasons that a person can follow.

In: a run folder with its scenario, or a scenario and a draw. Out: chains of delays in words, tables
of reasons, runs without one cause, shares of what is uncertain.

``story`` the binding chain in words (``rp.why``); ``typical`` which draws speak for many;
``whatif`` a scenario without one cause of delay; ``explain`` one community of a run;
``sensitivity`` which assumptions drive a run (``rp.sensitivity``), in the groups of ``drivers``, by
the regression of ``shares``; ``hindcast`` a run beside the published past (``rp.hindcast``), and
beside the forecasts of ``naive``.

To add an analysis: one file here that takes a run or a scenario and returns a table or dataclasses;
its printing is a file of ``cli``, its sentences for pages are in ``show.findings``.
"""

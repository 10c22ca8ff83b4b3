"""Speed: ``returnplan bench`` and the plain SimPy program that it is measured beside.

In: sizes of made-up scenarios, or a scenario folder. Out: seconds, ratios and memory of one run on
this machine. ``bench`` measures; ``subject`` is what it measures, ``crews`` the kinds of workers;
``rival`` must give the same dates.
"""

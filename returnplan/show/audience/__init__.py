"""Who may see what (model §15): tables for the team and its partners, and tables for everybody.

In: the tables of a run by name, and an audience. Out: the tables that this audience may see; what
rests on too few people is blank, and a column says so.

``tables`` the tables of each audience; ``districts`` communities added up by district;
``withholding`` which small numbers go, and what must go with them so that no sum tells them.

To show a table to everybody: a function in ``tables.PUBLIC``; a column of it: its sensitivity in
``returnplan/data/columns.csv``. The tests try to find out by sums what is withheld.
"""

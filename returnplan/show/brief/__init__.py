"""Paper: the brief of two pages, and the page about one community, as PDF.

In: findings; for the page also the profile of a community. Out: the bytes of a document, the same
for the same run.

``two_pages`` the brief; ``one_page`` the page about a community; ``parts`` tables, bars and charts
on paper; ``sheet`` A4 from either side, with text that never leaves its box.

To add a part: a function in ``two_pages`` that takes the box it must stay in and returns where it
ends; its height among those at the top of the file, since two pages stay two.
"""

from returnplan.show.brief.one_page import community_page
from returnplan.show.brief.two_pages import brief

__all__ = ["brief", "community_page"]

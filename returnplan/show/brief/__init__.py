"""Paper: the brief of two pages, and the page about one community, as PDF.

In: findings; for the page also the profile of a community. Out: the bytes of a document, the same
for the same run.

``two_pages`` the brief; ``one_page`` the page about a community; ``district_map`` its map;
``parts`` tables, bars and charts on paper; ``sheet`` A4 from either side, with text that is never
cut.

To add a part: a function in ``two_pages`` that takes the box it must stay in and returns where it
ends. Two pages stay two: what cannot be left out is measured first, and all letters of a page
become smaller for it; of lists and tables the items that find no room are counted.
"""

from returnplan.show.brief.one_page import community_page
from returnplan.show.brief.two_pages import brief

__all__ = ["brief", "community_page"]

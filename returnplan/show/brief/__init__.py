"""Paper: the brief of two pages, and the page about one community, as PDF."""

from returnplan.show.brief.one_page import community_page
from returnplan.show.brief.two_pages import brief

__all__ = ["brief", "community_page"]

"""Families whose pages are read by their declared layouts alone; they differ in where articles are found."""

from crawler.spiders.base import SourceSpider


class NdsoftSpider(SourceSpider):
    """Korean trade papers on the ndsoft CMS."""

    family = "ndsoft"


class FeedSpider(SourceSpider):
    """Outlets with a CMS of their own and a feed of summaries."""

    family = "feed"


class SitemapSpider(SourceSpider):
    """Outlets with good news sitemaps and poor feeds."""

    family = "sitemap"


class ListingSpider(SourceSpider):
    """Outlets that only list their articles on a page."""

    family = "listing"


class NewsroomSpider(SourceSpider):
    """Press wires and companies' newsrooms."""

    family = "newsroom"


class WordPressSpider(SourceSpider):
    """Outlets on WordPress."""

    family = "wordpress"

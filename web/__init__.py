"""What people look at: Datasette with our pages, feeds and digests."""

from web.site import datasette, serve

__all__ = ["datasette", "serve"]

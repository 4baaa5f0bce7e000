"""Fetches news pages and reads them into articles: what an outlet is, the spiders, the reading of a page."""

"""One address an article: mirrors, mobile, AMP and print pages and tracking parameters fold into it."""

from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url, url_query_cleaner

from crawler.source import VARIANTS, Source

# Query parameters that say where a reader came from, never which article it is.
_TRACKING = (
    "fbclid", "gclid", "dclid", "yclid", "igshid", "mc_cid", "mc_eid", "msclkid", "_ga", "_gl", "ocid", "cmpid", "spm",
    "ref", "referer", "referrer", "refer", "ref_src", "from", "cp", "input", "source", "src", "sns", "share", "feature",
    "ntype", "nclick", "outputType", "outputtype", "amp", "mobile", "device", "pc", "pcview", "rss",
    "gbraid", "wbraid", "twclid", "trc", "_fr", "OutLink", "outlink", "kakao_from",
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id", "utm_cid",
)  # fmt: skip


def canonical_url(url: str, source: Source | None = None) -> str:
    """The one address under which an article is stored.

    With `source`: by its ``canonical`` template where the address fits one of its article patterns, else with the host
    of its home page; without: only what holds for any site (tracking parameters, fragment, default port, letter case).
    What is no address at all (a broken port or IPv6 host) comes back as it is.
    """
    try:
        return _canonical(_cleaned(url), source)
    except ValueError:
        return url


def _canonical(url: str, source: Source | None) -> str:
    if source is None:
        return _without_amp(url)
    match = source.match(url) or source.match(_without_amp(url))
    if match:
        groups = {name: value for name, value in match.groupdict().items() if value is not None}
        for template in source.canonical:
            with suppress(KeyError):  # an older form of address may lack what a template asks for
                return template.format(home=source.home, **groups)
    return _on_home_host(_without_amp(url), source)


def same_article(one: str, other: str, source: Source) -> bool:
    """Whether two addresses of an outlet can be one article's: its patterns do not find different ids in them."""
    ids = {match.groupdict().get("id") for match in (source.match(one), source.match(other)) if match} - {None}
    return len(ids) < 2


def _cleaned(url: str) -> str:
    url = url_query_cleaner(url.strip(), _TRACKING, remove=True, unique=False, keep_fragments=False)
    parts = urlsplit(canonicalize_url(url))
    netloc = parts.netloc.removesuffix(":80" if parts.scheme == "http" else ":443")
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _without_amp(url: str) -> str:
    parts = urlsplit(url)
    path = re.sub(r"/amp/?$|/amp(?=/)", "", parts.path) or "/"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _on_home_host(url: str, source: Source) -> str:
    """Scheme and host of the home page where `url` is on its www., mobile, AMP or bare variant."""
    parts, home = urlsplit(url), urlsplit(source.home)
    if _bare(parts.netloc) != _bare(home.netloc):
        return url
    return urlunsplit((home.scheme, home.netloc, parts.path, parts.query, ""))


def _bare(netloc: str) -> str:
    return re.sub(VARIANTS, "", netloc)

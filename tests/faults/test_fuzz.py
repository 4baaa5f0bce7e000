"""A small number of the inputs of benchmarks/fuzz.py."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.article import read_fragment
from crawler.charset import decode
from crawler.dates import KST, parse_date
from crawler.discovery import read_api, read_sitemap
from crawler.source import Api
from crawler.urls import canonical_url

FUZZ = Path(__file__).parents[2] / "benchmarks" / "fuzz.py"


def test_nothing_that_strangers_send_breaks_a_reader() -> None:
    done = subprocess.run([sys.executable, FUZZ, "--inputs", "2000"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_an_address_that_is_none_does_not_cost_the_others_of_its_sitemap() -> None:
    """Found by the long form."""
    urls = "".join(f"<url><loc>{at}</loc></url>" for at in ("https://[news.example/1", "", "https://news.example/2"))
    sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    found = read_sitemap(sitemap, "https://news.example/sitemap.xml")
    assert [entry.url for entry in found.entries] == ["https://news.example/2"]


def test_half_a_surrogate_pair_in_json_does_not_cost_the_article() -> None:
    """Found by the long form."""
    api = Api(url="/api", items="items", link="/article/{no}", title="title", published="date", body="body")
    text = r'{"items": [{"no": "1\ud800", "title": "협약", "body": "<p>맺었다\ud800.</p>"}]}'
    (entry,) = read_api(text, api, "https://news.example").entries
    assert entry.url.encode() == "https://news.example/article/1\ufffd".encode()
    assert read_fragment(entry.body or "") == ["맺었다\ufffd."]


@pytest.mark.parametrize("name", ["uu", "hex", "zip", "rot13", "idna", "punycode", "undefined", "no-such"])
def test_a_charset_that_is_none_does_not_cost_the_page(name: str) -> None:
    """Found by the long form: Python has codecs of these names."""
    page = f'<meta charset="{name}"><p>협약을 맺었다</p>'
    assert decode(page.encode("cp949"), f"text/html; charset={name}") == (page, "cp949")


def test_a_count_without_measure_is_no_date() -> None:
    """Found by the long form."""
    now = datetime(2026, 1, 6, 9, tzinfo=KST)
    assert parse_date("99999999999999999999일 전", now) is None
    assert parse_date("3일 전", now) == now - timedelta(days=3)
    assert parse_date("Tue, 06 Jan 2026 08:15:00 +99:99") is not None  # no such zone: the time is taken as Korean


def test_what_only_looks_like_an_address_stays_as_it_is() -> None:
    """Found by the long form: it would have cost all entries of its feed."""
    broken = "http://://]]>m.news.example:80/article/1"
    assert canonical_url(broken) == broken

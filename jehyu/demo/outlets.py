"""Who prints in the newsroom, and in which layout. The names are invented; the layouts are those of real families."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from jehyu.demo.stories import Story

HTML = "text/html"
RSS = "application/rss+xml"
XML = "application/xml"
JSON = "application/json"


@dataclass(frozen=True)
class Layout:
    """The addresses of a family of sites: where an article lies, and which template is served under which address.

    Addresses of articles are format strings over ``published``, ``serial``, ``tail`` and ``code`` of a
    story. A route with ``{page}`` stands for as many pages as the outlet's stories fill.
    """

    article: str
    routes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    redirects: Mapping[str, str] = field(default_factory=dict)

    def address(self, story: Story, pattern: str | None = None) -> str:
        """Path and query of a story."""
        code = sha256(story.id.encode()).hexdigest().upper()[:26]
        return (pattern or self.article).format(
            published=story.published,
            serial=story.serial,
            tail=story.serial % 100_000,
            code=code,
        )


LAYOUTS = {
    "ndsoft": Layout(
        "/news/articleView.html?idxno={serial}",
        {
            "/rss/allArticle.xml": ("feed.xml", XML),
            "/": ("list.html", HTML),
            "/news/articleList.html?view_type=sm": ("list.html", HTML),
            "/news/articleList.html?page={page}&view_type=sm": ("list.html", HTML),
        },
        {"/news/articleViewAmp.html?idxno={serial}": "/news/articleView.html?idxno={serial}"},
    ),
    "wordpress": Layout(
        "/archives/{serial}",
        {"/feed": ("feed.xml", RSS), "/feed/?paged={page}": ("feed.xml", RSS), "/": ("list.html", HTML)},
        {"/?p={serial}": "/archives/{serial}"},
    ),
    "pressroom": Layout(
        "/{serial}",
        {"/feed/atom/": ("feed.xml", "application/atom+xml"), "/": ("list.html", HTML)},
        {"/?p={serial}": "/{serial}"},
    ),
    "etnews": Layout(
        "/{published:%Y%m%d}{serial:06}", {"/Section901.xml": ("feed.xml", "text/xml"), "/": ("list.html", HTML)}
    ),
    "zdnet": Layout(
        "/view/?no={published:%Y%m%d%H%M%S}",
        {"/news/?lstcode=0000": ("list.html", HTML), "/": ("list.html", HTML)},
    ),
    "fulltext": Layout("/article/{serial:08}", {"/rss/google/latest": ("feed.xml", XML), "/": ("list.html", HTML)}),
    "sitemap": Layout(
        "/tech/{published:%Y/%m/%d}/{published:%Y%m%d%H%M%S}{tail:05}",
        {
            "/sitemap/index.xml": ("index.xml", XML),
            "/sitemap/latest.xml": ("latest.xml", XML),
            "/": ("list.html", HTML),
        },
    ),
    "arc": Layout(
        "/it-science/ict/{published:%Y/%m/%d}/{code}/",
        {"/arc/outboundfeeds/rss/?outputType=xml": ("feed.xml", XML), "/": ("list.html", HTML)},
    ),
    "wire": Layout(
        "/view/NISX{published:%Y%m%d}_{serial:010}",
        {"/RSS/sokbo.xml": ("feed.xml", "text/xml"), "/": ("list.html", HTML), "/realnews/": ("list.html", HTML)},
        {"/view/?id=NISX{published:%Y%m%d}_{serial:010}": "/view/NISX{published:%Y%m%d}_{serial:010}"},
    ),
    "api": Layout(
        "/html/promote/news/report_detail.html?datNo={serial}",
        {
            "/corp/presses/v1.0/channels/KOR/sections/ALL?limit=20&offset=1": ("list.json", JSON),
            "/html/promote/news/report_list.html": ("list.html", HTML),
        },
    ),
    "herald": Layout("/article/{serial:08}", {"/rss/newsAll": ("feed.xml", XML), "/": ("list.html", HTML)}),
    "portal": Layout("/article/001/{serial:010}", {"/section/105": ("list.html", HTML)}),
}


@dataclass(frozen=True)
class Outlet:
    """An invented outlet. ``copies`` names the outlet whose stories it shows, for a portal that has none of its own."""

    id: str
    name: str
    lang: str
    layout: str
    domain: str
    reporters: tuple[str, ...]
    charset: str = "utf-8"
    copies: str | None = None


OUTLETS = (
    Outlet("saebyeok", "새벽테크", "ko", "ndsoft", "saebyeoktech.example", ("윤서담", "고은재", "마하늘")),
    Outlet("haneul", "Haneul Tech Review", "en", "ndsoft", "haneulreview.example", ("Ro Da-in", "Ma Ji-an")),
    Outlet("didim", "디딤스타트업", "ko", "wordpress", "didim.example", ("편집부", "표리안")),
    Outlet("doore", "두레전자일보", "ko", "etnews", "doore.example", ("피도윤", "길소은"), charset="cp949"),
    Outlet("maru", "마루IT뉴스", "ko", "zdnet", "maruit.example", ("노아린", "어진솔")),
    Outlet("sol", "솔바람타임스", "ko", "fulltext", "soltimes.example", ("제하린", "국지호")),
    Outlet("byeol", "별빛경제", "ko", "sitemap", "byeol.example", ("방가온", "옥시안")),
    Outlet("noeul", "노을비즈", "ko", "arc", "noeulbiz.example", ("류단비", "엄라온")),
    Outlet("baram", "바람통신", "ko", "wire", "baram.example", ("변해솔", "진누리")),
    Outlet("dalmuri", "달무리모빌리티 보도자료", "ko", "api", "dalmuri.example", ("달무리모빌리티",)),
    Outlet("hangang", "Hangang Herald", "en", "herald", "hangangherald.example", ("Do Ye-ra", "Seo Han-byul")),
    Outlet("ongyeol", "Ongyeol Newsroom", "en", "pressroom", "ongyeol-robotics.example", ("Ongyeol Robotics",)),
    Outlet("portal", "한눈포털", "ko", "portal", "hannun.example", ("한눈포털",), copies="baram"),
)

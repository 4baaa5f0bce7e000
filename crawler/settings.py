"""How Scrapy crawls here: politely, within limits, and without trusting what outlets send."""

from importlib import metadata
from typing import Any

BOT_NAME = "jehyu"
SPIDER_LOADER_CLASS = "crawler.loader.SourceLoader"
SPIDER_MODULES: list[str] = []

# Who we are: outlets find the contact in their logs (setting crawl.contact, or -s JEHYU_CONTACT=…).
JEHYU_CONTACT = ""
JEHYU_DATABASE = "jehyu.db"
JEHYU_SOURCES: list[str] = []  # further files or folders of declarations
JEHYU_ALLOW_PRIVATE: list[str] = []  # hosts on private networks that may be asked all the same
JEHYU_ARTICLES_PER_RUN = 300  # new articles fetched from one outlet in one run; the rest waits for the next
JEHYU_REREAD_PER_RUN = 30  # stored articles fetched again in one run because the outlet says that it changed them

# Politeness.
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0  # seconds, give or take half
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 30.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

# Limits.
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024  # holds for the decompressed size too
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
REDIRECT_MAX_TIMES = 5
DEPTH_LIMIT = 4
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
METAREFRESH_ENABLED = False
REFERRER_POLICY = "no-referrer"

RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # what fails is in the report
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408, 429]
JEHYU_BACKOFF = 2.0  # seconds before the first retry; doubles with each

DOWNLOADER_MIDDLEWARES = {
    "crawler.guard.AddressGuard": 10,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.RobotsFirst": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.middlewares.BackoffRetry": 550,
    "crawler.guard.ResolutionGuard": 560,
    "crawler.middlewares.WholeBody": 595,  # sees the answer before it is decompressed (590)
}
ITEM_PIPELINES = {
    "crawler.pipelines.CheckText": 100,
    "crawler.pipelines.StoreArticle": 200,
}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml,application/json;q=0.9,*/*;q=0.5",
    "Accept-Language": "ko,en;q=0.8",
}
LOG_LEVEL = "WARNING"
TWISTED_DNS_RESOLVER = "crawler.guard.GuardedResolver"
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
FEED_EXPORT_ENCODING = "utf-8"


def user_agent(contact: str = "") -> str:
    """The honest User-Agent: program, version, and where its operator can be reached."""
    try:
        version = metadata.version("jehyu")
    except metadata.PackageNotFoundError:
        version = "dev"
    return f"Jehyu/{version} (news monitor{f'; +{contact}' if contact else ''})"


USER_AGENT = user_agent()


def project_settings() -> dict[str, Any]:
    """These settings as a dict, for running spiders from a program."""
    return {name: value for name, value in globals().items() if name.isupper()}

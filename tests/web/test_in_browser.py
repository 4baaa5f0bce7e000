"""A person's paths through the site in a real Chromium: nothing in the console, nothing asked of another machine."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from datasette.app import Datasette
from invented_site import Visitor, event_id
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import large_database
from web import datasette

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
PAGES = [
    "/",
    "/deals",
    "/deals?sure=no",
    "/companies",
    "/company/narae",
    "/company/evil",
    "/event/{narae}",
    "/event/{evil}",
    "/search",
    "/search?q=업무협약",
    "/search?q=<script>alert(1)</script>",
    "/questions",
    "/about",
    "/digest",
    "/digest.html",
    "/pictures",
    "/pictures/matrix",
    "/pictures/network?years=5",
    "/pictures/sectors",
    "/pictures/outlets",
    "/review",
    "/jehyu",
    "/jehyu?sql=select+*+from+articles",
    "/jehyu/partnerships",
    "/jehyu/articles",
    "/jehyu/articles/5",
    "/jehyu/by_company?company=narae",
    "/jehyu/new_this_week",
]
"""Every kind of page; `{narae}` and `{evil}` stand for the deal of these companies."""
BUSY_PAGES = [
    "/",
    "/deals?kind=mou",
    "/companies",
    "/company/org-1",
    "/search?q=협력",
    "/pictures",
    "/pictures/matrix",
    "/pictures/network?years=8&size=200",
    "/pictures/sectors",
    "/pictures/outlets",
    "/jehyu/new_this_week",
    "/jehyu/korean_foreign",
]
"""Those that look different where there is much to show."""
AXE = {"resultTypes": ["violations"], "preload": False}
"""Details of what was found wrong only: the rest, which nobody reads, takes a third of the time."""
VIEWS = [(1280, "ko", "light"), (390, "en", "dark")]
"""How they are looked at: the width in pixels, the language, the colours."""

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES, timeout=120_000)
        yield started
        started.close()


class Tab:
    """A page that keeps what went wrong on it."""

    def __init__(
        self, browser: Browser, address: str, width: int = 1280, lang: str = "ko", scheme: str = "light"
    ) -> None:
        context = browser.new_context(viewport={"width": width, "height": 900}, locale=lang, color_scheme=scheme)  # type: ignore[arg-type]
        self.page: Page = context.new_page()
        self.page.set_default_timeout(120_000)  # a loaded machine may take its time
        self.address = address
        self.troubles: list[str] = []
        self.page.on("console", lambda message: self._note(message.type in ("error", "warning"), message.text))
        self.page.on("dialog", lambda dialog: self._note(True, f"dialog: {dialog.message}"))
        self.page.on("pageerror", lambda error: self._note(True, str(error)))
        self.page.on("request", lambda request: self._note(not request.url.startswith((address, "data:")), request.url))

    def _note(self, bad: bool, what: str) -> None:
        if bad:
            self.troubles.append(f"{self.page.url}: {what}")

    def open(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None and answer.ok, path

    def faults(self, path: str) -> list[str]:
        """What is wrong with the page at `path`: hard to read or to use, or wider than the screen."""
        self.open(path)
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return self.serious() + ([f"{path} is {wider} px wider than the screen"] if wider > 0 else [])

    def serious(self) -> list[str]:
        found = Axe().run(self.page, options=AXE).response["violations"]
        return [
            f"{self.page.url} {v['id']}: {v['nodes'][0]['html']}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]


def test_from_home_to_evidence_to_article(browser: Browser, served: Callable[[Datasette], str], database: Path) -> None:
    tab = Tab(browser, served(datasette(database)))
    tab.open("/")
    tab.page.locator(".deals li", has_text="오르빅스").locator(".evidence a").click()
    quote = tab.page.locator("blockquote").first
    assert "업무협약" in quote.inner_text()
    assert quote.locator("mark.party").all_inner_texts() == ["나래전자", "오르빅스"]
    assert tab.page.locator(".headline a").first.get_attribute("href") == "https://hanbit.example/news/1"
    tab.page.locator("h1 a", has_text="오르빅스").click()
    assert "빅테크" in tab.page.locator(".facts").first.inner_text()
    assert tab.troubles == []


def test_search_to_company_to_partner(browser: Browser, served: Callable[[Datasette], str], database: Path) -> None:
    tab = Tab(browser, served(datasette(database)))
    tab.open("/")
    tab.page.locator("header input[type=search]").fill("나래")
    tab.page.keyboard.press("Enter")
    tab.page.locator(".chips a", has_text="나래전자").click()
    tab.page.locator("table.plain a", has_text="솔비소프트").click()
    assert tab.page.locator("h1").inner_text().startswith("솔비소프트")
    tab.page.locator("a.language").click()
    assert tab.page.locator("h1").inner_text().startswith("Solbi Soft")
    assert tab.troubles == []


def test_network_can_be_searched_and_clicked(
    browser: Browser, served: Callable[[Datasette], str], database: Path
) -> None:
    tab = Tab(browser, served(datasette(database)))
    tab.open("/pictures/network?years=5")
    before = tab.page.locator("svg").first.get_attribute("viewBox")
    tab.page.locator("[data-zoom='1.5']").click()
    assert tab.page.locator("[data-network] svg").get_attribute("viewBox") != before
    tab.page.locator(".tools input").fill("오르")
    assert "오르빅스" in tab.page.locator(".told").inner_text()
    assert tab.page.locator("line.lit").count() == 1
    tab.page.locator("[data-zoom='0']").click()
    tab.page.locator(".node", has_text="나래전자").locator("circle").click()
    tab.page.wait_for_url("**/company/narae")
    assert tab.troubles == []


def test_curator_confirms(browser: Browser, served: Callable[[Datasette], str], database: Path) -> None:
    site = datasette(database)
    tab = Tab(browser, served(site))
    tab.open(f"/-/auth-token?token={site._root_token}")
    tab.page.locator("nav a", has_text="검토").click()
    item = tab.page.locator(".queue li", has_text="한울모터스")
    item.get_by_role("button", name="맞습니다").click()
    assert "저장했습니다" in tab.page.locator("[role=status]").first.inner_text()
    assert tab.page.locator(".queue li", has_text="한울모터스").count() == 0
    tab.page.get_by_role("button", name="되돌리기").first.click()
    assert tab.page.locator(".queue li", has_text="한울모터스").count() == 1
    assert tab.troubles == []


@pytest.mark.parametrize(("width", "lang", "scheme"), VIEWS)
def test_every_page_is_quiet_accessible_and_fits(
    browser: Browser, served: Callable[[Datasette], str], database: Path, width: int, lang: str, scheme: str
) -> None:
    site = datasette(database)
    visitor = Visitor(site)
    deals = {"narae": event_id(visitor, "narae", "orbix"), "evil": event_id(visitor, "evil")}
    tab = Tab(browser, served(site), width, lang, scheme)
    tab.open(f"/-/auth-token?token={site._root_token}")
    found: list[str] = []
    for path in PAGES:
        found += tab.faults(path.format(**deals))
        _keep_picture(tab.page, f"{re.sub(r'[^a-z0-9]+', '-', path).strip('-') or 'home'}-{lang}-{width}-{scheme}")
    assert found == []
    assert tab.troubles == []


def test_many_deals_are_shown_as_well_as_few(
    browser: Browser, served: Callable[[Datasette], str], tmp_path: Path
) -> None:
    large_database.make(tmp_path / "many.db", 800)
    tab = Tab(browser, served(datasette(tmp_path / "many.db")), 1280, "en", "dark")
    assert [fault for path in BUSY_PAGES for fault in tab.faults(path)] == []
    tab.open("/pictures/network?years=8&size=200")
    assert tab.page.locator("[data-network] .node").count() > 100
    assert tab.troubles == []


def _keep_picture(page: Page, name: str) -> None:
    """Where $JEHYU_SHOTS names a folder, keep what the browser saw, to be looked at."""
    if folder := os.environ.get("JEHYU_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

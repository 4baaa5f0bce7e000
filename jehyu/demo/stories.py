"""The stories the newsroom prints: articles written for it, labelled with the deals they tell (stories/*.yaml)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zlib import crc32

from nlp.corpus import load_story, strip_marks

STORIES = Path(__file__).parent / "stories"
KST = timezone(timedelta(hours=9))

_FIRST_HOUR, _LAST_HOUR = 8, 18  # the newsroom's working day


@dataclass(frozen=True)
class Story:
    """One article of one outlet, as its readers see it: no marks, one paragraph a line."""

    id: str
    outlet: str
    lang: str
    day: date
    title: str
    text: str

    @property
    def published(self) -> datetime:
        """Day of the story and a time of the working day that its id decides, to the second, in KST."""
        seconds = crc32(self.id.encode()) % ((_LAST_HOUR - _FIRST_HOUR) * 3600)
        return datetime.combine(self.day, time(_FIRST_HOUR), KST) + timedelta(seconds=seconds)

    @property
    def paragraphs(self) -> list[str]:
        return self.text.split("\n")

    @property
    def summary(self) -> str:
        """What a feed shows: the beginning of the text, cut anywhere, as feeds do."""
        return self.text.replace("\n", " ")[:130]

    @property
    def serial(self) -> int:
        """A counter as a CMS keeps one: it grows with the time of publication (minutes since 2024)."""
        return int((self.published - datetime(2024, 1, 1, tzinfo=KST)).total_seconds() // 60)


def load_stories(folder: Path = STORIES) -> list[Story]:
    """All stories of a folder, newest first. nlp.corpus.CorpusError names file and place of a broken one."""
    stories = [story for path in sorted(folder.glob("*.yaml")) for story in _stories_of(path)]
    return sorted(stories, key=lambda story: (story.published, story.id), reverse=True)


def _stories_of(path: Path) -> Iterator[Story]:
    for article in load_story(path).articles:
        title, _ = strip_marks(article.title or "")
        text, _ = strip_marks(article.text)
        lines = (line.strip() for line in text.splitlines())
        yield Story(
            id=article.id,
            outlet=article.outlet,
            lang=article.lang,
            day=date.fromisoformat(article.published),
            title=title,
            text="\n".join(line for line in lines if line),
        )

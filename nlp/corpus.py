"""The Jehyu corpus: families of YAML stories, checked and turned into labelled rows with character offsets.

A file of `corpus/stories/` is one family: a cast of organisations and the articles that tell of them.  Every mention of
an organisation in `title` and `text` is marked, ``⟦surface⟧`` or, where the surface is no name of the cast,
``⟦surface|key⟧``.  `python -m nlp.corpus OUT` checks all files and writes `train.jsonl`, `dev.jsonl` and `test.jsonl`.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

STORIES = Path(__file__).parent.parent / "corpus" / "stories"

Kind = Literal[
    "alliance", "mou", "joint_venture", "joint_development", "supply", "adoption",
    "license", "distribution", "investment", "acquisition", "consortium", "other",
]  # fmt: skip
Status = Literal["signed", "announced", "planned", "talks", "rumoured", "ended", "denied"]
OrganizationType = Literal["company", "university", "government", "institute", "association", "hospital", "other"]
KINDS: tuple[str, ...] = get_args(Kind)
STATUSES: tuple[str, ...] = get_args(Status)
CORE_STATUSES = ("signed", "announced", "planned")

_MARK = re.compile(r"⟦([^⟦⟧|]+)(?:\|([^⟦⟧|]+))?⟧")


class CorpusError(ValueError):
    """A story breaks the format; the message names file, article and what to do."""


def _iso_day(value: str) -> str:
    date.fromisoformat(value)
    return value


def _iso_day_or_month(value: str) -> str:
    date.fromisoformat(value if len(value) != 7 else f"{value}-01")
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_iso_day)]
DayOrMonth = Annotated[str, Field(pattern=r"^\d{4}-\d\d(-\d\d)?$"), AfterValidator(_iso_day_or_month)]
Pair = tuple[str, str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)


class Organization(_Strict):
    """One of the cast. An undisclosed party has no `names` but a `description`."""

    names: list[Annotated[str, Field(min_length=1)]]
    type: OrganizationType
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None
    description: str | None = None


class Event(_Strict):
    """What an article reports of one deal; `event` is the deal's name within the family. Without `pairs` all pair."""

    event: str
    parties: Annotated[list[str], Field(min_length=2)]
    pairs: list[Pair] | None = None
    optional_pairs: list[Pair] = []
    kind: Kind
    status: Status
    new: bool
    date: DayOrMonth | None
    korean: bool | None = None
    evidence: Annotated[str, Field(min_length=1)]


class Article(_Strict):
    id: Annotated[str, Field(min_length=1)]
    outlet: str
    url: str | None = None
    lang: Literal["ko", "en"]
    published: Day
    title: str | None
    text: Annotated[str, Field(min_length=1)]
    events: list[Event]


class Story(_Strict):
    family: Annotated[str, Field(min_length=1)]
    note: str | None = None
    organizations: dict[str, Organization]
    articles: Annotated[list[Article], Field(min_length=1)]


class Mention(BaseModel):
    """A marked mention; offsets count code points in ``title + "\\n" + text``. `key` is null outside the cast."""

    start: int
    end: int
    surface: str
    key: str | None


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of scalars: dates and `NO` (Norway) stay strings; a key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key, times in Counter(keys).items():
            if times > 1:
                raise yaml.MarkedYAMLError(problem=f"key {key!r} stands {times} times", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])


def split_of(family: str) -> Literal["train", "dev", "test"]:
    """The fixed part of a family, by hash of its name: 70 % train, 15 % dev, 15 % test."""
    place = int.from_bytes(hashlib.sha256(family.encode()).digest()[:4], "big") % 100
    return "train" if place < 70 else "dev" if place < 85 else "test"


def strip_marks(marked: str) -> tuple[str, list[tuple[int, int, str | None]]]:
    """Plain text of `marked`, and its marks as (start, end, key or None). Raises ValueError on a stray bracket."""
    plain: list[str] = []
    spans: list[tuple[int, int, str | None]] = []
    length = last = 0
    for mark in _MARK.finditer(marked):
        before, surface = marked[last : mark.start()], mark[1]
        plain += [before, surface]
        start = length + len(before)
        length = start + len(surface)
        spans.append((start, length, mark[2]))
        last = mark.end()
    plain.append(marked[last:])
    text = "".join(plain)
    stray = re.search(r"[⟦⟧]", text)
    if stray:
        raise ValueError(f"unbalanced mark near {text[max(0, stray.start() - 15) : stray.start() + 15]!r}")
    return text, spans


def load_story(path: Path) -> Story:
    """Read one family. Raises CorpusError if the file is no YAML or breaks the schema."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
        return Story.model_validate(content)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CorpusError(f"{path.name}: {error}") from error
    except ValidationError as error:
        problems = [f"{path.name}{_place(content, item['loc'])}: {item['msg']}" for item in error.errors()]
        raise CorpusError("\n".join(problems)) from error


def _place(content: Any, location: Sequence[int | str]) -> str:
    """Where in the file a schema error lies, with the article's id instead of its position."""
    words = list(location)
    if len(words) > 1 and words[0] == "articles" and isinstance(words[1], int):
        article = content["articles"][words[1]]
        words[:2] = [f"article {article.get('id', words[1]) if isinstance(article, dict) else words[1]}"]
    return "".join(f": {word}" for word in words)


def rows_of(story: Story, source: str) -> Iterator[dict[str, Any]]:
    """Labelled rows of a family in the shape of the training files. Raises CorpusError naming `source` and article."""
    keys_by_name: dict[str, set[str]] = {}
    for key, organization in story.organizations.items():
        if not organization.names and not organization.description:
            raise CorpusError(f"{source}: organization {key}: needs names, or a description if it is undisclosed")
        for name in organization.names:
            keys_by_name.setdefault(name, set()).add(key)
    for article in story.articles:
        try:
            yield _row(story, article, keys_by_name)
        except ValueError as error:
            raise CorpusError(f"{source}: article {article.id}: {error}") from error


def _row(story: Story, article: Article, keys_by_name: dict[str, set[str]]) -> dict[str, Any]:
    full, spans = strip_marks((article.title or "") + "\n" + article.text)
    mentions = [
        Mention(start=start, end=end, surface=full[start:end], key=_key(story, full[start:end], key, keys_by_name))
        for start, end, key in spans
    ]
    return {
        "id": article.id,
        "url": article.url,
        "lang": article.lang,
        "published": article.published,
        "title": full.partition("\n")[0] if article.title else None,
        "text": full.partition("\n")[2],
        "outlet": article.outlet,
        "family": story.family,
        "events": [_event(story, event, full, mentions) for event in article.events],
        "organizations": [
            mention.model_dump() | {"type": story.organizations[mention.key].type if mention.key else None}
            for mention in mentions
        ],
    }


def _key(story: Story, surface: str, key: str | None, keys_by_name: dict[str, set[str]]) -> str | None:
    if key is not None:
        if key not in story.organizations:
            raise ValueError(f"mark ⟦{surface}|{key}⟧: no organization has the key {key!r}")
        return key
    keys = keys_by_name.get(surface, set())
    if len(keys) > 1:
        raise ValueError(f"mark ⟦{surface}⟧ may be {' or '.join(sorted(keys))}: write ⟦{surface}|key⟧")
    return next(iter(keys), None)


def _event(story: Story, event: Event, full: str, mentions: Sequence[Mention]) -> dict[str, Any]:
    cast = story.organizations
    for key in event.parties:
        if key not in cast:
            raise ValueError(f"event {event.event}: no organization has the key {key!r}")
        if cast[key].names and not any(mention.key == key for mention in mentions):
            raise ValueError(f"event {event.event}: party {key} has no mark in title or text: mark it ⟦surface|{key}⟧")
    if len(set(event.parties)) < len(event.parties):
        raise ValueError(f"event {event.event}: a party stands twice")
    evidence = strip_marks(event.evidence.strip())[0]
    if evidence not in full:
        raise ValueError(f"event {event.event}: evidence is no exact part of title or text: {evidence[:60]!r}")
    optional = _indexed(event, event.optional_pairs)
    either = [set(pair) for pair in optional]
    named = _indexed(event, event.pairs) if event.pairs is not None else _default_pairs(story, event)
    pairs = [pair for pair in named if set(pair) not in either]
    countries = [cast[key].country for key in event.parties]
    return {
        "event": event.event,
        "parties": [_party(cast[key], [m.surface for m in mentions if m.key == key]) for key in event.parties],
        "pairs": pairs,
        **({"optional_pairs": optional} if optional else {}),
        "kind": event.kind,
        "status": event.status,
        "new": event.new,
        "date": event.date,
        "korean": "KR" in countries if event.korean is None else event.korean,
        "evidence": evidence,
    }


def _party(organization: Organization, surfaces: Sequence[str]) -> dict[str, Any]:
    """A party as the guide has it: the forms of the text first, then the other names."""
    undisclosed = {"description": organization.description} if organization.description else {}
    names = list(dict.fromkeys([*surfaces, *organization.names])) if organization.names else []
    return {"names": names, "type": organization.type, "country": organization.country, **undisclosed}


def _indexed(event: Event, pairs: Sequence[Pair]) -> list[list[int]]:
    for pair in pairs:
        for key in pair:
            if key not in event.parties:
                raise ValueError(f"event {event.event}: pair names {key!r}, which is no party of it")
        if pair[0] == pair[1]:
            raise ValueError(f"event {event.event}: {pair[0]!r} is paired with itself")
    return [[event.parties.index(first), event.parties.index(second)] for first, second in pairs]


def _default_pairs(story: Story, event: Event) -> list[list[int]]:
    """All pairs with a company in them, the Korean company first."""
    parties = [story.organizations[key] for key in event.parties]
    pairs = []
    for pair in combinations(range(len(parties)), 2):
        if any(parties[i].type == "company" for i in pair):
            pairs.append(sorted(pair, key=lambda i: (parties[i].type != "company", parties[i].country != "KR")))
    return pairs


def read_corpus(folder: Path = STORIES) -> Iterator[dict[str, Any]]:
    """All rows of the corpus, each with its `split`, by file name. Raises CorpusError listing every problem."""
    problems: list[str] = []
    rows: list[dict[str, Any]] = []
    owners: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            story = load_story(path)
            for name in [f"family {story.family}", *(f"article {article.id}" for article in story.articles)]:
                if name in owners:
                    raise CorpusError(f"{path.name}: {name} already stands in {owners[name]}: choose another")
                owners[name] = path.name
            rows += [row | {"split": split_of(story.family)} for row in rows_of(story, path.name)]
        except CorpusError as error:
            problems.append(str(error))
    if problems:
        raise CorpusError("\n".join(problems))
    yield from rows


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m nlp.corpus", description="Check the stories, write JSONL.")
    parser.add_argument("out", type=Path, help="folder for train.jsonl, dev.jsonl and test.jsonl")
    parser.add_argument("--stories", type=Path, default=STORIES, help="folder of *.yaml (default: corpus/stories)")
    options = parser.parse_args(arguments)
    try:
        rows = list(read_corpus(options.stories))
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    for split in ("train", "dev", "test"):
        part = [row for row in rows if row["split"] == split]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in part)
        (options.out / f"{split}.jsonl").write_text(lines, encoding="utf-8")
        events = sum(len(row["events"]) for row in part)
        without = sum(not row["events"] for row in part)
        print(f"{split}: {len(part)} articles, {events} events, {without} articles without an event")
    return 0


if __name__ == "__main__":
    sys.exit(main())

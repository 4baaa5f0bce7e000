"""How well mentions are resolved into events: `python -m benchmarks.resolution [--fit] [--split test] [--reader]`.

Feeds the mentions of the Jehyu corpus through the store (the gold ones, or with --reader those our own reader finds),
resolves, and compares with the gold event ids: B-cubed and pairwise scores, beside two baselines. `--fit` learns the
coefficients of db/resolution/model.json from the training families first.

A mention of our reader is of the gold event of its article with which it has a pair of parties in common; of several,
the one it agrees with most. Mentions of no gold event are counted, and scored as events of their own in a table apart.
"""

from __future__ import annotations

import json
import math
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

import click
import numpy as np

from db import Store
from db.resolution import clustering, scoring
from db.resolution.mention import Mention
from db.resolution.resolver import Reader
from jehyu.stages import organization_rows
from nlp import load_reader
from nlp.corpus import STORIES, Event, Story, load_story, rows_of, split_of
from nlp.gazetteer import fold

# What we hold true before seeing an example: the fit is drawn towards it, since a corpus of a few hundred deals has
# too few
# second deals of one pair to learn how rarely two conclusions months apart are one.
PRIOR = {
    "bias": -3.0,
    "same parties": 3.0,
    "one contains the other": 2.7,
    "only one party in common": -4.0,
    "partner undisclosed in one": 1.0,
    "same exact day": 2.5,
    "day gap": -1.0,
    "day gap, two conclusions": -3.5,
    "report gap": -0.3,
    "two conclusions, dates exclude each other": -1.5,
    "words in common": 3.0,
    "words in common, other language": 1.0,
    "topics in common": 1.5,
    "topics differ": -1.0,
    "amount in common": 1.5,
    "amounts differ": -0.7,
    "same kind": 2.0,
    "same family of kind": 1.0,
    "capital against other": -0.7,
    "near copy": 3.0,
    "same article": -3.0,
    "background": 0.7,
    "both background": 0.7,
    "next stage": 2.0,
    "memorandum, then contract": 1.5,
    "one more deal": -2.5,
    "next step said": 2.0,
}
# How hard the fit is drawn to PRIOR; by cross-validation over the training families (--folds).
RIDGE = 3.0

# What a mention's gold event is called, and the clustering key of a system.
Labels = dict[int, str]


@dataclass
class Loaded:
    """The mentions of some families in a store, with gold labels."""

    store: Store
    mentions: dict[int, Mention]
    gold: Labels
    family: dict[int, str]

    def only(self, wanted: Callable[[str], bool]) -> Loaded:
        """The same, narrowed to the mentions whose gold label is wanted."""
        gold = {mention: label for mention, label in self.gold.items() if wanted(label)}
        return Loaded(self.store, {mention: self.mentions[mention] for mention in gold}, gold, self.family)


def main_scores(gold: Labels, found: Labels) -> dict[str, float]:
    """B-cubed and pairwise precision, recall and F1 of a clustering."""
    by_gold, by_found = _groups(gold), _groups(found)
    precision = np.mean([len(by_found[found[m]] & by_gold[gold[m]]) / len(by_found[found[m]]) for m in gold])
    recall = np.mean([len(by_found[found[m]] & by_gold[gold[m]]) / len(by_gold[gold[m]]) for m in gold])
    true, said = _pairs(by_gold), _pairs(by_found)
    right = len(true & said)
    return {
        "b3_p": float(precision),
        "b3_r": float(recall),
        "b3_f1": _f1(float(precision), float(recall)),
        "pair_p": right / max(1, len(said)),
        "pair_r": right / max(1, len(true)),
        "pair_f1": _f1(right / max(1, len(said)), right / max(1, len(true))),
    }


def load(folder: Path, stories: Iterable[Story]) -> Loaded:
    """A store with the gold mentions of the stories."""
    stories = list(stories)
    store = Store(folder / f"{len(list(folder.iterdir()))}.db")
    gold: Labels = {}
    family: dict[int, str] = {}
    store.sync_organizations(row for story in stories for row in _organizations(story))
    with store.transaction():
        for story in stories:
            for article, row in zip(story.articles, rows_of(story, story.family), strict=True):
                events = [
                    _contract(story, event, told, row)
                    for event, told in zip(article.events, row["events"], strict=True)
                ]
                events = [(label, event) for label, event in events if event["pairs"]]
                identity = _save(store, row, [event for _, event in events])
                saved = store.rows("SELECT id FROM mentions WHERE article_id = ? ORDER BY id", [identity])
                for (label, _), mention in zip(events, saved, strict=True):
                    gold[mention["id"]] = f"{story.family}/{label}"
                    family[mention["id"]] = story.family
    mentions = Reader(store.conn).mentions(gold)
    return Loaded(store, mentions, {m: gold[m] for m in mentions}, family)


SPURIOUS = "spurious "


def read(folder: Path, stories: Iterable[Story]) -> Loaded:
    """A store with what our reader finds in the stories, all told as the run tells it; gold by shared pairs."""
    reader, store = load_reader(), Store(folder / f"{len(list(folder.iterdir()))}.db")
    store.sync_organizations(organization_rows())
    gold: Labels = {}
    family: dict[int, str] = {}
    told = found = 0
    started = time.perf_counter()
    rows = [(story, row) for story in stories for row in rows_of(story, story.family)]
    for (story, row), answer in zip(rows, reader.read_many([row for _, row in rows]), strict=True):
        identity = _save(store, row, answer["events"])
        saved = store.rows("SELECT id FROM mentions WHERE article_id = ? ORDER BY id", [identity])
        events = [event for event in row["events"] if event["pairs"] or event.get("optional_pairs")]
        told += len(events)
        matches = [_match(event, events) for event in answer["events"]]
        found += len({at for at in matches if at is not None})
        for at, mention in zip(matches, saved, strict=True):
            label = f"{SPURIOUS}{mention['id']}" if at is None else f"{story.family}/{events[at]['event']}"
            gold[mention["id"]], family[mention["id"]] = label, story.family
    seconds = time.perf_counter() - started
    print(
        f"{len(rows)} articles read in {seconds:.0f} s; {found} of {told} gold mentions found"
        f" (recall {found / told:.3f})"
    )
    mentions = Reader(store.conn).mentions(gold)
    return Loaded(store, mentions, {m: gold[m] for m in mentions}, family)


def _match(event: dict[str, Any], gold: Sequence[dict[str, Any]]) -> int | None:
    """Which gold event the reader's event tells of: a pair in common, then as much agreement as can be."""

    def agreement(told: dict[str, Any]) -> tuple[int, ...]:
        said = event["evidence"]["text"]
        near = said in told["evidence"] or told["evidence"] in said
        fields = sum(event[name] == told[name] for name in ("new", "kind", "status", "date"))
        return (_shared_pairs(event, told), int(near), fields)

    ranked = max(((agreement(told), -at) for at, told in enumerate(gold)), default=None)
    return -ranked[1] if ranked is not None and ranked[0][0] else None


def _shared_pairs(event: dict[str, Any], told: dict[str, Any]) -> int:
    """How many of the reader's pairs are gold ones; parties are one if they share a name or both have none."""
    shared = 0
    for ours in event["pairs"]:
        for theirs in [*told["pairs"], *told.get("optional_pairs", [])]:
            left = [_known_names(event["parties"][at]) for at in ours]
            right = [set(map(fold, told["parties"][at]["names"])) for at in theirs]
            shared += any(
                all(bool(one & other) or one == other for one, other in zip(left, way, strict=True))
                for way in (right, right[::-1])
            )
    return shared


def _known_names(party: dict[str, Any]) -> set[str]:
    return {fold(name) for name in (party["name"], party.get("surface"), *party["aliases"]) if name and party["name"]}


def resolve(loaded: Loaded) -> Labels:
    """The clustering of the resolver itself, before it is asked which groups make an event."""
    found: Labels = {}
    for block in _blocks(loaded):
        for at, group in enumerate(clustering.cluster(block)):
            found.update({mention.id: f"{block[0].id}/{at}" for mention in group})
    return {mention: found[mention] for mention in loaded.mentions}


def first_mention(loaded: Loaded) -> Labels:
    """Baseline: the same parties are the same deal for ever."""
    return {mention.id: "|".join(sorted(mention.orgs)) or str(mention.id) for mention in loaded.mentions.values()}


def exact_copy(loaded: Loaded) -> Labels:
    """Baseline: the same parties, kind and date (or day of report)."""
    return {
        mention.id: "|".join([*sorted(mention.orgs), mention.kind, mention.date or mention.published[:10]])
        for mention in loaded.mentions.values()
    }


def fit(stories: Sequence[Story], folder: Path, ridge: float = RIDGE) -> dict[str, float]:
    """Coefficients of the logistic model from all candidate pairs within each family, families weighing alike."""
    loaded = load(folder, stories)
    rows, labels, weights = [], [], []
    for _, members in _by_family(loaded).items():
        pairs = [pair for pair in combinations(members, 2) if pair[0].orgs & pair[1].orgs]
        for one, other in pairs:
            rows.append(scoring.features(one, other))
            labels.append(loaded.gold[one.id] == loaded.gold[other.id])
            weights.append(1 / math.sqrt(len(pairs)))
    loaded.store.close()
    solution = _logistic(np.array(rows), np.array(labels, float), np.array(weights), ridge)
    return dict(zip(scoring.FEATURES, (round(float(value), 4) for value in solution), strict=True))


def _logistic(x: np.ndarray, y: np.ndarray, weights: np.ndarray, ridge: float) -> np.ndarray:
    """Newton's method for logistic regression drawn to PRIOR with the given strength."""
    weights = weights * len(weights) / weights.sum()
    prior = np.array([PRIOR[name] for name in scoring.FEATURES])
    beta = prior.copy()
    penalty = np.full(x.shape[1], ridge)
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ beta))
        gradient = x.T @ (weights * (y - p)) - penalty * (beta - prior)
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def _blocks(loaded: Loaded) -> list[list[Mention]]:
    """The blocks as the resolver forms them: run it, then read what it held together."""
    loaded.store.resolve()
    blocks: dict[int, list[Mention]] = defaultdict(list)
    rows = loaded.store.rows("SELECT id, block FROM mentions WHERE block IS NOT NULL")
    mentions = Reader(loaded.store.conn).mentions(row["id"] for row in rows)
    for row in rows:
        blocks[row["block"]].append(mentions[row["id"]])
    return list(blocks.values())


def _by_family(loaded: Loaded) -> dict[str, list[Mention]]:
    families: dict[str, list[Mention]] = defaultdict(list)
    for mention in loaded.mentions.values():
        families[loaded.family[mention.id]].append(mention)
    return families


def _organizations(story: Story) -> Iterator[dict[str, Any]]:
    for key, organization in story.organizations.items():
        if organization.names:
            yield {
                "id": f"{story.family}-{key}",
                "name": organization.names[0],
                "type": organization.type,
                "country": organization.country,
            }


def _contract(story: Story, event: Event, told: dict[str, Any], row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A gold event as the extraction contract has it."""
    parties = []
    for key, party in zip(event.parties, told["parties"], strict=True):
        names = party["names"]
        parties.append(
            {
                "name": names[0] if names else None,
                "org_id": f"{story.family}-{key}" if names else None,
                "aliases": names[1:],
                "type": party["type"],
                "country": party["country"],
                "surface": names[0] if names else None,
                "description": party.get("description"),
            }
        )
    full = f"{row['title'] or ''}\n{row['text']}"
    start = full.index(told["evidence"])
    return event.event, {
        **{name: told[name] for name in ("kind", "status", "new", "date")},
        "parties": parties,
        "pairs": told["pairs"] + told.get("optional_pairs", []),
        "date_precision": {10: "day", 7: "month"}.get(len(told["date"] or "")),
        "confidence": 0.9,
        "evidence": {"text": told["evidence"], "start": start, "end": start + len(told["evidence"])},
    }


def _save(store: Store, row: dict[str, Any], events: list[dict[str, Any]]) -> int:
    url = row.get("url") or f"https://corpus.example/{row['id']}"
    store.save_article(
        url=url, source_id=None, title=row["title"], text=row["text"], published_at=row["published"], lang=row["lang"]
    )
    found = store.row("SELECT id FROM articles WHERE url = ?", [url])
    assert found is not None
    store.save_extraction(found["id"], "gold", events)
    return int(found["id"])


def _groups(labels: Labels) -> dict[str, set[int]]:
    groups: dict[str, set[int]] = defaultdict(set)
    for mention, label in labels.items():
        groups[label].add(mention)
    return groups


def _pairs(groups: dict[str, set[int]]) -> set[tuple[int, int]]:
    return {pair for members in groups.values() for pair in combinations(sorted(members), 2)}


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def cross_validate(stories: Sequence[Story], folder: Path, folds: int = 5) -> None:
    """Scores of held-out training families for several strengths of the prior and several thresholds."""
    for ridge in (1.0, 3.0, 10.0):
        gold: Labels = {}
        found: dict[tuple[float, float], Labels] = defaultdict(dict)
        for part in range(folds):
            _use(fit([s for at, s in enumerate(stories) if at % folds != part], folder, ridge))
            loaded = load(folder, [s for at, s in enumerate(stories) if at % folds == part])
            gold.update({part * 1_000_000 + mention: label for mention, label in loaded.gold.items()})
            mentions = list(loaded.mentions.values())
            for thresholds in product((1.0, 1.5, 2.0, 2.5), (-1.0, -0.5, 0.0, 0.5, 1.0)):
                for at, group in enumerate(clustering.cluster(mentions, (), *thresholds)):
                    found[thresholds].update({part * 1_000_000 + mention.id: f"{part}/{at}" for mention in group})
            loaded.store.close()
        for thresholds, labels in found.items():
            scores = "  ".join(f"{name} {value:.3f}" for name, value in main_scores(gold, labels).items())
            print(f"prior {ridge:4} thresholds {thresholds}: {scores}")


def _use(coefficients: dict[str, float]) -> None:
    """Has the resolver of this process use these coefficients."""
    target = Path(scoring.__file__).with_name("model.json")
    target.write_text(json.dumps({"coefficients": coefficients}, indent=1) + "\n", encoding="utf-8")
    scoring.coefficients.cache_clear()


@click.command()
@click.option("--folds", "validate", is_flag=True, help="Cross-validate the strength of the prior, then stop.")
@click.option("--fit", "learn", is_flag=True, help="Learn db/resolution/model.json from the training families first.")
@click.option("--split", "splits", multiple=True, default=("dev", "test"), show_default=True)
@click.option("--reader", "own", is_flag=True, help="Resolve what our own reader finds, not the gold mentions.")
@click.option("--errors", is_flag=True, help="Print what was joined or parted wrongly.")
@click.option("--stories", "folder", type=click.Path(path_type=Path), default=STORIES)
def main(validate: bool, learn: bool, splits: tuple[str, ...], own: bool, errors: bool, folder: Path) -> None:
    """Print the scores."""
    stories = [load_story(path) for path in sorted(folder.glob("*.yaml"))]
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        training = [story for story in stories if split_of(story.family) == "train"]
        if validate:
            cross_validate(training, work)
            return
        if learn:
            _use(fit(training, work))
        loaded = (read if own else load)(work, [s for s in stories if split_of(s.family) in splits])
        told = loaded.only(lambda label: not label.startswith(SPURIOUS))
        _report(told)
        if told.gold != loaded.gold:
            print(f"\nwith the {len(loaded.gold) - len(told.gold)} mentions of no gold event:")
            _report(loaded)
        if errors:
            _print_errors(loaded, resolve(loaded))
        loaded.store.close()


def _report(loaded: Loaded) -> None:
    systems = {"resolver": resolve, "same parties": first_mention, "same parties, kind, day": exact_copy}
    families = {loaded.family[mention] for mention in loaded.gold}
    print(f"{len(families)} families, {len(loaded.gold)} mentions, {len(set(loaded.gold.values()))} events")
    print(f"{'':26}{'B3 P':>7}{'B3 R':>7}{'B3 F1':>7}{'pair P':>8}{'pair R':>8}{'pair F1':>8}")
    for name, system in systems.items():
        scores = main_scores(loaded.gold, system(loaded)).values()
        print(f"{name:26}" + "".join(f"{value:{7 if at < 3 else 8}.3f}" for at, value in enumerate(scores)))


def _print_errors(loaded: Loaded, found: Labels) -> None:
    for family, members in sorted(_by_family(loaded).items()):
        for one, other in combinations(sorted(members, key=lambda mention: mention.order), 2):
            same, said = loaded.gold[one.id] == loaded.gold[other.id], found[one.id] == found[other.id]
            if same == said or not one.orgs & other.orgs:
                continue
            values = scoring.features(one, other)
            told = ", ".join(f"{n} {v:.2f}" for n, v in zip(scoring.FEATURES, values, strict=True) if v and n != "bias")
            print(
                f"\n{family}: {'wrongly joined' if said else 'wrongly parted'} {scoring.score(one, other):.2f}: {told}"
            )
            for mention in (one, other):
                print("  ", mention.published[:10], mention.kind, mention.status, mention.date, mention.evidence[:110])


if __name__ == "__main__":
    main()

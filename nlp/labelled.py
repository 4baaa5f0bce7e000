"""Labelled articles as the reader sees them: which class each pair of organisations that it finds has."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from nlp.article import parse_article
from nlp.corpus import CORE_STATUSES
from nlp.features import View
from nlp.gazetteer import fold, load
from nlp.linking import Entity
from nlp.partnership import ModelPair
from nlp.pipeline import load_pipeline, make_doc, model_pairs
from nlp.renaming import Renamer
from nlp.training.data import part_of

NONE, CORE, BACKGROUND, UNSETTLED = range(4)  # in the order of confidence.CLASSES
FOLDS = 5


@dataclass(slots=True)
class Example:
    """One labelled article as the reader sees it. `labels` holds the class of each pair; None: either is right.

    `unseen`: the encoder was not trained on it. `published`: it is real news, not of the Jehyu corpus. `renamed`: it
    is of the corpus, with names of the company table.
    """

    fold: int
    view: View
    labels: dict[tuple[int, int], int | None]
    model: dict[tuple[int, int], ModelPair]
    unseen: bool
    published: bool
    renamed: bool


def read_example(row: Mapping[str, Any], use_model: bool, unseen: bool = False) -> Example | None:
    """The article's view with its labels, or None if the first pass leaves it.

    The encoder reads only what it was not trained on; its reading of the rest would teach nothing true.
    """
    unseen = unseen or _is_held_out(row)
    use_model = use_model and unseen
    article = parse_article(row)
    nlp = load_pipeline(article.lang, use_model)
    doc = make_doc(nlp, article, use_model)
    if doc is None:
        return None
    doc = nlp.get_pipe("jehyu_organizations")(doc)
    view: View = doc._.view
    fold = int(hashlib.sha256(f"fold {row['id']}".encode()).hexdigest(), 16) % FOLDS
    pairs = model_pairs(view, doc._.predictions)
    published, renamed = "split" not in row, bool(row.get("renamed"))
    return Example(fold, view, _labels(view, row), pairs, unseen, published, renamed)


def _is_held_out(row: Mapping[str, Any]) -> bool:
    """Whether training leaves the article out: the corpus says so itself, of other articles their id decides."""
    return row["split"] != "train" if "split" in row else part_of(str(row["id"])) == "dev"


def read_examples(rows: Sequence[tuple[Mapping[str, Any], bool]], use_model: bool, processes: int) -> list[Example]:
    """Examples of (article, unseen) rows, in the rows' order: each as it is, without its headline, and, if it is of
    the corpus, with names of the company table."""
    renamer = Renamer(load())
    forms = [(form, unseen) for row, unseen in rows for form in _forms(row, renamer)]
    with ProcessPoolExecutor(processes) as pool:
        read = pool.map(read_example, *zip(*((f, use_model, u) for f, u in forms), strict=True), chunksize=16)
        return [example for example in read if example is not None]


def _forms(row: Mapping[str, Any], renamer: Renamer) -> Iterator[Mapping[str, Any]]:
    yield row
    if row["title"]:
        yield {**row, "title": None}
    if "split" in row and (renamed := renamer.renamed(row)):
        yield renamed


def _labels(view: View, row: Mapping[str, Any]) -> dict[tuple[int, int], int | None]:
    names = [{fold(name) for name in (entity.name, *entity.aliases)} for entity in view.entities]
    found: dict[tuple[int, int], int | None] = {}
    for event in row["events"]:
        members = [_owners(party, view.entities, names) for party in event["parties"]]
        for optional, pairs in ((True, event.get("optional_pairs") or []), (False, event["pairs"])):
            for first, second in pairs:
                for one in members[first]:
                    for two in members[second]:
                        key = (min(one, two), max(one, two))
                        label = None if optional else _class(event)
                        if key not in found or found[key] is None or label == CORE:
                            found[key] = label
    return found


def _owners(party: Mapping[str, Any], entities: Sequence[Entity], names: Sequence[set[str]]) -> list[int]:
    """Whom of the article's entities a labelled party is; one without a name, whoever is undisclosed.

    Descriptions are free text in either language, so that their words cannot tell one undisclosed partner from another.
    """
    if not party["names"]:
        return [index for index, one in enumerate(entities) if one.source == "undisclosed"]
    wanted = {fold(name) for name in party["names"]}
    return [index for index, known in enumerate(names) if known & wanted]


def _class(event: Mapping[str, Any]) -> int:
    if not event["new"]:
        return BACKGROUND
    return CORE if event["status"] in CORE_STATUSES else UNSETTLED

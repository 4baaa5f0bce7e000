"""Reading partnerships out of articles: the door of the package."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from itertools import islice
from typing import Any

from nlp.article import Article, ArticleError, parse_article
from nlp.confidence import load_weights
from nlp.encoder import load_encoder
from nlp.features import View
from nlp.pipeline import load_pipeline, make_doc, uses_model
from nlp.places import PLACES
from nlp.products import PRODUCTS

_CHUNK = 16  # articles handed to a process at a time


class Reader:
    """Reads articles; pure and deterministic: the same article gives the same bytes, whatever was read before."""

    def __init__(self, model: bool = True) -> None:
        self._model = model

    @cached_property
    def version(self) -> str:
        """Names program, model and company table; a stored reading by another version has to be made again."""
        data = files("nlp") / "data"
        digest = hashlib.sha256((data / PLACES).read_bytes() + (data / PRODUCTS).read_bytes())
        for table in sorted((data / "organizations").iterdir(), key=lambda entry: entry.name):
            digest.update(table.read_bytes())
        encoder = load_encoder() if uses_model(self._model) else None
        parts = (
            f"jehyu-{_program()}",
            f"model-{encoder.version if encoder else 'none'}",
            f"weights-{load_weights().version}",
            f"table-{digest.hexdigest()[:8]}",
        )
        return " ".join(parts)

    @cached_property
    def thresholds(self) -> Mapping[str, float]:
        """`report`: below it nothing is told. `publish`: from it on, held-out precision was .96 (.95 by rules)."""
        return load_weights().thresholds["model" if uses_model(self._model) else "rules"]

    def read(self, article: object) -> dict[str, Any]:
        """The answer of the extraction contract. A line that breaks the contract gives `error` and no events."""
        identity = article.get("id") if isinstance(article, Mapping) else None
        try:
            parsed = parse_article(article)
        except ArticleError as error:
            return {"id": identity, "events": [], "error": str(error)}
        nlp = load_pipeline(
            parsed.lang, uses_model(self._model)
        )  # a broken table or model is no fault of the article: it is raised
        try:
            doc = make_doc(nlp, parsed, uses_model(self._model))
            return {"id": identity, "events": nlp(doc)._.events if doc is not None else []}
        except (
            Exception
        ) as error:  # one article that breaks the reader must not stop a run; the line says what happened
            return {
                "id": identity,
                "events": [],
                "error": f"could not be read ({type(error).__name__}: {error}); please report it",
            }

    def read_many(self, articles: Iterable[object], processes: int = 1) -> Iterator[dict[str, Any]]:
        """Answers in input order; with `processes` > 1 from that many workers."""
        if processes <= 1:
            yield from map(self.read, articles)
            return
        stream = iter(articles)
        with ProcessPoolExecutor(processes, initializer=_start_worker, initargs=(self._model,)) as pool:
            while wave := list(islice(stream, processes * _CHUNK * 4)):
                yield from pool.map(_read_in_worker, wave, chunksize=_CHUNK)

    def view(self, article: Article) -> View | None:
        """What is seen in an article before partners are sought; None if nothing in it is worth reading."""
        model = uses_model(self._model)
        nlp = load_pipeline(article.lang, model)
        doc = make_doc(nlp, article, model)
        if doc is None:
            return None
        view: View = nlp.get_pipe("jehyu_organizations")(doc)._.view
        return view

    def co_mentions(self, row: object) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """(sentence, parties) of every sentence with a deal word: what the co-occurrence baseline sees."""
        view = self.view(parse_article(row))
        if view is None:
            return
        for sentence in view.sentences:
            if view.cues.get(sentence.index):
                entities = {part.entity: view.entities[part.entity] for part in view.parts.get(sentence.index, [])}
                yield (
                    view.text(sentence),
                    [
                        {"name": one.name, "aliases": one.aliases}
                        for one in entities.values()
                        if one.source != "undisclosed"
                    ],
                )


def load_reader(model: bool = True) -> Reader:
    """The reader; `model=False` leaves the encoder out (the rules-only baseline)."""
    return Reader(model)


def _program() -> str:
    try:
        return version("jehyu")
    except PackageNotFoundError:
        return "source"


_worker: Reader | None = None


def _start_worker(model: bool) -> None:
    global _worker
    _worker = Reader(model)


def _read_in_worker(article: object) -> dict[str, Any]:
    assert _worker is not None
    return _worker.read(article)

"""`python -m nlp.training`: vocabulary, join, prepare, fit, export, triage, measure, in this order (see the docs)."""

import csv
import json
import pickle
from pathlib import Path

import click
import torch
from tokenizers import Tokenizer

from nlp.corpus import read_corpus
from nlp.encoder import MODEL, Encoder
from nlp.training.data import (
    ArticleReader,
    NameFinder,
    core_examples,
    klue_examples,
    part_of,
    read_jsonl,
)
from nlp.training.export import export as write_artefact
from nlp.training.join import joined
from nlp.training.measure import calibration_error, score, tagging
from nlp.training.train import Settings
from nlp.training.triage import learn_triage, write_triage
from nlp.training.vocabulary import count_pieces, cut, texts_of
from nlp.training.workers import Run, network_of, run_workers

SHARE = click.FloatRange(0, 1)
EXISTING = click.Path(exists=True, path_type=Path)
WRITTEN = click.Path(path_type=Path)
ORDINARY = ("r-", "s-")  # families of the corpus that are a mix as in news; the others are denser
KEPT = {"klue-news": 0.5, "klue-reviews": 0.1, "core": 0.2}  # share of the helping sources an epoch


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command()
@click.argument("checkpoint", type=EXISTING)
@click.argument("tokenizer", type=EXISTING)
@click.argument("texts", type=EXISTING, nargs=-1, required=True)
@click.option("--out", type=WRITTEN, required=True)
@click.option("--size", default=40_000, show_default=True)
def vocabulary(checkpoint: Path, tokenizer: Path, texts: tuple[Path, ...], out: Path, size: int) -> None:
    """Cut a BERT CHECKPOINT (folder) and its tokenizer.json down to the pieces that TEXTS need."""
    counts = count_pieces(Tokenizer.from_file(str(tokenizer)), texts_of(texts))
    cut(tokenizer, checkpoint, counts, out, size)
    click.echo(f"{out}: {size} of the pieces; {len(counts)} of them occur")


@main.command()
@click.argument("labels", type=EXISTING)
@click.argument("articles", type=EXISTING, nargs=-1, required=True)
@click.option("--out", type=WRITTEN, required=True)
def join(labels: Path, articles: tuple[Path, ...], out: Path) -> None:
    """Join LABELS of published articles (corpus/real) with stored ARTICLES (JSONL, plain or .xz)."""
    wanted = list(read_jsonl(labels))
    rows = list(joined(wanted, (row for path in articles for row in read_jsonl(path))))
    out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    click.echo(f"{out}: {len(rows)} of {len(wanted)} labels; of the rest no article is there with the labelled text")


@main.command()
@click.argument("base", type=EXISTING)
@click.argument("articles", type=EXISTING, nargs=-1, required=True)
@click.option("--companies", type=EXISTING, help="CSV with name_ko and en_short, for organisations without a deal")
@click.option("--klue", type=EXISTING, help="KLUE-NER spans (JSONL)")
@click.option("--core", type=EXISTING, help="CORE relations (JSON)")
@click.option("--news", type=EXISTING, multiple=True, help="unlabelled Korean texts, which tell what are no names")
@click.option("--out", type=WRITTEN, required=True)
def prepare(
    base: Path, articles: tuple[Path, ...], companies: Path | None, klue: Path | None, core: Path | None,
    news: tuple[Path, ...], out: Path,
) -> None:  # fmt: skip
    """Turn labelled ARTICLES (JSONL), the Jehyu corpus, KLUE and CORE into passages."""
    rows = [(path.stem, row) for path in articles for row in read_jsonl(path)]
    names = {n for _, row in rows for event in row["events"] for party in event["parties"] for n in party["names"]}
    if companies:
        with companies.open(encoding="utf-8") as lines:
            names |= {r[k] for r in csv.DictReader(lines) for k in ("name_ko", "en_short") if len(r[k]) >= 3}
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    sample = [row["text"] for _, row in rows if row["lang"] == "ko" and len(row["text"]) > 300]
    reader = ArticleReader(tokenizer, NameFinder(names), sample, texts_of(news))
    examples = [example for source, row in rows for example in reader.examples(row, source)]
    for row in read_corpus():
        examples += reader.examples(row, f"jehyu-{row['split']}")
    examples += klue_examples(klue) if klue else []
    examples += core_examples(core) if core else []
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        pickle.dump((examples, sorted(names)), file)
    click.echo(f"{out}: {len(examples)} passages, {sum(e.positive for e in examples)} with a partnership")


@main.command()
@click.argument("base", type=EXISTING)
@click.argument("examples", type=EXISTING)
@click.argument("folder", type=WRITTEN)
@click.option("--layers", default=6, show_default=True)
@click.option("--steps", default=1200, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--threads", default=1, show_default=True, help="More than one is slower on a machine that others use.")
@click.option("--workers", default=1, show_default=True, help="Processes that share every step; faster than threads.")
@click.option("--start", type=EXISTING, help="state.pt of an earlier run to begin from")
@click.option("--test-every", default=400, show_default=True)
@click.option("--real", type=SHARE, default=1.0, show_default=True, help="Share of the real articles to learn from.")
@click.option("--written", type=SHARE, default=1.0, show_default=True, help="Share of the Jehyu corpus, likewise.")
def fit(
    base: Path, examples: Path, folder: Path, layers: int, steps: int, seed: int, threads: int, workers: int,
    start: Path | None, test_every: int, real: float, written: float,
) -> None:  # fmt: skip
    """Train in FOLDER; a stopped run goes on where it was. Losses and figures stand in FOLDER/log.jsonl.

    BASE is what `vocabulary` wrote, or a shipped model (nlp/model), whose training then goes on.
    """
    settings = Settings(steps=steps, seed=seed, kept=KEPT, test_every=test_every)
    run_workers(workers, Run(base, examples, folder, layers, threads, start, settings, real, written))


@main.command()
@click.argument("base", type=EXISTING)
@click.argument("state", type=EXISTING)
@click.option("--out", type=WRITTEN, default=MODEL, show_default="nlp/model")
@click.option("--layers", default=6, show_default=True)
@click.option("--name", default="e5s6", show_default=True, help="first part of the version")
@click.option("--temperature", default=1.0, show_default=True, help="what relation logits are divided by")
@click.option("--tag-threshold", default=0.5, show_default=True)
@click.option("--float32", is_flag=True, help="Do not quantise (to measure what quantising costs).")
def export(
    base: Path, state: Path, out: Path, layers: int, name: str, temperature: float, tag_threshold: float,
    float32: bool,
) -> None:  # fmt: skip
    """Write the run-time artefact of a trained STATE (state.pt)."""
    network = network_of(base, layers)
    saved = torch.load(state)
    network.load_state_dict(saved["network"])
    note = {"steps": saved["step"], "layers": layers}
    write_artefact(
        network, base / "tokenizer.json", out, name=name, temperature=temperature, tag_threshold=tag_threshold,
        note=note, quantise=not float32,
    )  # fmt: skip
    click.echo(f"{out}: {json.loads((out / 'model.json').read_text())['version']}")


@main.command()
@click.argument("articles", type=EXISTING, nargs=-1, required=True)
@click.option("--model", type=EXISTING, default=MODEL, show_default="nlp/model")
def triage(articles: tuple[Path, ...], model: Path) -> None:
    """Learn the first pass of MODEL from labelled ARTICLES and what of the Jehyu corpus is an ordinary mix."""
    rows = [row for path in articles for row in read_jsonl(path)]
    rows += [row for row in read_corpus() if row["split"] != "test" and row["family"].startswith(ORDINARY)]
    content, kept = learn_triage(Encoder(model), rows)
    write_triage(content, model)
    signs = len(content["weights"])
    click.echo(f"{model}: {signs} signs; of the published passages without a partnership {kept:.1%} are kept")


@main.command()
@click.argument("examples", type=EXISTING)
@click.argument("articles", type=EXISTING, nargs=-1)
@click.option("--model", type=EXISTING, default=MODEL, show_default="nlp/model")
@click.option("--klue", type=EXISTING)
@click.option("--threshold", default=0.5, show_default=True)
@click.option("--held-out", is_flag=True, help="Only the rows of ARTICLES that training leaves out.")
def measure(
    examples: Path, articles: tuple[Path, ...], model: Path, klue: Path | None, threshold: float, held_out: bool
) -> None:
    """Score on whole labelled ARTICLES, parties' places given and with the model's own, and on KLUE's held-out part."""
    encoder = Encoder(model)
    with examples.open("rb") as file:
        finder = NameFinder(pickle.load(file)[1])
    for path in articles:
        rows = [row for row in read_jsonl(path) if not held_out or part_of(row["id"]) == "dev"]
        for places, known in (("given places", finder), ("own places", None)):
            found = score(encoder, rows, known)
            best, best_f1 = found.best()
            precision, recall, f1 = found.at(threshold)
            error = calibration_error(found.scores)
            click.echo(
                f"{path.name}, {places}: P {precision:.3f} R {recall:.3f} F1 {f1:.3f} at {threshold}; "
                f"best F1 {best_f1:.3f} at {best:.3f}; ECE {error:.3f}; {found.missed} pairs never seen"
            )
    if klue:
        held = [e for e in klue_examples(klue) if e.source == "klue-news" and part_of(e.row) == "dev"]
        sentences = ((e.text, {(m.start, m.end) for m in e.mentions}) for e in held)
        precision, recall, f1 = tagging(encoder, sentences)
        click.echo(f"KLUE news, {len(held)} held-out sentences: P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")


if __name__ == "__main__":
    main()

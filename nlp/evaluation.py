"""Measuring a reader against labelled articles, by the scoring rules of the annotation guide.

python -m nlp.evaluation GOLD [--rules-only] [--baselines] [--sweep] [--errors N]
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from nlp.corpus import CORE_STATUSES
from nlp.gazetteer import fold
from nlp.reader import Reader, load_reader

Row = Mapping[str, Any]
Key = frozenset[int]
FIELDS = ("kind", "status", "date", "new")
_RESAMPLES = 1000


class Verdict(NamedTuple):
    """What one pair of one article counts as. `outcome`: tp, fp, fn or ignored; `correct` holds fields, on tp only."""

    article: str
    outcome: str
    names: tuple[str, str]
    confidence: float
    correct: Mapping[str, bool]
    detail: str
    error: str | None = None


@dataclass
class Report:
    """Counts of a run, with what is needed to print or compare it. `articles` holds one list of verdicts an article."""

    articles: list[list[Verdict]]
    background_called_new: int = 0
    background_found: int = 0
    unread: list[str] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        return sum(verdict.outcome == outcome for verdict in self.verdicts)

    @property
    def verdicts(self) -> Iterable[Verdict]:
        return (verdict for article in self.articles for verdict in article)

    @property
    def scores(self) -> tuple[float, float, float]:
        """(precision, recall, F1) of core pairs."""
        return _scores(self.articles)

    def accuracy(self, name: str) -> float:
        """Share of true positives whose `name` field is right; of newness, background pairs reported count too."""
        right = [verdict.correct[name] for verdict in self.verdicts if verdict.outcome == "tp"]
        wrong = self.background_called_new if name == "new" else 0
        total = len(right) + (self.background_found if name == "new" else 0)
        return (total - (len(right) - sum(right)) - wrong) / total if total else float("nan")

    def intervals(self, seed: int = 0) -> list[tuple[float, float]]:
        """95 % bootstrap intervals of precision, recall, F1; articles are what is drawn."""
        draw = random.Random(seed)
        samples = [_scores(draw.choices(self.articles, k=len(self.articles))) for _ in range(_RESAMPLES)]
        edges = []
        for values in zip(*samples, strict=True):
            ordered = sorted(values)
            edges.append((ordered[int(0.025 * _RESAMPLES)], ordered[int(0.975 * _RESAMPLES) - 1]))
        return edges

    def sweep(self, thresholds: Sequence[float]) -> list[tuple[float, float, float, float]]:
        """(threshold, precision, recall, F1) when pairs below the confidence are not reported."""
        rows = []
        for threshold in thresholds:
            cut = [[_cut(verdict, threshold) for verdict in article] for article in self.articles]
            rows.append((threshold, *_scores(cut)))
        return rows

    def calibration(self, bins: int = 10) -> tuple[float, list[tuple[float, float, int]]]:
        """(expected calibration error, [(mean confidence, share right, count) a bin]) of reported pairs."""
        reported = [verdict for verdict in self.verdicts if verdict.outcome in ("tp", "fp")]
        rows, error = [], 0.0
        for index in range(bins):
            inside = [v for v in reported if min(int(v.confidence * bins), bins - 1) == index]
            if inside:
                mean = sum(v.confidence for v in inside) / len(inside)
                right = sum(v.outcome == "tp" for v in inside) / len(inside)
                rows.append((mean, right, len(inside)))
                error += abs(mean - right) * len(inside) / len(reported)
        return error, rows

    def error_classes(self) -> Counter[str]:
        return Counter(verdict.error for verdict in self.verdicts if verdict.error)


@dataclass
class _Gold:
    """The pairs of one labelled article: what kind of pair each is, and its event."""

    parties: list[set[str]] = field(default_factory=list)
    pairs: list[tuple[int, int, Mapping[str, Any], bool]] = field(default_factory=list)


def evaluate(gold_rows: Iterable[Row], read: Callable[[Iterable[Row]], Iterable[Mapping[str, Any]]]) -> Report:
    """Score what `read` answers for `gold_rows` (as `Reader.read_many`) by the guide's rules."""
    rows = list(gold_rows)
    report = Report([])
    for row, answer in zip(rows, read(rows), strict=True):
        if "error" in answer:
            report.unread.append(f"{row['id']}: {answer['error']}")
        report.articles.append(_judge(row, answer, report))
    return report


def _judge(row: Row, answer: Mapping[str, Any], report: Report) -> list[Verdict]:
    gold, where = _gold(row), str(row["id"])
    verdicts: list[Verdict] = []
    found: set[frozenset[int]] = set()
    seen: set[tuple[str, str]] = set()
    for confidence, event, one, two in _reported(answer):
        names = _label(one), _label(two)
        matches = [entry for entry in gold.pairs if _same(gold, entry, one, two)]
        if event["status"] not in CORE_STATUSES or not event["new"]:
            report.background_found += any(not entry[2]["new"] for entry in matches)
            continue
        key = tuple(sorted(map(fold, names)))
        if (key[0], key[1]) in seen:
            continue
        seen.add((key[0], key[1]))
        core = [entry for entry in matches if _is_core(gold, entry)]
        if core:
            identity = _identity(gold, core[0])
            if identity in found:
                continue
            found.add(identity)
            best = max((_correct(entry[2], event) for entry in core), key=lambda fields: sum(fields.values()))
            wrong = next((name for name in FIELDS if not best[name]), None)
            detail = f"{_fields(event)} / gold {_fields(core[0][2])}"
            verdicts.append(Verdict(where, "tp", names, confidence, best, detail, wrong))
        elif matches and not any(_is_false_if_reported(entry) for entry in matches):
            background = not any(entry[2]["new"] for entry in matches)
            report.background_found += background
            report.background_called_new += background
            verdicts.append(
                Verdict(where, "ignored", names, confidence, {}, _fields(event), "new" if background else None)
            )
        else:
            error = "status" if matches else "link" if _one_party_known(gold, one, two) else "relation"
            evidence = event["evidence"]["text"][:160]
            verdicts.append(Verdict(where, "fp", names, confidence, {}, f"{_fields(event)}: {evidence}", error))
    return verdicts + list(_misses(gold, found, answer, where))


def _misses(gold: _Gold, found: set[frozenset[int]], answer: Mapping[str, Any], where: str) -> Iterable[Verdict]:
    reported = {fold(name) for event in answer["events"] for party in event["parties"] for name in _names(party)}
    for entry in gold.pairs:
        if not _is_core(gold, entry) or (identity := _identity(gold, entry)) in found:
            continue
        found.add(identity)
        names = [min(gold.parties[index], key=lambda name: (len(name), name)) for index in entry[:2]]
        known = all(gold.parties[index] & reported for index in entry[:2])
        detail = f"{_fields(entry[2])}: {entry[2]['evidence'][:160]}"
        yield Verdict(where, "fn", (names[0], names[1]), 1.0, {}, detail, "relation" if known else "span")


def _gold(row: Row) -> _Gold:
    gold = _Gold()
    for event in row["events"]:
        offset = len(gold.parties)
        gold.parties += [{fold(name) for name in party["names"]} for party in event["parties"]]
        for optional, pairs in ((False, event["pairs"]), (True, event.get("optional_pairs") or [])):
            gold.pairs += [(offset + one, offset + two, event, optional) for one, two in pairs]
    return gold


def _is_core(gold: _Gold, entry: tuple[int, int, Mapping[str, Any], bool]) -> bool:
    one, two, event, optional = entry
    named = bool(gold.parties[one]) and bool(gold.parties[two])
    return bool(
        named and not optional and event["new"] and event["status"] in CORE_STATUSES and event.get("korean", True)
    )


def _is_false_if_reported(entry: tuple[int, int, Mapping[str, Any], bool]) -> bool:
    event, optional = entry[2], entry[3]
    return bool(event["status"] not in CORE_STATUSES and event["new"] and event.get("korean", True) and not optional)


def _identity(gold: _Gold, entry: tuple[int, int, Mapping[str, Any], bool]) -> frozenset[int]:
    """The unordered pair within the article; a party of two events is one party where the names meet."""
    return frozenset(
        next(i for i, names in enumerate(gold.parties) if i == index or names & gold.parties[index])
        for index in entry[:2]
    )


def _same(gold: _Gold, entry: tuple[int, int, Mapping[str, Any], bool], one: Row, two: Row) -> bool:
    first, second = gold.parties[entry[0]], gold.parties[entry[1]]
    left, right = ({fold(name) for name in _names(party)} for party in (one, two))
    return bool((first & left and second & right) or (first & right and second & left))


def _one_party_known(gold: _Gold, one: Row, two: Row) -> bool:
    """One side is a gold party and the other is no party at all: likely the wrong organisation, not relation."""
    everyone = set().union(*gold.parties) if gold.parties else set()
    known = [bool(everyone & {fold(name) for name in _names(party)}) for party in (one, two)]
    return any(known) and not all(known)


def _reported(answer: Mapping[str, Any]) -> list[tuple[float, Mapping[str, Any], Row, Row]]:
    """Named pairs, surest first, so that a pair told twice counts by its best telling."""
    found = []
    for event in answer["events"]:
        for one, two in event["pairs"]:
            parties = event["parties"][one], event["parties"][two]
            if all(_names(party) for party in parties):
                found.append((float(event["confidence"]), event, *parties))
    return sorted(found, key=lambda item: -item[0])


def _names(party: Row) -> list[str]:
    return [name for name in (party.get("name"), *party.get("aliases", ())) if name]


def _label(party: Row) -> str:
    return str(party.get("name") or party.get("description") or "?")


def _correct(gold: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, bool]:
    return {name: gold.get(name) == event.get(name) for name in FIELDS}


def _fields(event: Mapping[str, Any]) -> str:
    return " ".join(str(event.get(name)) for name in FIELDS)


def _cut(verdict: Verdict, threshold: float) -> Verdict:
    if verdict.confidence >= threshold:
        return verdict
    return verdict._replace(outcome={"tp": "fn", "fp": "ignored"}.get(verdict.outcome, verdict.outcome))


def _scores(articles: Iterable[Iterable[Verdict]]) -> tuple[float, float, float]:
    counts = Counter(verdict.outcome for article in articles for verdict in article)
    right, false, missed = counts["tp"], counts["fp"], counts["fn"]
    precision = right / (right + false) if right + false else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    return precision, recall, 2 * right / (2 * right + false + missed) if right else 0.0


def co_occurrence(reader: Reader) -> Callable[[Iterable[Row]], Iterable[Mapping[str, Any]]]:
    """The baseline: any two organisations in one sentence that also holds a deal word are partners."""

    def read(rows: Iterable[Row]) -> Iterable[Mapping[str, Any]]:
        for row in rows:
            events = []
            for sentence, parties in reader.co_mentions(row):
                events += [
                    {"parties": pair, "pairs": [[0, 1]], "kind": "alliance", "status": "signed", "new": True,
                     "date": None, "confidence": 1.0, "evidence": {"text": sentence}}
                    for pair in combinations(parties, 2)
                ]  # fmt: skip
            yield {"id": row["id"], "events": events}

    return read


def load_gold(path: Path) -> list[dict[str, Any]]:
    """Labelled rows of a JSONL file. Raises ValueError naming file and line for one that is no row."""
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            row["events"], row["text"], row["id"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}:{number}: no labelled article ({error}); see the annotation guide") from error
        rows.append(row)
    return rows


def summary(reports: Mapping[str, Report]) -> Table:
    """One row a system: pair scores with their intervals, and accuracies on true positives."""
    table = Table("system", "P", "R", "F1", "tp/fp/fn", *FIELDS, title="pairs, and fields of the pairs found")
    for name, report in reports.items():
        cells = [
            f"{value:.3f} [{low:.2f}–{high:.2f}]"
            for value, (low, high) in zip(report.scores, report.intervals(), strict=True)
        ]
        counts = "/".join(str(report.count(outcome)) for outcome in ("tp", "fp", "fn"))
        table.add_row(name, *cells, counts, *(f"{report.accuracy(field_name):.3f}" for field_name in FIELDS))
    return table


def print_report(report: Report, console: Console, errors: int) -> None:
    """Threshold sweep, calibration and the errors by class."""
    for message in report.unread:
        console.print(f"not read: {message}", markup=False)
    sweep = Table("threshold", "P", "R", "F1", title="if only pairs at or above the confidence were reported")
    for threshold, *values in report.sweep([0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95]):
        sweep.add_row(f"{threshold:.2f}", *(f"{value:.3f}" for value in values))
    console.print(sweep)
    ece, bins = report.calibration()
    console.print(
        f"expected calibration error {ece:.3f}: "
        + ", ".join(f"{mean:.2f}→{right:.2f} ({n})" for mean, right, n in bins)
    )
    console.print("errors: " + ", ".join(f"{name} {count}" for name, count in report.error_classes().most_common()))
    shown = [verdict for verdict in report.verdicts if verdict.error][:errors]
    for verdict in sorted(shown, key=lambda verdict: (verdict.outcome, verdict.error or "")):
        console.print(
            f"{verdict.outcome} {verdict.error} {verdict.confidence:.2f} {verdict.names[0]} – {verdict.names[1]} "
            f"| {verdict.detail} | {verdict.article}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m nlp.evaluation", description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--rules-only", action="store_true", help="leave the model out")
    parser.add_argument("--baselines", action="store_true", help="co-occurrence and rules-only beside it")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="list the first N errors")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    reader = load_reader(model=not options.rules_only)
    console = Console()
    for path in options.gold:
        rows = load_gold(path)
        report = evaluate(rows, lambda rows: reader.read_many(rows, options.processes))
        reports = {"reader": report}
        if options.baselines:
            rules = load_reader(model=False)
            reports["rules only"] = evaluate(rows, rules.read_many)
            reports["co-occurrence"] = evaluate(rows, co_occurrence(rules))
        console.print(f"{path} · {len(rows)} articles · {reader.version}")
        console.print(summary(reports))
        print_report(report, console, options.errors)


if __name__ == "__main__":
    main()

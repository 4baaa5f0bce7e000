"""What of an article is worth reading: its deal words, and the passages that the first pass keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.article import Article
from nlp.cues import Cue, find_cues
from nlp.encoder import Encoder
from nlp.passages import Passage
from nlp.sentences import Sentence, split_sentences


@dataclass(frozen=True, slots=True)
class Plan:
    """The sentences, the deal words of those to be read, which of them are looked at closely, and the passages."""

    sentences: Sequence[Sentence]
    cues: Mapping[int, list[Cue]]
    chosen: Sequence[Sentence]
    passages: Sequence[Passage]

    @property
    def regions(self) -> list[tuple[int, int]]:
        return [(sentence.start, sentence.end) for sentence in self.chosen]


def plan_reading(article: Article, encoder: Encoder | None) -> Plan:
    """Choose title, first sentence, every sentence with a deal word and the one before it; none if none has one.

    With an encoder, only in the passages that its first pass keeps.
    """
    full = article.full
    sentences = split_sentences(full, len(article.title))
    cues = {one.index: _placed(one, found) for one in sentences if (found := _cues(article, one))}
    passages: list[Passage] = []
    if encoder is not None and cues:
        passages = _kept(encoder, full, [cue for found in cues.values() for cue in found])
        cues = {index: found for index, found in cues.items() if _holds(passages, sentences[index])}
    wanted = {index for found in cues for index in (found, found - 1)} | {0, 1}
    return Plan(sentences, cues, [one for one in sentences if one.index in wanted] if cues else [], passages)


def _cues(article: Article, sentence: Sentence) -> list[Cue]:
    return find_cues(article.full[sentence.start : sentence.end], article.lang)


def _placed(sentence: Sentence, found: Sequence[Cue]) -> list[Cue]:
    return [Cue(cue.start + sentence.start, cue.end + sentence.start, cue.group) for cue in found]


def _kept(encoder: Encoder, full: str, cues: Sequence[Cue]) -> list[Passage]:
    """The passages with a deal word that may tell of a deal; one in the headline counts for the first of them."""
    with_cue = [
        passage
        for number, passage in enumerate(encoder.passages(full))
        if any(passage.start < cue.end and cue.start < passage.end for cue in cues)
        or (number == 0 and any(cue.start < passage.head for cue in cues))
    ]
    return [passage for passage in with_cue if encoder.may_tell(passage.text)]


def _holds(passages: Sequence[Passage], sentence: Sentence) -> bool:
    """Whether a passage holds some of the sentence; the headline stands in each."""
    if sentence.in_title:
        return bool(passages)
    return any(passage.start < sentence.end and sentence.start < passage.end for passage in passages)

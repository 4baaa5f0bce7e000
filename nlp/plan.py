"""What of an article is worth reading: the passages that the first pass keeps, or what stands near its deal words."""

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

    With an encoder, only in the passages that its first pass keeps; where one of these has no deal word, all of it.
    """
    full = article.full
    sentences = split_sentences(full, len(article.title))
    cues = {one.index: _placed(one, found) for one in sentences if (found := _cues(article, one))}
    passages: list[Passage] = []
    wordless: list[Passage] = []
    if encoder is not None:
        kept = _kept(encoder, full, [cue for found in cues.values() for cue in found])
        passages = [passage for passage, _ in kept]
        cues = {index: found for index, found in cues.items() if _holds(passages, sentences[index])}
        wordless = [passage for passage, cued in kept if not cued]
    telling = {*cues, *(one.index for one in sentences if _holds(wordless, one))}
    wanted = {index for found in telling for index in (found, found - 1)} | {0, 1}
    return Plan(sentences, cues, [one for one in sentences if one.index in wanted] if telling else [], passages)


def _cues(article: Article, sentence: Sentence) -> list[Cue]:
    return find_cues(article.full[sentence.start : sentence.end], article.lang)


def _placed(sentence: Sentence, found: Sequence[Cue]) -> list[Cue]:
    return [Cue(cue.start + sentence.start, cue.end + sentence.start, cue.group) for cue in found]


def _kept(encoder: Encoder, full: str, cues: Sequence[Cue]) -> list[tuple[Passage, bool]]:
    """The passages that may tell of a deal, each with whether it holds a deal word."""
    passages = encoder.passages(full)
    judged = zip(passages, with_cue(passages, cues), strict=True)
    return [(passage, cued) for passage, cued in judged if encoder.may_tell(passage, cued)]


def with_cue(passages: Sequence[Passage], cues: Sequence[Cue]) -> list[bool]:
    """Whether each passage of an article holds one of its deal words; one in the headline counts for the first."""
    return [
        any((one.start < cue.end and cue.start < one.end) or (number == 0 and cue.start < one.head) for cue in cues)
        for number, one in enumerate(passages)
    ]


def _holds(passages: Sequence[Passage], sentence: Sentence) -> bool:
    """Whether a passage holds some of the sentence; the headline stands in each."""
    if sentence.in_title:
        return bool(passages)
    return any(passage.start < sentence.end and sentence.start < passage.end for passage in passages)

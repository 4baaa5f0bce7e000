"""Which day an article gives to a deal: that of its sentence, else of one beside it that tells of the signing."""

# ruff: noqa: E501 (patterns are lists of words; broken lines would hide them)

import re
from collections.abc import Sequence
from datetime import date

from nlp.dates import NO_DAY, DateMention, DealDay, deal_date, find_dates
from nlp.features import Instance, View
from nlp.sentences import Sentence

_LEAD = 4  # title and the first sentences, where news says when
_SAID_DAYS = 10  # a day further from publication than this is history, not what "이날" points to
_SIGNED_DAYS = 62  # a signing further back than this is not the one that is news
# `양사는 10일 계약을 맺었다`, `The contract was signed on Friday`: the parties were named before.
_SIGNING = {
    "ko": re.compile(r"체결|서명|맺(?:었|고|은|으|어)|조인|계약서|협약서|협약식|계약일|날인|계약을\s?(?:마|했)|협약[이은]\s|계약[이은]\s"),
    "en": re.compile(
        r"\b(?:signed|signing|inked|sealed|exchanged|concluded|struck|entered into|initialled|placed|finali[sz]ed|closed)\b", re.I
    ),
}  # fmt: skip
_TOGETHER = {
    "ko": re.compile(r"^(?:이번\s|이들\s)?(?:양사|양측|양\s기관|(?:두|세|네|다섯|여섯|\d+개?)\s?(?:회사|기관|기업|곳|업체|사)[은는이가]|이들|둘은|(?:협약|체결|조인|서명|계약)식|계약[은일]|협약은)"),
    "en": re.compile(
        r"^(?:(?:[Tt]he|[Aa]ll|[Bb]oth)\s(?:two|three|four|five|six)?\s?(?:companies|firms|parties|sides|partners|pair|signatories)|They|It"
        r"|(?:The|An?|Their)\s(?:[\w-]+\s){0,3}(?:contract|agreement|deal|order|memorandum|MOU|pact|accord))\b"
    ),
}  # fmt: skip
_BESIDE = (1, 2, 3, -1, -2)  # where a signing is told, from the sentence that names the parties


class DealDates:
    """Resolves the day of a deal. The dates of every sentence are read once, each knowing, for "이날", the day before."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._dates: list[list[DateMention]] = []
        said: date | None = None
        for sentence in view.sentences:
            mentions = find_dates(view.text(sentence), view.article.published, view.article.lang, said)
            self._dates.append(mentions)
            for mention in mentions:
                if mention.value and mention.precision == "day" and self._is_near(mention.value, _SAID_DAYS):
                    said = date.fromisoformat(mention.value)

    def of(self, instances: Sequence[Instance], evidence: Instance, new: bool) -> DealDay:
        """The day that the sentences of a pair give; of a new deal else that of its signing, told beside them."""
        own = self._own(instances, evidence, new)
        if not new or (own.precision == "day" and not own.announced):
            return own
        for day in (self._of_signing(evidence), own, self._of_lead(evidence)):
            if day.value is not None:
                return day
        return NO_DAY

    def _own(self, instances: Sequence[Instance], evidence: Instance, new: bool) -> DealDay:
        """The date in the evidence sentence, else in the next best sentence that tells of the pair.

        Of a new deal another sentence tells no day long past: that is the history of the two.
        """
        for instance in [evidence, *(other for other in instances if other is not evidence)][:3]:
            sentence = self._view.sentences[instance.sentence]
            found = self._within(sentence, instance.start, instance.end, instance.cue)
            recent = not new or instance is evidence or self._is_near(found.value, _SIGNED_DAYS)
            if found.value is not None and recent:
                return found
        return NO_DAY

    def _of_signing(self, evidence: Instance) -> DealDay:
        """The day of a signing told without other parties, in a sentence beside the evidence."""
        sentences, lang = self._view.sentences, self._view.article.lang
        for step in _BESIDE:
            if not 0 <= evidence.sentence + step < len(sentences):
                continue
            sentence = sentences[evidence.sentence + step]
            told = _SIGNING[lang].search(self._view.text(sentence))
            if sentence.in_title or told is None or not self._may_speak_of(sentence, evidence):
                continue
            day = self._within(sentence, sentence.start, sentence.end, sentence.start + told.start())
            if day.precision == "day" and not day.announced and self._is_near(day.value, _SIGNED_DAYS):
                return day
        return NO_DAY

    def _of_lead(self, evidence: Instance) -> DealDay:
        """The day, near publication, that one of the first sentences gives to a deal of one of the two.

        `A는 17일 B와 업무협약을 맺었다. 이번 협약에는 C도 참여했다`: the second sentence leaves the day to the first.
        """
        for sentence in self._view.sentences[:_LEAD]:
            cues = self._view.cues.get(sentence.index)
            if sentence.in_title or not cues or not self._may_speak_of(sentence, evidence):
                continue
            day = self._within(sentence, sentence.start, sentence.end, cues[-1].start)
            if day.precision == "day" and self._is_near(day.value, _SAID_DAYS):
                return day
        return NO_DAY

    def _may_speak_of(self, sentence: Sentence, evidence: Instance) -> bool:
        """Whether the sentence speaks of the two together, or names one of them, or nobody (where it was apart)."""
        parts = self._view.parts.get(sentence.index, ())
        if all(part.role == "at" for part in parts):
            return True
        together = _TOGETHER[self._view.article.lang].match(self._view.text(sentence))
        return bool(together) or any(part.entity in (evidence.one, evidence.two) for part in parts)

    def _is_near(self, day: str | None, days: int) -> bool:
        published = self._view.article.published
        if day is None or published is None:
            return False
        return abs((published - date.fromisoformat(day if len(day) > 7 else f"{day}-01")).days) <= days

    def _within(self, sentence: Sentence, start: int, end: int, cue: int) -> DealDay:
        """The date that a sentence gives to what its deal word tells, best from between `start` and `end`."""
        mentions = self._dates[sentence.index]
        inside = [mention for mention in mentions if start <= sentence.start + mention.start < end]
        return deal_date(self._view.text(sentence), inside or mentions, cue - sentence.start, self._view.article.lang)

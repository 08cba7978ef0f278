"""Quality: closed cases are drawn by chance, reviewed by somebody who had no part in them, and answered to by the agent (R-02)."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import Department, User
from cases.events import EventKind, record
from cases.models import Answer, Case
from cases.quality import drawing, forms, rights
from cases.quality.models import AgentComment, Criterion, Critical, Mark, Review, Sample, Strata
from cases.quality.scoring import scored
from cases.quality.seals import seal_of, seal_of_comment, text_hash
from cases.states import ClosedAs, Status
from cskh.core.days import midnight
from cskh.core.errors import Conflict, Invalid, NotPermitted, NotVisible
from cskh.core.text import checked_body, clean, require_length

from ._take_step import change_case

SIZE_MOST = 20  # from each stratum
DRAWN_MOST = 200  # in all
DAYS_MOST = 92  # a quarter of a year
COMMENT_MAX = 2000
_NOBODYS = (ClosedAs.SPAM, ClosedAs.DUPLICATE)


@dataclass(frozen=True)
class Wanted:
    """What to draw: from the cases closed on these days, of one department or of all one is head of, `size` from each stratum."""

    first_day: date
    last_day: date
    strata: Strata
    size: int
    department: Department | None = None


@dataclass(frozen=True)
class _Candidate:
    pk: int
    code: str
    agent: int
    stratum: str


@dataclass(frozen=True)
class DrawnAgain:
    """What drawing again gives: how many strata have other cases to draw from by now, and whether each of the rest gives what was
    drawn."""

    changed: int
    is_same: bool


def draw(*, actor: Actor, wanted: Wanted) -> Sample:
    """Draws a sample. The seed is chance's own: who could choose it could choose the cases.

    Raises NotPermitted, or Invalid with what to change.
    """
    _require_may_draw(actor)
    _require_sense(wanted)
    form = forms.in_force()
    if form is None:
        raise Invalid(_("There is no quality form yet. An administrator publishes one first."))
    with transaction.atomic():
        candidates = {one.code: one for one in _candidates(actor, wanted)}
        population = _by_stratum(candidates.values())
        seed = secrets.token_hex(16)
        drawn = drawing.draw(population, seed, wanted.size)
        codes = [code for some in drawn.values() for code in some]
        _require_some(codes)
        sample = Sample.objects.create(
            drawn_by=actor.subject,
            form=form,
            department=wanted.department,
            first_day=wanted.first_day,
            last_day=wanted.last_day,
            strata=wanted.strata,
            size=wanted.size,
            seed=seed,
            population=[
                {
                    "stratum": name,
                    "of": len(population[name]),
                    "drawn": len(drawn[name]),
                    "sha256": drawing.name_of(population[name]),
                }
                for name in sorted(population)
            ],
        )
        cases = Case.objects.in_bulk([candidates[code].pk for code in codes])
        for one in sorted((candidates[code] for code in codes), key=lambda one: one.pk):  # locked in one order
            _take_in(sample, cases[one.pk], one.agent, actor)
    return sample


def score(review: Review, *, actor: Actor, marks: Mapping[int, tuple[str, str]], summary: str = "") -> Review:
    """Says how the work was: for each criterion (by id) the result and a comment, which an error needs.

    It is of the round that was drawn, also when the case was reopened and closed again since: leaving those out would make work
    look better than it is.

    Raises NotVisible, NotPermitted, Conflict where it is done already, Invalid by field (`mark-ID`, `comment-ID`).
    """
    review = visible_review(actor, review.pk)
    criteria = list(Criterion.objects.filter(form=review.sample.form_id))
    said = _checked(criteria, marks)
    summary = clean(summary)
    require_length(summary, COMMENT_MAX, field="summary")
    with change_case(review.case) as held:
        mine = Review.objects.select_for_update().get(pk=review.pk)
        if mine.is_done:
            raise Conflict(_("Somebody has reviewed it meanwhile."))
        if held.is_open:
            raise Conflict(_("The case was reopened: it is not reviewed while it is being worked on."))
        if not rights.may_score(actor, mine):
            raise NotPermitted(_("Somebody else reviews it: you had a part in this case."))
        mine.salt = secrets.token_hex(16)
        Mark.objects.bulk_create(_mark(mine, one, *said[one.pk]) for one in criteria)
        came_to = scored([(Critical(one.critical), said[one.pk][0]) for one in criteria], mine.sample.form.pass_percent)
        mine.state, mine.reviewer, mine.done_at = Review.State.DONE, actor.subject, timezone.now()
        mine.score, mine.passed, mine.summary = came_to.score, came_to.passed, summary
        for critical, ok in came_to.ok.items():
            setattr(mine, f"{critical.value}_ok", ok)
        mine.summary_sha256 = text_hash(mine.salt, summary)
        mine.sha256 = seal_of(mine)
        mine.save()
        record(held, EventKind.QUALITY_REVIEWED, actor=actor, review=mine.pk, sha256=mine.sha256)
    return mine


def comment(review: Review, *, actor: Actor, text: str) -> AgentComment:
    """What the agent says to it, once. Raises NotVisible, NotPermitted, Conflict on a second time, Invalid without words."""
    review = visible_review(actor, review.pk)
    if not rights.may_comment(actor, review):
        raise NotPermitted(_("Only the person whose work it is comments on a review."))
    words = checked_body(text, COMMENT_MAX)
    with change_case(review.case) as held:
        Review.objects.select_for_update().get(pk=review.pk)
        if AgentComment.objects.filter(review=review).exists():
            raise Conflict(_("You have commented on this review already."))
        salt = secrets.token_hex(16)
        said = AgentComment.objects.create(review=review, text=words, text_sha256=text_hash(salt, words), salt=salt)
        record(held, EventKind.QUALITY_ANSWERED, actor=actor, review=review.pk, sha256=seal_of_comment(said))
    return said


def drawn_again(sample: Sample) -> DrawnAgain:
    """Draws with the kept seed from what there was to draw from then, as far as it is the same by now: stratum by stratum."""
    wanted = Wanted(sample.first_day, sample.last_day, Strata(sample.strata), sample.size, sample.department)
    population = _by_stratum(_candidates(Actor.staff(sample.drawn_by), wanted, before=sample))
    kept = {one["stratum"]: one["sha256"] for one in sample.population}
    same = {name: codes for name, codes in population.items() if drawing.name_of(codes) == kept.get(name)}
    was: dict[str, set[str]] = {}
    for code, agent, department in sample.reviews.values_list("case__code", "agent_id", "department_id"):
        was.setdefault(_stratum(department, agent, wanted.strata), set()).add(code)
    again = drawing.draw(same, sample.seed, sample.size)
    return DrawnAgain(len(kept) - len(same), all(set(codes) == was.get(name, set()) for name, codes in again.items()))


def visible_review(actor: Actor, pk: int) -> Review:
    """The review as it is now. Raises NotVisible where there is none that `actor` may know of."""
    found = rights.visible_to(actor).filter(pk=pk).select_related("case", "sample__form").first()
    if found is None:
        raise NotVisible
    return found


def _require_may_draw(actor: Actor) -> None:
    if not rights.may_draw(actor):
        raise NotPermitted


def _require_sense(wanted: Wanted) -> None:
    errors: dict[str, list[object]] = {}
    if wanted.first_day > wanted.last_day:
        errors["last_day"] = [_("The last day is before the first.")]
    elif (wanted.last_day - wanted.first_day).days >= DAYS_MOST:
        errors["first_day"] = [_("Choose at most %(most)d days.") % {"most": DAYS_MOST}]
    if not 1 <= wanted.size <= SIZE_MOST:
        errors["size"] = [_("Choose from 1 to %(most)d.") % {"most": SIZE_MOST}]
    if errors:
        raise Invalid(errors=errors)


def _require_some(codes: list[str]) -> None:
    if not codes:
        raise Invalid(
            _("There is no case to draw: choose more days, or another department. Cases you worked on are left out.")
        )
    if len(codes) > DRAWN_MOST:
        raise Invalid(
            _("That would be %(many)d cases; at most %(most)d are drawn at once. Choose fewer from each.")
            % {"many": len(codes), "most": DRAWN_MOST}
        )


def _candidates(actor: Actor, wanted: Wanted, *, before: Sample | None = None) -> list[_Candidate]:
    """Cases closed on these days and not open again, which nobody drew this round, whose answer somebody of ours wrote, and on
    which whoever draws did nothing. `before`: as that sample found them, whatever it and later ones drew."""
    cases = rights.of_others(actor).filter(
        status=Status.CLOSED,
        closed_at__gte=midnight(wanted.first_day),
        closed_at__lt=midnight(wanted.last_day + timedelta(days=1)),
    )
    if wanted.department:
        cases = cases.filter(department=wanted.department)
    reviewed = Review.objects.filter(case=OuterRef("pk"), round=OuterRef("round"))
    if before:
        reviewed = reviewed.filter(sample__lt=before.pk)
    found = _with_author(cases.exclude(closed_as__in=_NOBODYS).exclude(Exists(reviewed)))
    rows = list(found.values_list("pk", "code", "department_id", "author"))  # type: ignore[misc]
    agents = set(User.objects.filter(pk__in={int(author) for *_case, author in rows}).values_list("pk", flat=True))
    return [
        _Candidate(pk, code, int(author), _stratum(department, int(author), wanted.strata))
        for pk, code, department, author in rows
        if int(author) in agents
    ]


def _by_stratum(candidates: Iterable[_Candidate]) -> dict[str, list[str]]:
    population: dict[str, list[str]] = {}
    for one in candidates:
        population.setdefault(one.stratum, []).append(one.code)
    return population


def _with_author(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Whose work a round is: who wrote the answer that was sent in it (there is one at most), where that was a person."""
    sent = Answer.objects.filter(
        case=OuterRef("pk"), round=OuterRef("round"), state=Answer.State.SENT, author_kind=ActorKind.STAFF.value
    )
    author = Subquery(sent.values("author_id")[:1])
    return cases.annotate(author=author).filter(author__isnull=False).order_by("pk")


def _stratum(department: int | None, agent: int, strata: Strata) -> str:
    """By id, so that a sample can be drawn again when somebody's name has changed."""
    return str(department or 0) if strata == Strata.DEPARTMENT else str(agent)


def _take_in(sample: Sample, case: Case, agent: int, actor: Actor) -> None:
    with change_case(case) as held:
        if held.is_open:
            raise Conflict(_("A case was reopened meanwhile. Draw again."))
        review = Review.objects.create(
            sample=sample, case=held, round=held.round, agent_id=agent, department=held.department
        )
        record(held, EventKind.QUALITY_DRAWN, actor=actor, review=review.pk, sample=sample.pk)


def _mark(review: Review, criterion: Criterion, result: str, words: str) -> Mark:
    hashed = text_hash(review.salt, words)
    return Mark(review=review, criterion=criterion, result=result, comment=words, comment_sha256=hashed)


def _checked(criteria: list[Criterion], marks: Mapping[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    errors: dict[str, list[object]] = {}
    said = {}
    for one in criteria:
        result, words = marks.get(one.pk, ("", ""))
        words = clean(words)
        if result not in Mark.Result.values:
            errors[f"mark-{one.pk}"] = [_("Say whether it is met.")]
        elif result == Mark.Result.NOT_MET and not words:
            errors[f"comment-{one.pk}"] = [_("Say what is wrong, so that the agent can learn from it.")]
        elif len(words) > COMMENT_MAX:
            errors[f"comment-{one.pk}"] = [_("At most %(most)d characters.") % {"most": COMMENT_MAX}]
        said[one.pk] = (result, words)
    if errors:
        raise Invalid(errors=errors)
    return said

"""Closed cases with an answer of somebody's, and reviews of them."""

from accounts.actors import Actor
from cases.events import EventKind, record
from cases.models import Answer, Case
from cases.quality.models import Mark, Review, Sample, Strata
from cases.states import ClosedAs
from cases.workflow import quality
from cases.workflow._take_step import change_case
from tests.cases.reports.building import at, case

MET, NOT_MET, NA = Mark.Result


def answered(author, day="2026-10-05", *, category="deposit-not-credited", as_=ClosedAs.ACCEPTED, by=()):
    """A case that `author` answered and the customer accepted that day. `by`: who else did something on it."""
    made = case(f"{day} 08:00", f"{day} 12:00", as_, category=category)
    Case.objects.filter(pk=made.pk).update(last_event_number=0)
    made.refresh_from_db()
    Answer.objects.create(
        case=made,
        round=1,
        body="Đã xong",
        state="sent",
        author_kind="staff",
        author_id=str(author.pk),
        sent_at=at(f"{day} 11:00"),
    )
    with change_case(made) as held:
        for one in (author, *by):
            record(held, EventKind.NOTE_ADDED, actor=Actor.staff(one))
    return made


def wanted(**changed):
    said = {"first_day": at("2026-10-01 00:00").date(), "last_day": at("2026-10-31 00:00").date()}
    return quality.Wanted(**{**said, "strata": Strata.AGENT, "size": 20, **changed})


def drawn(head, **changed):
    return quality.draw(actor=Actor.staff(head), wanted=wanted(**changed))


def one_review(head, made):
    """The review of that case, drawn with whatever else there is."""
    if not Sample.objects.exists():
        drawn(head)
    return Review.objects.select_related("case", "sample__form", "agent").get(case=made)


def marks(review, result=MET, **errors):
    """All met, but for those (by slug, with _ for -) that are as said; an error with a comment."""
    said = {}
    for one in review.sample.form.criteria.all():
        which = errors.get(one.slug.replace("-", "_"), result)
        said[one.pk] = (which, "Thiếu hạn xử lý" if which == NOT_MET else "")
    return said


def reviewed(head, made, **errors):
    review = one_review(head, made)
    return quality.score(review, actor=Actor.staff(head), marks=marks(review, **errors))

"""What customers said of their satisfaction, and a sample of closed cases that is partly reviewed."""

import random
from datetime import timedelta

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import User
from cases.quality.models import Mark, Review, Strata
from cases.workflow import quality

_RATINGS = (5, 5, 5, 4, 4, 4, 4, 3, 2, 1)
_WRONG = {
    "next-step": "Chưa nói khách hàng chờ đến khi nào. Lần sau ghi rõ ngày giờ.",
    "record-complete": "Cuộc gọi lại ngày hôm sau không được ghi vào hồ sơ.",
    "plain-words": "Còn dùng từ “đối soát” mà không giải thích.",
}
_GRAVE = ("identity", "Nói về số dư khi chưa xác minh người gọi.")


def rating(chance: random.Random) -> tuple[int, int | None]:
    """How satisfied a customer is, and how easy it was; some say only the first."""
    score = chance.choice(_RATINGS)
    return score, chance.choice([None, score, max(1, score - 1)])


def draw_and_review(chance: random.Random) -> None:
    """A manager drew two cases of each agent; most are reviewed, one badly, and an agent has answered."""
    today = timezone.localdate()
    son = Actor.staff(User.objects.get(username="son"))
    wanted = quality.Wanted(today - timedelta(days=35), today, Strata.AGENT, 2)
    sample = quality.draw(actor=son, wanted=wanted)
    reviews = list(sample.reviews.select_related("case", "agent").order_by("case__code"))
    for number, review in enumerate(reviews[:-3]):
        quality.score(review, actor=son, marks=_marks(review, number, chance), summary=_summary(number))
    answered = Review.objects.filter(sample=sample, passed=False).select_related("case", "agent").first()
    if answered:
        quality.comment(
            answered,
            actor=Actor.staff(answered.agent),
            text="Tôi đã xác minh qua cuộc gọi trước đó nhưng quên ghi lại.",
        )


def _marks(review: Review, number: int, chance: random.Random) -> dict[int, tuple[str, str]]:
    wrong = dict(chance.sample(sorted(_WRONG.items()), number % 3)) | (dict([_GRAVE]) if number == 1 else {})
    marks = {}
    for one in review.sample.form.criteria.all():
        if one.slug in wrong:
            marks[one.pk] = (Mark.Result.NOT_MET.value, wrong[one.slug])
        else:
            marks[one.pk] = (Mark.Result.MET.value, "")
    return marks


def _summary(number: int) -> str:
    return "Xử lý nhanh, lời lẽ tốt." if number % 2 == 0 else ""

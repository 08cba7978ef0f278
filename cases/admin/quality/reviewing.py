"""One review: filled in by whoever reviews, read by those who may, commented on by the agent."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.actors import Actor
from cases import policies
from cases.quality import rights
from cases.quality.models import Criterion, Critical, Mark, Review
from cases.workflow import quality
from cskh.core.errors import DomainError, NotPermitted, NotVisible

from .pages import SHOWN_WITH, classes_of, tell


class MarksForm(forms.Form):
    """Two fields for each criterion, `mark-ID` and `comment-ID`, and what is to be said in all."""

    summary = forms.CharField(
        label=gettext_lazy("In all, for the agent"),
        required=False,
        max_length=quality.COMMENT_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, criteria: list[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        results = [(one.value, capfirst(str(one.label))) for one in Mark.Result]
        for one in criteria:
            self.fields[f"mark-{one.pk}"] = forms.ChoiceField(
                label=one.text, choices=results, required=False, widget=forms.RadioSelect
            )
            self.fields[f"comment-{one.pk}"] = forms.CharField(
                label=_("Comment"),
                required=False,
                max_length=quality.COMMENT_MAX,
                widget=forms.Textarea(attrs={"rows": 1}),
            )

    @property
    def marks(self) -> dict[int, tuple[str, str]]:
        said = self.cleaned_data
        return {one.pk: (said[f"mark-{one.pk}"], said[f"comment-{one.pk}"]) for one in self.criteria}

    @property
    def groups(self) -> list[tuple[str, list[tuple[Criterion, Any, Any]]]]:
        """The criteria by class of error, each with its two fields."""
        return [
            (label, [(one, self[f"mark-{one.pk}"], self[f"comment-{one.pk}"]) for one in some])
            for label, some in _by_class(self.criteria)
        ]


class CommentForm(forms.Form):
    body = forms.CharField(
        label=gettext_lazy("What do you say to it?"),
        max_length=quality.COMMENT_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Once, and it stays. Your reviewer is told."),
    )


def _by_class(criteria: list[Criterion]) -> list[tuple[str, list[Criterion]]]:
    order = list(Critical.values)
    ranked = sorted(criteria, key=lambda one: (order.index(one.critical), one.position, one.pk))
    return [
        (capfirst(str(Critical(critical).label)), list(some))
        for critical, some in groupby(ranked, key=lambda one: one.critical)
    ]


@dataclass(frozen=True)
class Rights:
    """What whoever asks may do with the review now."""

    scores: bool
    comments: bool


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    actor = Actor.staff(request.user)
    found = rights.visible_to(actor).filter(pk=pk).select_related(*SHOWN_WITH, "sample__form", "said").first()
    if found is None:
        raise NotVisible
    may = Rights(
        scores=not found.is_done and not found.case.is_open and rights.may_score(actor, found),
        comments=rights.may_comment(actor, found) and not hasattr(found, "said"),
    )
    if request.method == "POST" and not (may.scores or may.comments):
        raise NotPermitted
    form = _form(request, found, may)
    if form is not None and form.is_valid():
        try:
            said = _take(form, found, actor)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("quality:review", args=[found.pk]))
    context = {
        **admin.site.each_context(request),
        "title": _("Quality review: %(code)s") % {"code": found.case.code},
        "review": found,
        "said": getattr(found, "said", None),
        "sees_case": policies.can_see(actor, found.case),
        "may": may,
        "form": form,
        "marks": _marks(found) if found.is_done else [],
        "classes": classes_of(found) if found.is_done else [],
        "is_mine": found.agent_id == request.user.pk,
    }
    return render(request, "admin/quality/review.html", context, status=400 if form and form.errors else 200)


def _form(request: HttpRequest, found: Review, may: Rights) -> Any:
    data = request.POST if request.method == "POST" else None
    if may.scores:
        return MarksForm(data, criteria=list(found.sample.form.criteria.all()))
    return CommentForm(data) if may.comments else None


def _take(form: Any, found: Review, actor: Actor) -> str:
    """Does what the form is for, and says what was done."""
    if isinstance(form, MarksForm):
        quality.score(found, actor=actor, marks=form.marks, summary=form.cleaned_data["summary"])
        return _("Reviewed. The agent is told, and can comment once.")
    quality.comment(found, actor=actor, text=form.cleaned_data["body"])
    return _("Your comment is kept with the review.")


def _marks(found: Review) -> list[tuple[str, list[tuple[Criterion, Mark]]]]:
    marks = {mark.criterion_id: mark for mark in found.marks.select_related("criterion")}
    criteria = [mark.criterion for mark in marks.values()]
    return [(label, [(one, marks[one.pk]) for one in some]) for label, some in _by_class(criteria)]

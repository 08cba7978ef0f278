"""The work list, drawing a sample, the sample, and what agents find of their own work."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actors import Actor
from accounts.models import Department, User
from cases import policies
from cases.admin.reports.readers import page_urls, reader
from cases.quality import rights
from cases.quality.models import Critical, Review, Sample, Strata
from cases.workflow import quality
from cskh.core.errors import DomainError, Invalid, NotPermitted, NotVisible

PER_PAGE = 50
_SAMPLES = 12
SHOWN_WITH = ("case__category", "agent", "department", "reviewer", "sample")


@require_GET
def work(request: HttpRequest) -> HttpResponse:
    """What is still to be reviewed, oldest first, and the samples drawn lately."""
    actor = reader(request)
    waiting = rights.visible_to(actor).filter(state=Review.State.OPEN).select_related(*SHOWN_WITH).order_by("pk")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    theirs = set(rights.of_others(actor).filter(pk__in=[one.case_id for one in page]).values_list("pk", flat=True))
    may_draw = rights.may_draw(actor)
    lines = [(one, may_draw and one.case_id in theirs and not one.case.is_open) for one in page]
    context = _context(
        request, _("Quality"), page=page, pages=page_urls(page), lines=lines, may_draw=may_draw, samples=_samples(actor)
    )
    return render(request, "admin/quality/work.html", context)


def _samples(actor: Actor) -> QuerySet[Sample]:
    """The latest ones with a review this person may know of, or that they drew themselves."""
    visible = rights.visible_to(actor)
    known = Q(pk__in=visible.values("sample_id")) | Q(drawn_by=actor.subject)
    theirs = Q(reviews__in=visible.values("pk"))
    done = Count("reviews", filter=theirs & Q(reviews__state=Review.State.DONE))
    return (
        Sample.objects.filter(known)
        .select_related("drawn_by", "department")
        .annotate(many=Count("reviews", filter=theirs), done=done)
        .order_by("-pk")[:_SAMPLES]
    )


class DrawForm(forms.Form):
    first_day = forms.DateField(
        label=gettext_lazy("Closed from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Closed until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("Department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label=gettext_lazy("all of mine"),
    )
    strata = forms.ChoiceField(
        label=gettext_lazy("Drawn from each"), choices=Strata.choices, initial=Strata.AGENT, widget=forms.RadioSelect
    )
    size = forms.IntegerField(
        label=gettext_lazy("Cases from each"), min_value=1, max_value=quality.SIZE_MOST, initial=3
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heads = actor.subject.desk.heads
        places = Q() if None in heads else Q(pk__in=[one for one in heads if one])
        self.fields["department"].queryset = Department.objects.filter(places)  # type: ignore[attr-defined]

    @property
    def wanted(self) -> quality.Wanted:
        said = self.cleaned_data
        days, strata = (said["first_day"], said["last_day"]), Strata(said["strata"])
        return quality.Wanted(*days, strata=strata, size=said["size"], department=said["department"])


@require_http_methods(["GET", "POST"])
def draw(request: HttpRequest) -> HttpResponse:
    actor = Actor.staff(request.user)
    if not rights.may_draw(actor):
        raise NotPermitted
    today = timezone.localdate()
    days = {"first_day": today - timedelta(days=28), "last_day": today}
    form = DrawForm(request.POST if request.method == "POST" else None, initial=days, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            drawn = quality.draw(actor=actor, wanted=form.wanted)
        except DomainError as error:
            tell(form, error)
        else:
            messages.success(request, _("Drawn. The cases are on the list of reviews to be done."))
            return HttpResponseRedirect(reverse("quality:sample", args=[drawn.pk]))
    context = _context(request, _("Draw a sample"), form=form)
    return render(request, "admin/quality/draw.html", context, status=400 if form.errors else 200)


def tell(form: forms.Form, error: DomainError) -> None:
    """Puts what the workflow refused where it can be put right."""
    if isinstance(error, Invalid) and error.errors:
        for field, texts in error.errors.items():
            form.add_error(field if field in form.fields else None, texts)
    else:
        form.add_error(None, str(error))


@dataclass(frozen=True)
class Stratum:
    name: str
    of: int
    drawn: int


@require_GET
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """How it was drawn, whether drawing again gives the same, and its reviews as far as this person may know of them."""
    actor = reader(request)
    found = Sample.objects.filter(pk=pk).select_related("drawn_by", "department", "form").first()
    reviews = list(rights.visible_to(actor).filter(sample=pk).select_related(*SHOWN_WITH).order_by("pk"))
    if found is None or not (reviews or found.drawn_by_id == actor.subject.pk):
        raise NotVisible
    context = _context(
        request,
        _("Sample %(number)d") % {"number": found.pk},
        sample=found,
        strata=_strata(found, actor, reviews),
        reviews=reviews,
        may_draw=rights.may_draw(actor),
        again=_drawn_again(found) if "again" in request.GET and rights.may_draw(actor) else "",
    )
    return render(request, "admin/quality/sample.html", context)


def _strata(found: Sample, actor: Actor, reviews: list[Review]) -> list[Stratum]:
    """Those this person looks after by their names, the others together as one: how much is closed elsewhere, and by whom, is not
    for every lead to read."""
    known = _known_strata(found, actor, reviews)
    told = [one for one in found.population if int(one["stratum"]) in known]
    others = [one for one in found.population if int(one["stratum"]) not in known]
    model: Any = Department if found.strata == Strata.DEPARTMENT else User
    names = {one.pk: str(one) for one in model.objects.filter(pk__in=[int(one["stratum"]) for one in told])}
    rows = [Stratum(names.get(int(one["stratum"]), _("no department")), one["of"], one["drawn"]) for one in told]
    rows.sort(key=lambda one: one.name)
    if others:
        rows.append(Stratum(_("others"), sum(one["of"] for one in others), sum(one["drawn"] for one in others)))
    return rows


def _known_strata(found: Sample, actor: Actor, reviews: list[Review]) -> set[int]:
    """All for whoever drew it or oversees everything; else departments by overseeing them, agents by a visible review."""
    if found.drawn_by_id == actor.subject.pk or policies.oversees_everything(actor):
        return {int(one["stratum"]) for one in found.population}
    if found.strata == Strata.DEPARTMENT:
        return {one for one in policies.overseen_departments(actor) if one}
    return {one.agent_id for one in reviews}


def _drawn_again(found: Sample) -> str:
    """Whether the same seed gives the same cases still: for whoever doubts that chance chose them."""
    again, many = quality.drawn_again(found), len(found.population)
    if not again.is_same:
        return _("Drawn again it gives other cases!")
    if not again.changed:
        return _("Drawn again with the same seed: the same cases.")
    return _(
        "Drawn again with the same seed: the same cases in %(same)d of %(all)d. In the others there are other cases to draw from by"
        " now (some were reopened, or worked on again)."
    ) % {"same": many - again.changed, "all": many}


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The reviews of one's own work, newest first."""
    actor = Actor.staff(request.user)
    done = rights.visible_to(actor).filter(agent=actor.subject).select_related(*SHOWN_WITH, "said")
    page = Paginator(done.order_by("-done_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = _context(request, _("Reviews of my work"), page=page, pages=page_urls(page))
    return render(request, "admin/quality/mine.html", context)


def classes_of(review: Review) -> list[tuple[str, bool | None]]:
    """Each class of error with whether the review found none; None where nothing of it applied."""
    return [(capfirst(str(one.label)), getattr(review, f"{one.value}_ok")) for one in Critical]


def _context(request: HttpRequest, title: str, **more: Any) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title, **more}

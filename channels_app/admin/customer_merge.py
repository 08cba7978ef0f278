"""Two records of one person become one: chosen, previewed, confirmed, and undone within a day."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Customer, CustomerMerge
from cases import policies
from channels_app.merging import merge_customers, undo_merge
from cskh.core.errors import NotPermitted
from cskh.core.text import as_number


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, customer_id: int) -> HttpResponse:
    """GET finds the other record (`q`) and previews what moves (`other`); POST merges it into this one."""
    actor = Actor.staff(request.user)
    if not policies.may_merge(actor):
        raise NotPermitted
    known = policies.visible_customers(actor)
    kept = get_object_or_404(known, pk=customer_id)
    if request.method == "POST":
        other = _chosen(request.POST.get("other", ""), known)
        if other is None:
            raise Http404
        merge_customers(kept, other, actor=actor, external_id=request.POST.get("external_id") or None)
        messages.success(request, _("Merged. It can be undone for a day."))
        return HttpResponseRedirect(request.path)
    text = request.GET.get("q", "")
    chosen = _chosen(request.GET.get("other", ""), known)
    context = {
        **admin.site.each_context(request),
        "title": _("Merge customers"),
        "kept": kept,
        "text": text,
        "found": [one for one in directory.find(text, known) if one.pk != kept.pk],
        "chosen": chosen,
        "may_identify": policies.may_identify(actor),
        "ids": [one for one in (kept.external_id, chosen.external_id) if one] if chosen else [],
        "counts": chosen
        and {"cases": chosen.cases.count(), "calls": chosen.calls.count(), "contacts": chosen.contacts.all()},
        "merges": CustomerMerge.objects.filter(kept=kept).select_related("merged", "by").order_by("-at"),
    }
    return render(request, "admin/hotline/merge.html", context)


@require_POST
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    actor = Actor.staff(request.user)
    done = get_object_or_404(CustomerMerge, pk=merge_id, kept__in=policies.visible_customers(actor))
    undo_merge(done, actor=actor)
    messages.success(request, _("The merge is undone."))
    return HttpResponseRedirect(reverse("hotline:merge", args=[done.kept_id]))


def _chosen(number: str, known: QuerySet[Customer]) -> Customer | None:
    """The record with that id, among those who are `known`."""
    pk = as_number(number)
    return known.filter(pk=pk).first() if pk else None

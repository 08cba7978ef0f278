"""Two records of one person become one: chosen, previewed, confirmed, and undone within a day."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import CustomerMerge
from cases import policies
from channels_app.merging import merge_customers, undo_merge
from cskh.core.errors import NotPermitted


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, customer_id: int) -> HttpResponse:
    """GET finds the other record (`q`) and previews what moves (`other`); POST merges it into this one."""
    actor = Actor.staff(request.user)
    if not policies.may_merge(actor):
        raise NotPermitted
    known = policies.visible_customers(actor)
    kept = get_object_or_404(known, pk=customer_id)
    if request.method == "POST":
        other = get_object_or_404(known, pk=request.POST.get("other") or 0)
        merge_customers(kept, other, actor=actor, external_id=request.POST.get("external_id") or None)
        messages.success(request, _("Merged. It can be undone for a day."))
        return HttpResponseRedirect(request.path)
    text = request.GET.get("q", "")
    chosen = known.filter(pk=request.GET["other"]).first() if request.GET.get("other", "").isdecimal() else None
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
    done = get_object_or_404(CustomerMerge, pk=merge_id)
    undo_merge(done, actor=Actor.staff(request.user))
    messages.success(request, _("The merge is undone."))
    return HttpResponseRedirect(reverse("hotline:merge", args=[done.kept_id]))

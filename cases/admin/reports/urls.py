"""The reports, below the desk's address."""

from django.contrib import admin
from django.urls import path

from . import export, monthly, owed, pages, quality

app_name = "reports"
urlpatterns = [
    *(
        path("" if name == "outcomes" else f"{name}/", admin.site.admin_view(pages.show), {"name": name}, name=name)
        for name in pages.TITLES
    ),
    path("remedies/list/", admin.site.admin_view(owed.remedies), name="owed"),
    path("quality/list/", admin.site.admin_view(quality.reviews), name="reviews"),
    path("monthly/", admin.site.admin_view(monthly.monthly), name="monthly"),
    path("monthly/<int:pk>/", admin.site.admin_view(monthly.edition), name="monthly-edition"),
    path("cases/", admin.site.admin_view(pages.cases), name="cases"),
    path("export/", admin.site.admin_view(export.export), name="export"),
]

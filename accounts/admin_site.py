"""Makes `accounts.desk_site.DeskSite` the admin site of the product."""

from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    default_site = "accounts.desk_site.DeskSite"

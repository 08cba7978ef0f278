"""Who is calling: an API client by its key, a customer by the operator's signed token, staff by their session."""

from rest_framework.authentication import BaseAuthentication, SessionAuthentication


class BearerAuthentication(BaseAuthentication):
    pass


class StaffSessionAuthentication(SessionAuthentication):
    pass

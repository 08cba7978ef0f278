"""What is said of a complaint in one word."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.TextChoices):
    """How grave it is for the customer; how soon it is handled is the priority of the case."""

    MINOR = "minor", _("minor")
    MODERATE = "moderate", _("moderate")
    SERIOUS = "serious", _("serious")
    CRITICAL = "critical", _("critical")


class Side(models.TextChoices):
    """Whose account of a matter it is: both are heard before anything is found (R-40)."""

    CUSTOMER = "customer", _("the customer")
    OPERATOR = "operator", _("the operator")


class Cause(models.TextChoices):
    """Why it came to this."""

    SYSTEM_ERROR = "system_error", _("system error")
    DATA_ERROR = "data_error", _("wrong or missing data")
    DELAY = "delay", _("delay")
    PAYMENT_PROCESSING = "payment_processing", _("payment processing")
    STAFF_MISTAKE = "staff_mistake", _("mistake of staff")
    STAFF_CONDUCT = "staff_conduct", _("conduct of staff")
    UNCLEAR_INFORMATION = "unclear_information", _("unclear information")
    RULES_APPLIED = "rules_applied", _("the rules were applied as they are")
    CUSTOMER_ENTRY = "customer_entry", _("the customer's entry")
    MISUSE_BY_OTHERS = "misuse_by_others", _("misuse by others")
    NOT_ESTABLISHED = "not_established", _("could not be established")


# What only those who run the systems find out, and then say in their own words.
TECHNICAL = frozenset({Cause.SYSTEM_ERROR, Cause.DATA_ERROR, Cause.PAYMENT_PROCESSING})


class Fault(models.TextChoices):
    """Whose fault it is (R-45)."""

    OPERATOR_SYSTEM = "operator_system", _("our system")
    OPERATOR_STAFF = "operator_staff", _("our staff")
    PAYMENT_PARTNER = "payment_partner", _("payment partner")
    BANK = "bank", _("bank")
    CUSTOMER = "customer", _("the customer")
    THIRD_PARTY = "third_party", _("a third party")
    UNDETERMINED = "undetermined", _("undetermined")


class Outcome(models.TextChoices):
    """How an issue is decided."""

    UPHELD = "upheld", _("upheld")
    PARTLY = "partly", _("partly upheld")
    NOT_UPHELD = "not_upheld", _("not upheld")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")
    WITHDRAWN = "withdrawn", _("withdrawn")

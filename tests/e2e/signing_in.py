"""Into the desk through its form, as people do."""


def sign_in(page, address, username, password):
    """Ends on the overview."""
    page.goto(f"{address}/admin/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def sign_in_as(page, address, user):
    """As `user` of this test's database, who gets a password for it."""
    user.set_password("mat-khau-thu-1")
    user.save()
    sign_in(page, address, user.username, "mat-khau-thu-1")

"""Mail to try the product with: an SMTP and an IMAP server on this machine, and a page that shows a customer's mail box.

Only for the demo and the tests. Every address exists, nothing leaves the machine, one password opens every box.
"""

"""What a new installation begins with: departments, categories, checklists, calendars, service targets, texts.

Everything here is only the first filling: staff change it in the admin, and loading it again adds what is missing and
changes nothing that is there.
"""

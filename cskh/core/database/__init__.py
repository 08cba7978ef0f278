"""PostgreSQL as everywhere in Django, except that waiting for somebody else has a name (`base`)."""

import os,django
from django.urls import get_resolver
from django.urls.resolvers import URLPattern
def walk(r,prefix="",ns=()):
    for p in r.url_patterns:
        if isinstance(p,URLPattern):
            yield prefix+str(p.pattern), ":".join(ns+(p.name or "",))
        else:
            yield from walk(p,prefix+str(p.pattern),ns+((p.namespace,) if p.namespace else ()))
def test_list():
    for a,b in walk(get_resolver()): print(b,a)

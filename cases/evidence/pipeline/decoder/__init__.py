"""Looks into files where a mishap costs nothing: a program of its own, with little memory and little time (`..sandbox` runs it).

Knows no Django and no database. What it is given is the open file, what it gives back are words and pictures.
"""

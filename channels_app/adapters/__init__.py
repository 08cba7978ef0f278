"""One folder for each other side: mail servers, the visitor's browser, the telephone exchange, the operator's programs.

An adapter only translates between what goes over the wire and what we mean by it; it knows no case.
"""

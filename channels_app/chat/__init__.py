"""Live chat: conversations on the website that are cases from their first message on.

Visitors' sockets, their plain HTTP requests and the agents' console all call the functions of this package.
"""

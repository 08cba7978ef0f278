"""PostgreSQL and Valkey without an installation: started as children of one command, stopped with it.

For development, tests and the demo. Servers listen on private unix sockets only. Production names real servers in
`DATABASE_URL` and `REDIS_URL`, which win over everything here.
"""

"""The product's database in the embedded cluster, and the role that works in it.

The cluster's own superuser makes both and does nothing else: the product's role owns its database and can create others (tests
do), but no superuser's rights get into the hands of whoever gets into the product.
"""

from collections.abc import Callable

from psycopg import Connection, sql

DATABASE = "cskh"
ROLE = "cskh_app"
Connect = Callable[[str], Connection]  # as the superuser, to the database of that name

_OWNED_BY = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
# What the product's migrations made; what belongs to an extension stays with whoever installed that.
_TO_HAND_OVER = """
SELECT format('ALTER TABLE %s OWNER TO {role}', oid::regclass)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
UNION ALL
SELECT format('ALTER FUNCTION %s OWNER TO {role}', p.oid::regprocedure)
FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')
"""


def make_database(connect: Connect) -> None:
    """Makes what is missing of role and database; a database of versions that worked as the superuser is handed over."""
    with connect("postgres") as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            connection.execute(_with_role("CREATE ROLE {role} LOGIN CREATEDB"))
        owner = connection.execute(_OWNED_BY, [DATABASE]).fetchone()
        if owner is None:
            connection.execute(_with_role("CREATE DATABASE {database} OWNER {role}"))
        elif owner[0] != ROLE:
            _hand_over(connect)


def _hand_over(connect: Connect) -> None:
    """All or nothing, the database itself last: as long as that is the superuser's, the next start hands over again."""
    with connect(DATABASE) as connection, connection.transaction():
        for (statement,) in connection.execute(_with_role(_TO_HAND_OVER)).fetchall():
            connection.execute(statement)
        connection.execute(_with_role("ALTER DATABASE {database} OWNER TO {role}"))


def _with_role(text: str) -> sql.Composed:
    return sql.SQL(text).format(role=sql.Identifier(ROLE), database=sql.Identifier(DATABASE))

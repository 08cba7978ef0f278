"""Safety in customers' words: what must not wait in a queue. Pure, importable without a database."""

"""Reads files of records: a stream of bytes becomes rows, or what is wrong with its lines. Nothing here touches the database."""
